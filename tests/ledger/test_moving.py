"""A ledger moves to another database with all that it holds, and nobody goes on in the old one by mistake."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from invoicer.errors import DefectError, RunError
from invoicer.ledger import Point, move, moving, schema
from tests.ledger.conftest import Places
from tests.ledger.papers import DATABASE, Breaks, by_hand, database_of, many, month, reader, run, writer
from tests.postgresql import Postgres


@pytest.fixture
def elsewhere(kind: str, postgresql: Postgres) -> Iterator[str]:
    """Where a ledger moves to: from SQLite to an empty database on the server, from the server to SQLite."""
    if kind == "postgresql":
        yield ""
    else:
        name = postgresql.new()
        yield postgresql.url(name)
        postgresql.drop(name)


def contents(folder: Path) -> dict[str, Any]:
    with by_hand(folder) as connection:
        tables = schema.metadata.sorted_tables
        return {
            table.name: connection.execute(sa.select(table).order_by(*table.primary_key.columns)).all()
            for table in tables
        }


def move_to(folder: Path, url: str, **options: Any) -> int:
    return move(folder / "ledger", source=database_of(folder), target=url, **options)


def test_a_ledger_moves_and_goes_on(folder: Path, elsewhere: str) -> None:
    with writer(folder) as ledger:
        run(ledger, many(5))
        documents = [ledger.document_json(item.number) for item in ledger.documents()]
    before, old = contents(folder), database_of(folder)
    assert move_to(folder, elsewhere) == sum(map(len, before.values()))
    for opened in (reader, writer):
        with pytest.raises(RunError, match=r"L108.*older than the anchor.*if the ledger was moved"), opened(folder):
            pass
    (folder / DATABASE).write_text(elsewhere)
    after = contents(folder)
    assert after.pop("log")[:-1] == before.pop("log")
    assert after == before
    with writer(folder) as ledger:
        assert ledger.verify_chain() == ()
        assert [ledger.document_json(item.number) for item in ledger.documents()] == documents
        run(ledger, many(5) + many(3, month(1)))
        assert len(ledger.documents()) == 8
        assert ledger.verify_chain() == ()
    (folder / DATABASE).write_text(old)
    assert contents(folder).keys() == before.keys() | {"log"}  # what was there is there


def test_what_is_not_empty_is_not_written_over(folder: Path, places: Places, tmp_path: Path) -> None:
    other = places.new(tmp_path / "other")
    for place in (folder, other):
        with writer(place) as ledger:
            run(ledger, many(2))
    if url := database_of(other):
        with pytest.raises(RunError, match=r"L106.*there is a ledger already"):
            move_to(folder, url)
    with pytest.raises(RunError, match=r"L106.*names this database for the ledger already"):
        move_to(folder, database_of(folder))
    with reader(folder) as ledger:
        assert ledger.verify_chain() == ()


def test_a_move_that_breaks_is_begun_anew(folder: Path, elsewhere: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with writer(folder) as ledger:
        run(ledger, many(3))

    def breaks(*_: object) -> None:
        raise ArithmeticError

    with monkeypatch.context() as patched, pytest.raises(ArithmeticError):
        patched.setattr("invoicer.ledger.chain.append", breaks)
        move_to(folder, elsewhere)
    with reader(folder) as ledger:
        assert ledger.verify_chain() == ()
    with pytest.raises(ArithmeticError):  # moved, and not yet anchored: either database is whole
        move_to(folder, elsewhere, fault=Breaks(Point.FILE_WRITTEN, ArithmeticError()))
    with pytest.raises(RunError, match=r"L106.*there is a ledger already.*cut off at its very end"):
        move_to(folder, elsewhere)
    (folder / DATABASE).write_text(elsewhere)
    with writer(folder) as ledger:
        assert ledger.verify_chain() == ()
        assert len(ledger.documents()) == 3


@pytest.mark.parametrize("at", [Point.FILE_WRITTEN, Point.FILE_RENAMED, Point.FOLDER_SYNCED])
def test_whoever_moves_again_is_told_that_all_is_moved(folder: Path, elsewhere: str, at: Point) -> None:
    """Whether or not the anchor has followed when it broke off."""
    with writer(folder) as ledger:
        run(ledger, many(3))
    with pytest.raises(ArithmeticError):
        move_to(folder, elsewhere, fault=Breaks(at, ArithmeticError()))
    left = "write this one into" if elsewhere else "take the URL out of"
    for _ in range(2):
        with pytest.raises(RunError, match=rf"L106.*cut off at its very end, {left} invoicer.toml"):
            move_to(folder, elsewhere)


def test_there_is_nothing_to_move(folder: Path, elsewhere: str) -> None:
    (folder / "ledger").mkdir()
    with pytest.raises(RunError, match=r"L106.*no ledger to move"):
        move_to(folder, elsewhere)


def test_whoever_names_the_new_database_before_the_move_is_told_how_to_move(folder: Path, elsewhere: str) -> None:
    with writer(folder) as ledger:
        run(ledger, many(1))
    old, how = database_of(folder), "with `invoicer move`" if elsewhere else "was moved to a server"
    (folder / DATABASE).write_text(elsewhere)
    with pytest.raises(RunError, match=f"L108.*missing, or empty.*{how}"), writer(folder):
        pass
    with pytest.raises(RunError, match=f"L108.*missing, or empty.*{how}"):
        move_to(folder, "postgresql://nobody@127.0.0.1:1/other")
    with pytest.raises(RunError, match=r"L106.*names this database for the ledger already.*until it was moved"):
        move_to(folder, elsewhere)
    (folder / DATABASE).write_text(old)
    assert move_to(folder, elsewhere)


def test_nothing_moves_while_another_run_is_under_way(folder: Path, elsewhere: str) -> None:
    with writer(folder), pytest.raises(RunError, match="L101"):
        move_to(folder, elsewhere)


def test_a_ledger_that_is_not_what_the_anchor_remembers_moves_nowhere(folder: Path, elsewhere: str) -> None:
    with writer(folder) as ledger:
        run(ledger, many(1))
    anchor = folder / "ledger" / "anchor.json"
    anchor.write_text(anchor.read_text("utf-8").replace('"count":', '"count":9'), "utf-8")
    with pytest.raises(RunError, match=r"L108.*older than the anchor"):
        move_to(folder, elsewhere)


def test_a_row_that_arrives_as_another_one_moves_nothing(
    folder: Path, elsewhere: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with writer(folder) as ledger:
        run(ledger, many(2))
    kept, asked = moving._rows, []

    def disordered(connection: sa.Connection, table: sa.Table) -> Iterator[Any]:
        asked.append(connection)
        for part in kept(connection, table):
            yield part if connection is asked[0] or table is not schema.documents else part[::-1]

    with monkeypatch.context() as patched, pytest.raises(DefectError, match="a row of documents is another"):
        patched.setattr(moving, "_rows", disordered)
        move_to(folder, elsewhere)
    assert move_to(folder, elsewhere) > 0
