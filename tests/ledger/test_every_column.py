"""Every column of every table that a run fills is changed, and a row of each is deleted: `verify` finds it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from invoicer import runs
from invoicer.domain.doubt import Doubt
from invoicer.errors import Place, Problem, Severity
from invoicer.ledger import chain, schema
from tests.ledger.conftest import Places
from tests.ledger.papers import TODAY, by_hand, draft, many, month, proposed, reader, run, verified, writer
from tests.ledger.test_chain import other
from tests.ledger.test_corrections import asks, part

STATES = {
    ("about", "name"): "what kind of database it is",
    ("about", "value"): "what kind of database it is",
    ("plans", "status"): "how far it has come",
    ("plan_drafts", "remark"): "each decision itself is logged",
    ("series", "pattern"): "only finds its owner; numbers are made of the key",
    ("documents", "told"): "what plugins have heard is no part of the document",
}
"""Columns that are no part of the proof, and why."""
EMPTY = {"imported", "imported_lines"}
"""Tables that these runs leave empty; tests of theirs change them."""
TABLES = [table for table in schema.metadata.sorted_tables if table.name not in EMPTY]
COLUMNS = [(table.name, column.name) for table in TABLES for column in table.columns]


@pytest.fixture(scope="module")
def sound(places: Places, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = places.new(tmp_path_factory.mktemp("every"))
    with writer(folder) as ledger:
        ledger.put_content(b"what the papers rest on")
        run(ledger, many(4))
        first = ledger.documents()[0].number
        ledger.request_credit(first, asks(part("2.00")))
        second = ledger.request_credit(first, asks(part("1.00")))
        ledger.cancel_credit(second.id, "Billing", "asked twice", TODAY)
        doubts = ((Doubt("jump", "c0009-2026", Problem("L301", Place(), "it is new", "look at it", Severity.HOLD)),),)
        drafts = [(draft("c0009-2026"), "new")]
        plan = ledger.store_plan(month(1).start, month(1).start, proposed(drafts), {"c0010-2026": ()}, doubts=doubts)
        ledger.confirm(plan, "Anna", "as agreed", TODAY, doubts=["jump"])
    return folder


@pytest.fixture
def folder(tmp_path: Path, places: Places, sound: Path) -> Iterator[Path]:
    with places.passing():
        yield places.copy(sound, tmp_path / "workspace")


def found(folder: Path) -> list[str]:
    """Where something is wrong."""
    return [str(problem.where) for problem in verified(folder)]


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


@pytest.mark.parametrize(
    "moved", [("json",), ("json", "sha256"), ("logged",), ("json", "sha256", "logged"), ("counter", "number")]
)
def test_two_documents_that_changed_places_are_found(folder: Path, moved: tuple[str, ...]) -> None:
    """Each of them is genuine, and has the hash that it says."""
    table = schema.documents
    with by_hand(folder) as connection:
        first, second = connection.execute(sa.select(table).order_by(table.c.logged).limit(2)).all()
        aside = {"number": "aside", "counter": 9999, "logged": 9999}
        for row, values in ((first, aside), (second, first._mapping), (first, second._mapping)):
            mine = table.c.json == row.json if "number" in moved else table.c.number == row.number
            if new := {name: values[name] for name in moved if name in values}:
                connection.execute(sa.update(table).where(mine).values(new))
    assert found(folder)


def test_everything_made_anew_is_found_by_a_copy_of_the_anchor(folder: Path, tmp_path: Path) -> None:
    """Somebody with all rights changes a remark, hashes the whole log again, and writes the anchor to fit."""
    copy = tmp_path / "anchor-of-january.json"
    copy.write_bytes((folder / "ledger" / "anchor.json").read_bytes())
    log = schema.log
    with by_hand(folder) as connection:
        last = chain.GENESIS
        for row in connection.execute(sa.select(log).order_by(log.c.sequence)).all():
            payload = row.payload.replace("asked twice", "never asked")
            last = chain.Head(
                row.sequence, chain.link(row.sequence, row.kind, payload, last.hash if last.count else row.previous)
            )
            new = {"payload": payload, "hash": last.hash}
            connection.execute(sa.update(log).where(log.c.sequence == row.sequence).values(new))
            following = log.c.sequence == row.sequence + 1
            connection.execute(sa.update(log).where(following).values(previous=last.hash))
    (folder / "ledger" / "anchor.json").write_text(json.dumps({"count": last.count, "head": last.hash}), "utf-8")
    with reader(folder) as ledger:
        assert [
            problem.code for verdict in runs.verify(ledger) for problem in verdict.problems if problem.code != "L143"
        ] == []
        [told] = [problem for problem in runs.verify(ledger, anchors=[copy])[0].problems if problem.code != "L143"]
    assert (told.code, told.where.file) == ("L109", str(copy))
