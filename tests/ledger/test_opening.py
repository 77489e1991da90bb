"""Opening: one writer at a time, readers beside it, and what a folder, a disk or another version answers."""

from __future__ import annotations

import errno
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from invoicer.errors import RunError
from invoicer.ledger.revision import newest
from tests.ledger.papers import (
    TODAY,
    confirmed,
    database_of,
    draft,
    edit,
    finish,
    made,
    many,
    reader,
    run,
    stored,
    writer,
)

ROOT = Path(__file__).resolve().parent.parent.parent
HOLDS = """
import sys
from pathlib import Path
from tests.ledger.papers import writer
with writer(Path(sys.argv[1])):
    print("open", flush=True)
    sys.stdin.read()
"""


def test_a_second_writer_is_refused_and_told_who_writes(tmp_path: Path) -> None:
    command = [sys.executable, "-c", HOLDS, str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdin is not None
        assert other.stdout.readline() == "open\n"
        with pytest.raises(RunError) as refusal, writer(tmp_path):
            pass
        (problem,) = refusal.value.problems
        assert problem.code == "L101"
        assert problem.cause == f"another run is under way here (process {other.pid})"
        with reader(tmp_path) as ledger:
            assert ledger.plans() == ()
        other.kill()
        other.wait()
    with writer(tmp_path) as ledger:
        assert ledger.plans() == ()


def test_a_second_writer_in_the_same_process_is_refused_too(tmp_path: Path) -> None:
    with writer(tmp_path) as ledger:
        with pytest.raises(RunError, match=f"L101.*process {os.getpid()}"), writer(tmp_path):
            pass
        stored(ledger, many(1))
    with writer(tmp_path):
        pass


def test_readers_read_while_a_writer_writes(folder: Path) -> None:
    with writer(folder) as ledger, reader(folder) as beside:
        ledger.issue(confirmed(ledger, many(2)), finish, TODAY)
        assert beside.documents() == ledger.documents()
        with reader(folder) as later:
            assert later.verify_chain() == ()


def test_a_ledger_that_was_never_written_reads_as_empty_and_is_not_made(folder: Path) -> None:
    with reader(folder) as ledger:
        assert (ledger.plans(), ledger.documents(), ledger.billed(["a"]), ledger.verify_chain()) == ((), (), (), ())
    assert not (folder / "ledger").exists()


def test_a_database_whose_making_was_cut_off_reads_as_empty_and_is_made(tmp_path: Path) -> None:
    (tmp_path / "ledger").mkdir()
    (tmp_path / "ledger" / "invoicer.db").touch()
    with reader(tmp_path) as ledger:
        assert ledger.documents() == ()
    with writer(tmp_path) as ledger:
        assert stored(ledger, many(1)) == 1


@pytest.mark.parametrize(
    ("version", "says"),
    [("0001", "invoicer migrate"), ("0999", "update invoicer"), ("0000", "backup"), ("beta", "backup")],
)
def test_another_version_of_the_schema_is_refused(folder: Path, version: str, says: str) -> None:
    with writer(folder):
        pass
    edit(folder, f"UPDATE alembic_version SET version_num = '{version}'")
    for opened in (reader, writer):
        expected = f"L105.*schema {version}, .*knows schema {newest()}.*{says}"
        with pytest.raises(RunError, match=expected), opened(folder):
            pass


def test_a_database_that_is_no_ledger_is_refused(folder: Path) -> None:
    (folder / "ledger").mkdir()
    edit(folder, "CREATE TABLE holiday_photos (name VARCHAR)")
    for opened in (reader, writer):
        with pytest.raises(RunError, match=r"L106.*no ledger"), opened(folder):
            pass


@pytest.mark.parametrize("table", ["billed", "documents", "contents", "plan_doubts", "artifacts", "imported_lines"])
def test_a_ledger_that_lost_a_table_is_told_as_damaged(folder: Path, table: str) -> None:
    with writer(folder):
        pass
    edit(folder, f"DROP TABLE {table}{' CASCADE' if database_of(folder) else ''}")
    for opened in (reader, writer):
        with pytest.raises(RunError, match=f"L107.*damaged: {table} is gone.*backup"), opened(folder):
            pass


def test_a_ledger_that_lost_a_column_is_told_as_damaged(folder: Path) -> None:
    with writer(folder):
        pass
    edit(folder, "ALTER TABLE documents DROP COLUMN due_date")
    with pytest.raises(RunError, match=r"L107.*damaged.*lost a part of its tables.*due_date"), reader(folder) as ledger:
        ledger.documents()


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "ledger").mkdir()
    (tmp_path / "ledger" / "invoicer.db").write_text("Dear diary, " * 100)
    for opened in (reader, writer):
        with pytest.raises(RunError, match=r"L107.*damaged or is no database"), opened(tmp_path):
            pass


def test_a_full_disk_refuses_the_batch_and_nothing_of_it_is_issued(tmp_path: Path) -> None:
    """SQLite's own limit of pages answers as a full disk does (SQLITE_FULL)."""
    with writer(tmp_path) as ledger:
        ledger.issue(confirmed(ledger, [(draft("a-1"), "a")]), finish, TODAY)
        plan = confirmed(ledger, many(200))
        with ledger._store.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA max_page_count = 1")
        with pytest.raises(RunError) as refusal:
            ledger.issue(plan, finish, TODAY, batch=200)
        (problem,) = refusal.value.problems
        assert (problem.code, "is full" in problem.cause) == ("L103", True)
        assert str(tmp_path / "ledger") in problem.cause
        assert len(ledger.documents()) == 1
        with ledger._store.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA max_page_count = 1000000")
        assert len(ledger.issue(plan, finish, TODAY)) == 200
        assert ledger.verify_chain() == ()


def test_a_database_that_cannot_be_written_refuses(tmp_path: Path) -> None:
    """``query_only`` answers as a read-only file does (SQLITE_READONLY)."""
    with writer(tmp_path) as ledger:
        plan = confirmed(ledger, many(3))
        with ledger._store.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA query_only = ON")
        with pytest.raises(RunError, match=r"L102.*can't be written.*make the folder and its files writable"):
            ledger.issue(plan, finish, TODAY)


def test_a_database_that_another_program_holds(tmp_path: Path) -> None:
    with writer(tmp_path) as ledger:
        with ledger._store.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA busy_timeout = 1")
        with closing(sqlite3.connect(tmp_path / "ledger" / "invoicer.db", isolation_level=None)) as database:
            database.execute("BEGIN IMMEDIATE")
            with pytest.raises(RunError, match=r"L101.*another program holds the database"):
                stored(ledger, many(1))
        assert stored(ledger, many(1)) == 1


@pytest.mark.parametrize("code", [errno.EACCES, errno.EROFS, errno.EPERM])
def test_a_read_only_folder_is_named_when_it_is_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    def refuses(path: Path, *_: object, **__: object) -> None:
        raise OSError(code, os.strerror(code), str(path))

    monkeypatch.setattr(Path, "mkdir", refuses)
    with pytest.raises(RunError) as refusal, writer(tmp_path):
        pass
    (problem,) = refusal.value.problems
    assert problem.code == "L102"
    assert str(tmp_path / "ledger") in f"{problem.where} {problem.cause}"
    assert "writable" in problem.mend


def test_a_read_only_folder_of_documents_stops_the_files_and_not_the_numbers(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with writer(folder) as ledger:
        ledger.issue(confirmed(ledger, many(2)), finish, TODAY)
        with monkeypatch.context() as patched:
            patched.setattr("invoicer.ledger.durable.tempfile.mkstemp", _forbidden_below(folder / "documents"))
            with pytest.raises(RunError, match=r"L102.*documents can't be written"):
                made(ledger, "HN-2026-00001", "pdf", b"%PDF")
        assert len(ledger.missing_artifacts()) == 3
        assert [one.format for one in ledger.unpublished()] == ["pdf"]
        path = made(ledger, "HN-2026-00001", "pdf", b"%PDF")
        assert path == folder / "documents" / "2026" / "HN-2026-00001.pdf"
        assert (len(ledger.missing_artifacts()), ledger.unpublished()) == (3, ())


def _forbidden_below(folder: Path) -> object:
    from tempfile import mkstemp

    def make(prefix: str, dir: Path) -> tuple[int, str]:  # noqa: A002
        if dir.is_relative_to(folder):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(dir))
        return mkstemp(prefix=prefix, dir=dir)

    return make


@pytest.mark.parametrize("name", ["märts 2026", "what?", "100%41#1", "a&mode=ro"])
def test_a_folder_may_have_any_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    with writer(tmp_path / name) as ledger:
        stored(ledger, many(1))
    assert [path.name for path in tmp_path.iterdir()] == [name]
    for writable in (True, False):
        monkeypatch.setattr("invoicer.ledger.dialect.sqlite.os.access", lambda *_, answer=writable: answer)
        with reader(tmp_path / name) as ledger:
            assert len(ledger.plans()) == 1


def test_an_archive_that_nobody_can_write_is_read_without_making_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with writer(tmp_path) as ledger:
        run(ledger, many(2))
    monkeypatch.setattr("invoicer.ledger.dialect.sqlite.os.access", lambda *_: False)
    before = sorted((tmp_path / "ledger").iterdir())
    with reader(tmp_path) as ledger:
        assert len(ledger.documents()) == 2
        assert ledger.verify_chain() == ()
        assert sorted((tmp_path / "ledger").iterdir()) == before


def test_a_run_can_be_repeated_and_leaves_what_is_there(folder: Path) -> None:
    with writer(folder) as ledger:
        run(ledger, many(3))
    before = {path: path.stat().st_mtime_ns for path in (folder / "documents").rglob("*.pdf")}
    with writer(folder) as ledger:
        run(ledger, many(3))
        assert len(ledger.plans()) == 1
    assert before == {path: path.stat().st_mtime_ns for path in (folder / "documents").rglob("*.pdf")}
