"""What a plan rests on is proved before it is made, and known by one hash for each contract."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from invoicer.errors import RunError
from invoicer.ledger import schema
from tests.ledger.conftest import Places
from tests.ledger.papers import by_hand, draft, many, month, proposed, reader, run, writer
from tests.ledger.test_chain import other
from tests.ledger.test_corrections import asks, part

RESTED_ON = [
    *(("billed", name) for name in ("document", "contract", "revision", "json")),
    *(("documents", name) for name in ("number", "logged", "sha256")),
    *(("plan_drafts", name) for name in ("json", "fingerprint", "people")),
    *(("corrections", name) for name in ("json", "document")),
    ("log", "payload"),
    ("series", "next_number"),
]


@pytest.fixture(scope="module")
def sound(places: Places, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = places.new(tmp_path_factory.mktemp("carried"))
    with writer(folder) as ledger:
        run(ledger, many(3))
        ledger.request_credit(ledger.documents()[0].number, asks(part("1.00")))
        ledger.store_plan(month(1).start, month(1).start, proposed(many(2, month(1))), {})
    return folder


@pytest.fixture
def folder(tmp_path: Path, places: Places, sound: Path) -> Iterator[Path]:
    with places.passing():
        yield places.copy(sound, tmp_path / "workspace")


def refused(folder: Path) -> set[str]:
    """The codes with which a plan is refused."""
    try:
        with reader(folder) as ledger:
            ledger.carried()
    except RunError as refusal:
        assert all("backup" in problem.mend and problem.cause for problem in refusal.problems)
        return {problem.code for problem in refusal.problems}
    return set()


def test_a_sound_ledger_is_planned_upon(folder: Path) -> None:
    assert refused(folder) == set()


@pytest.mark.parametrize(("table", "column"), RESTED_ON)
def test_what_was_changed_is_not_planned_upon(folder: Path, table: str, column: str) -> None:
    where = schema.metadata.tables[table]
    with by_hand(folder) as connection:
        query = sa.select(where).order_by(*(key.desc() for key in where.primary_key.columns))
        row = connection.execute(query.limit(1)).one()._mapping
        mine = [key == row[key.name] for key in where.primary_key.columns]
        connection.execute(sa.update(where).where(*mine).values({column: other(row[column])}))
    assert refused(folder)


@pytest.mark.parametrize("table", ["billed", "documents", "log", "plan_drafts", "corrections"])
def test_without_a_row_nothing_is_planned(folder: Path, table: str) -> None:
    where = schema.metadata.tables[table]
    with by_hand(folder) as connection:
        query = sa.select(where).order_by(*(key.desc() for key in where.primary_key.columns))
        row = connection.execute(query.limit(1)).one()._mapping
        connection.execute(sa.delete(where).where(*[key == row[key.name] for key in where.primary_key.columns]))
    assert refused(folder)


def test_a_line_that_was_added_by_hand_is_not_planned_upon(folder: Path) -> None:
    with by_hand(folder) as connection:
        row = connection.execute(sa.select(schema.billed).limit(1)).one()._mapping
        connection.execute(sa.insert(schema.billed), [{**row, "line": 99, "span": "once", "revision": 9}])
    assert refused(folder) == {"L114"}


@pytest.mark.parametrize("column", ["json", "sha256"])
def test_a_document_that_was_changed_is_not_read(folder: Path, column: str) -> None:
    with by_hand(folder) as connection:
        number, *_ = connection.execute(sa.select(schema.documents.c.number)).scalars()
        table = schema.documents
        connection.execute(sa.update(table).where(table.c.number == number).values({column: "x"}))
    with reader(folder) as ledger, pytest.raises(RunError) as refusal:
        ledger.document(number)
    assert [(one.code, one.where.part) for one in refusal.value.problems] == [("L113", f"document {number}")]


def test_the_hash_of_a_contract_changes_with_what_is_billed_of_it_alone(folder: Path) -> None:
    with writer(folder) as ledger:
        before = ledger.carried()
        run(ledger, [(draft("c0001-2026", days=month(2)), "more"), (draft("z-1", days=month(2)), "new")])
        after = ledger.carried()
    changed = {contract for contract in after if after[contract] != before.get(contract)}
    assert changed == {"c0001-2026", "z-1"}
    assert before.keys() == {"c0000-2026", "c0001-2026", "c0002-2026"}
