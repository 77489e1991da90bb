"""Documents of another system count as billed, and are held against the log like our own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from invoicer.errors import Place, RunError
from invoicer.ledger import Foreign, Import, Ledger, Numbering, Taken, schema
from tests.ledger.conftest import Places
from tests.ledger.papers import TODAY, by_hand, confirmed, draft, finish, finished, month, reader, stored, writer
from tests.ledger.test_chain import other

PATTERN = "HN-{year}-{number:5}"
TABLES = (schema.imported, schema.imported_lines)
COLUMNS = [(table.name, column.name) for table in TABLES for column in table.columns]


def foreign(number: str, contract: str = "acme-2026", amount: str = "450.00", months: int = 0) -> Foreign:
    """A document as another system may have issued it."""
    paper = replace(draft(contract, (amount,), days=month(months)), series="", provenance={})
    document, billed, _ = finished(paper, number, TODAY)
    return Foreign(document, billed, (Place("old.csv", 2),))


def bring(ledger: Ledger, *documents: Foreign, start: int = 1, keep: bool = True) -> Taken:
    numbering = Numbering(starts={PATTERN.replace("{year}", "2026"): start})
    data = "".join(one.document.number for one in documents).encode()
    brought = Import("old.csv", data, documents, "Billing", TODAY, numbering, frozenset({PATTERN}))
    return ledger.import_billed(brought, keep=keep)


def codes(refusal: pytest.ExceptionInfo[RunError]) -> list[str]:
    return [problem.code for problem in refusal.value.problems]


@pytest.fixture(scope="module")
def sound(places: Places, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = places.new(tmp_path_factory.mktemp("imported"))
    with writer(folder) as ledger:
        bring(ledger, foreign("OLD-1"), foreign("OLD-2", months=1), foreign("OLD-3", "birch-2026"))
        ledger.withdraw_import("OLD-3", "Billing", "another contract", TODAY)
    return folder


@pytest.fixture
def copy(tmp_path: Path, places: Places, sound: Path) -> Iterator[Path]:
    with places.passing():
        yield places.copy(sound, tmp_path / "workspace")


def found(folder: Path) -> list[str]:
    try:
        with reader(folder) as ledger:
            return [problem.code for problem in ledger.verify_chain()]
    except RunError as refusal:
        return [problem.code for problem in refusal.problems]


def test_what_was_imported_is_billed_in_the_order_of_the_log(folder: Path) -> None:
    with writer(folder) as ledger:
        assert bring(ledger, foreign("OLD-2", months=1), foreign("OLD-1"), keep=False).new == ("OLD-2", "OLD-1")
        assert ledger.billed(["acme-2026"]) == ()
        bring(ledger, foreign("OLD-2", months=1), foreign("OLD-1"))
        ledger.issue(confirmed(ledger, [(draft(days=month(2)), "f")]), finish, TODAY)
        assert [line.document for line in ledger.billed(["acme-2026"])] == ["OLD-1", "OLD-2", "HN-2026-00001"]
        assert ledger.billed_contracts() == {"acme-2026"}
        assert [one.number for one in ledger.imported()] == ["OLD-1", "OLD-2"]
        assert [one.number for one in ledger.documents()] == ["HN-2026-00001"]
        assert ledger.document("OLD-1").gross.amount == foreign("OLD-1").document.gross.amount
        assert ledger.verify_chain() == ()
        assert [number for number, _ in ledger.proved()] == ["OLD-1", "OLD-2", "HN-2026-00001"]


def test_the_same_again_is_known_and_added_rows_are_taken(folder: Path) -> None:
    with writer(folder) as ledger:
        bring(ledger, foreign("OLD-1"))
        entries = ledger.length()
        assert bring(ledger, foreign("OLD-1")) == Taken((), ("OLD-1",))
        assert ledger.length() == entries
        assert bring(ledger, foreign("OLD-1"), foreign("OLD-2", months=1)) == Taken(("OLD-2",), ("OLD-1",))


def test_other_rows_under_a_known_number_are_refused_and_nothing_is_taken(folder: Path) -> None:
    with writer(folder) as ledger:
        bring(ledger, foreign("OLD-1"))
        with pytest.raises(RunError) as refusal:
            bring(ledger, foreign("OLD-1", amount="451.00"), foreign("OLD-2", months=1))
        assert codes(refusal) == ["L172", "L172"]  # a line is new, and one is gone
        assert [one.number for one in ledger.imported()] == ["OLD-1"]


def test_numbers_that_were_given_or_will_be_are_refused(folder: Path) -> None:
    with writer(folder) as ledger:
        ledger.issue(confirmed(ledger, [(draft(), "f")]), finish, TODAY)
        with pytest.raises(RunError) as refusal:
            bring(ledger, foreign("HN-2026-00001", months=1), foreign("HN-2026-00007", months=2))
        assert codes(refusal) == ["L170", "L171"]
        bring(ledger, foreign("HN-2025-00007", months=1))  # a year that is over


def test_a_series_that_would_give_many_numbers_again_is_told_once_with_what_to_write(folder: Path) -> None:
    """What the message says to write lets the whole file in."""
    with writer(folder) as ledger:
        file = [foreign("HN-2026-00004"), foreign("HN-2026-00118", months=1), foreign("HN-2026-00061", months=2)]
        with pytest.raises(RunError) as refusal:
            bring(ledger, *file)
        [told] = refusal.value.problems
        assert told.code == "L171"
        assert told.cause.endswith("would give HN-2026-00118 again, and 2 more of this file")
        assert '{ pattern = "HN-{year}-{number:5}", start = "HN-2026-00119" }' in told.mend
        assert len(bring(ledger, *file, start=119).new) == 3


def test_numbers_below_the_start_of_a_series_are_free_and_never_given_again(folder: Path) -> None:
    with writer(folder) as ledger:
        bring(ledger, foreign("HN-2026-00118"), start=119)
        plan = confirmed(ledger, [(draft(days=month(1)), "f")])
        with pytest.raises(RunError) as refusal:
            ledger.issue(plan, finish, TODAY)  # somebody took the start out of the settings
        assert codes(refusal) == ["L133"]
        start = Numbering(starts={"HN-2026-{number:5}": 119})
        assert ledger.issue(plan, finish, TODAY, numbering=start) == ("HN-2026-00119",)


def test_what_was_billed_here_is_not_imported(folder: Path) -> None:
    with writer(folder) as ledger:
        ledger.issue(confirmed(ledger, [(draft(), "f")]), finish, TODAY)
        with pytest.raises(RunError) as refusal:
            bring(ledger, foreign("OLD-1"))
        assert codes(refusal) == ["L173"]
        assert "HN-2026-00001" in refusal.value.problems[0].cause


def test_what_waits_for_its_contracts_is_dropped(folder: Path) -> None:
    with writer(folder) as ledger:
        plan = stored(ledger, [(draft(), "f"), (draft("birch-2026"), "g")])
        ledger.confirm(plan, "sales", "as agreed", TODAY)
        bring(ledger, foreign("OLD-1"))
        assert ledger.issue(plan, finish, TODAY) == ("HN-2026-00001",)
        assert ledger.document("HN-2026-00001").lines[0].contract == "birch-2026"
        assert ledger.verify_chain() == ()


def test_an_import_is_withdrawn_by_somebody_for_a_reason_and_comes_again(folder: Path) -> None:
    with writer(folder) as ledger:
        bring(ledger, foreign("OLD-1"))
        with pytest.raises(RunError, match="remark"):
            ledger.withdraw_import("OLD-1", "Billing", " ", TODAY)
        with pytest.raises(RunError) as refusal:
            ledger.withdraw_import("OLD-2", "Billing", "wrong", TODAY)
        assert codes(refusal) == ["L174"]
        ledger.withdraw_import("OLD-1", "Billing", "wrong amount", TODAY)
        assert ledger.billed(["acme-2026"]) == ()
        bring(ledger, foreign("OLD-1", amount="451.00"))
        assert ledger.verify_chain() == ()


def test_nobody_brings_nothing(folder: Path) -> None:
    with writer(folder) as ledger, pytest.raises(RunError) as refusal:
        ledger.import_billed(Import("old.csv", b"", (foreign("OLD-1"),), " ", dt.date(2026, 2, 1)))
    assert codes(refusal) == ["L123"]


def test_a_sound_import_proves_itself(copy: Path) -> None:
    assert found(copy) == []


@pytest.mark.parametrize(("table", "column"), COLUMNS)
def test_a_changed_column_is_found(copy: Path, table: str, column: str) -> None:
    where = schema.metadata.tables[table]
    with by_hand(copy) as connection:
        row = connection.execute(sa.select(where).order_by(*where.primary_key.columns).limit(1)).one()._mapping
        mine = [key == row[key.name] for key in where.primary_key.columns]
        connection.execute(sa.update(where).where(*mine).values({column: other(row[column])}))
    assert found(copy)


@pytest.mark.parametrize("table", [table.name for table in TABLES])
def test_a_row_that_is_gone_is_found(copy: Path, table: str) -> None:
    where = schema.metadata.tables[table]
    with by_hand(copy) as connection:
        row = connection.execute(sa.select(where).order_by(*where.primary_key.columns).limit(1)).one()._mapping
        connection.execute(sa.delete(where).where(*[key == row[key.name] for key in where.primary_key.columns]))
    assert "L176" in found(copy)
