"""Credits of what is harder than a monthly fee: premiums with their tax, prices with VAT, several contracts, later years."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from invoicer import ledger, runs
from invoicer.documents import Asked
from invoicer.domain.correction import CreditReason, Wrong
from invoicer.domain.document import Document, Kind
from invoicer.errors import RunError
from invoicer.runs.credit import Credited
from tests.runs.small import heading, held, insurer, issue

PREMIUM = (
    heading("cover", "Third-party cover", supply="cover")
    + """
premium liability "Public liability"
  33.33 EUR per month
  policy "PL-2026-7"
  insurer "Harbour Mutual"
  risk in NL
  insurance class liability
"""
)
FEE = heading("{name}", "Hosting").replace("  supply", "{more}  supply") + '\ncharge fee "Fee"\n  {price} per month\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small workspace without contracts."""
    return insurer(tmp_path / "workspace")


def write(folder: Path, name: str, text: str) -> None:
    (folder / "contracts" / f"{name}.terms").write_text(text, "utf-8")


def fee(folder: Path, name: str, price: str = "10.00 EUR", more: str = "") -> None:
    write(folder, name, FEE.format(name=name, price=price, more=more))


def credit(
    folder: Path, number: str, reason: CreditReason, on: str, *asked: Asked, wrong: Wrong | None = None
) -> Credited:
    desk, day = runs.open_desk(folder), dt.date.fromisoformat(on)
    with ledger.open_ledger(desk.workspace.ledger_folder, writing=True) as book:
        return runs.credit(desk, book, number, reason, "me", "asked", day, asked=asked, wrong=wrong)


def nets(paper: Document) -> list[Decimal]:
    return [line.net.amount for line in paper.lines]


def test_the_tax_of_a_premium_is_credited_with_it_in_parts_that_come_to_the_whole(folder: Path) -> None:
    """Dutch insurance tax, 21% of 33.33: 7.00. 10.00 less leave 23.33 and 4.90 of tax."""
    write(folder, "cover", PREMIUM)
    [invoice] = issue(folder, "2026-01-01")
    assert nets(invoice) == [Decimal("33.33"), Decimal("7.00")]
    credit(folder, invoice.number, CreditReason.GOODWILL, "2026-01-05", Asked(1, amount=Fraction(10)))
    [first] = issue(folder, "2026-01-05")
    assert nets(first) == [Decimal("10.00"), Decimal("2.10")]
    assert [line.treatment for line in first.lines] == [line.treatment for line in invoice.lines]
    credit(folder, invoice.number, CreditReason.GOODWILL, "2026-01-06", Asked(1))
    [rest] = issue(folder, "2026-01-06")
    assert nets(rest) == [Decimal("23.33"), Decimal("4.90")]
    assert issue(folder, "2026-01-07") == []


def test_a_cancelled_policy_gives_back_what_an_error_and_goodwill_left(folder: Path) -> None:
    write(folder, "cover", PREMIUM)
    [invoice] = issue(folder, "2026-01-01")
    credit(folder, invoice.number, CreditReason.GOODWILL, "2026-01-05", Asked(1, amount=Fraction(10)))
    issue(folder, "2026-01-05")
    stopped = '\namendment 1 from 2026-01-01 agreed 2026-01-10 "Never begun"\n  stop liability\n  refund unused\n'
    write(folder, "cover", PREMIUM + stopped)
    [note] = issue(folder, "2026-01-11")
    assert nets(note) == [Decimal("23.33"), Decimal("4.90")]


def test_prices_with_vat_come_back_to_the_cent(folder: Path) -> None:
    fee(folder, "inclusive", "9.99 EUR", "  prices include tax\n")
    [invoice] = issue(folder, "2026-01-01")
    notes = []
    for asked in (Asked(1, amount=Fraction("3.33")), Asked(1, amount=Fraction("0.01")), Asked(1)):
        credit(folder, invoice.number, CreditReason.GOODWILL, "2026-01-05", asked)
        notes += issue(folder, "2026-01-05")
    for name in ("net", "tax", "gross"):
        assert sum(getattr(note, name).amount for note in notes) == getattr(invoice, name).amount


def test_a_credit_of_a_later_year_keeps_tax_point_rate_and_gets_a_number_of_its_year(folder: Path) -> None:
    fee(folder, "small")
    [invoice] = issue(folder, "2026-01-01")
    for year in ("2026-12-31", "2027-11-05"):
        issue(folder, year)
    credit(folder, invoice.number, CreditReason.NOT_DELIVERED, "2027-11-05")
    desk, day = runs.open_desk(folder), dt.date(2027, 11, 6)
    with ledger.open_ledger(desk.workspace.ledger_folder, writing=True) as book:
        planned = runs.plan(desk, book, day, day).plan
        assert [problem.code for problem in planned.holds["small"]] == ["D003"]
        runs.confirm(book, "tests", "checked", day)
        [one] = runs.issue(desk, book, day, "tests").issued
        note = book.document(one.number)
    assert (note.number, note.tax_point, note.vat_period) == ("CN-2027-00001", dt.date(2026, 1, 1), "2026-01")
    assert note.breakdown[0].treatment == invoice.breakdown[0].treatment


def test_contracts_of_one_document_go_out_together_or_wait(folder: Path) -> None:
    """A wrong address on a shared invoice: one of its contracts can't be billed as long as its terms are wrong."""
    customers = folder / "customers.csv"
    head, first, *rest = customers.read_text("utf-8").splitlines()
    rows = [f"{head},invoices,when_held", f"{first},together,go-ahead", *(f"{row},," for row in rest)]
    customers.write_text("\n".join(rows) + "\n", "utf-8")
    fee(folder, "one", "10.00 EUR")
    fee(folder, "two", "20.00 EUR")
    [invoice] = issue(folder, "2026-01-01")
    assert nets(invoice) == [Decimal("10.00"), Decimal("20.00")]
    credit(folder, invoice.number, CreditReason.DETAILS, "2026-01-05", wrong=Wrong.DETAILS)
    wrong_terms = FEE.format(name="two", price="20.00 EUR", more="") + "  from 2026-01-01 nothing\n"
    write(folder, "two", wrong_terms)
    assert [problem.code for problem in held(folder, "one", "2026-01-05")] == ["L231"]
    fee(folder, "two", "20.00 EUR")
    note, anew = issue(folder, "2026-01-05")
    assert (note.kind, nets(note), nets(anew)) == (Kind.CREDIT_NOTE, nets(invoice), nets(invoice))


def test_an_error_needs_terms_and_goodwill_does_not(folder: Path) -> None:
    fee(folder, "small")
    [invoice] = issue(folder, "2026-01-01")
    (folder / "contracts" / "small.terms").unlink()
    with pytest.raises(RunError, match="L201"):
        credit(folder, invoice.number, CreditReason.PRICE, "2026-01-05")
    assert credit(folder, invoice.number, CreditReason.GOODWILL, "2026-01-05").request.id == 1


def test_a_reduction_in_the_same_plan_takes_the_rest(folder: Path) -> None:
    """4.00 are let go, and the charge is stopped from its first day: 6.00 are left to give back."""
    fee(folder, "small")
    [invoice] = issue(folder, "2026-01-01")
    stopped = '\namendment 1 from 2026-01-01 agreed 2026-01-03 "Never begun"\n  stop fee\n  refund unused\n'
    write(folder, "small", FEE.format(name="small", price="10.00 EUR", more="") + stopped)
    credit(folder, invoice.number, CreditReason.GOODWILL, "2026-01-05", Asked(1, amount=Fraction(4)))
    papers = issue(folder, "2026-01-05")
    assert sorted(paper.net.amount for paper in papers) == [Decimal("4.00"), Decimal("6.00")]


def test_a_document_with_an_error_that_is_held_back_is_not_billed_anew_in_part(folder: Path) -> None:
    """1.00 of 100.00 was credited as an error and its price never mended; then the address was wrong as well. Whether the
    new invoice says 99.00 or 100.00 is for a person to say: until then nothing goes out, also not the minimum alone."""
    fee(folder, "small", "100.00 EUR")
    terms = folder / "contracts" / "small.terms"
    terms.write_text(terms.read_text("utf-8") + "  minimum 120.00 EUR per month\n", "utf-8")
    [invoice] = issue(folder, "2026-01-01")
    assert nets(invoice) == [Decimal("100.00"), Decimal("20.00")]
    credit(folder, invoice.number, CreditReason.PRICE, "2026-01-05", Asked(1, amount=Fraction(1)))
    credit(folder, invoice.number, CreditReason.DETAILS, "2026-01-06", wrong=Wrong.DETAILS)
    anew_or_not, error = held(folder, "small", "2026-01-06")
    assert (anew_or_not.code, error.code) == ("D005", "D003")
    assert [f"--cancel {one} " in anew_or_not.mend for one in (1, 2)] == [True, True]
    assert "rebill" not in f"{anew_or_not.mend} {error.mend}"  # nothing of it is issued: it would be refused (L162)
    desk = runs.open_desk(folder)
    with ledger.open_ledger(desk.workspace.ledger_folder, writing=True) as book:
        runs.cancel(book, 1, "me", "it was right", dt.date(2026, 1, 6))
        runs.cancel(book, 2, "me", "it asked for 99.00", dt.date(2026, 1, 6))
    credit(folder, invoice.number, CreditReason.DETAILS, "2026-01-06", wrong=Wrong.DETAILS)
    note, anew = issue(folder, "2026-01-06")
    assert (nets(note), nets(anew)) == (nets(invoice), nets(invoice))


def test_what_can_be_done_about_an_error_is_what_works(folder: Path) -> None:
    """As long as a request waits it can be cancelled, and not be billed again; once it is issued, the other way round."""
    fee(folder, "small", "100.00 EUR")
    [invoice] = issue(folder, "2026-01-01")
    credit(folder, invoice.number, CreditReason.PRICE, "2026-01-05", Asked(1, amount=Fraction(1)))
    [waits] = held(folder, "small", "2026-01-05")
    assert waits.code == "D003" and "--cancel 1 " in waits.mend and "rebill" not in waits.mend
    desk, day = runs.open_desk(folder), dt.date(2026, 1, 5)
    with ledger.open_ledger(desk.workspace.ledger_folder, writing=True) as book:
        runs.plan(desk, book, day, day)
        runs.confirm(book, "tests", "checked", day)
        assert len(runs.issue(desk, book, day, "tests").issued) == 1
    [issued] = held(folder, "small", "2026-01-06")
    assert f'`invoicer rebill {invoice.number} --remark "…"`' in issued.mend and "--cancel" not in issued.mend
    credit(folder, invoice.number, CreditReason.PRICE, "2026-01-06", Asked(1, amount=Fraction(2)))
    [both] = held(folder, "small", "2026-01-06")
    assert f'`invoicer rebill {invoice.number} --remark "…"`' in both.mend and "--cancel 2 " in both.mend


def test_what_a_request_that_waits_has_taken_is_told_with_the_way_to_cancel_it(folder: Path) -> None:
    fee(folder, "small", "100.00 EUR")
    [invoice] = issue(folder, "2026-01-01")
    credit(folder, invoice.number, CreditReason.GOODWILL, "2026-01-05")
    for asked in ([], [Asked(1)]):
        with pytest.raises(RunError, match=r"D010.*cancel request 1, which waits, with `invoicer credits --cancel 1 "):
            credit(folder, invoice.number, CreditReason.DUPLICATE, "2026-01-05", *asked)
    issue(folder, "2026-01-05")
    with pytest.raises(RunError, match=r"D010.*look at what was credited of it with `invoicer credits --all`") as told:
        credit(folder, invoice.number, CreditReason.DUPLICATE, "2026-01-06")
    assert "--cancel" not in str(told.value)


def test_a_document_with_a_supplement_of_which_an_error_is_held_back_is_not_billed_anew_in_part(folder: Path) -> None:
    """100.00 and a supplement of 10.00, which was credited as an error; then the address of the first was wrong. It is not
    said that 110.00 were the error, and the 100.00 are not left unbilled: they are more of what the supplement bills."""
    fee(folder, "small", "100.00 EUR")
    [invoice] = issue(folder, "2026-01-01")
    fee(folder, "small", "110.00 EUR")
    [supplement] = issue(folder, "2026-01-02")
    credit(folder, supplement.number, CreditReason.PRICE, "2026-01-05", Asked(1))
    credit(folder, invoice.number, CreditReason.DETAILS, "2026-01-06", wrong=Wrong.DETAILS)
    [open_, _] = held(folder, "small", "2026-01-06")
    assert open_.code == "D005"
    assert f"a part of {supplement.number}, which bills the same for the same days, was credited" in open_.cause
    assert [f"--cancel {one} " in open_.mend for one in (1, 2)] == [True, True]
    desk = runs.open_desk(folder)
    with ledger.open_ledger(desk.workspace.ledger_folder, writing=True) as book:
        runs.cancel(book, 1, "me", "it was right", dt.date(2026, 1, 6))
    papers = issue(folder, "2026-01-06")
    assert sorted(map(nets, papers)) == [[Decimal("100.00")], [Decimal("100.00")]]


def test_an_error_that_may_be_billed_again_lets_no_other_one_be(folder: Path) -> None:
    """Of 9.99 were 3.33 credited, and are right after all; before they are billed again, the rest is credited as a
    duplicate: 3.33 are billed again, and 6.66 are held back."""
    fee(folder, "small", "9.99 EUR")
    [invoice] = issue(folder, "2026-01-01")
    credit(folder, invoice.number, CreditReason.NOT_ORDERED, "2026-01-05", Asked(1, amount=Fraction("3.33")))
    [part] = issue(folder, "2026-01-05", "D003")
    rebill(folder, invoice.number, "2026-01-06")
    credit(folder, invoice.number, CreditReason.DUPLICATE, "2026-01-06")
    again, rest = sorted(issue(folder, "2026-01-06", "D003"), key=lambda paper: paper.kind is Kind.CREDIT_NOTE)
    assert (nets(part), nets(again), nets(rest)) == ([Decimal("3.33")], [Decimal("3.33")], [Decimal("6.66")])
    [line] = again.lines
    assert line.corrects and (line.corrects.billed.amount, line.corrects.due.amount) == (Decimal(0), Decimal("3.33"))
    [error] = held(folder, "small", "2026-01-07")
    assert error.cause.startswith(f"6.66 EUR was credited of line 1 of {invoice.number} as an error")
    rebill(folder, invoice.number, "2026-01-07")
    assert [nets(paper) for paper in issue(folder, "2026-01-07", "D003")] == [[Decimal("6.66")]]


def test_errors_of_an_invoice_and_its_supplement_are_told_and_billed_again_each_by_its_own(folder: Path) -> None:
    """25.00, and a supplement of 20.00, both credited as duplicates: each is named by its document, and billed again once
    somebody says so of that one."""
    fee(folder, "small", "25.00 EUR")
    [invoice] = issue(folder, "2026-01-01")
    fee(folder, "small", "45.00 EUR")
    [supplement] = issue(folder, "2026-01-02")
    for paper in (invoice, supplement):
        credit(folder, paper.number, CreditReason.DUPLICATE, "2026-01-05")
    issue(folder, "2026-01-05", "D003")
    causes = [problem.cause for problem in held(folder, "small", "2026-01-06")]
    assert [cause.split(" as an error")[0] for cause in causes] == [
        f"25.00 EUR was credited of line 1 of {invoice.number}",
        f"20.00 EUR was credited of line 1 of {supplement.number}",
    ]
    rebill(folder, invoice.number, "2026-01-06")
    assert [nets(paper) for paper in issue(folder, "2026-01-06", "D003")] == [[Decimal("25.00")]]
    [error] = held(folder, "small", "2026-01-07")
    assert error.cause.startswith("20.00 EUR") and supplement.number in error.cause
    rebill(folder, supplement.number, "2026-01-07")
    assert [nets(paper) for paper in issue(folder, "2026-01-07", "D003")] == [[Decimal("20.00")]]
    assert not issue(folder, "2026-01-08", "D003") and not held(folder, "small", "2026-01-08")


def rebill(folder: Path, number: str, on: str) -> None:
    desk = runs.open_desk(folder)
    with ledger.open_ledger(desk.workspace.ledger_folder, writing=True) as book:
        runs.rebill(book, number, "me", "it was right", dt.date.fromisoformat(on))


def test_what_was_forgone_goes_along_when_the_vat_changes(folder: Path) -> None:
    """100.00 with VAT, of which 10.00 were forgone; then it is found that the buyer is established in Germany."""
    fee(folder, "small", "100.00 EUR")
    [invoice] = issue(folder, "2026-01-01")
    credit(folder, invoice.number, CreditReason.GOODWILL, "2026-01-05", Asked(1, amount=Fraction(10)))
    issue(folder, "2026-01-05")
    customers = folder / "customers.csv"
    customers.write_text(customers.read_text("utf-8").replace("NL,en,NL878591503B01", "DE,en,DE136695976"), "utf-8")
    anew, note = sorted(issue(folder, "2026-01-06"), key=lambda paper: paper.kind is Kind.CREDIT_NOTE)
    assert (nets(note), nets(anew)) == ([Decimal("90.00")], [Decimal("100.00"), Decimal("-10.00")])
    assert anew.lines[1].concedes == 1
