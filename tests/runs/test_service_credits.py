"""Service credits from the terms to the papers: on the next invoice, on a credit note, late, revised, after the end."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest

from invoicer import ledger, runs, workspace
from invoicer.domain.document import Document, Kind
from tests.runs.small import heading, held, issue

HEAD = "contract,input,from,to,value,declared\n"
TERMS = (
    heading("cluster", "Managed cluster")
    + """
charge platform "Platform"
  450.00 EUR per month

discount loyal "Loyalty"
  10% off platform

input uptime "Availability"
  unit percent
  stated per month
  at most 100%

service-credit sla "Availability credit"
  25% of platform when uptime less than 99%
  10% of platform when uptime less than 99.9%
  {how}
"""
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    target = tmp_path / "mine"
    workspace.new_workspace(target)
    (target / "inputs").mkdir()
    return target


def write(folder: Path, how: str = "on next invoice", more: str = "", old: str = "", new: str = "") -> None:
    text = TERMS.format(how=how).replace(old, new) + more
    (folder / "contracts" / "acme-2026.terms").write_text(text, "utf-8")


def declare(folder: Path, *rows: str) -> None:
    text = HEAD + "".join(f"cluster,uptime,{row}\n" for row in rows)
    (folder / "inputs" / "uptime.csv").write_text(text, "utf-8")


def table(document: Document) -> list[str]:
    return [f"{line.component} {line.days} {line.net.amount}" for line in document.lines]


JANUARY = "2026-01-01,2026-01-31,98.7,2026-02-01"
CREDITED = "platform/credit/sla 2026-01-01 to 2026-01-31"
FEBRUARY = ["platform 2026-02-01 to 2026-02-28 450.00", "platform/discount/loyal 2026-02-01 to 2026-02-28 -45.00"]


def test_on_the_next_invoice_it_is_a_line_of_that_month(folder: Path) -> None:
    write(folder)
    (first,) = issue(folder, "2026-01-01")
    assert [hold.code for hold in held(folder, "cluster", "2026-02-01")] == ["E015"], "nothing says that all was well"
    declare(folder, JANUARY)
    (second,) = issue(folder, "2026-02-01")
    # 25% of what January came to after its discount: 405.00
    assert table(second) == [*FEBRUARY, f"{CREDITED} -101.25"]
    assert second.kind is Kind.INVOICE and second.vat_period == "2026-02"
    assert second.lines[2].corrects is None and second.lines[2].tax_point == dt.date(2026, 2, 1)
    assert not issue(folder, "2026-02-20")
    assert first.net.amount == 405


def test_no_row_no_credit(folder: Path) -> None:
    write(folder)
    issue(folder, "2026-01-01")
    declare(folder, "2026-01-01,2026-01-31,99.9,2026-02-01")
    (second,) = issue(folder, "2026-02-01")
    assert table(second) == FEBRUARY


def test_as_a_credit_note_it_names_the_invoice_and_belongs_to_its_own_month(folder: Path) -> None:
    write(folder, "as credit note")
    (first,) = issue(folder, "2026-01-01")
    declare(folder, JANUARY)
    note, second = issue(folder, "2026-02-01")
    assert note.kind is Kind.CREDIT_NOTE and table(note) == [f"{CREDITED} 101.25"]
    assert table(second) == FEBRUARY
    corrects = note.lines[0].corrects
    assert corrects and (corrects.number, corrects.line, corrects.reason) == (first.number, 1, "service-credit")
    assert note.vat_period == "2026-02", "a later event, no error of January"
    assert note.breakdown[0].treatment == first.breakdown[0].treatment
    assert not issue(folder, "2026-02-20")


def test_time_for_the_figures_moves_the_credit_to_the_invoice_after(folder: Path) -> None:
    write(folder, "judged within 10 days")
    issue(folder, "2026-01-01")
    (second,) = issue(folder, "2026-02-01")
    assert table(second) == FEBRUARY
    declare(folder, JANUARY, "2026-02-01,2026-02-28,100,2026-03-01")
    assert not issue(folder, "2026-02-15")
    (third,) = issue(folder, "2026-03-01")
    assert table(third)[2] == f"{CREDITED} -101.25" and len(third.lines) == 3


def test_a_figure_declared_late_is_credited_then(folder: Path) -> None:
    write(folder)
    issue(folder, "2026-01-01")
    declare(folder, JANUARY.replace("2026-02-01", "2026-02-08"))
    assert held(folder, "cluster", "2026-02-07")
    (second,) = issue(folder, "2026-02-08")
    assert table(second) == [*FEBRUARY, f"{CREDITED} -101.25"]


def test_a_revised_figure_corrects_the_credit(folder: Path) -> None:
    write(folder)
    issue(folder, "2026-01-01")
    declare(folder, JANUARY)
    (second,) = issue(folder, "2026-02-01")
    declare(folder, JANUARY, "2026-01-01,2026-01-31,99.5,2026-02-10")
    (more,) = issue(folder, "2026-02-10")
    assert more.kind is Kind.INVOICE and table(more) == [f"{CREDITED} 60.75"]  # 101.25 − 10% of 405.00
    corrects = more.lines[0].corrects
    assert corrects and (corrects.number, corrects.line) == (second.number, 3)
    assert corrects.reason == "declaration-changed"
    declare(folder, JANUARY, "2026-01-01,2026-01-31,99.5,2026-02-10", "2026-01-01,2026-01-31,100,2026-02-12")
    (rest,) = issue(folder, "2026-02-12")
    assert table(rest) == [f"{CREDITED} 40.50"]
    assert rest.lines[0].corrects and rest.lines[0].corrects.reason == "declaration-changed"
    assert not issue(folder, "2026-02-13")


def test_a_credit_that_appears_after_the_next_invoice_is_a_credit_note(folder: Path) -> None:
    write(folder)
    (first,) = issue(folder, "2026-01-01")
    declare(folder, "2026-01-01,2026-01-31,100,2026-02-01")
    issue(folder, "2026-02-01")
    declare(folder, "2026-01-01,2026-01-31,100,2026-02-01", "2026-01-01,2026-01-31,98,2026-02-10")
    (note,) = issue(folder, "2026-02-10")
    assert note.kind is Kind.CREDIT_NOTE and table(note) == [f"{CREDITED} 101.25"]
    assert note.lines[0].corrects and note.lines[0].corrects.number == first.number


def test_a_charge_corrected_after_its_credit_takes_the_credit_along(folder: Path) -> None:
    write(folder)
    issue(folder, "2026-01-01")
    declare(folder, JANUARY)
    issue(folder, "2026-02-01")
    amended = '\namendment 1 from 2026-01-01 agreed 2026-02-10\n  acknowledge C025 "agreed by phone"\n'
    write(folder, more=amended + "  change platform to 400.00 EUR per month\n")
    documents = issue(folder, "2026-02-10")
    lines = [line for document in documents for line in table(document)]
    # January 45.00 less, so 25% of 45.00 less is credited
    assert f"{CREDITED} 11.25" in lines or f"{CREDITED} -11.25" in lines
    assert not issue(folder, "2026-02-11")


def test_in_arrears_it_stands_on_the_invoice_of_its_own_days(folder: Path) -> None:
    write(folder, old="in advance", new="in arrears")
    declare(folder, JANUARY)
    (first,) = issue(folder, "2026-02-01")
    assert table(first)[2] == f"{CREDITED} -101.25" and first.vat_period == "2026-01"


def test_after_the_end_there_is_no_next_invoice(folder: Path) -> None:
    write(folder, old="term open from 2026-01-01", new="term from 2026-01-01 to 2026-01-31")
    (first,) = issue(folder, "2026-01-01")
    declare(folder, JANUARY)
    (note,) = issue(folder, "2026-02-01")
    assert note.kind is Kind.CREDIT_NOTE and table(note) == [f"{CREDITED} 101.25"]
    assert note.lines[0].corrects and note.lines[0].corrects.number == first.number


def test_an_invoice_is_never_below_zero(folder: Path) -> None:
    less = "\namendment 1 from 2026-02-01 agreed 2026-01-20\n  change platform to 90.00 EUR per month\n"
    write(folder, more=less)
    (first,) = issue(folder, "2026-01-01")
    declare(folder, JANUARY)
    note, second = issue(folder, "2026-02-01")
    assert note.kind is Kind.CREDIT_NOTE and table(note) == [f"{CREDITED} 101.25"]
    assert note.lines[0].corrects and note.lines[0].corrects.number == first.number
    assert second.net.amount == 81


def test_months_of_a_year_are_judged_apart(folder: Path) -> None:
    write(
        folder,
        "judged per month\n  as credit note",
        old="  450.00 EUR per month\n",
        new="  3 650.00 EUR per year\n  bill annually in advance\n",
    )
    (first,) = issue(folder, "2026-01-01")
    declare(folder, JANUARY, "2026-02-01,2026-02-28,100,2026-03-01")
    (note,) = issue(folder, "2026-02-01")
    assert table(note) == [f"{CREDITED} 69.75"]  # 31 of 365 days: 25% of 310.00 less 10%
    assert not issue(folder, "2026-03-01")
    assert first.net.amount == 3285


PREMIUM = """contract cover "Cover"
  seller cover-ee
  customer sieben-eulen
  currency EUR
  agreed 2025-12-02
  term open from 2026-01-01
  bill monthly in advance on day 1
  pay within 14 days
  supply insurance

premium hull "Hull"
  100.00 EUR per month
  policy "X-1"
  insurer "Muster Versicherung AG"
  risk in DE
  insurance class motor-hull

input days-lost "Days lost"
  unit days
  stated per month

service-credit slow "Slow claims"
  10% of hull when days-lost more than 2
  {how}
"""


@pytest.mark.parametrize("how", ["on next invoice", "as credit note"])
def test_the_premium_tax_of_a_premium_follows_its_credit(how: str, tmp_path: Path) -> None:
    workspace.copy_example("insurance", tmp_path / "mine")
    for path in (tmp_path / "mine" / "contracts").iterdir():
        path.unlink()
    (tmp_path / "mine" / "contracts" / "cover.terms").write_text(PREMIUM.format(how=how), "utf-8")
    (tmp_path / "mine" / "inputs").mkdir(exist_ok=True)
    for path in (tmp_path / "mine" / "inputs").iterdir():
        path.unlink()
    figure = "cover,days-lost,2026-01-01,2026-01-31,5,2026-02-01\n"
    (tmp_path / "mine" / "inputs" / "a.csv").write_text(HEAD + figure, "utf-8")
    found = []
    for day in (dt.date(2026, 1, 1), dt.date(2026, 2, 1), dt.date(2026, 2, 2)):
        desk = runs.open_desk(tmp_path / "mine")
        with ledger.open_ledger(desk.workspace.ledger_folder, writing=True) as book:
            if runs.plan(desk, book, day, day).plan.drafts:
                runs.confirm(book, "tests", "checked", day)
            found += [book.document(one.number) for one in runs.issue(desk, book, day, "tests").issued]
    lines = [line for document in found for line in document.lines if line.component.name.endswith("slow")]
    sign = 1 if how == "as credit note" else -1
    assert {(str(line.component), line.net.amount) for line in lines} == {
        ("hull/credit/slow", 10 * sign),
        ("hull/levy/ipt-de/credit/slow", Decimal("1.90") * sign),
    }
    assert len(found) == (3 if how == "as credit note" else 2)
