"""An older database becomes today's with all that it holds; a newer or a foreign one is refused."""

from __future__ import annotations

import json
import sqlite3
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from invoicer.errors import RunError
from invoicer.ledger import Point, dialect, migrate, migrating, revision, schema
from invoicer.ledger.layout import DATABASE
from invoicer.ledger.revision import MIGRATIONS, newest
from tests.ledger.papers import (
    TODAY,
    Breaks,
    by_hand,
    confirmed,
    database_of,
    draft,
    edit,
    finish,
    many,
    month,
    reader,
    writer,
)

OLD = Path(__file__).with_name("schema_0001.sql")
"""A ledger of the first schema, as `.dump` of the sqlite3 shell writes it: one plan of three drafts, two of them issued."""
ANCHOR = '{"count":4,"head":"f9b1d97b44f1105e0db617d395c8a2192cbe1fe881747598c3861f3865862c0e"}\n'


def old_ledger(folder: Path) -> Path:
    """The folder with the ledger of the first schema in it."""
    ledger = folder / "ledger"
    ledger.mkdir(parents=True)
    (ledger / "anchor.json").write_text(ANCHOR)
    with closing(sqlite3.connect(ledger / "invoicer.db")) as database:
        database.executescript(OLD.read_text("utf-8"))
    return folder


def rows(database: Path) -> dict[str, list[Any]]:
    """Every row of every table of the first schema, by the columns that it had."""
    with closing(sqlite3.connect(":memory:")) as first:
        first.executescript(OLD.read_text("utf-8"))
        tables = [name for (name,) in first.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        columns = {name: [row[1] for row in first.execute(f"PRAGMA table_info({name})")] for name in tables}
    with closing(sqlite3.connect(database)) as connection:
        apart = "json" not in {row[1] for row in connection.execute("PRAGMA table_info(plan_drafts)")}
        texts = "CAST((SELECT data FROM contents WHERE contents.sha256 = plan_drafts.sha256) AS TEXT)"
        chosen = {
            name: [texts if apart and (name, one) == ("plan_drafts", "json") else one for one in columns[name]]
            for name in tables
        }
        kept = "WHERE sha256 NOT IN (SELECT sha256 FROM plan_drafts)"  # what was there before the texts of drafts
        return {
            name: sorted(
                connection.execute(
                    f"SELECT {', '.join(chosen[name])} FROM {name} {kept if name == 'contents' else ''}"
                ),
                key=repr,
            )
            for name in tables
        }


def ledger_of(folder: Path) -> Path:
    return folder / "ledger"


def test_an_older_ledger_is_refused_with_the_way_to_migrate_it(tmp_path: Path) -> None:
    for opened in (reader, writer):
        with (
            pytest.raises(RunError, match=f"L105.*schema 0001.*knows schema {newest()}.*`invoicer migrate`"),
            opened(old_ledger(tmp_path / opened.__name__)),
        ):
            pass


def test_an_older_ledger_is_migrated_with_all_its_rows_and_goes_on(tmp_path: Path) -> None:
    old_ledger(tmp_path)
    before = rows(ledger_of(tmp_path) / "invoicer.db")
    done = migrate(ledger_of(tmp_path))
    assert done is not None
    assert (done.before, done.after) == ("0001", newest())
    assert done.steps[0].revision == "0002"
    assert all(step.title for step in done.steps)
    after = rows(ledger_of(tmp_path) / "invoicer.db")
    assert len(after.pop("log")) == len(before.pop("log")) + 2
    assert (before.pop("about"), after.pop("about")) == ([("schema", "1")], [("schema", "2")])
    assert before == after
    with writer(tmp_path) as ledger:
        assert ledger.verify_chain() == ()
        assert [item.number for item in ledger.documents()] == ["HN-2026-00001", "HC-2026-00001"]
        ledger.confirm(1, "sales", "the rest", TODAY)
        assert ledger.issue(1, finish, TODAY) == ("HN-2026-00002",)
        plan = confirmed(ledger, [(draft("a-1", days=month(1)), "next")])
        assert (plan, ledger.issue(plan, finish, TODAY)) == (2, ("HN-2026-00003",))
        assert ledger.verify_chain() == ()
    with by_hand(tmp_path) as connection:
        kinds = connection.exec_driver_sql("SELECT kind FROM log ORDER BY sequence").scalars().all()
    assert kinds == [
        "planned",
        "confirmed",
        "issued",
        "issued",
        "files-found",
        "migrated",
        "confirmed",
        "issued",
        *kinds[8:],
    ]


def test_files_from_before_stand_in_the_log_from_now_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the table had them, some to an entry."""
    monkeypatch.setattr("invoicer.ledger.artifacts._AT_ONCE", 1)
    old_ledger(tmp_path)
    edit(tmp_path, "UPDATE artifacts SET sha256 = 'abc' WHERE document = 'HC-2026-00001' AND format = 'json'")
    migrate(ledger_of(tmp_path))
    with reader(tmp_path) as ledger:
        assert ledger.verify_chain() == ()
        assert [one.kind for one in ledger.past("HC-2026-00001").log[-2:]] == ["issued", "files-found"]
    with by_hand(tmp_path) as connection:
        found = connection.exec_driver_sql("SELECT payload FROM log WHERE kind = 'files-found' ORDER BY sequence")
        files = [json.loads(payload)["files"] for payload in found.scalars()]
    assert [[one[:2] for one in some] for some in files] == [[["HC-2026-00001", "json"]], [["HN-2026-00001", "pdf"]]]
    edit(tmp_path, "UPDATE artifacts SET sha256 = 'def' WHERE sha256 = 'abc'")
    with reader(tmp_path) as ledger:
        assert [problem.code for problem in ledger.verify_chain()] == ["L136"]


def test_a_later_step_brings_no_forged_hash_into_the_log(folder: Path) -> None:
    with writer(folder) as ledger:
        ledger.issue(confirmed(ledger, many(1)), finish, TODAY)
    edit(folder, f"UPDATE artifacts SET sha256 = '{'0' * 64}' WHERE format = 'pdf'")
    with ExitStack() as stack:
        place = dialect.choose(database_of(folder), folder / "ledger" / DATABASE)
        migrating._upgrade(place, newest(), (), stack)
    with reader(folder) as ledger:
        assert "L136" in {one.code for one in ledger.verify_chain()}


def test_the_database_is_copied_before_and_no_copy_is_written_over(tmp_path: Path) -> None:
    old_ledger(tmp_path)
    before = rows(ledger_of(tmp_path) / "invoicer.db")
    (ledger_of(tmp_path) / "invoicer.db.0001").write_text("an earlier copy")
    done = migrate(ledger_of(tmp_path))
    assert done is not None
    assert done.backup == ledger_of(tmp_path) / "invoicer.db.0001-2"
    assert rows(done.backup) == before
    assert (ledger_of(tmp_path) / "invoicer.db.0001").read_text() == "an earlier copy"


def test_what_would_be_done_is_said_and_not_done(tmp_path: Path) -> None:
    old_ledger(tmp_path)
    before = (ledger_of(tmp_path) / "invoicer.db").read_bytes()
    done = migrate(ledger_of(tmp_path), dry_run=True)
    assert done is not None
    assert done.steps
    assert done.backup is None
    assert (ledger_of(tmp_path) / "invoicer.db").read_bytes() == before


def test_a_migration_that_breaks_leaves_the_old_ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old_ledger(tmp_path)
    before = rows(ledger_of(tmp_path) / "invoicer.db")

    def breaks(*_: object) -> None:
        raise ArithmeticError

    with monkeypatch.context() as patched:
        patched.setattr("invoicer.ledger.chain.append", breaks)
        with pytest.raises(ArithmeticError):
            migrate(ledger_of(tmp_path))
    assert rows(ledger_of(tmp_path) / "invoicer.db") == before
    with (
        pytest.raises(RunError, match="L103"),
        monkeypatch.context() as patched,
    ):
        patched.setattr("invoicer.ledger.durable.os.fsync", _full)
        migrate(ledger_of(tmp_path))
    assert migrate(ledger_of(tmp_path)) is not None
    with reader(tmp_path) as ledger:
        assert ledger.verify_chain() == ()


def _full(_: int) -> None:
    raise OSError(28, "No space left on device")


def test_an_older_ledger_that_was_changed_is_not_migrated(tmp_path: Path) -> None:
    old_ledger(tmp_path)
    edit(tmp_path, "UPDATE log SET payload = replace(payload, 'sales', 'nobody')")
    with pytest.raises(RunError, match="L112"):
        migrate(ledger_of(tmp_path))
    edit(tmp_path, "DELETE FROM documents WHERE number = 'HC-2026-00001'", "DELETE FROM log WHERE sequence = 4")
    with pytest.raises(RunError, match="L108"):
        migrate(ledger_of(tmp_path))


def test_a_row_that_refers_to_nothing_stays_where_it_was(tmp_path: Path) -> None:
    old_ledger(tmp_path)
    edit(tmp_path, "PRAGMA foreign_keys = OFF", "UPDATE artifacts SET document = 'gone ' || document")
    with pytest.raises(RunError, match=r"L107.*table artifacts refers to one of documents that is not there"):
        migrate(ledger_of(tmp_path))
    with pytest.raises(RunError, match=r"L105.*schema 0001"), reader(tmp_path):
        pass


def test_there_is_nothing_to_migrate(folder: Path) -> None:
    url = database_of(folder)
    assert migrate(folder / "ledger", database=url) is None
    with writer(folder):
        pass
    done = migrate(folder / "ledger", database=url)
    assert done is not None
    assert (done.before, done.steps) == (newest(), ())


def test_while_another_run_is_under_way_nothing_is_migrated(folder: Path) -> None:
    with (
        writer(folder),
        pytest.raises(RunError, match="L101"),
    ):
        migrate(folder / "ledger", database=database_of(folder))


@pytest.mark.parametrize("version", ["0999", "beta"])
def test_a_newer_schema_is_not_migrated(folder: Path, version: str) -> None:
    with writer(folder):
        pass
    edit(folder, f"UPDATE alembic_version SET version_num = '{version}'")
    with pytest.raises(RunError, match=f"L105.*schema {version}"):
        migrate(folder / "ledger", database=database_of(folder))


def test_the_migrations_come_to_the_tables_of_a_new_ledger(folder: Path) -> None:
    """Column by column, key by key, index by index; on SQLite and on PostgreSQL."""
    (folder / "ledger").mkdir()
    with by_hand(folder) as connection:
        revision.upgrade(connection, "")
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, schema.metadata) == []
        assert connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalars().all() == [newest()]
        migrated = described(connection)
    edit(folder, *(f"DROP TABLE {table}" for table in reversed(list(migrated))))
    with by_hand(folder) as connection:
        revision.create(connection)
        assert described(connection) == migrated


@pytest.mark.parametrize("before", [f"{count:04}" for count in range(1, int(newest()))])
def test_a_database_of_every_earlier_schema_is_migrated(folder: Path, before: str) -> None:
    """An empty one, on SQLite and on PostgreSQL."""
    (folder / "ledger").mkdir()
    scripts = ScriptDirectory(str(MIGRATIONS), version_locations=[str(MIGRATIONS)])
    with by_hand(folder) as connection:
        context = MigrationContext.configure(connection)
        with Operations.context(context):
            for script in reversed(list(scripts.iterate_revisions(before, "base"))):
                script.module.upgrade()
        context.stamp(scripts, before)
    done = migrate(folder / "ledger", database=database_of(folder))
    assert done is not None
    assert (done.before, done.after) == (before, newest())
    assert (done.backup is None) == bool(database_of(folder))
    with by_hand(folder) as connection:
        migrated = described(connection)
    with writer(folder) as ledger:
        ledger.issue(confirmed(ledger, [(draft("a-1"), "a")]), finish, TODAY)
        assert ledger.verify_chain() == ()
    edit(folder, *(f"DROP TABLE {table}" for table in reversed(list(migrated))))
    with by_hand(folder) as connection:
        revision.create(connection)
        assert described(connection) == migrated


def described(connection: sa.Connection) -> dict[str, Any]:
    """Everything that the database says about its tables, whatever the order of columns."""
    inspector = sa.inspect(connection)
    tables = [table.name for table in schema.metadata.sorted_tables] + ["alembic_version"]
    assert sorted(tables) == sorted(inspector.get_table_names())
    return {
        table: [
            sorted(repr({**column, "type": str(column["type"])}) for column in inspector.get_columns(table)),
            inspector.get_pk_constraint(table)["constrained_columns"],
            sorted(map(repr, inspector.get_foreign_keys(table))),
            sorted(map(repr, inspector.get_unique_constraints(table))),
            sorted(map(repr, inspector.get_indexes(table))),
        ]
        for table in tables
    }


def test_migrations_stand_in_one_line() -> None:
    scripts = ScriptDirectory(str(MIGRATIONS), version_locations=[str(MIGRATIONS)])
    assert scripts.get_heads() == [newest()]
    line = [script.revision for script in scripts.walk_revisions()][::-1]
    assert line == [f"{count:04}" for count in range(1, len(line) + 1)]
    assert len(line) == len(list(MIGRATIONS.glob("m*.py")))


def test_every_point_of_a_migration_can_break(tmp_path: Path) -> None:
    for point in (Point.FILE_HALF_WRITTEN, Point.FILE_SYNCED, Point.FILE_RENAMED, Point.FOLDER_SYNCED):
        folder = old_ledger(tmp_path / point.name)
        with pytest.raises(ArithmeticError):
            migrate(ledger_of(folder), fault=Breaks(point, ArithmeticError()))
        done = migrate(ledger_of(folder))
        assert done is not None
        with writer(folder) as ledger:
            assert ledger.verify_chain() == ()
