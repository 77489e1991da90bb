"""ledger: what documents carry of each contract, proved before anything is planned upon it.

A plan rests on the log, on what is billed, on requests and on the plan that waits. Those are proved each time, by hashes of
rows against the log, without building anything from their texts; the billed lines only once for what was billed, and again
those that something is worked out from. The text of a document is proved when it is read
(:mod:`~invoicer.ledger.reading`); everything at once, with plans that are done and contents, by
:mod:`~invoicer.ledger.verify`.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

import sqlalchemy as sa

from invoicer.cache import NO_CACHE, Cache, framed, part_of
from invoicer.domain import canonical
from invoicer.domain.packed import pack, unpack
from invoicer.errors import Problem, RunError
from invoicer.ledger import chain, dialect, schema
from invoicer.ledger.checking import AT_ONCE, changed, looked
from invoicer.ledger.issuing import billed_digest
from invoicer.ledger.kinds import Entry
from invoicer.ledger.store import Store
from invoicer.ledger.verify import PLANNED_UPON, lost_documents

Marks = defaultdict[str, "hashlib._Hash"]
_BILLING = (Entry.ISSUED, Entry.IMPORTED, Entry.WITHDRAWN)


@dataclass(frozen=True, slots=True)
class Proved:
    """For each contract of which anything was billed, here or by another system, a hash of all that documents carry of it
    (``marks``); it changes with every line that comes or goes. Where they are remembered, they cover what was billed
    ``until`` that entry of the log (0: they were proved now), and whoever reads lines proves those (:func:`prove`)."""

    marks: Mapping[str, str]
    until: int = 0


def carried(store: Store, memory: Cache) -> Proved:
    """What documents carry of each contract. Raises RunError (L108 to L118, L176) where the ledger is not what was
    written."""
    marks = Marks(hashlib.sha256)

    def billed(connection: sa.Connection) -> Iterator[Problem]:
        yield from _billed(connection, marks)
        yield from lost_documents(connection)

    anchored = store.anchor.read()
    with store.read() as connection:
        store.anchor.check(connection, anchored)
        problems = tuple(chain.broken_links(connection))
        last = None if problems else _last(connection)
        key = canonical.sha256(f"carried {memory.salt} {last.hash}") if last and memory.salt else ""
        known = _known(memory, key)
        if not problems:
            checks = PLANNED_UPON if known else (billed, *PLANNED_UPON)
            problems = tuple(problem for check in checks for problem in looked(check, connection))
        if not problems and not known:
            _imported(connection, marks)
    if problems:
        raise RunError(problems)
    if known and last:
        return Proved(known, last.sequence)
    found = {contract: mark.hexdigest() for contract, mark in marks.items()}
    if key:
        memory.put(key, framed(key, [pack(canonical.to_json(found))]))
    return Proved(found)


def prove(store: Store, contracts: Collection[str], known: Proved) -> None:
    """Look again at what documents carry of some contracts. Raises RunError (L113, L114) where it is not what was proved.
    Others may issue meanwhile: those documents are proved, and no part of the marks; where an import was withdrawn
    meanwhile, everything is proved anew."""
    table, found = schema.billed.c, Marks(hashlib.sha256)
    with store.read() as connection:
        mine = sa.select(table.document).where(dialect.among(table.contract, contracts)).distinct()
        numbers = connection.execute(mine).scalars().all()
        problems = [*_billed(connection, found, numbers, known.until)]
        _imported(connection, found, contracts, known.until)
        last = _last(connection)
    for name in sorted(contracts):
        if known.marks.get(name) != (found[name].hexdigest() if name in found else None):
            problems.append(changed("L114", f"contract {name}", f"the billed lines of {name} are not what was issued"))
    if problems and last and last.sequence > known.until:
        carried(store, NO_CACHE)
    elif problems:
        raise RunError(problems)


def _last(connection: sa.Connection) -> sa.Row[Any, Any] | None:
    """The last entry of the log that bills. Its hash covers those before, and so stands for all that was ever billed."""
    log = schema.log.c
    last = sa.select(log.sequence, log.hash).where(log.kind.in_(_BILLING)).order_by(log.sequence.desc()).limit(1)
    return connection.execute(last).one_or_none()


def _known(memory: Cache, key: str) -> Mapping[str, str] | None:
    """The marks that were put under that key."""
    data = memory.get(key) if key else None
    part = part_of(key, data, 0) if data else None
    try:
        return canonical.from_json(dict[str, str], unpack(part)) if part else None
    except Exception:
        return None  # whatever is wrong with it: it is proved anew


def _billed(
    connection: sa.Connection, marks: Marks, numbers: Collection[str] | None = None, until: int = 0
) -> Iterator[Problem]:
    """The billed lines of each document (or of those of these numbers) against its entry of the log, in the order of issue;
    ``marks`` get those ``until`` an entry (0: all).

    An entry is canonical JSON whose hash was proved, so that what it says is looked for as text; nothing that people write
    can look like it. Of documents no column is read that stands behind their text: with years of them, that would be to read
    the whole database.
    """
    documents, log = schema.documents, schema.log
    mine = sa.and_(log.c.sequence == documents.c.logged, log.c.kind == Entry.ISSUED)
    each = sa.select(documents.c.number, documents.c.logged, log.c.payload).outerjoin_from(documents, log, mine)
    if numbers is not None:
        each = each.where(dialect.among(documents.c.number, numbers))
    query = each.order_by(documents.c.logged).execution_options(yield_per=AT_ONCE)
    said = cache(partial(_says, "contract"))
    for rows in connection.execute(query).partitions():
        lines = _lines(connection, [row[0] for row in rows])
        for number, logged, payload in rows:
            if not payload or _says("document", number) not in payload:
                yield changed("L113", number, f"document {number} is not what was issued")
                continue
            carries = lines[number]
            digest = billed_digest((text, revision) for _, text, revision in carries)
            if f'"billed":"{digest}"' not in payload or any(said(one) not in text for one, text, _ in carries):
                yield changed("L114", number, f"the billed lines of {number} are not what was issued")
            for contract in {contract for contract, *_ in carries if not until or logged <= until}:
                marks[contract].update(f"{payload}\n".encode())


def _says(name: str, value: str) -> str:
    """How canonical JSON says it."""
    return f'"{name}":{json.dumps(value, ensure_ascii=False)}'


def _lines(connection: sa.Connection, numbers: Collection[str]) -> Mapping[str, list[tuple[str, str, int]]]:
    """Of each document its billed lines (contract, JSON, revision), in their order."""
    found: dict[str, list[tuple[str, str, int]]] = defaultdict(list)
    table = schema.billed.c
    query = sa.select(table.document, table.contract, table.json, table.revision)
    query = query.where(dialect.among(table.document, numbers)).order_by(table.document, table.line)
    for document, contract, text, revision in connection.execute(query).all():
        found[document].append((contract, text, revision))
    return found


def _imported(
    connection: sa.Connection, marks: Marks, contracts: Collection[str] | None = None, until: int = 0
) -> None:
    """What another system has billed counts as well; its texts were proved with its entries of the log."""
    lines, documents = schema.imported_lines.c, schema.imported.c
    query = sa.select(lines.contract, documents.number, documents.sha256, documents.logged).join_from(
        schema.imported_lines, schema.imported
    )
    if contracts is not None:
        query = query.where(dialect.among(lines.contract, contracts))
    if until:
        query = query.where(documents.logged <= until)
    for contract, *said in connection.execute(query.distinct().order_by(documents.number, lines.contract)):
        marks[contract].update(f"imported {said}\n".encode())
