"""ledger: what documents carry of each contract, proved before anything is planned upon it.

A plan rests on the log, on what is billed, on requests and on the plan that waits. Those are proved each time, by hashes of
rows against the log, without building anything from their texts. The text of a document is proved when it is read
(:mod:`~invoicer.ledger.reading`); everything at once, with plans that are done and contents, by
:mod:`~invoicer.ledger.verify`.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from functools import cache, partial

import sqlalchemy as sa

from invoicer.errors import Problem, RunError
from invoicer.ledger import chain, dialect, schema
from invoicer.ledger.checking import AT_ONCE, changed, looked
from invoicer.ledger.issuing import billed_digest
from invoicer.ledger.kinds import Entry
from invoicer.ledger.store import Store
from invoicer.ledger.verify import PLANNED_UPON, lost_documents

Marks = defaultdict[str, "hashlib._Hash"]


def carried(store: Store) -> Mapping[str, str]:
    """For each contract of which anything was billed, here or by another system, a hash of all that documents carry of it;
    it changes with every line that comes or goes. Raises RunError (L108 to L118, L176) where it is not what was written."""
    marks: Marks = defaultdict(hashlib.sha256)

    def billed(connection: sa.Connection) -> Iterator[Problem]:
        yield from _billed(connection, marks)

    anchored = store.anchor.read()
    with store.read() as connection:
        store.anchor.check(connection, anchored)
        problems = tuple(chain.broken_links(connection))
        if not problems:
            checks = (billed, *PLANNED_UPON)
            problems = tuple(problem for check in checks for problem in looked(check, connection))
        if not problems:
            _imported(connection, marks)
    if problems:
        raise RunError(problems)
    return {contract: mark.hexdigest() for contract, mark in marks.items()}


def _billed(connection: sa.Connection, marks: Marks) -> Iterator[Problem]:
    """The billed lines of each document against its entry of the log, in the order of issue. An entry is canonical JSON
    whose hash was proved, so that what it says is looked for as text; nothing that people write can look like it."""
    documents, log = schema.documents, schema.log
    mine = sa.and_(log.c.sequence == documents.c.logged, log.c.kind == Entry.ISSUED)
    each = sa.select(documents.c.number, documents.c.sha256, log.c.payload).outerjoin_from(documents, log, mine)
    query = each.order_by(documents.c.logged).execution_options(yield_per=AT_ONCE)
    said = cache(partial(_says, "contract"))
    for rows in connection.execute(query).partitions():
        lines = _lines(connection, [row[0] for row in rows])
        for number, sha256, payload in rows:
            if not payload or f'"sha256":"{sha256}"' not in payload or _says("document", number) not in payload:
                yield changed("L113", number, f"document {number} is not what was issued")
                continue
            carries = lines[number]
            digest = billed_digest((text, revision) for _, text, revision in carries)
            if f'"billed":"{digest}"' not in payload or any(said(one) not in text for one, text, _ in carries):
                yield changed("L114", number, f"the billed lines of {number} are not what was issued")
            for contract in {contract for contract, *_ in carries}:
                marks[contract].update(f"{number} {sha256} {digest}\n".encode())
    yield from lost_documents(connection)


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


def _imported(connection: sa.Connection, marks: Marks) -> None:
    """What another system has billed counts as well; its texts were proved with its entries of the log."""
    lines, documents = schema.imported_lines.c, schema.imported.c
    query = sa.select(lines.contract, documents.number, documents.sha256, documents.logged).join_from(
        schema.imported_lines, schema.imported
    )
    for contract, *said in connection.execute(query.distinct().order_by(documents.number, lines.contract)):
        marks[contract].update(f"imported {said}\n".encode())
