"""One member of one stored JSON is broken, however: `verify` has a finding, and nothing ends in a traceback."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from invoicer.domain import canonical
from invoicer.domain.doubt import Doubt
from invoicer.errors import Place, Problem, RunError, Severity
from invoicer.ledger import Ledger, chain, schema
from invoicer.ledger.issuing import billed_digest
from tests.ledger.papers import TODAY, by_hand, draft, many, month, proposed, reader, run, verified, writer
from tests.ledger.test_corrections import asks, part
from tests.ledger.test_imported import bring, foreign

TEXTS = {
    schema.documents: ("json",),
    schema.billed: ("json",),
    schema.corrections: ("json",),
    schema.imported: ("json",),
    schema.imported_lines: ("json",),
    schema.log: ("payload",),
    schema.plan_decisions: ("json",),
    schema.plan_doubts: ("json",),
    schema.plan_drafts: ("contracts", "revisions"),
    schema.plan_holds: ("problems",),
}
COLUMNS = [(table, column) for table, columns in TEXTS.items() for column in columns]
HASHED = [schema.documents, schema.billed, schema.corrections, schema.imported, schema.imported_lines, schema.log]
"""Tables whose texts somebody with all rights can write into, and make all hashes anew."""
JUNK: st.SearchStrategy[Any] = st.sampled_from(
    [None, True, 0, -1, 10**40, 0.5, "", "x", "2026-02-30", "1/0", "NaN", "é" * 3, [], [[]], {}, {"x": 1}]
)
GONE = object()
LAW = settings(
    max_examples=30,
    derandomize=True,
    print_blob=True,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sound")
    with writer(folder) as ledger:
        bring(ledger, foreign("OLD-1", "birch-2026"), foreign("OLD-2", "birch-2026", months=1))
        run(ledger, many(2))
        first = ledger.documents()[0].number
        ledger.request_credit(first, asks(part("2.00")))
        ledger.cancel_credit(ledger.request_credit(first, asks(part("1.00"))).id, "Billing", "asked twice", TODAY)
        held = Problem("L301", Place(), "it is new", "look at it", Severity.HOLD)
        drafts, doubts = proposed([(draft("c0009-2026"), "new")]), ((Doubt("jump", "c0009-2026", held),),)
        plan = ledger.store_plan(month(1).start, month(1).start, drafts, {"c0010-2026": (held,)}, doubts=doubts)
        ledger.confirm(plan, "Anna", "as agreed", TODAY, doubts=["jump"])
    return folder


def planned_upon(folder: Path) -> None:
    """What a plan would rest on is proved, or refused."""
    try:
        with reader(folder) as ledger:
            ledger.carried()
            ledger.billed(ledger.billed_contracts())
    except RunError:
        pass


def broken(data: Any, draw: Callable[[Any], Any]) -> Any:
    """The same data with one member, somewhere in it, that is gone or is something else."""
    inside = list(data.items()) if isinstance(data, dict) else list(enumerate(data)) if isinstance(data, list) else []
    if not inside or draw(st.integers(0, 3)) == 0:
        return draw(st.one_of(st.just(GONE), JUNK.filter(lambda one: one != data)))
    at, value = draw(st.sampled_from(inside))
    new = broken(value, draw)
    if isinstance(data, dict):
        return {name: new if name == at else old for name, old in data.items() if name != at or new is not GONE}
    return [new if index == at else old for index, old in enumerate(data) if index != at or new is not GONE]


def spoil(folder: Path, table: sa.Table, column: str, draw: Callable[[Any], Any]) -> tuple[str, str, Any]:
    """Break a text of that column; the text before and after, and its row."""
    with by_hand(folder) as connection:
        rows = connection.execute(sa.select(table).order_by(*table.primary_key.columns)).all()
        row = draw(st.sampled_from(rows))._mapping
        old = row[column]
        data = broken(json.loads(old), draw)
        new = draw(st.sampled_from(["", "no JSON", "[" * 9999, "{}"])) if data is GONE else json.dumps(data)
        mine = [key == row[key.name] for key in table.primary_key.columns]
        connection.execute(sa.update(table).where(*mine).values({column: new}))
    return old, new, row


def test_nothing_is_found_in_a_sound_ledger(sound: Path) -> None:
    assert verified(sound) == []


@LAW
@given(st.data())
def test_a_broken_member_is_found(sound: Path, data: st.DataObject) -> None:
    table, column = data.draw(st.sampled_from(COLUMNS), "column")
    with TemporaryDirectory() as made:
        folder = Path(shutil.copytree(sound, Path(made) / "copy"))
        old, new, _ = spoil(folder, table, column, data.draw)
        found = verified(folder)
        assert found, (table.name, old, new)
        assert all(problem.mend and "Error" not in problem.cause for problem in found)
        planned_upon(folder)


@LAW
@given(st.data())
def test_no_text_is_trusted_because_its_hashes_fit(sound: Path, data: st.DataObject) -> None:
    """Somebody with all rights breaks a text, and makes all hashes, the log and the anchor anew: that is found by a copy of
    the anchor alone, but what can't be read is told, and never a traceback."""
    table = data.draw(st.sampled_from(HASHED), "table")
    with TemporaryDirectory() as made:
        folder = Path(shutil.copytree(sound, Path(made) / "copy"))
        old, new, row = spoil(folder, table, TEXTS[table][0], data.draw)
        hash_anew(folder, table, old, new, row)
        found = verified(folder)
        assert all(problem.mend and "Error" not in problem.cause for problem in found)
        assert "L112" not in {problem.code for problem in found if "not what was written" not in problem.cause}
        planned_upon(folder)


def hash_anew(folder: Path, table: sa.Table, old: str, new: str, row: Any) -> None:
    """What was said of the old text is said of the new one, all through the log."""
    log = schema.log
    with by_hand(folder) as connection:
        entries = {one.sequence: one for one in connection.execute(sa.select(log).order_by(log.c.sequence))}
        payloads = {sequence: one.payload for sequence, one in entries.items()}
        if table in (schema.documents, schema.imported):
            before, after = canonical.sha256(old), canonical.sha256(new)
            connection.execute(sa.update(table).where(table.c.number == row["number"]).values(sha256=after))
            payloads = {sequence: text.replace(before, after) for sequence, text in payloads.items()}
        elif table in (schema.billed, schema.imported_lines):
            mine = sa.select(table).where(table.c.document == row["document"]).order_by(table.c.line)
            lines = [one._mapping for one in connection.execute(mine)]
            now = billed_digest((one["json"], one.get("revision", 0)) for one in lines)
            then = billed_digest(
                (old if one["line"] == row["line"] else one["json"], one.get("revision", 0)) for one in lines
            )
            assert any(then in text for text in payloads.values())
            payloads = {sequence: text.replace(then, now) for sequence, text in payloads.items()}
        elif table is schema.corrections:
            payloads[row["logged"]] = new
        last = chain.GENESIS
        for sequence, payload in payloads.items():
            previous = last.hash
            last = chain.Head(sequence, chain.link(sequence, entries[sequence].kind, payload, previous))
            values = {"payload": payload, "previous": previous, "hash": last.hash}
            connection.execute(sa.update(log).where(log.c.sequence == sequence).values(values))
    (folder / "ledger" / "anchor.json").write_text(json.dumps({"count": last.count, "head": last.hash}), "utf-8")


def test_each_value_of_another_kind_is_named(sound: Path, tmp_path: Path) -> None:
    """Not only the first that somebody stumbles over, and in words of the ledger."""
    folder = Path(shutil.copytree(sound, tmp_path / "copy"))
    with by_hand(folder) as connection:
        for change in (
            "documents SET issue_date = '2026-13-45'",
            "billed SET bill_date = 'soon' WHERE line = 1",
            "billed SET net = 'abc' WHERE line = 2",
            "imported SET due_date = x'ff00' WHERE number = 'OLD-1'",
            "plans SET as_of = 'today' WHERE id = 2",
            "artifacts SET logged = 'x' WHERE document = 'HN-2026-00001'",
        ):
            connection.exec_driver_sql("PRAGMA ignore_check_constraints = ON")
            connection.exec_driver_sql(f"UPDATE {change}")
    causes = [problem.cause for problem in verified(folder)]
    for said in (
        "the column issue_date of document HN-2026-00001 holds “2026-13-45”, which is no day",
        "the column issue_date of document HN-2026-00002 holds “2026-13-45”, which is no day",
        "the column bill_date of billed line 1 of HN-2026-00001 holds “soon”, which is no day",
        "the column net of billed line 2 of HN-2026-00002 holds “abc”, which is no whole number",
        "the column due_date of document OLD-1 holds “\N{REPLACEMENT CHARACTER}\0”, which is no day",
        "the column as_of of plan 2 holds “today”, which is no day",
    ):
        assert causes.count(said) == 1, causes


@pytest.mark.parametrize("value", ["7", "-1", "0.5", "'yes'"])
def test_an_answer_that_is_neither_yes_nor_no_is_named(sound: Path, tmp_path: Path, value: str) -> None:
    """Reading takes whatever is not 0 for a yes, so nothing stumbles over it."""
    folder = Path(shutil.copytree(sound, tmp_path / "copy"))
    with by_hand(folder) as connection:
        connection.exec_driver_sql(f"UPDATE billed SET counts = {value} WHERE line = 1 AND document = 'HN-2026-00001'")
    said = value.strip("'")
    cause = f"the column counts of billed line 1 of HN-2026-00001 holds “{said}”, which is neither yes nor no"
    assert [problem.cause for problem in verified(folder)] == [cause]


def test_a_status_that_is_none_is_named(sound: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(sound, tmp_path / "copy"))
    with by_hand(folder) as connection:
        connection.exec_driver_sql("UPDATE plan_drafts SET status = 'free' WHERE plan = 2")
    told = [(problem.code, problem.cause) for problem in verified(folder)]
    assert ("L117", "“free” stands in plan 2 as a status, and is none") in told
    assert not [cause for _, cause in told if "something in the tables" in cause]


@pytest.mark.parametrize(
    ("change", "look", "says"),
    [
        ("plans SET as_of = 'soon'", Ledger.plans, "the column as_of of plan 1 holds “soon”, which is no day"),
        ("plans SET as_of = 'soon'", Ledger.plan, "the column as_of of plan 2 holds “soon”, which is no day"),
        ("contents SET data = 'text'", Ledger.plan, "draft 1 of plan 2 is not what was planned"),
        ("contents SET data = 'text'", Ledger.verify_chain, "holds “text”, which is no content"),
        ("documents SET due_date = 5", Ledger.documents, "the column due_date of document HN-2026-00001 holds “5”"),
    ],
)
def test_whoever_reads_a_value_of_another_kind_is_told(
    sound: Path, tmp_path: Path, change: str, look: Callable[[Ledger], object], says: str
) -> None:
    folder = Path(shutil.copytree(sound, tmp_path / "copy"))
    with by_hand(folder) as connection:
        connection.exec_driver_sql(f"UPDATE {change}")
    with reader(folder) as ledger:
        try:
            told = str(look(ledger))
        except RunError as refusal:
            told = "\n".join(map(str, refusal.problems))
    assert says in told
