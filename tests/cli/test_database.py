"""The database of a workspace: on a server, and after an update of invoicer."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from invoicer.ledger.revision import newest
from tests.cli.conftest import Shell
from tests.ledger.test_migrations import old_ledger
from tests.postgresql import Postgres


@pytest.fixture
def database(postgresql: Postgres) -> Iterator[str]:
    """The name of an empty database on the server."""
    name = postgresql.new()
    yield name
    postgresql.drop(name)


def test_a_run_on_a_server_is_a_run_like_any_other(starter: Shell, postgresql: Postgres, database: str) -> None:
    settings = (starter.folder / "invoicer.toml").read_text("utf-8")
    starter.write("invoicer.toml", f'{settings}\n[ledger]\ndatabase = "{postgresql.url(database)}"\n')
    assert starter("check").exit_code == 0
    assert starter("plan", "--as-of", "2026-01-01", "--dry-run").exit_code == 0
    assert starter("plan", "--as-of", "2026-01-01").exit_code == 0
    assert starter("confirm", "--remark", "checked").exit_code == 0
    assert starter("issue", "--on", "2026-01-01").exit_code == 0
    assert "INV-2026-00001" in starter("explain", "INV-2026-00001").stdout
    assert (starter.folder / "documents" / "2026" / "INV-2026-00001.pdf").exists()
    assert sorted(path.name for path in (starter.folder / "ledger").iterdir()) == [
        "anchor.json",
        "anchor.lock",
        "files",
        "writer.lock",
    ]
    shutil.rmtree(starter.folder / "ledger")
    result = starter("plan", "--as-of", "2026-02-01")
    assert result.exit_code == 1
    assert "L110" in result.stderr


def test_a_server_that_is_not_there_is_a_message(starter: Shell) -> None:
    settings = (starter.folder / "invoicer.toml").read_text("utf-8")
    starter.write("invoicer.toml", f'{settings}\n[ledger]\ndatabase = "postgresql://billing@127.0.0.1:1/invoicer"\n')
    result = starter("plan", "--as-of", "2026-01-01")
    assert result.exit_code == 1
    assert "L151" in result.stderr
    assert "check host and port" in result.stderr


def test_migrate_says_what_it_does(starter: Shell, tmp_path: Path) -> None:
    assert "no ledger yet" in starter("migrate").stdout
    shutil.copytree(old_ledger(tmp_path / "old") / "ledger", starter.folder / "ledger")
    assert "invoicer migrate" in starter("plan", "--as-of", "2026-02-01").stderr
    result = starter("migrate", "--dry-run")
    assert result.exit_code == 0
    assert f"Would bring the ledger from schema 0001 to {newest()}" in result.stdout
    result = starter("migrate")
    assert f"Brought the ledger from schema 0001 to {newest()}" in result.stdout
    assert "0002: a series may begin at another number" in result.stdout
    assert "up to date" in starter("migrate").stdout
    with closing(sqlite3.connect(starter.folder / "ledger" / "invoicer.db.0001")) as copy:
        assert copy.execute("SELECT count(*) FROM documents").fetchone() == (2,)
    with closing(sqlite3.connect(starter.folder / "ledger" / "invoicer.db")) as database, database:
        database.execute("UPDATE alembic_version SET version_num = '0999'")
    result = starter("migrate")
    assert result.exit_code == 1
    assert "update invoicer" in result.stderr


def test_a_move_to_nothing_is_refused(starter: Shell) -> None:
    done = starter("move", "")
    assert done.exit_code == 2
    assert "it is empty: name the URL of a database, or “file”" in done.stderr


def test_a_ledger_moves_to_a_server(starter: Shell, postgresql: Postgres, database: str) -> None:
    for words in (
        ("plan", "--as-of", "2026-01-01"),
        ("confirm", "--remark", "checked"),
        ("issue", "--on", "2026-01-01"),
    ):
        assert starter(*words).exit_code == 0
    result = starter("move", postgresql.url(database))
    assert result.exit_code == 0, result.stderr
    assert "Copied and compared" in result.stdout
    assert "[ledger]" in result.stdout
    assert "L108" in starter("plan", "--as-of", "2026-02-01").stderr
    settings = (starter.folder / "invoicer.toml").read_text("utf-8")
    starter.write("invoicer.toml", f'{settings}\n[ledger]\ndatabase = "{postgresql.url(database)}"\n')
    assert starter("plan", "--as-of", "2026-02-01").exit_code == 0
    assert "INV-2026-00001" in starter("explain", "INV-2026-00001").stdout
    result = starter("move", postgresql.url(database))
    assert result.exit_code == 1
    assert "L106" in result.stderr
