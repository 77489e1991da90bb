"""Every column of every table that a run fills is changed, and a row of each is deleted: `verify` finds it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from invoicer import runs
from invoicer.errors import RunError
from invoicer.ledger import schema
from tests.ledger.conftest import Places
from tests.ledger.papers import by_hand, draft, many, month, reader, run, writer
from tests.ledger.test_chain import other

STATES = {
    ("about", "name"): "what kind of database it is",
    ("about", "value"): "what kind of database it is",
    ("plans", "status"): "how far it has come",
    ("plan_drafts", "remark"): "each decision itself is logged",
    ("series", "pattern"): "only finds its owner; numbers are made of the key",
    ("documents", "told"): "what plugins have heard is no part of the document",
    ("artifacts", "format"): "the file is found by its hash and name",
}
"""Columns that are no part of the proof, and why."""
EMPTY = {"corrections", "correction_lines", "plan_doubts", "imported", "imported_lines"}
"""Tables that these runs leave empty; tests of theirs change them."""
TABLES = [table for table in schema.metadata.sorted_tables if table.name not in EMPTY]
COLUMNS = [(table.name, column.name) for table in TABLES for column in table.columns]


@pytest.fixture(scope="module")
def sound(places: Places, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = places.new(tmp_path_factory.mktemp("every"))
    with writer(folder) as ledger:
        ledger.put_content(b"what the papers rest on")
        run(ledger, many(4))
        ledger.store_plan(month(1).start, month(1).start, [(draft("c0009-2026"), "new")], {"c0010-2026": ()})
    return folder


@pytest.fixture
def folder(tmp_path: Path, places: Places, sound: Path) -> Iterator[Path]:
    with places.passing():
        yield places.copy(sound, tmp_path / "workspace")


def found(folder: Path) -> list[str]:
    """What is wrong; but for the terms of these papers, which were never kept."""
    try:
        with reader(folder) as ledger:
            every = [problem for verdict in runs.verify(ledger) for problem in verdict.problems]
    except RunError as refusal:
        every = list(refusal.problems)
    return [str(problem.where) for problem in every if problem.code != "L143"]


def test_nothing_is_found_in_a_sound_ledger(folder: Path) -> None:
    assert found(folder) == []


@pytest.mark.parametrize(("table", "column"), [one for one in COLUMNS if one not in STATES])
def test_a_changed_column_is_found(folder: Path, table: str, column: str) -> None:
    where = schema.metadata.tables[table]
    with by_hand(folder) as connection:
        rows = connection.execute(sa.select(where).order_by(*where.primary_key.columns)).all()
        filled = [row._mapping for row in rows if row._mapping[column] is not None]
        if not filled:
            assert where.c[column].nullable
            return
        row, old = filled[0], filled[0][column]
        mine = [key == row[key.name] for key in where.primary_key.columns]
        connection.execute(sa.update(where).where(*mine).values({column: other(old) if old != "" else "x"}))
    assert any(found(folder))


@pytest.mark.parametrize("table", [table.name for table in TABLES if table.name not in ("about", "contents")])
def test_a_row_that_is_gone_is_found(folder: Path, table: str) -> None:
    where = schema.metadata.tables[table]
    with by_hand(folder) as connection:
        row = connection.execute(sa.select(where).order_by(*where.primary_key.columns).limit(1)).one()._mapping
        connection.execute(sa.delete(where).where(*[key == row[key.name] for key in where.primary_key.columns]))
    assert found(folder)
