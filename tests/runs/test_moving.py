"""A move in the middle of a year: what another system has billed is billed neither twice nor never."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from invoicer import ledger, runs, workspace
from invoicer.domain.correction import CreditReason
from invoicer.domain.document import Document, Kind
from invoicer.errors import RunError
from tests.runs.small import heading, held, issue

HEAD = "number,issued,customer,contract,charge,from,to,net,currency,vat\n"
MORE = HEAD.replace("vat\n", "vat,gross,category,corrects,seller\n")
USED = '\ncharge calls "Calls"\n  usage of calls\n  0.01 EUR per call\n\nmeter calls "Calls"\n  sum of calls\n  unit calls\n'
ARREARS = "monthly in arrears on day 1"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small workspace without contracts, whose customers are known since 2025."""
    made = tmp_path / "workspace"
    workspace.new_workspace(made)
    (made / "contracts" / "acme-2026.terms").unlink()
    settings = made / "invoicer.toml"
    text = settings.read_text("utf-8").replace("[supply]\n", '[supply]\ncover = "insurance"\n')
    settings.write_text(text.replace("[policy]\n", '[policy]\nformats = ["json"]\n'), "utf-8")
    customers = made / "customers.csv"
    customers.write_text(customers.read_text("utf-8").replace("2025-12-01", "2025-01-01"), "utf-8")
    return made


def agree(
    folder: Path, name: str, body: str, bill: str = "monthly in advance on day 1", supply: str = "hosting"
) -> None:
    text = heading(name, "Hosting", bill, supply) + body
    (folder / "contracts" / f"{name}.terms").write_text(text, "utf-8")


def fee(folder: Path, price: str = "100.00 EUR per month", bill: str = "monthly in advance on day 1") -> None:
    agree(folder, "fee", f'\ncharge fee "Fee"\n  {price}\n', bill)


def bring(folder: Path, text: str, on: str = "2026-07-01") -> runs.Brought:
    desk, file = runs.open_desk(folder), folder / "billed.csv"
    file.write_text(text, "utf-8")
    with ledger.open_ledger(desk.workspace.ledger_folder, writing=True) as book:
        return runs.import_billed(desk, book, file, "Billing", dt.date.fromisoformat(on))


def lines(made: list[Document]) -> list[tuple[str, str, str, str]]:
    """Of each line: the document's kind, the component, its first day, the amount."""
    return [
        (document.kind.value, str(line.component), line.days.start.isoformat(), str(line.net.amount))
        for document in made
        for line in document.lines
    ]


def usage(folder: Path, *events: tuple[str, int], through: str = "2026-07-31") -> None:
    """Calls on some days; all of them are known through a day."""
    (folder / "usage").mkdir(exist_ok=True)
    manifest = f'[[source]]\nfiles = "*.csv"\nmeters = ["calls"]\ncomplete_through = {through}\n'
    (folder / "usage" / "manifest.toml").write_text(manifest, "utf-8")
    rows = (f"{day},used,calls,{day}T10:00:00+02:00,{calls}\n" for day, calls in events)
    (folder / "usage" / "calls.csv").write_text("event,contract,meter,at,calls\n" + "".join(rows), "utf-8")


def months(contract: str, charge: str, count: int, net: str) -> str:
    """A row for each of the first months of 2026."""
    found = ""
    for month in range(1, count + 1):
        first = dt.date(2026, month, 1)
        last = dt.date(2026, month + 1, 1) - dt.timedelta(days=1)
        found += f"OLD-{month},{first},acme,{contract},{charge},{first},{last},{net},EUR,21\n"
    return found


def test_monthly_in_advance_goes_on_where_the_other_system_stopped(folder: Path) -> None:
    fee(folder)
    found = bring(folder, HEAD + months("fee", "fee", 6, "100.00"))
    assert len(found.taken.new) == 6 and not found.warnings
    assert issue(folder, "2026-06-30") == []
    assert lines(issue(folder, "2026-07-01")) == [("invoice", "fee", "2026-07-01", "100.00")]
    assert issue(folder, "2026-07-02") == []


def test_annual_in_advance_is_billed_when_the_next_year_begins(folder: Path) -> None:
    fee(folder, "1200.00 EUR per year", "annually in advance on day 1")
    bring(folder, HEAD + "OLD-1,2026-01-02,acme,fee,fee,2026-01-01,2026-12-31,1200.00,EUR,21\n")
    assert issue(folder, "2026-12-31") == []
    assert lines(issue(folder, "2027-01-01")) == [("invoice", "fee", "2027-01-01", "1200.00")]


def test_what_was_billed_month_by_month_pays_for_a_quarter(folder: Path) -> None:
    fee(folder, "300.00 EUR per quarter", "quarterly in advance on day 1")
    bring(folder, HEAD + months("fee", "fee", 6, "100.00"))
    assert issue(folder, "2026-06-30") == []
    assert lines(issue(folder, "2026-07-01")) == [("invoice", "fee", "2026-07-01", "300.00")]


def test_usage_that_was_billed_stands_where_nothing_is_known_of_it(folder: Path) -> None:
    agree(folder, "used", USED, ARREARS)
    bring(folder, HEAD + months("used", "calls", 5, "12.34"))
    assert issue(folder, "2026-06-15") == []  # no manifest at all: May was billed, June is not over
    assert [problem.code for problem in held(folder, "used", "2026-07-01")] == ["U301"]
    usage(folder, ("2026-06-03", 5000))  # complete through July, and no event before June: that is no zero
    assert lines(issue(folder, "2026-07-01")) == [("invoice", "calls", "2026-06-01", "50.00")]


def test_usage_that_is_delivered_is_rated_also_of_months_that_were_billed(folder: Path) -> None:
    agree(folder, "used", USED, ARREARS)
    bring(folder, HEAD + months("used", "calls", 5, "12.34"))
    usage(folder, ("2026-05-03", 1334), ("2026-06-03", 5000))
    made = issue(folder, "2026-07-01")
    assert lines(made) == [("invoice", "calls", "2026-05-01", "1.00"), ("invoice", "calls", "2026-06-01", "50.00")]
    corrects = made[0].lines[0].corrects
    assert corrects is not None and corrects.number == "OLD-5"


def test_an_amendment_backwards_credits_the_number_of_the_other_system(folder: Path) -> None:
    fee(folder)
    bring(folder, HEAD + months("fee", "fee", 6, "100.00"))
    more = '\namendment 1 from 2026-06-01 agreed 2026-07-01 "Cheaper"\n  change fee to 80.00 EUR per month\n'
    agree(folder, "fee", f'\ncharge fee "Fee"\n  100.00 EUR per month\n{more}')
    note, invoice = issue(folder, "2026-07-01")
    assert (note.kind, str(note.lines[0].net.amount), str(note.tax.amount)) == (Kind.CREDIT_NOTE, "20.00", "4.20")
    corrects = note.lines[0].corrects
    assert corrects is not None
    assert (corrects.number, corrects.issue_date, corrects.line) == ("OLD-6", dt.date(2026, 6, 1), 1)
    assert lines([invoice]) == [("invoice", "fee", "2026-07-01", "80.00")]
    assert issue(folder, "2026-07-02") == []


def test_a_discount_is_a_row_of_its_own(folder: Path) -> None:
    body = '\ncharge fee "Fee"\n  100.00 EUR per month\n\ndiscount loyal "Loyal"\n  10% off fee\n'
    agree(folder, "fee", body)
    bring(folder, HEAD + months("fee", "fee", 1, "100.00") + months("fee", "fee/discount/loyal", 1, "-10.00"))
    assert issue(folder, "2026-01-31") == []


def test_a_premium_comes_with_its_tax(folder: Path) -> None:
    body = '\npremium cover "Cover"\n  33.33 EUR per month\n  policy "P-1"\n  insurer "Harbour Mutual"\n'
    agree(folder, "cover", body + "  risk in NL\n  insurance class liability\n", supply="cover")
    month = "OLD-1,2026-01-02,acme,cover,{},2026-01-01,2026-01-31,{},EUR,0\n"
    bring(folder, HEAD + month.format("cover", "33.33") + month.format("cover/levy/ipt-nl", "7.00"))
    assert issue(folder, "2026-01-31") == []


def test_prices_with_vat_are_imported_with_vat(folder: Path) -> None:
    fee(folder, "9.99 EUR per month")
    file = folder / "contracts" / "fee.terms"
    text = file.read_text("utf-8").replace("customer acme", "customer jansen\n  prices include tax")
    file.write_text(text, "utf-8")
    row = "OLD-1,2026-01-02,jansen,fee,fee,2026-01-01,2026-01-31,{},EUR,21,{},,,\n"
    with pytest.raises(RunError, match="include VAT"):
        bring(folder, MORE + row.format("8.26", ""))
    bring(folder, MORE + row.format("", "9.99"))
    assert issue(folder, "2026-01-31") == []


def test_other_vat_than_the_law_has_is_warned_about_and_corrected(folder: Path) -> None:
    fee(folder)
    [warning] = bring(folder, HEAD + months("fee", "fee", 1, "100.00").replace(",21\n", ",9\n")).warnings
    assert warning.code == "L178" and "9%" in warning.cause
    note, invoice = issue(folder, "2026-01-31")
    assert note.kind is Kind.CREDIT_NOTE
    assert [str(paper.breakdown[0].treatment.percent) for paper in (note, invoice)] == ["9", "21"]


def test_a_credit_note_of_the_other_system_takes_from_its_invoice(folder: Path) -> None:
    fee(folder)
    row = "OLD-9,2026-01-20,acme,fee,fee,2026-01-01,2026-01-31,-30.00,EUR,21,,,OLD-1,\n"
    first = MORE + months("fee", "fee", 1, "100.00").replace(",21\n", ",21,,,,\n")
    bring(folder, first + row)
    assert lines(issue(folder, "2026-01-31")) == [("invoice", "fee", "2026-01-01", "30.00")]  # owed by the terms
    with pytest.raises(RunError, match="imported without such a line"):
        bring(folder, first + row.replace("-30", "-31"))


def test_a_credit_note_may_come_after_its_invoice_and_must_fit_it(folder: Path) -> None:
    fee(folder)
    bring(folder, HEAD + months("fee", "fee", 1, "100.00"))
    row = "OLD-9,2026-01-20,acme,fee,fee,{},2026-01-31,{},EUR,21,,,{},\n"
    for first, net, number in (
        ("2026-01-01", "-100.01", "OLD-1"),
        ("2026-01-01", "30.00", "OLD-1"),
        ("2026-01-01", "-30.00", "OLD-7"),
        ("2026-01-01", "-30.00", ""),
    ):
        with pytest.raises(RunError):
            bring(folder, MORE + row.format(first, net, number))
    bring(folder, MORE + row.format("2026-01-01", "-30.00", "OLD-1"))
    assert lines(issue(folder, "2026-01-31")) == [("invoice", "fee", "2026-01-01", "30.00")]


def test_credit_notes_of_the_other_system_never_take_more_than_was_billed(folder: Path) -> None:
    """60.00 and 60.00 of 100.00, in one file or in two; also where the first was credited here."""
    fee(folder)
    first = MORE + months("fee", "fee", 1, "100.00").replace(",21\n", ",21,,,,\n")
    note = "OLD-{},2026-01-20,acme,fee,fee,2026-01-01,2026-01-31,-{},EUR,21,,,OLD-1,\n"
    refused = "-60.00 EUR does not take from 40.00 EUR, what is left of that line of OLD-1"
    with pytest.raises(RunError, match=refused):
        bring(folder, first + note.format(8, "60.00") + note.format(9, "60.00"))
    bring(folder, first + note.format(8, "60.00"))
    with pytest.raises(RunError, match=refused):
        bring(folder, first + note.format(8, "60.00") + note.format(9, "60.00"))
    with pytest.raises(RunError, match=refused):
        bring(folder, MORE + note.format(9, "60.00"))
    assert len(bring(folder, first + note.format(8, "60.00") + note.format(9, "40.00")).taken.new) == 1


def test_credit_notes_of_prices_with_vat_stand_in_one_file_with_their_invoice(folder: Path) -> None:
    """9.99 are given back in three parts: 8.26 and 1.73 of VAT, to the cent."""
    fee(folder, "9.99 EUR per month")
    file = folder / "contracts" / "fee.terms"
    file.write_text(file.read_text("utf-8").replace("customer acme", "customer jansen\n  prices include tax"), "utf-8")
    row = "OLD-{},2026-01-02,jansen,fee,fee,2026-01-01,2026-01-31,,EUR,21,{},,{},\n"
    parts = [row.format(8, "-3.33", "OLD-1"), row.format(9, "-3.33", "OLD-1"), row.format(10, "-3.33", "OLD-1")]
    made = bring(folder, MORE + row.format(1, "9.99", "") + "".join(parts)).documents
    invoice, *notes = (one.document for one in made)
    assert [str(note.lines[0].corrects.due) for note in notes if note.lines[0].corrects] == [
        "6.66 EUR",
        "3.33 EUR",
        "0.00 EUR",
    ]
    for name in ("net", "tax", "gross"):
        assert sum(getattr(note, name).amount for note in notes) == getattr(invoice, name).amount


@pytest.mark.parametrize("reason", [CreditReason.GOODWILL, CreditReason.DUPLICATE])
def test_an_imported_invoice_is_credited_like_our_own(folder: Path, reason: CreditReason) -> None:
    fee(folder)
    bring(folder, HEAD + months("fee", "fee", 1, "100.00"))
    day = dt.date(2026, 1, 20)
    desk = runs.open_desk(folder)
    with ledger.open_ledger(desk.workspace.ledger_folder, writing=True) as book:
        waits = runs.credit(desk, book, "OLD-1", reason, "Billing", "asked", day)
        runs.cancel(book, waits.request.id, "Billing", "not meant", day)
        runs.credit(desk, book, "OLD-1", reason, "Billing", "asked", day)
        with pytest.raises(RunError, match=r"request 2 credits OLD-1.*`invoicer credits --cancel 2 "):
            runs.withdraw_import(book, "OLD-1", "Billing", "wrong", day)
        made = runs.plan(desk, book, day, day).plan
        runs.confirm(book, "Billing", "checked", day)
        runs.issue(desk, book, day, "Billing")
        [note] = [book.document(one.number) for one in book.documents()]
        assert book.verify_chain() == ()
    assert [draft.draft.kind for draft in made.drafts] == [Kind.CREDIT_NOTE]
    corrects = note.lines[0].corrects
    assert corrects is not None
    assert (corrects.number, str(note.net.amount)) == ("OLD-1", "100.00")
    with ledger.open_ledger(desk.workspace.ledger_folder, writing=True) as book:
        assert not any(draft.status.live for draft in runs.plan(desk, book, day, day).plan.drafts)


def test_an_import_can_be_withdrawn_once_what_was_asked_of_it_is_cancelled(folder: Path) -> None:
    fee(folder)
    bring(folder, HEAD + months("fee", "fee", 1, "100.00"))
    desk, day = runs.open_desk(folder), dt.date(2026, 1, 20)
    with ledger.open_ledger(desk.workspace.ledger_folder, writing=True) as book:
        waits = runs.credit(desk, book, "OLD-1", CreditReason.GOODWILL, "Billing", "asked", day)
        runs.cancel(book, waits.request.id, "Billing", "not meant", day)
        runs.withdraw_import(book, "OLD-1", "Billing", "90.00", day)
        assert book.verify_chain() == ()
    bring(folder, HEAD + months("fee", "fee", 1, "90.00"))
    with ledger.open_ledger(desk.workspace.ledger_folder, writing=True) as book:
        [draft] = runs.plan(desk, book, day, day).plan.drafts
        assert draft.draft.net.amount == Decimal("10.00")
        runs.credit(desk, book, "OLD-1", CreditReason.GOODWILL, "Billing", "asked", day)
        assert [one.status.value for one in book.credit_requests()] == ["cancelled", "waiting"]
        assert book.verify_chain() == ()


def test_a_credit_note_is_not_older_than_the_invoice_that_it_corrects(folder: Path) -> None:
    fee(folder)
    invoice = months("fee", "fee", 1, "100.00")
    note = "GS-1,2025-12-30,acme,fee,fee,2026-01-01,2026-01-31,-10.00,EUR,21,OLD-1\n"
    bring(folder, HEAD + invoice)
    with pytest.raises(RunError, match=r"GS-1 was issued on 2025-12-30, before OLD-1, on 2026-01-01"):
        bring(folder, HEAD.replace("vat", "vat,corrects") + note)


def test_looking_shows_what_the_next_plan_would_bill_and_leaves_no_trace(folder: Path) -> None:
    fee(folder)
    desk, file = runs.open_desk(folder), folder / "billed.csv"
    file.write_text(HEAD + months("fee", "fee", 1, "90.00"), "utf-8")
    day = dt.date(2026, 1, 31)
    with ledger.open_ledger(desk.workspace.ledger_folder, writing=False) as book:
        found = runs.import_billed(desk, book, file, "Billing", day, keep=False, as_of=day)
        assert book.imported() == () and book.length() == 0
    assert found.next_plan is not None
    [draft] = found.next_plan.plan.drafts
    assert [(str(line.net.amount), line.corrects is not None) for line in draft.draft.lines] == [("10.00", True)]


def test_rows_of_contracts_that_are_refused_say_so(folder: Path) -> None:
    fee(folder, "100.00 EUR and")
    with pytest.raises(RunError, match="can't be used"):
        bring(folder, HEAD + months("fee", "fee", 1, "100.00"))


BAD = """\
OLD-2,01/03/2026,acme,fee,fee,2026-03-31,2026-03-01,"100,00",EUR,21,,,,
INV-2026-00044,2026-03-01,acme,fee,fee,2026-03-01,2026-03-31,100.00,EUR,21,,,,
OLD-4,2026-03-01,acmee,fee,fee,2026-03-01,2026-03-31,100.00,EUR,21,,,,
OLD-5,2026-03-01,acme,fees,fee,2026-03-01,2026-03-31,100.00,EUR,21,,,,
OLD-6,2026-03-01,acme,fee,fees,2026-03-01,2026-03-31,100.00,EUR,21,,,,
OLD-7,2026-03-01,acme,fee,fee,2026-03-01,2026-03-31,100.00,EUR,0,,,,
OLD-8,2026-03-01,acme,fee,fee/discount/x,2026-03-01,2026-03-31,-10.00,EUR,21,,,,
OLD-9,2026-03-01,acme,fee,fee/rebate,2026-03-01,2026-03-31,-10.00,EUR,21,,,,
OLD-10,2026-03-01,acme,fee,fee,2026-03-01,2026-03-31,-10.00,EUR,21,,,,
OLD-11,2026-03-01,acme,fee,fee,2026-03-01,2026-03-31,-10.00,EUR,21,,,OLD-99,
OLD-12,2026-03-01,acme,fee,fee,2026-03-01,2026-03-31,10.00,EUR,21
OLD-13,2026-03-01,acme,fee,fee,2026-03-01,2026-03-31,10.005,EUR,21,,,,
OLD-14,2026-03-02,acme,fee,fee,2026-03-01,2026-03-31,10.00,EUR,21,,,,
OLD-14,2026-03-01,acme,fee,fee,2026-03-01,2026-03-31,10.00,EUR,21,,,,
OLD-15,2027-03-01,acme,fee,fee,2026-03-01,2026-03-31,10.00,EUR,21,,,,
OLD-16,2026-03-01,acme,fee,fee,2026-03-01,2026-03-31,10.00,EUR,21,12.10,,,
OLD-17,2026-03-01,acme,fee,fee,2026-03-01,2026-03-31,,EUR,21,,,,
OLD-18,2026-03-01,acme,fee,fee,2026-03-01,2026-03-31,10.00,EUR,21,,AE,,
OLD-19,2026-03-01,acme,fee,fee/levy/ipt-nl,2026-03-01,2026-03-31,10.00,EUR,21,,,,
OLD-20,2026-03-01,acme,fee,fee,2026-03-01,2026-03-31,10.00,EUR,21,,,,nobody
OLD-21,2026-03-01,acme,fee,fee,2026-03-01,2026-03-31,0.00,EUR,21,,,,
OLD-22,2026-03-01,acme,fee,fee,2026-03-01,2026-03-31,10.00,EURO,121,,,OLD-22,
"""


def test_rows_of_one_number_in_two_currencies_are_refused(folder: Path) -> None:
    fee(folder)
    rows = "OLD-1,2026-01-02,acme,fee,fee,2026-01-01,2026-01-31,100.00,EUR,21\n"
    rows += "OLD-1,2026-01-02,acme,fee,fee,2026-02-01,2026-02-28,100.00,USD,21\n"
    with pytest.raises(RunError) as refusal:
        bring(folder, HEAD + rows)
    (problem,) = refusal.value.problems
    assert (problem.code, problem.where.line, problem.where.part) == ("W336", 3, "currency")


def test_everything_that_is_wrong_is_told_in_one_pass(folder: Path, snapshot: object) -> None:
    fee(folder)
    with pytest.raises(RunError) as refusal:
        bring(folder, MORE + BAD)
    said = [str(replace(problem, mend="")) + f"\n  {problem.mend}" for problem in refusal.value.problems]
    assert "\n".join(said) == snapshot


def test_the_law_has_no_deadline_for_what_was_billed_elsewhere_to_consumers_and_exempt(folder: Path) -> None:
    """All three were issued in July for January: only an invoice with VAT to a business had a last day in February."""
    fee(folder)
    agree(folder, "used", '\ncharge fee "Fee"\n  100.00 EUR per month\n')
    sold = folder / "contracts" / "used.terms"
    sold.write_text(sold.read_text("utf-8").replace("customer acme", "customer jansen"), "utf-8")
    body = '\npremium fee "Cover"\n  100.00 EUR per month\n  policy "P-1"\n  insurer "Harbour Mutual"\n  risk in NL\n'
    agree(folder, "car", body + "  insurance class liability\n", supply="cover")
    row = "2026-07-01,{0},{1},fee,2026-01-01,2026-01-31,100.00,EUR,{2}\n"
    cases = (("acme", "fee", 21), ("jansen", "used", 21), ("acme", "car", 0))
    bring(folder, HEAD + "".join(f"OLD-{one[1]},{row.format(*one)}" for one in cases))
    desk, january = runs.open_desk(folder), (dt.date(2026, 1, 1), dt.date(2026, 1, 31))
    with ledger.open_ledger(desk.workspace.ledger_folder, writing=False) as book:
        rows = runs.completeness(desk, book, *january, dt.date(2026, 7, 1)).rows
    assert {one.contract: (one.late, one.late_by_law) for one in rows if one.document} == {
        "fee": (181, 136),
        "used": (181, 0),
        "car": (181, 0),
    }


def told(folder: Path, text: str) -> list[tuple[int, str]]:
    """The rows that are refused, and why, by code."""
    with pytest.raises(RunError) as refused:
        bring(folder, text)
    return [(one.where.line, one.code) for one in refused.value.problems]


def test_what_another_row_would_put_right_is_told_once(folder: Path) -> None:
    """What refers to a document of which a row is wrong, and what is left of such a document, is not doubted as well."""
    fee(folder, '100.00 EUR per month\n\ndiscount loyal "Loyal"\n  10% off fee')
    january = "acme,fee,fee,2026-01-01,2026-01-31"
    off = january.replace("fee,fee", "fee,fee/discount/loyal")
    rows = (
        *(f"OLD-1,2026-01-02,{january},100.00,EUR,much,,,,", f"OLD-1,2026-01-02,{off},-10.00,EUR,21,,,,"),
        f"OLD-2,2026-01-09,{january},-50.00,EUR,21,,,OLD-1,",  # of the line that is missing
        f"OLD-3,2026-01-02,{january.replace('fee,fee', 'fee,fees')},100.00,EUR,21,,,,",
        f"OLD-4,2026-01-09,{january},-50.00,EUR,21,,,OLD-3,",
        f"OLD-5,2026-01-09,{january},-50.00,EUR,21,,,OLD-3,",
        f"OLD-5,2026-01-09,{january},-50.00,EUR,21,,,,",  # the same twice, once without what it corrects
    )
    assert told(folder, MORE + "".join(f"{row}\n" for row in rows)) == [
        (2, "W335"),
        (5, "L177"),
        (8, "W336"),
        (8, "W336"),
    ]


def test_rows_of_an_imported_document_are_not_missed_where_they_are_wrong(folder: Path) -> None:
    fee(folder)
    sound = HEAD + months("fee", "fee", 1, "100.00")
    bring(folder, sound)
    wrong = sound + "OLD-1,2026-01-01,acme,fee,fee,2026-01-01,2026-01-31,soon,EUR,21\n"
    assert told(folder, wrong) == [(3, "W335")]
    assert told(folder, wrong.replace("2026-01-31,100.00,EUR,21", "2026-01-31,100.00,EUR,x")) == [
        (2, "W335"),
        (3, "W335"),
    ]
    assert told(folder, HEAD + "OLD-2,2026-01-01,acme,fee,fee,0001-01-01,9999-12-31,5.00,EUR,21\n") == [(2, "W335")] * 2


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (
            "",
            "begin the file with a row number,issued,customer,contract,charge,from,to,currency,vat, with net or gross among",
        ),
        (
            HEAD.replace("net,", "") + "OLD-1,2026-01-02,acme,fee,fee,2026-01-01,2026-01-31,EUR,21\n",
            "net or gross” is missing",
        ),
    ],
)
def test_a_file_without_amounts_is_told_which_column_has_them(folder: Path, text: str, says: str) -> None:
    fee(folder)
    with pytest.raises(RunError) as refusal:
        bring(folder, text)
    [told] = refusal.value.problems
    assert told.code == "W332" and says in f"{told.cause} {told.mend}"
