"""A charge or a contract that was renamed is the same as before: nothing is billed again, corrections find what was."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest

from invoicer import ledger, runs
from invoicer.domain.correction import CreditReason
from invoicer.domain.document import Kind
from invoicer.domain.doubt import DoubtName
from invoicer.errors import RunError
from tests.runs.small import heading, held, insurer, issue

OLD = (
    heading("acme-2026", "Acme")
    + """
charge base-fee "Base fee"
  40.00 EUR per month
  minimum 50.00 EUR per month

charge seats "Seats"
  quantity 4 seats
  10.00 EUR per seat per month

discount welcome "Welcome"
  20% off base-fee

commitment yearly "Yearly commitment"
  200.00 EUR per 2 months
  counts base-fee, seats
"""
)
NEW = (
    OLD.replace("acme-2026", "acme-2027")
    .replace('"Acme"', '"Acme"\n  renamed from acme-2026')
    .replace("base-fee", "platform-fee")
    .replace('"Base fee"', '"Platform fee"\n  renamed from base-fee, old-fee')
    .replace("commitment yearly", "commitment spend")
    .replace("  200.00", "  renamed from yearly\n  200.00")
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small workspace of which two months were issued, with a contract under its first names."""
    made = insurer(tmp_path / "workspace")
    write(made, OLD)
    assert len(issue(made, "2026-02-01")) == 2
    assert len(issue(made, "2026-03-01")) == 2  # the month, and what is short of the commitment
    return made


def write(folder: Path, text: str) -> None:
    (folder / "contracts" / "acme.terms").write_text(text, "utf-8")


def test_a_rename_alone_bills_nothing_and_holds_nothing(folder: Path) -> None:
    write(folder, NEW)
    assert issue(folder, "2026-03-02") == []


def test_without_the_line_everything_would_be_billed_again(folder: Path) -> None:
    write(folder, NEW.replace("  renamed from acme-2026\n", ""))
    assert [one.code for one in held(folder, "acme-2026", "2026-03-02")] == ["L201"]


def test_the_next_month_is_billed_under_the_new_names_and_is_no_first_invoice(folder: Path) -> None:
    write(folder, NEW)
    desk, day = runs.open_desk(folder), dt.date(2026, 4, 1)
    with ledger.open_ledger(desk.workspace.ledger_folder, writing=True) as book:
        [draft] = runs.plan(desk, book, day, day).plan.drafts
        assert DoubtName.FIRST_INVOICE not in {one.name for one in draft.doubts}
    [paper] = issue(folder, "2026-04-01")
    assert {line.contract for line in paper.lines} == {"acme-2027"}
    assert {line.component.charge for line in paper.lines} == {"platform-fee", "seats"}


def test_a_reduction_from_earlier_on_is_credited_to_the_documents_of_the_old_name(folder: Path) -> None:
    amended = "\namendment 1 from 2026-02-01 agreed 2026-03-02\n  change seats quantity to 3 seats\n"
    write(folder, NEW + amended + "  change platform-fee to 60.00 EUR per month\n")
    made = issue(folder, "2026-03-02")
    lines = [line for paper in made for line in paper.lines if paper.kind is Kind.CREDIT_NOTE]
    corrected = {line.corrects.number for line in lines if line.corrects}
    assert {"INV-2026-00002", "INV-2026-00004"} <= corrected
    assert Decimal("10.00") in [line.net.amount for line in lines]
    assert issue(folder, "2026-03-03") == []
    write(folder, (NEW + amended + "  change platform-fee to 60.00 EUR per month\n").replace("acme-2027", "acme-2028"))
    text = (folder / "contracts" / "acme.terms").read_text("utf-8")
    write(folder, text.replace("renamed from acme-2026", "renamed from acme-2026, acme-2027"))
    assert issue(folder, "2026-03-04") == []


def test_what_was_credited_as_an_error_stays_credited_after_a_rename(folder: Path) -> None:
    credit(folder, "INV-2026-00001")
    assert drafted(folder, "2026-03-02") == ["credit-note"]
    write(folder, NEW)
    assert drafted(folder, "2026-03-03") == []
    assert [one.code for one in held(folder, "acme-2027", "2026-03-03")] == ["D003"]


def test_a_document_of_the_old_names_can_be_credited_under_the_new_ones_and_never_twice(folder: Path) -> None:
    write(folder, NEW)
    credit(folder, "INV-2026-00001")
    assert drafted(folder, "2026-03-02") == ["credit-note"]
    with pytest.raises(RunError, match="nothing is left of"):
        credit(folder, "INV-2026-00001")


def drafted(folder: Path, on: str) -> list[str]:
    """The kinds of the documents that are issued, whatever is withheld."""
    desk, day = runs.open_desk(folder), dt.date.fromisoformat(on)
    with ledger.open_ledger(desk.workspace.ledger_folder, writing=True) as book:
        if not runs.plan(desk, book, day, day).plan.drafts:
            return []
        runs.confirm(book, "tests", "checked", day)
        return [str(book.document(one.number).kind) for one in runs.issue(desk, book, day, "tests").issued]


def credit(folder: Path, number: str) -> None:
    desk, day = runs.open_desk(folder), dt.date(2026, 3, 2)
    with ledger.open_ledger(desk.workspace.ledger_folder, writing=True) as book:
        runs.credit(desk, book, number, CreditReason.PRICE, "me", "a slip", day)


def test_events_and_figures_may_bear_the_former_id(tmp_path: Path) -> None:
    folder = insurer(tmp_path / "workspace")
    text = (
        heading("acme-2026", "Acme", "monthly in arrears")
        + '\ncharge api "API"\n  usage of calls\n  1.00 EUR per call\n\nmeter calls\n  sum of calls\n  unit calls\n'
        + '\ncharge care "Care"\n  declared staff\n  2.00 EUR per employee\n'
        + "\ninput staff\n  unit employees\n  stated per month\n"
    )
    write(folder, text)
    (folder / "usage").mkdir()
    rows = "event,contract,meter,at,calls\n1,acme-2026,calls,2026-01-05T10:00:00Z,7\n"
    (folder / "usage" / "calls.csv").write_text(rows + "2,acme-2027,calls,2026-01-06T10:00:00Z,4\n", "utf-8")
    manifest = '[[source]]\nfiles = "calls.csv"\nmeters = ["calls"]\ncomplete_through = 2026-01-31\n'
    (folder / "usage" / "manifest.toml").write_text(manifest, "utf-8")
    (folder / "inputs").mkdir()
    figures = "contract,input,from,to,value,declared\nacme-2026,staff,2026-01-01,2026-01-31,10,2026-02-01\n"
    (folder / "inputs" / "2026.csv").write_text(figures, "utf-8")
    write(folder, text.replace('acme-2026 "Acme"', 'acme-2027 "Acme"\n  renamed from acme-2026'))
    [paper] = issue(folder, "2026-02-01")
    assert [line.net.amount for line in paper.lines] == [Decimal("11.00"), Decimal("20.00")]


def test_the_schedule_knows_what_was_issued_under_the_former_names(folder: Path) -> None:
    write(folder, NEW)
    desk, day = runs.open_desk(folder), dt.date(2026, 3, 2)
    with ledger.open_ledger(desk.workspace.ledger_folder, writing=False) as book:
        rows = runs.schedule(desk, book, dt.date(2026, 1, 1), day, day)
    fees = [row for row in rows if row.period.charge == "platform-fee"]
    assert len({row.documents for row in fees}) == 3
    assert all(row.documents for row in rows)
