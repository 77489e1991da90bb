"""ledger: proof that what another system has billed is what was imported."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from invoicer.domain import canonical
from invoicer.errors import Place, Problem
from invoicer.ledger import schema
from invoicer.ledger.checking import told
from invoicer.ledger.dialect.words import RESTORE
from invoicer.ledger.issuing import billed_digest
from invoicer.ledger.kinds import Entry
from invoicer.ledger.records import billed_columns, document_columns
from invoicer.ledger.stored import columns_in, read_entry


def imports(connection: sa.Connection) -> Iterator[Problem]:
    """Each imported document, its columns and its lines against the entry of the log that brought it; and that nothing is
    gone but what was withdrawn."""
    there = _logged(connection)
    lines: dict[str, list[sa.Row[Any]]] = defaultdict(list)
    table = schema.imported_lines
    for line in connection.execute(sa.select(table).order_by(table.c.document, table.c.line)):
        lines[line.document].append(line)
    for row in connection.execute(sa.select(schema.imported).order_by(schema.imported.c.number)):
        yield from told(_document(row, *there.pop(row.number, (0, {})), lines.pop(row.number, [])))
    for number in sorted({*there, *lines}):
        yield _changed(number, f"document {number} was imported, and is gone")


def _document(row: sa.Row[Any], at: int, said: Mapping[str, Any], lines: Sequence[sa.Row[Any]]) -> Iterator[Problem]:
    """A document and its lines against what the entry ``at`` that place ``said`` of it."""
    if (row.logged, row.sha256, canonical.sha256(row.json)) != (at, said.get("sha256"), said.get("sha256")):
        yield _changed(row.number, f"document {row.number} is not what was imported")
    elif wrong := _wrong(row, columns_in(document_columns, row.json, "L176", f"document {row.number}")):
        yield _changed(row.number, f"document {row.number}: its {', '.join(wrong)} is not what its text says")
    elif billed_digest((line.json, 0) for line in lines) != said.get("billed"):
        yield _changed(row.number, f"the billed lines of {row.number} are not what was imported")
    else:
        for line in lines:
            part = f"billed line {line.line} of {row.number}"
            if wrong := _wrong(line, columns_in(billed_columns, line.json, "L176", part)):
                yield _changed(row.number, f"{part}: its {', '.join(wrong)} is not what its text says")


def _logged(connection: sa.Connection) -> dict[str, tuple[int, Mapping[str, Any]]]:
    """What was imported and not withdrawn, by number, with the entry that brought it."""
    log = schema.log.c
    kinds = [Entry.IMPORTED, Entry.WITHDRAWN]
    query = sa.select(log.sequence, log.kind, log.payload).where(log.kind.in_(kinds)).order_by(log.sequence)
    there: dict[str, tuple[int, Mapping[str, Any]]] = {}
    for sequence, kind, payload in connection.execute(query):
        data = read_entry(payload, sequence)
        if kind == Entry.WITHDRAWN:
            there.pop(data["document"], None)
        else:
            there.update((one["document"], (sequence, one)) for one in data["documents"])
    return there


def _wrong(row: sa.Row[Any], expected: Mapping[str, Any]) -> list[str]:
    return [name for name, value in expected.items() if row._mapping[name] != value]


def _changed(number: str, cause: str) -> Problem:
    return Problem("L176", Place(part=number), cause, RESTORE)
