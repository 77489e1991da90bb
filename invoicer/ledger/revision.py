"""ledger: which schema a database has, and the way from an older one to today's."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from invoicer.ledger import schema
from invoicer.ledger.dialect import Database
from invoicer.ledger.dialect.words import RESTORE
from invoicer.ledger.trouble import refused

if TYPE_CHECKING:
    from alembic.script import Script, ScriptDirectory

MIGRATIONS = Path(__file__).resolve().parent / "migrations"
FIRST = "0001"
_TABLES = {"about", "log", "documents", "billed", "series"}
_alembic = sa.MetaData()
_version = sa.Table("alembic_version", _alembic, sa.Column("version_num", sa.String(32), nullable=False))
_version.append_constraint(sa.PrimaryKeyConstraint("version_num", name="alembic_version_pkc"))


@dataclass(frozen=True, slots=True)
class Step:
    """A migration: its revision, and what it does in a line."""

    revision: str
    title: str


def newest() -> str:
    """The revision that this version of invoicer works with: that of its last migration (``m0002_….py`` is 0002)."""
    return max(path.name[1:5] for path in MIGRATIONS.glob("m[0-9]*_*.py"))


def create(connection: sa.Connection) -> None:
    """Make today's tables in an empty database, within the transaction of the connection: what all migrations one after
    another come to."""
    schema.metadata.create_all(connection)
    connection.execute(sa.insert(schema.about), [{"name": "schema", "value": schema.SCHEMA}])
    _alembic.create_all(connection)
    connection.execute(sa.insert(_version), [{"version_num": newest()}])


def of(connection: sa.Connection, database: Database) -> str:
    """The revision of a database; "" of an empty one. Raises RunError: L106 for one that is no ledger, L107 for one that
    has lost tables of it."""
    tables = set(sa.inspect(connection).get_table_names())
    if not tables:
        return ""
    found = ""
    if _version.name in tables:
        found = connection.execute(sa.select(_version.c.version_num)).scalar_one_or_none() or "?"
    wanted = set(schema.metadata.tables) if found == newest() else _TABLES
    if {schema.log.name, schema.series.name, _version.name} <= tables and (gone := sorted(wanted - tables)):
        cause = f"this ledger is damaged: {' and '.join(gone)} {'are' if len(gone) > 1 else 'is'} gone from its tables"
        raise refused("L107", database.where, cause, RESTORE)
    if not tables >= _TABLES:
        mend = "name a database that is empty or a ledger; a ledger has a database (on a server: a schema) of its own"
        raise refused("L106", database.where, "this database is no ledger", mend)
    if found:
        return found
    about = schema.about.c
    found = connection.execute(sa.select(about.value).where(about.name == "schema")).scalar_one_or_none() or "?"
    return FIRST if found == "1" else found  # ledgers from before Alembic


def refuse_other(found: str, database: Database) -> None:
    """Raises RunError (L105) unless the revision is the one that this version of invoicer works with."""
    wanted = newest()
    if found == wanted:
        return
    newer = found.isdecimal() and int(found) > int(wanted)
    raise refused(
        "L105",
        database.where,
        f"the ledger is of schema {found}, and this version of invoicer knows schema {wanted}",
        "bring it up to date with `invoicer migrate`; what was issued stays as it is"
        if is_older(found)
        else "update invoicer: a newer version has written here"
        if newer
        else RESTORE,
    )


def is_older(found: str) -> bool:
    """Whether there is a way from that revision to today's."""
    return found.isdecimal() and FIRST <= found < newest()


def steps(found: str) -> tuple[Step, ...]:
    """The migrations that a database of that revision still needs, in their order."""
    return tuple(Step(script.revision, script.doc.removeprefix("ledger: ")) for script in _missing(_scripts(), found))


def upgrade(connection: sa.Connection, found: str) -> None:
    """Bring a database up to date, within the transaction of the connection: whole, or not at all."""
    from alembic.operations import Operations
    from alembic.runtime.migration import MigrationContext

    scripts = _scripts()
    context = MigrationContext.configure(connection)
    with Operations.context(context):
        for script in _missing(scripts, found):
            script.module.upgrade()
    context.stamp(scripts, "head")


def _scripts() -> ScriptDirectory:
    from alembic.script import ScriptDirectory

    return ScriptDirectory(str(MIGRATIONS), version_locations=[str(MIGRATIONS)])


def _missing(scripts: ScriptDirectory, found: str) -> list[Script]:
    return list(scripts.iterate_revisions("head", found or "base"))[::-1]
