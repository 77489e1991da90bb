"""cli: JSON in the ledger that somebody broke is a problem to every command that reads it, and never a traceback."""

from __future__ import annotations

import sqlite3

import pytest

from tests.cli.conftest import Shell

NUMBER = "INV-2026-00001"
BROKEN = ("{", "x", "null", "[]", "{}")
COLUMNS = (
    ("documents", "json"),
    ("billed", "json"),
    ("log", "payload"),
    ("contents", "data"),
    ("plan_drafts", "contracts"),
    ("plan_drafts", "revisions"),
    ("plan_doubts", "json"),
    ("plan_decisions", "json"),
    ("plan_holds", "problems"),
    ("corrections", "json"),
)
READING = (
    ("explain", NUMBER),
    ("explain", "1"),
    ("explain", NUMBER, "--json"),
    ("credit", NUMBER, "--reason", "goodwill", "--remark", "call", "--dry-run"),
    ("credits", "--all"),
    ("schedule",),
    ("schedule", "--to", "2026-03"),
    ("confirm", "--dry-run"),
    ("plan", "--as-of", "2026-02-01", "--dry-run"),
    ("issue", "--on", "2026-02-01", "--dry-run"),
    ("verify",),
    ("doctor",),
)


@pytest.mark.parametrize(("table", "column"), COLUMNS)
def test_broken_json_is_a_problem(issued: Shell, table: str, column: str) -> None:
    break_and_read(issued, table, column, ("x",))


@pytest.mark.slow
@pytest.mark.parametrize(("table", "column"), COLUMNS)
def test_json_of_another_shape_is_a_problem(issued: Shell, table: str, column: str) -> None:
    break_and_read(issued, table, column, BROKEN)


def break_and_read(issued: Shell, table: str, column: str, texts: tuple[str, ...]) -> None:
    """Shell raises whatever a command did not turn into a problem."""
    credited = issued("credit", NUMBER, "--line", "1", "--amount", "1", "--reason", "goodwill", "--remark", "call")
    assert credited.exit_code == 0
    database = sqlite3.connect(issued.folder / "ledger" / "invoicer.db")
    with database:
        database.execute("PRAGMA foreign_keys = OFF")
    for text in texts:
        with database:
            database.execute(f"UPDATE {table} SET {column} = ?", (text.encode() if column == "data" else text,))
        for words in READING:
            answer = issued(*words)
            assert answer.exit_code in (0, 1, 2), words
            assert "Traceback" not in answer.output, (words, text)
    database.close()


@pytest.mark.parametrize("text", BROKEN)
def test_a_broken_entry_is_named(issued: Shell, text: str) -> None:
    with sqlite3.connect(issued.folder / "ledger" / "invoicer.db") as database:
        database.execute("UPDATE log SET payload = ?", (text,))
    database.close()
    answer = issued("explain", NUMBER)
    assert answer.exit_code == 1
    assert "is not what was" in answer.output
    assert "backup" in answer.output
