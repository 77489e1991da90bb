"""What a plan rests on is proved before it is made, and known by one hash for each contract."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from invoicer.domain.canonical import sha256
from invoicer.errors import RunError
from invoicer.ledger import schema
from tests.keeping import Memory
from tests.ledger.conftest import Places
from tests.ledger.papers import TODAY, by_hand, draft, many, month, proposed, reader, run, writer
from tests.ledger.test_chain import other
from tests.ledger.test_corrections import asks, part
from tests.ledger.test_imported import bring, foreign

RESTED_ON = [
    *(("billed", name) for name in ("document", "contract", "revision", "json")),
    *(("documents", name) for name in ("number", "logged")),
    *(("plan_drafts", name) for name in ("sha256", "fingerprint", "people")),
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


@pytest.mark.parametrize("gone", [True, False])
def test_the_text_of_a_draft_that_waits_is_proved(folder: Path, gone: bool) -> None:
    contents, drafts = schema.contents, schema.plan_drafts.c
    mine = contents.c.sha256.in_(sa.select(drafts.sha256).where(drafts.plan == 2, drafts.position == 1))
    with by_hand(folder) as connection:
        done = connection.execute(
            sa.delete(contents).where(mine) if gone else sa.update(contents).where(mine).values(data=b"{}")
        )
        assert done.rowcount == 1
    assert refused(folder) == {"L117"}


@pytest.mark.parametrize("status", ["issued", "superseded", "open"])
def test_a_draft_that_waits_is_proved_whatever_its_plan_says_of_itself(folder: Path, status: str) -> None:
    """The status of a plan is no part of the proof, and hides no text that was put in the place of another."""
    forged, drafts, plans = b'{"net":"others"}', schema.plan_drafts, schema.plans
    with by_hand(folder) as connection:
        connection.execute(sa.update(plans).where(plans.c.id == 2).values(status=status))
    assert refused(folder) == set()
    with by_hand(folder) as connection:
        connection.execute(sa.insert(schema.contents), [{"sha256": sha256(forged), "data": forged}])
        connection.execute(sa.update(drafts).where(drafts.c.plan == 2).values(sha256=sha256(forged)))
    assert refused(folder) == {"L117"}


def test_a_draft_that_changed_its_place_is_found(folder: Path) -> None:
    drafts = schema.plan_drafts
    with by_hand(folder) as connection:
        mine = (drafts.c.plan == 2, drafts.c.position == 2)
        assert connection.execute(sa.update(drafts).where(*mine).values(position=3)).rowcount
    assert refused(folder) == {"L117"}


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
        before = ledger.carried().marks
        run(ledger, [(draft("c0001-2026", days=month(2)), "more"), (draft("z-1", days=month(2)), "new")])
        after = ledger.carried().marks
    changed = {contract for contract in after if after[contract] != before.get(contract)}
    assert changed == {"c0001-2026", "z-1"}
    assert before.keys() == {"c0000-2026", "c0001-2026", "c0002-2026"}


def test_what_was_proved_is_remembered_until_something_is_billed(folder: Path) -> None:
    memory = Memory()
    with writer(folder) as ledger:
        first, again = ledger.carried(memory), ledger.carried(memory)
        assert (first.until, again.until > 0) == (0, True)
        assert again.marks == first.marks == ledger.carried().marks
        ledger.prove(first.marks.keys() | {"never-billed"}, again)
        run(ledger, [(draft("c0001-2026", days=month(2)), "more")])
        after = ledger.carried(memory)
        assert not after.until and after.marks == ledger.carried().marks != first.marks


def test_where_nothing_was_billed_nothing_is_remembered(tmp_path: Path) -> None:
    memory = Memory()
    with writer(tmp_path) as ledger:
        assert (ledger.carried(memory).marks, memory.kept) == ({}, {})


@pytest.mark.parametrize("harm", [bytes(9), b"", None])
def test_what_was_damaged_in_the_memory_is_proved_anew(folder: Path, harm: bytes | None) -> None:
    memory = Memory()
    with reader(folder) as ledger:
        before = ledger.carried(memory)
        memory.kept = {key: harm if harm is not None else kept[:-3] for key, kept in memory.kept.items()}
        assert memory.kept
        assert ledger.carried(memory) == before
        assert ledger.carried(memory).until


@pytest.mark.parametrize("change", ["json", "revision", "contract", "gone", "all gone", "moved"])
def test_lines_that_something_is_worked_out_from_are_proved_again(folder: Path, change: str) -> None:
    memory, table = Memory(), schema.billed
    with reader(folder) as ledger:
        ledger.carried(memory)
    with by_hand(folder) as connection:
        row = connection.execute(sa.select(table).where(table.c.contract == "c0001-2026").limit(1)).one()._mapping
        mine = [key == row[key.name] for key in table.primary_key.columns]
        if change == "all gone":
            connection.execute(sa.delete(table).where(table.c.contract == "c0001-2026"))
        elif change == "gone":
            connection.execute(sa.delete(table).where(*mine))
        elif change == "moved":
            connection.execute(sa.update(table).where(*mine).values(contract="c0002-2026", revision=7))
        else:
            connection.execute(sa.update(table).where(*mine).values({change: other(row[change])}))
    with reader(folder) as ledger:
        known = ledger.carried(memory)
        assert known.until
        ledger.prove(["c0000-2026"], known)
        with pytest.raises(RunError) as refusal:
            ledger.prove(["c0001-2026"], known)
        if change == "moved":
            with pytest.raises(RunError):
                ledger.prove(["c0002-2026"], known)
    assert {one.code for one in refusal.value.problems} == {"L114"}
    assert refused(folder) == {"L114"}


def test_what_is_issued_meanwhile_is_no_change_of_what_was_proved(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process may issue while a plan is made: what it brings is proved, too, and nothing else for that."""
    memory, table = Memory(), schema.billed
    with writer(folder) as ledger:
        ledger.carried(memory)
        known = ledger.carried(memory)
        run(ledger, [(draft("c0001-2026", days=month(2)), "more"), (draft("z-1", days=month(2)), "new")])
        with monkeypatch.context() as patch:
            patch.setattr("invoicer.ledger.carried.carried", None)
            ledger.prove(["c0000-2026", "c0001-2026", "z-1"], known)
    with by_hand(folder) as connection:
        connection.execute(sa.update(table).where(table.c.contract == "z-1").values(revision=7))
    with reader(folder) as ledger, pytest.raises(RunError) as refusal:
        ledger.prove(["z-1"], known)
    assert {one.code for one in refusal.value.problems} == {"L114"}


@pytest.mark.parametrize("brought", [True, False])
def test_an_import_that_comes_or_goes_meanwhile_is_no_change_either(folder: Path, brought: bool) -> None:
    memory = Memory()
    with writer(folder) as ledger:
        if not brought:
            bring(ledger, foreign("OLD-7", "c0001-2026", months=5))
        ledger.carried(memory)
        known = ledger.carried(memory)
        assert known.until
        if brought:
            bring(ledger, foreign("OLD-7", "c0001-2026", months=5))
        else:
            ledger.withdraw_import("OLD-7", "Billing", "wrong file", TODAY)
        ledger.prove(["c0000-2026", "c0001-2026"], known)
