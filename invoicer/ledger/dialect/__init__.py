"""ledger: everything that differs between databases. Each has a file here; the rest of the ledger is one code for all."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from operator import itemgetter
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from invoicer.errors import Problem
from invoicer.ledger.dialect import postgresql, sqlite
from invoicer.ledger.dialect.words import WRITES, EachWord


class Database(Protocol):
    """Where a ledger keeps its rows."""

    @property
    def where(self) -> str:
        """How messages name it; never with a password."""

    @property
    def shared(self) -> bool:
        """Whether several processes may write, each in its turn."""

    @property
    def is_missing(self) -> bool:
        """Whether it is certain, without opening it, that there is none."""

    def engine(self, *, writing: bool, altering: bool = False) -> sa.Engine:
        """An engine on it, also one that alters tables. In transactions of :func:`for_writing` nobody else writes, from
        begin to commit."""

    def check(self, connection: sa.Connection) -> None:
        """Raises RunError (L156) for a database that can't hold a ledger."""

    def back_up(self, name: str) -> Path | None:
        """Copy it beside itself under that name; None where backups are the business of whoever runs the server."""


def choose(url: str, file: Path) -> Database:
    """The database of that URL, or the SQLite file where there is none. Raises RunError (L150) for a URL of no use."""
    return postgresql.parse(url) if url else sqlite.File(file)


def for_writing(engine: sa.Engine) -> sa.Engine:
    """The same engine; its transactions take the one lock for writers when they begin."""
    return engine.execution_options(**{WRITES: True})


def for_reading(engine: sa.Engine) -> sa.Engine:
    """The same engine; its transactions see one state of the database."""
    return postgresql.for_reading(engine) if engine.dialect.name == "postgresql" else engine


def among(column: sa.ColumnElement[str], values: Collection[str]) -> sa.ColumnElement[bool]:
    """``column IN values`` for any number of values, in one statement with one parameter."""
    rows = EachWord(json.dumps(sorted(values))).table_valued("value")
    return column.in_(sa.select(rows.c.value))


def insert_rows(connection: sa.Connection, table: sa.Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows of the same columns, straight through the driver: what SQLAlchemy does anew for each of them takes longer
    than what the database does."""
    if rows:
        _each(connection, _insertion(connection.dialect, table, tuple(rows[0])), rows)


def update_rows(
    connection: sa.Connection, table: sa.Table, key: tuple[str, ...], rows: Sequence[Mapping[str, Any]]
) -> None:
    """Let the rows of a table that have the same ``key`` columns have the others as well, likewise through the driver."""
    if rows:
        _each(connection, _updating(connection.dialect, table, key, tuple(rows[0])), rows)


class _Statement(NamedTuple):
    """What is said to the driver: its parameters in order, each with its column and with what makes of a value one that
    the driver takes; ``named`` where it wants them by their names."""

    text: str
    parameters: Sequence[tuple[str, str, Callable[[Any], Any] | None]]
    named: bool


def _each(connection: sa.Connection, statement: _Statement, rows: Sequence[Mapping[str, Any]]) -> None:
    """Say it for each row."""
    values = ((map(itemgetter(name), rows), bind) for _, name, bind in statement.parameters)
    said: Any = list(zip(*(map(bind, column) if bind else column for column, bind in values), strict=True))
    if statement.named:
        names = [parameter for parameter, *_ in statement.parameters]
        said = [dict(zip(names, row, strict=True)) for row in said]
    connection.exec_driver_sql(statement.text, said)


@lru_cache(64)
def _insertion(kind: sa.Dialect, table: sa.Table, names: tuple[str, ...]) -> _Statement:
    return _statement(kind, table, sa.insert(table), {name: name for name in names})


@lru_cache(64)
def _updating(kind: sa.Dialect, table: sa.Table, key: tuple[str, ...], names: tuple[str, ...]) -> _Statement:
    known = {f"of_{name}": name for name in key}
    others = {name: name for name in names if name not in key}
    mine = (table.c[name] == sa.bindparam(parameter) for parameter, name in known.items())
    return _statement(kind, table, sa.update(table).where(*mine), others | known)


def _statement(
    kind: sa.Dialect, table: sa.Table, what: sa.Insert | sa.Update, columns: Mapping[str, str]
) -> _Statement:
    """With the column of each parameter."""
    set_ones = [name for parameter, name in columns.items() if parameter == name]
    made: Any = what.compile(dialect=kind, column_keys=set_ones)
    return _Statement(
        str(made),
        [(one, columns[one], _bind(kind, table.c[columns[one]])) for one in made.positiontup or columns],
        not made.positiontup,
    )


def _bind(kind: sa.Dialect, column: sa.Column[Any]) -> Callable[[Any], Any] | None:
    """What makes of a value one that the driver takes. It remembers days: there are few among many rows."""
    bind: Callable[[Any], Any] | None = column.type.dialect_impl(kind).bind_processor(kind)
    return lru_cache(1000)(bind) if bind and isinstance(column.type, sa.Date) else bind


def insert_absent(connection: sa.Connection, table: sa.Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert the rows whose key is not there yet."""
    if rows:
        insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
        connection.execute(insert(table).on_conflict_do_nothing(), list(rows))


def misfits(
    connection: sa.Connection, table: sa.Table, columns: Iterable[sa.Column[Any]]
) -> Iterator[tuple[Mapping[str, str], str, str]]:
    """Values of another kind than their column's: the key of the row, the column, and the value as text."""
    return sqlite.misfits(connection, table, columns) if connection.dialect.name == "sqlite" else iter(())


def facts(connection: sa.Connection) -> Mapping[str, str]:
    """What a doctor asks: ``product``, ``version``, and how it is set up, in the database's own words."""
    return postgresql.facts(connection) if connection.dialect.name == "postgresql" else sqlite.facts(connection)


def problem_of(error: DBAPIError, where: str) -> Problem:
    """What an error of the database comes down to, in words that help."""
    explain = sqlite.problem_of if isinstance(error.orig, sqlite3.Error) else postgresql.problem_of
    return explain(error, where)
