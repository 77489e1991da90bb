"""A premium with a deposit, from the signed terms to the papers: deposit, declaration, settlement, cancellation, tax."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest

from invoicer import ledger, runs
from invoicer.domain.document import Document, Kind
from invoicer.domain.entitlement import Part
from tests.runs.small import heading, insurer, issue

TERMS = (
    heading("liability", "Public liability 2026", "annually in advance", "cover")
    + """
premium liability "Public liability"
  declared turnover
  1.20 EUR per 1 000 EUR
  deposit 4 000.00 EUR
  minimum 3 000.00 EUR
  adjust on declaration within 60 days
  refund short-rate
  short-rate
    up to 30 days   20%
    up to 3 months  40%
    above           100%
  policy "PL-2026-7"
  insurer "Harbour Mutual"
  risk in NL
  insurance class liability

input turnover "Turnover"
  unit EUR
  stated per year
  adds up
"""
)
CANCELLED = """
amendment 1 from 2026-04-01 agreed 2026-03-10 "Cancelled"
  stop liability
"""
HEAD = "contract,input,from,to,value,declared,by,remark\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small workspace with the policy alone."""
    made = insurer(tmp_path / "workspace")
    (made / "contracts" / "liability.terms").write_text(TERMS, "utf-8")
    return made


def declare(folder: Path, *rows: str) -> None:
    (folder / "inputs").mkdir(exist_ok=True)
    text = HEAD + "".join(f"liability,turnover,{row},broker,\n" for row in rows)
    (folder / "inputs" / "turnover.csv").write_text(text, "utf-8")


def told(document: Document) -> list[tuple[str, Decimal]]:
    return [(str(line.component), line.net.amount) for line in document.lines]


def test_the_deposit_and_what_is_due_beyond_it(folder: Path) -> None:
    (paid,) = issue(folder, "2026-01-01")
    assert told(paid) == [
        ("liability/deposit", Decimal("4000.00")),
        ("liability/levy/ipt-nl/deposit", Decimal("840.00")),
    ]
    declare(folder, "2026-01-01,2026-12-31,4500000,2027-01-15")
    again, settled = sorted(
        [*issue(folder, "2027-01-01"), *issue(folder, "2027-03-02")], key=lambda one: one.issue_date
    )
    assert told(again)[0] == ("liability/deposit", Decimal("4000.00"))
    assert settled.kind is Kind.INVOICE
    assert told(settled) == [
        ("liability/adjustment", Decimal("1400.00")),
        ("liability/levy/ipt-nl/adjustment", Decimal("294.00")),
    ]
    assert all(line.corrects is None for line in settled.lines)
    assert [detail.label for detail in settled.lines[0].details] == ["", "deposit"]
    assert issue(folder, "2027-03-03") == [], "nothing is left"


def test_what_is_given_back_of_the_deposit_is_a_credit_note_to_it(folder: Path) -> None:
    (paid,) = issue(folder, "2026-01-01")
    issue(folder, "2027-01-01")
    declare(folder, "2026-01-01,2026-12-31,1000000,2027-01-15")
    (note,) = issue(folder, "2027-03-02")
    assert note.kind is Kind.CREDIT_NOTE
    assert told(note) == [
        ("liability/adjustment", Decimal("1000.00")),
        ("liability/levy/ipt-nl/adjustment", Decimal("210.00")),
    ]
    for line, original in zip(note.lines, paid.lines, strict=True):
        assert line.corrects is not None
        assert (line.corrects.number, line.corrects.line) == (paid.number, original.number)
        assert line.corrects.reason == "deposit-settled"
        assert line.corrects.billed == original.net
        assert line.corrects.due == original.net - line.net
    declare(folder, "2026-01-01,2026-12-31,1000000,2027-01-15", "2026-01-01,2026-12-31,2900000,2027-04-02")
    (more,) = issue(folder, "2027-04-02")
    assert told(more)[0] == ("liability/adjustment", Decimal("480.00")), "3 480.00 were earned after all"
    assert issue(folder, "2027-04-03") == []


def test_a_missing_declaration_holds_and_is_not_a_zero(folder: Path) -> None:
    issue(folder, "2026-01-01")
    issue(folder, "2027-01-01")
    desk, day = runs.open_desk(folder), dt.date(2027, 3, 2)
    space = desk.workspace
    with ledger.open_ledger(space.ledger_folder, writing=True, documents=space.documents_folder) as book:
        held = runs.plan(desk, book, day, day).plan.holds["liability"]
    assert [one.code for one in held] == ["E015"]


def test_a_cancellation_gives_back_by_the_table_and_is_settled_afterwards(folder: Path) -> None:
    (paid,) = issue(folder, "2026-01-01")
    terms = folder / "contracts" / "liability.terms"
    terms.write_text(TERMS + CANCELLED, "utf-8")
    (returned,) = issue(folder, "2026-03-10")
    assert returned.kind is Kind.CREDIT_NOTE
    assert told(returned)[0] == ("liability/deposit", Decimal("2400.00")), "90 days on cover: 40% are kept"
    assert returned.lines[0].corrects is not None
    assert returned.lines[0].corrects.number == paid.number
    assert issue(folder, "2026-05-30") == []
    declare(folder, "2026-01-01,2026-03-31,200000,2026-04-20")
    (settled,) = issue(folder, "2026-05-31")
    assert told(settled) == [
        ("liability/adjustment", Decimal("400.00")),
        ("liability/levy/ipt-nl/adjustment", Decimal("84.00")),
    ]
    (line, tax) = settled.lines
    assert line.corrects is not None and tax.corrects is not None
    assert (line.corrects.billed.amount, line.corrects.due.amount) == (Decimal("1600.00"), Decimal("1200.00"))
    assert issue(folder, "2027-12-31") == []


def test_the_schedule_shows_deposits_and_adjustments(folder: Path) -> None:
    issue(folder, "2026-01-01")
    desk = runs.open_desk(folder)
    space = desk.workspace
    with ledger.open_ledger(space.ledger_folder, writing=False, documents=space.documents_folder) as book:
        rows = runs.schedule(desk, book, dt.date(2026, 1, 1), dt.date(2027, 3, 2), dt.date(2026, 6, 1))
    assert [(row.period.part, str(row.period.bill_date), str(row.state)) for row in rows] == [
        (Part.DEPOSIT, "2026-01-01", "issued"),
        (Part.DEPOSIT, "2027-01-01", "to come"),
        (Part.ADJUSTMENT, "2027-03-02", "to come"),
    ]
