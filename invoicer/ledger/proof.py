"""ledger: each document proves itself by its own JSON, and rests on contents that are kept."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

import sqlalchemy as sa

from invoicer import audit
from invoicer.domain import canonical
from invoicer.errors import Place, Problem
from invoicer.ledger import dialect, schema
from invoicer.ledger.dialect.words import RESTORE
from invoicer.ledger.reading import issued_within
from invoicer.ledger.store import Store
from invoicer.ledger.stored import read_object

_AT_ONCE = 200
_DEFECT = (
    "tell whoever keeps your books, and the makers of invoicer: what was issued never added up, or was made elsewhere"
)


def proved(
    store: Store, number: str | None, since: dt.date | None, until: dt.date | None
) -> Iterator[tuple[str, tuple[Problem, ...]]]:
    """Each document in the order of issue, with what is wrong in it: a trace, a line or a sum (L119), or contents that it
    rests on and that are gone (L143). Reads some documents at a time, however many there are."""
    for table in (schema.imported.c, schema.documents.c):
        query = sa.select(table.number, table.json, table.sha256).order_by(table.logged, table.number)
        if number is not None:
            query = query.where(table.number == number)
        yield from _proved(store, query.where(*issued_within(table.issue_date, since, until)))


def _proved(store: Store, query: sa.Select[tuple[str, str, str]]) -> Iterator[tuple[str, tuple[Problem, ...]]]:
    with store.read() as connection:
        rows = connection.execution_options(yield_per=_AT_ONCE).execute(query)
        for part in rows.partitions():
            documents = [(row.number, read_object(row.json), _mend(row.json, row.sha256)) for row in part]
            wanted = {digest for _, data, _ in documents for _, digest in _rests_on(data)}
            sha256 = schema.contents.c.sha256
            kept = set(connection.execute(sa.select(sha256).where(dialect.among(sha256, wanted))).scalars())
            for name, data, mend in documents:
                wrong = [
                    Problem("L119", Place(part=_place(name, fault.line)), fault.cause, mend)
                    for fault in audit.faults(data)
                ]
                wrong += [
                    Problem("L143", Place(part=f"document {name}"), f"{what} that it rests on is not kept", RESTORE)
                    for what, digest in _rests_on(data)
                    if digest not in kept
                ]
                yield name, tuple(wrong)


def _mend(text: str, sha256: str) -> str:
    """Who can mend what doesn't add up: a text that is not the one that was issued lies in the backup."""
    return _DEFECT if canonical.sha256(text) == sha256 else RESTORE


def _rests_on(data: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What a document rests on, and the hashes of it; nothing where somebody else wrote there, which its hash tells."""
    provenance = data.get("provenance")
    found = provenance.items() if isinstance(provenance, dict) else ()
    return sorted((what, str(digest)) for what, digest in found)


def _place(number: str, line: int) -> str:
    return f"document {number}, line {line}" if line else f"document {number}"
