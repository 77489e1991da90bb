"""ledger: everything that only SQLite understands. PostgreSQL gets a file like this one; the rest stays as it is."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Collection, Mapping, Sequence
from enum import Enum
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import StaticPool

_WRITES = "ledger_writes"


def open_engine(path: Path | None, *, writing: bool) -> sa.Engine:
    """The engine for a database file; for None an empty database in memory.

    WAL with ``synchronous=FULL``: a commit that was answered survives a loss of power.
    """
    options: dict[str, Any] = {"isolation_level": None, "timeout": 10}
    if path is None:
        engine = sa.create_engine("sqlite://", connect_args=options, poolclass=StaticPool)
    else:
        engine = sa.create_engine(_url(path, still=not writing and _is_still(path)), connect_args=options)
    pragmas = ["foreign_keys=ON", "synchronous=FULL", *(["journal_mode=WAL"] if writing else [])]

    @sa.event.listens_for(engine, "connect")
    def _prepare(raw: sqlite3.Connection, _: Any) -> None:
        for pragma in pragmas:
            raw.execute(f"PRAGMA {pragma}").close()

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        # A transaction that reads first and then writes must hold the write lock from its start.
        writes = connection.get_execution_options().get(_WRITES, False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _url(path: Path, still: bool) -> sa.URL:
    """The URL of a database file. It is put together and not written, since a path may have any sign in it."""
    if still:
        query = {"immutable": "1", "uri": "true"}
        return sa.URL.create("sqlite", database=path.absolute().as_uri(), query=query)
    return sa.URL.create("sqlite", database=str(path))


def _is_still(path: Path) -> bool:
    """Whether nobody can write the database, as on the read-only medium of an archive: SQLite would still want to make
    files beside it, unless it is told so."""
    return not os.access(path.parent, os.W_OK) and not Path(f"{path}-wal").exists()


def for_writing(engine: sa.Engine) -> sa.Engine:
    """The same engine; its transactions take the write lock when they begin."""
    return engine.execution_options(**{_WRITES: True})


def among(column: sa.ColumnElement[str], values: Collection[str]) -> sa.ColumnElement[bool]:
    """``column IN values`` for any number of values, in one statement with one parameter."""
    rows = sa.func.json_each(json.dumps(sorted(values))).table_valued("value")
    return column.in_(sa.select(rows.c.value))


def insert_absent(connection: sa.Connection, table: sa.Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert the rows whose key is not there yet."""
    if rows:
        connection.execute(insert(table).on_conflict_do_nothing(), list(rows))


class Trouble(Enum):
    """What a database error comes down to."""

    FULL = "full"
    FORBIDDEN = "forbidden"
    BUSY = "busy"
    DAMAGED = "damaged"
    OTHER = "other"


_TROUBLES = {
    sqlite3.SQLITE_FULL: Trouble.FULL,
    sqlite3.SQLITE_READONLY: Trouble.FORBIDDEN,
    sqlite3.SQLITE_CANTOPEN: Trouble.FORBIDDEN,
    sqlite3.SQLITE_PERM: Trouble.FORBIDDEN,
    sqlite3.SQLITE_BUSY: Trouble.BUSY,
    sqlite3.SQLITE_LOCKED: Trouble.BUSY,
    sqlite3.SQLITE_CORRUPT: Trouble.DAMAGED,
    sqlite3.SQLITE_NOTADB: Trouble.DAMAGED,
}


def trouble_of(error: DBAPIError) -> Trouble:
    """What the error comes down to (SQLite's primary result code is the low byte of the extended one)."""
    code = getattr(error.orig, "sqlite_errorcode", None)
    return _TROUBLES.get(code & 0xFF, Trouble.OTHER) if isinstance(code, int) else Trouble.OTHER
