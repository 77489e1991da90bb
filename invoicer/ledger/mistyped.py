"""ledger: values that are not of the kind of their column, each named. SQLite takes text for a number or a day."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

from invoicer.errors import Place, Problem, RunError
from invoicer.ledger import dialect, schema
from invoicer.ledger.dialect.words import RESTORE

_KINDS = {
    sa.Boolean: "neither yes nor no",
    sa.Integer: "no whole number",
    sa.Date: "no day",
    sa.LargeBinary: "no content",
}
_CODES = {
    **dict.fromkeys((schema.billed, schema.documents), "L113"),
    **dict.fromkeys((schema.imported, schema.imported_lines), "L176"),
    **dict.fromkeys((schema.corrections, schema.correction_lines), "L118"),
    **dict.fromkeys((schema.plans, schema.plan_drafts, schema.plan_doubts), "L117"),
    **dict.fromkeys((schema.plan_decisions, schema.plan_holds), "L117"),
    schema.artifacts: "L136",
    schema.contents: "L116",
    schema.log: "L112",
    schema.series: "L115",
}


@contextmanager
def readable(connection: sa.Connection) -> Iterator[None]:
    """Turn what a block stumbles over into a RunError that names each value of another kind, where there is any."""
    try:
        yield
    except (TypeError, ValueError) as error:
        if found := tuple(mistyped(connection)):
            raise RunError(found) from error
        raise


def neither(connection: sa.Connection) -> Iterator[Problem]:
    """Billed lines that count neither fully nor not at all. Reading stumbles over no such value: whatever is not 0 is read
    as yes."""
    for table in (schema.billed, schema.imported_lines):
        yield from _mistyped(connection, table, (table.c.counts,))


def mistyped(connection: sa.Connection) -> Iterator[Problem]:
    """Every value that no ledger has written, because nothing of its column is of that kind. It looks at all rows: that is
    for whoever has stumbled over one."""
    for table in schema.metadata.sorted_tables:
        yield from _mistyped(connection, table, table.columns)


def _mistyped(connection: sa.Connection, table: sa.Table, columns: Iterable[sa.Column[Any]]) -> Iterator[Problem]:
    for key, column, said in dialect.misfits(connection, table, columns):
        part = _part(table, key)
        kind = next((words for kind, words in _KINDS.items() if isinstance(table.c[column].type, kind)), "no text")
        cause = f"the column {column} of {part} holds “{said}”, which is {kind}"
        yield Problem(_CODES.get(table, "L113"), Place(part=part), cause, RESTORE)


def _part(table: sa.Table, key: Mapping[str, str]) -> str:
    """A row by the name that people know it by."""
    match table.name:
        case "documents" | "imported":
            return f"document {key['number']}"
        case "billed" | "imported_lines":
            return f"billed line {key['line']} of {key['document']}"
        case "plans":
            return f"plan {key['id']}"
        case "plan_drafts":
            return f"draft {key['position']} of plan {key['plan']}"
        case "corrections":
            return f"request {key['id']}"
    return f"{table.name} {' '.join(key.values())}"
