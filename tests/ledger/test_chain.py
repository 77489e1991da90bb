"""Nothing that was written can be changed, cut off or put back without being found."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from invoicer.domain.canonical import sha256
from invoicer.errors import Problem, RunError
from invoicer.ledger import Ledger, schema
from invoicer.ledger.chain import GENESIS, link
from tests.ledger.conftest import Places
from tests.ledger.papers import TODAY, by_hand, confirmed, edit, finish, many, month, reader, run, writer

GUARDED = [
    (table, column.name)
    for table in ("documents", "billed", "log", "contents", "series", "plan_drafts")
    for column in schema.metadata.tables[table].columns
    if (table, column.name)
    not in {
        ("series", "pattern"),  # only finds the owner of a pattern; the key is what numbers are made of
        ("plan_drafts", "plan"),
        ("plan_drafts", "position"),
        ("plan_drafts", "status"),
        ("plan_drafts", "remark"),
        ("plan_drafts", "document"),
        ("documents", "told"),  # what plugins have heard is no part of the document
    }
]


@pytest.fixture(scope="module")
def sound(places: Places, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = places.new(tmp_path_factory.mktemp("sound"))
    with writer(folder) as ledger:
        run(ledger, many(4))
        run(ledger, many(4) + many(2, month(1)))
    return folder


@pytest.fixture
def folder(tmp_path: Path, places: Places, sound: Path) -> Iterator[Path]:
    with places.passing():
        yield places.copy(sound, tmp_path / "workspace")


def problems(folder: Path) -> tuple[Problem, ...]:
    """What is found when the ledger is opened, or else when it is verified."""
    try:
        with reader(folder) as ledger:
            return ledger.verify_chain()
    except RunError as refusal:
        return refusal.problems


def codes(folder: Path) -> set[str]:
    return {problem.code for problem in problems(folder)}


def test_a_sound_ledger_has_no_problems(folder: Path) -> None:
    assert codes(folder) == set()


@pytest.mark.parametrize(("table", "column"), GUARDED)
def test_a_changed_field_is_found(folder: Path, table: str, column: str) -> None:
    where = schema.metadata.tables[table]
    with by_hand(folder) as connection:
        row = connection.execute(sa.select(where).order_by(*where.primary_key.columns).limit(1)).one()._mapping
        mine = [key == row[key.name] for key in where.primary_key.columns]
        connection.execute(sa.update(where).where(*mine).values({column: other(row[column])}))
    assert problems(folder)
    assert all("backup" in problem.mend and problem.cause for problem in problems(folder))


def other(old: Any) -> Any:
    match old:
        case bool():
            return not old
        case int():
            return old + 1000
        case dt.date():
            return dt.date(2026, 12, 24)
        case bytes():
            return old + b"!"
    return old[:-1] + ("0" if old[-1] != "0" else "1")


@pytest.mark.parametrize("value", ["tuesday", "", "2026-02-30"])
def test_a_date_that_is_none_is_found(folder: Path, kind: str, value: str) -> None:
    if kind == "postgresql":
        with pytest.raises(sa.exc.DataError):
            edit(folder, f"UPDATE documents SET issue_date = '{value}'")
    else:
        edit(folder, f"UPDATE documents SET issue_date = '{value}'")
        assert codes(folder) == {"L113"}


@pytest.mark.parametrize(
    ("change", "part"),
    [
        ("kind = 'quote'", "document HN-2026-00002"),
        ("net = 'abc'", "document HN-2026-00002"),
        ("issue_date = 'soon'", "document HN-2026-00002"),
    ],
)
def test_documents_are_not_listed_with_a_column_that_cannot_be_read(
    folder: Path, kind: str, change: str, part: str
) -> None:
    if kind == "postgresql" and "kind" not in change:
        pytest.skip("a server takes nothing else in this column")
    edit(folder, f"UPDATE documents SET {change} WHERE number = 'HN-2026-00002'")
    with reader(folder) as ledger, pytest.raises(RunError) as refusal:
        ledger.documents()
    (problem,) = refusal.value.problems
    assert (problem.code, problem.where.part) == ("L113", part)
    assert "backup" in problem.mend


@pytest.mark.parametrize("table", ["plans", "plan_drafts"])
def test_a_status_that_is_none_is_named(folder: Path, table: str) -> None:
    edit(folder, f"UPDATE {table} SET status = 'odd'")
    assert codes(folder) & {"L113", "L117"}
    for look in (Ledger.plan, Ledger.plans):
        with reader(folder) as ledger, pytest.raises(RunError, match=r"L117.*“odd” stands in plan"):
            look(ledger)


@pytest.mark.parametrize("forged", [False, True], ids=["changed", "forged"])
@pytest.mark.parametrize(
    "text",
    ["[]", "{}", '{"provenance":[1]}', '{"provenance":{"a":1,"b":"x"}}', "no JSON", "[" * 9999],
    ids=["list", "empty", "provenance", "hashes", "words", "deep"],
)
def test_a_text_that_was_never_written_is_refused_by_whoever_reads_it(folder: Path, text: str, forged: bool) -> None:
    name = "HN-2026-00002"
    hashed = f", sha256 = '{sha256(text)}'" if forged else ""
    edit(folder, f"UPDATE documents SET json = '{text}'{hashed} WHERE number = '{name}'")
    with reader(folder) as ledger:
        assert {problem.code for problem in ledger.verify_chain()} == {"L113"}
        unproved = {problem.code: number for number, wrong in ledger.proved(name) for problem in wrong}
        assert unproved.get("L119") == name
        with pytest.raises(RunError, match=f"L113.*{name} is not what was issued") as refusal:
            ledger.document(name)
        assert ledger.document("HN-2026-00001").number == "HN-2026-00001"
    assert "backup" in refusal.value.problems[0].mend


@pytest.mark.parametrize(
    ("table", "column", "look", "code"),
    [
        ("billed", "json", lambda ledger: ledger.billed(ledger.billed_contracts()), "L114"),
        ("plan_decisions", "json", Ledger.plan, "L117"),
    ],
)
def test_other_texts_that_were_never_written_are_refused(
    folder: Path, table: str, column: str, look: Callable[[Ledger], object], code: str
) -> None:
    edit(folder, f"UPDATE {table} SET {column} = '[1]'")
    assert code in codes(folder)
    with reader(folder) as ledger, pytest.raises(RunError, match=f"{code}.*is not what was written"):
        look(ledger)


def test_the_text_of_a_draft_that_was_never_written_is_refused(folder: Path) -> None:
    with by_hand(folder) as connection:
        connection.execute(sa.update(schema.contents).values(data=b"[1]"))
    assert {"L116", "L117"} <= codes(folder)
    with reader(folder) as ledger, pytest.raises(RunError, match=r"L117.*draft 1 of plan \d is not what was planned"):
        ledger.plan()


def test_rows_that_are_gone_or_were_added_are_found(folder: Path) -> None:
    edit(folder, "DELETE FROM documents WHERE number = 'HN-2026-00002'")
    assert codes(folder) == {"L113", "L114", "L115"}
    edit(folder, "DELETE FROM log WHERE sequence = 3")
    assert codes(folder) == {"L112"}


def test_a_cut_tail_is_found_by_the_anchor(folder: Path) -> None:
    last = "(SELECT number FROM documents ORDER BY logged DESC LIMIT 1)"
    edit(
        folder,
        f"DELETE FROM artifacts WHERE document = {last}",
        f"DELETE FROM billed WHERE document = {last}",
        f"UPDATE plan_drafts SET document = NULL, status = 'confirmed' WHERE document = {last}",
        f"DELETE FROM documents WHERE number = {last}",
        "DELETE FROM log WHERE sequence = (SELECT max(sequence) FROM log)",
    )
    for opened in (reader, writer):
        with pytest.raises(RunError, match=r"L108.*its end was cut off"), opened(folder):
            pass


def test_a_chain_that_was_made_anew_is_found_by_the_anchor(folder: Path) -> None:
    with by_hand(folder) as connection:
        last = GENESIS.hash
        log = schema.log
        for row in connection.execute(sa.select(log).order_by(log.c.sequence)).all():
            payload = row.payload.replace("sales", "nobody")
            anew = link(row.sequence, row.kind, payload, last)
            changed = {"payload": payload, "previous": last, "hash": anew}
            connection.execute(sa.update(log).where(log.c.sequence == row.sequence).values(changed))
            last = anew
    with pytest.raises(RunError, match=r"L109"), reader(folder):
        pass


def test_a_backup_that_is_behind_the_anchor_is_refused(folder: Path, places: Places, tmp_path: Path) -> None:
    backup = places.copy(folder, tmp_path / "backup")
    with writer(folder) as ledger:
        ledger.issue(confirmed(ledger, many(2, month(2))), finish, TODAY)
    shutil.copy(folder / "ledger" / "anchor.json", backup / "ledger" / "anchor.json")
    for opened in (reader, writer):
        with pytest.raises(RunError, match=r"L108.*older than the anchor.*backup"), opened(backup):
            pass


@pytest.mark.parametrize(
    ("text", "code"), [(None, "L110"), ("", "L111"), ("[]", "L111"), ('{"count": "x"}', "L111"), ("\x00", "L111")]
)
def test_an_anchor_that_is_gone_or_says_nothing(folder: Path, text: str | None, code: str) -> None:
    anchor = folder / "ledger" / "anchor.json"
    anchor.unlink()
    if text is not None:
        anchor.write_text(text, "utf-8")
    for opened in (reader, writer):
        with pytest.raises(RunError, match=code), opened(folder):
            pass


def test_a_database_that_is_gone_is_not_begun_anew(folder: Path, places: Places, kind: str) -> None:
    for file in (folder / "ledger").glob("invoicer.db*"):
        file.unlink()
    if kind == "postgresql":
        places.new(folder)
    for opened in (reader, writer):
        with (
            pytest.raises(
                RunError, match=r"L108.*database is missing, or empty, and the log of the ledger had \d+ entr"
            ),
            opened(folder),
        ):
            pass
    assert not (folder / "ledger" / "invoicer.db").exists()


def test_the_anchor_names_the_end_of_the_log(folder: Path) -> None:
    anchor = json.loads((folder / "ledger" / "anchor.json").read_text("utf-8"))
    with by_hand(folder) as connection:
        last = tuple(connection.exec_driver_sql("SELECT sequence, hash FROM log ORDER BY sequence DESC LIMIT 1").one())
        kinds = set(connection.exec_driver_sql("SELECT DISTINCT kind FROM log").scalars())
    assert (anchor["count"], anchor["head"]) == last
    assert kinds == {"planned", "confirmed", "issued", "files-made"}
