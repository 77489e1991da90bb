"""Nothing that was written can be changed, cut off or put back without being found."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from invoicer.errors import Problem, RunError
from invoicer.ledger import schema
from invoicer.ledger.chain import GENESIS, link
from tests.ledger.papers import TODAY, confirmed, finish, many, month, reader, run, writer

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
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sound")
    with writer(folder) as ledger:
        run(ledger, many(4))
        run(ledger, many(4) + many(2, month(1)))
    return folder


@pytest.fixture
def folder(tmp_path: Path, sound: Path) -> Path:
    return shutil.copytree(sound, tmp_path / "workspace")


def edit(folder: Path, *statements: str, values: tuple[Any, ...] = ()) -> None:
    """Change the database by hand, as somebody with a tool would."""
    with closing(sqlite3.connect(folder / "ledger" / "invoicer.db")) as database, database:
        for statement in statements:
            database.execute(statement, values)


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
    with closing(sqlite3.connect(folder / "ledger" / "invoicer.db")) as database:
        row, old = database.execute(f"SELECT rowid, {column} FROM {table} ORDER BY rowid LIMIT 1").fetchone()
    edit(folder, f"UPDATE {table} SET {column} = ? WHERE rowid = ?", values=(other(column, old), row))
    assert problems(folder)
    assert all("backup" in problem.mend and problem.cause for problem in problems(folder))


def other(column: str, old: Any) -> Any:
    if column.endswith("_date"):
        return "2026-12-24"
    if column == "counts":
        return 1 - old
    return old + 1000 if isinstance(old, int) else old + old[:1]


@pytest.mark.parametrize("value", ["yesterday", "", "2026-02-30"])
def test_a_date_that_is_none_is_found(folder: Path, value: str) -> None:
    edit(folder, "UPDATE documents SET issue_date = ?", values=(value,))
    assert codes(folder) == {"L113"}


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
    with closing(sqlite3.connect(folder / "ledger" / "invoicer.db")) as database, database:
        last = GENESIS.hash
        for sequence, kind, payload in database.execute(
            "SELECT sequence, kind, payload FROM log ORDER BY 1"
        ).fetchall():
            payload = payload.replace("sales", "nobody")
            row = (payload, last, link(sequence, kind, payload, last), sequence)
            database.execute("UPDATE log SET payload = ?, previous = ?, hash = ? WHERE sequence = ?", row)
            last = row[2]
    with pytest.raises(RunError, match=r"L109"), reader(folder):
        pass


def test_a_backup_that_is_behind_the_anchor_is_refused(folder: Path) -> None:
    database = folder / "ledger" / "invoicer.db"
    shutil.copy(database, folder / "backup.db")
    with writer(folder) as ledger:
        ledger.issue(confirmed(ledger, many(2, month(2))), finish, TODAY)
    shutil.copy(folder / "backup.db", database)
    with pytest.raises(RunError, match=r"L108.*older than the anchor"), writer(folder):
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


def test_a_database_that_is_gone_is_not_begun_anew(folder: Path) -> None:
    for file in (folder / "ledger").glob("invoicer.db*"):
        file.unlink()
    for opened in (reader, writer):
        with pytest.raises(RunError, match=r"L108.*database is missing, and its log had \d+ entries"), opened(folder):
            pass
    assert not (folder / "ledger" / "invoicer.db").exists()


def test_the_anchor_names_the_end_of_the_log(folder: Path) -> None:
    anchor = json.loads((folder / "ledger" / "anchor.json").read_text("utf-8"))
    with closing(sqlite3.connect(folder / "ledger" / "invoicer.db")) as database:
        last = database.execute("SELECT sequence, hash FROM log ORDER BY sequence DESC LIMIT 1").fetchone()
        kinds = {kind for (kind,) in database.execute("SELECT DISTINCT kind FROM log")}
    assert (anchor["count"], anchor["head"]) == last
    assert kinds == {"planned", "confirmed", "issued"}
