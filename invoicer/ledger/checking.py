"""ledger: what all checks share: rows, entries of the log, and how it is said that something was changed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

import sqlalchemy as sa

from invoicer.errors import DefectError, Place, Problem, RunError
from invoicer.ledger import dialect, schema
from invoicer.ledger.dialect.words import RESTORE
from invoicer.ledger.mistyped import mistyped
from invoicer.ledger.stored import read_entry

AT_ONCE = 200
"""How many rows are in the memory at once: a ledger may have more documents than fit."""
Check = Callable[[sa.Connection], Iterator[Problem]]


def looked(check: Check, connection: sa.Connection) -> Iterator[Problem]:
    """What a check finds; where it can't even read its rows, each value that it stumbles over."""
    try:
        yield from told(check(connection))
    except (ArithmeticError, AttributeError, DefectError, LookupError, TypeError, ValueError):
        part = check.__name__.strip("_").replace("_", " ")
        nobody = changed("L113", part, f"something in the tables of {part} was never written there")
        yield from tuple(mistyped(connection)) or (nobody,)


def told(found: Iterator[Problem]) -> Iterator[Problem]:
    """The problems, with those of a text that can't be read as the last."""
    try:
        yield from found
    except RunError as error:
        yield from error.problems


def entries(connection: sa.Connection, kind: str) -> dict[int, Mapping[str, Any]]:
    """The entries of a kind, by their sequence."""
    return dict(each_entry(connection, kind))


def each_entry(connection: sa.Connection, kind: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """The same, one by one."""
    log = schema.log.c
    each = sa.select(log.sequence, log.payload).where(log.kind == kind).order_by(log.sequence)
    for sequence, payload in connection.execute(each.execution_options(yield_per=AT_ONCE)):
        yield sequence, read_entry(payload, sequence)


def lines_of(connection: sa.Connection, numbers: Collection[str]) -> Mapping[str, list[sa.Row[Any]]]:
    """The billed lines of documents, by their numbers."""
    lines: dict[str, list[sa.Row[Any]]] = defaultdict(list)
    table = schema.billed
    query = sa.select(table).where(dialect.among(table.c.document, numbers)).order_by(table.c.document, table.c.line)
    for row in connection.execute(query):
        lines[row.document].append(row)
    return lines


def changed(code: str, part: str, cause: str) -> Problem:
    """A problem that only the backup mends."""
    return Problem(code, Place(part=part), cause, RESTORE)
