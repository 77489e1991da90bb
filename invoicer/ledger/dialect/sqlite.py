"""ledger: everything that only SQLite understands."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import StaticPool

from invoicer.errors import Place, Problem, RunError
from invoicer.ledger.dialect.words import AGAIN, RESTORE, WRITES
from invoicer.ledger.durable import STRAY, sync_folder

__all__ = ["File", "facts", "in_memory", "insert", "misfits", "problem_of"]

_WAIT_SECONDS = 10
_SHOWN = 60  # bytes of a value in a message


@dataclass(frozen=True, slots=True)
class File:
    """A database in a file, which one process writes at a time."""

    path: Path

    shared = False

    @property
    def where(self) -> str:
        """The file."""
        return str(self.path)

    @property
    def is_missing(self) -> bool:
        """Whether there is no file."""
        return not self.path.exists()

    def engine(self, *, writing: bool, altering: bool = False) -> sa.Engine:
        """WAL with ``synchronous=FULL``: a commit that was answered survives a loss of power. Who alters tables by making
        them anew switches foreign keys off meanwhile, as SQLite's manual says, and calls :meth:`check` at the end."""
        pragmas = [
            f"foreign_keys={'OFF' if altering else 'ON'}",
            "synchronous=FULL",
            *(["journal_mode=WAL"] if writing else []),
        ]
        return _engine(_url(self.path, still=not writing and _is_still(self.path)), pragmas)

    def check(self, connection: sa.Connection) -> None:
        """Raises RunError (L107) where a row refers to one that is not there."""
        if connection.exec_driver_sql("PRAGMA foreign_keys").scalar():
            return  # SQLite has watched all the time
        if lost := connection.exec_driver_sql("PRAGMA foreign_key_check").first():
            cause = f"a row of the table {lost[0]} refers to one of {lost[2]} that is not there"
            raise RunError(Problem("L107", Place(self.where), cause, RESTORE))

    def back_up(self, name: str) -> Path:
        """A whole copy beside the file, made by SQLite itself and synced; one that is there is not written over. It has
        its name only when it is whole, so nobody goes back to one that a crash cut off."""
        target, unfinished = self.path.with_name(name), self.path.with_name(f"{STRAY}{name}")
        with closing(sqlite3.connect(self.path)) as source, closing(sqlite3.connect(unfinished)) as copy:
            source.backup(copy)
        with unfinished.open("rb") as file:
            os.fsync(file.fileno())
        unfinished.replace(target)
        sync_folder(target.parent)
        return target


def in_memory() -> sa.Engine:
    """An empty database that ends with the process."""
    return _engine(sa.URL.create("sqlite"), ["foreign_keys=ON"], poolclass=StaticPool)


def misfits(
    connection: sa.Connection, table: sa.Table, columns: Iterable[sa.Column[Any]]
) -> Iterator[tuple[Mapping[str, str], str, str]]:
    """Values of another kind than their column's, which SQLite takes and nobody can read: the key of the row, the column,
    and the value as text."""
    keys = tuple(table.primary_key.columns)
    for column in columns:
        query = sa.select(*map(_bytes, (column, *keys))).where(_misfit(column)).order_by(*keys)
        for row in connection.execute(query):
            said, *mine = (bytes.fromhex(value).decode(errors="replace") for value in row)
            yield {key.name: value for key, value in zip(keys, mine, strict=True)}, column.name, said


def _misfit(column: sa.Column[Any]) -> sa.ColumnElement[bool]:
    plain, kind = sa.type_coerce(column, sa.String), sa.func.typeof(column)
    match column.type:
        case sa.Boolean():
            wrong = sa.or_(kind != "integer", plain.not_in(["0", "1"]))
        case sa.Integer():
            wrong = kind != "integer"
        case sa.Date():
            wrong = sa.or_(kind != "text", sa.func.coalesce(sa.func.date(plain), "") != plain)
        case sa.LargeBinary():
            wrong = kind != "blob"
        case _:
            wrong = kind != "text"
    return sa.and_(kind != "null", wrong)


def _bytes(column: sa.Column[Any]) -> sa.ColumnElement[str]:
    """As much of a value as belongs into a message, in hex: it may be no text."""
    return sa.func.hex(sa.func.substr(sa.cast(column, sa.BLOB), 1, _SHOWN), type_=sa.String)


def facts(connection: sa.Connection) -> Mapping[str, str]:
    """The library's version, and the first thing that its own quick check finds wrong ("ok" for nothing)."""
    found = str(connection.exec_driver_sql("PRAGMA quick_check(1)").scalar_one())
    return {"product": "SQLite", "version": sqlite3.sqlite_version, "quick_check": found}


def problem_of(error: DBAPIError, where: str) -> Problem:
    """What the error comes down to (SQLite's primary result code is the low byte of the extended one)."""
    said = str(error.orig)
    place = Place(file=where)
    code = getattr(error.orig, "sqlite_errorcode", 0) & 0xFF
    match code:
        case sqlite3.SQLITE_FULL:
            return Problem("L103", place, f"the disk that holds {where} is full ({said})", f"make room {AGAIN}")
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_PERM:
            cause = f"the database {where} can't be written ({said})"
            return Problem("L102", place, cause, f"make the folder and its files writable, {AGAIN}")
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            cause = f"another program holds the database {where} ({said})"
            return Problem("L101", place, cause, f"close that program {AGAIN}")
        case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB:
            cause = f"the database {where} is damaged or is no database ({said})"
            return Problem("L107", place, cause, RESTORE)
    if "no such column" in said or "no such table" in said:  # its version is the right one: that was looked at first
        return Problem(
            "L107", place, f"this ledger is damaged: {where} has lost a part of its tables ({said})", RESTORE
        )
    if "decode to UTF-8" in said:
        return Problem("L107", place, f"the database {where} holds a text that is none ({said})", RESTORE)
    return Problem("L104", place, f"the database {where} answered: {said}", f"look after the disk {AGAIN}")


def _engine(url: sa.URL, pragmas: list[str], **options: Any) -> sa.Engine:
    engine = sa.create_engine(url, connect_args={"isolation_level": None, "timeout": _WAIT_SECONDS}, **options)

    @sa.event.listens_for(engine, "connect")
    def _prepare(raw: sqlite3.Connection, _: Any) -> None:
        for pragma in pragmas:
            raw.execute(f"PRAGMA {pragma}").close()

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        # A transaction that reads first and then writes must hold the write lock from its start.
        writes = connection.get_execution_options().get(WRITES, False)
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
