"""ledger: what documents carry of each contract, proved before anything is planned upon it.

A plan rests on the log, on what is billed, on requests and on the plan that waits. Those are proved each time, by hashes of
rows against the log, without building anything from their texts. The text of a document is proved when it is read
(:mod:`~invoicer.ledger.reading`); everything at once, with plans that are done and contents, by
:mod:`~invoicer.ledger.verify`.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping

import sqlalchemy as sa

from invoicer.domain import canonical
from invoicer.errors import Problem, RunError
from invoicer.ledger import chain, dialect, schema
from invoicer.ledger.checking import AT_ONCE, changed, looked
from invoicer.ledger.issuing import billed_digest
from invoicer.ledger.kinds import Entry
from invoicer.ledger.store import Store
from invoicer.ledger.verify import PLANNED_UPON, lost_documents


def carried(store: Store) -> Mapping[str, str]:
    """For each contract of which anything was billed, here or by another system, a hash of all that documents carry of it;
    it changes with every line that comes or goes. Raises RunError (L108 to L118, L176) where it is not what was written."""
    marks: dict[str, str] = {}

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
    return marks


def _billed(connection: sa.Connection, marks: dict[str, str]) -> Iterator[Problem]:
    """The billed lines of each document against its entry of the log, in the order of issue."""
    documents, log = schema.documents, schema.log
    mine = sa.and_(log.c.sequence == documents.c.logged, log.c.kind == Entry.ISSUED)
    each = sa.select(documents.c.number, documents.c.sha256, log.c.payload).outerjoin_from(documents, log, mine)
    query = each.order_by(documents.c.logged).execution_options(yield_per=AT_ONCE)
    for rows in connection.execute(query).partitions():
        lines = _lines(connection, [row.number for row in rows])
        for number, sha256, payload in rows:
            entry, carries = json.loads(payload or "{}"), lines[number]
            if (entry.get("document"), entry.get("sha256")) != (number, sha256):
                yield changed("L113", number, f"document {number} is not what was issued")
                continue
            digest = billed_digest((text, revision) for _, text, revision in carries)
            contracts = {contract for contract, *_ in carries}
            named = {contract: f'"contract":{json.dumps(contract)}' for contract in contracts}
            if digest != entry["billed"] or any(named[contract] not in text for contract, text, _ in carries):
                yield changed("L114", number, f"the billed lines of {number} are not what was issued")
            for contract in contracts:
                _mark(marks, contract, f"{number} {digest}")
    yield from lost_documents(connection)


def _lines(connection: sa.Connection, numbers: Collection[str]) -> Mapping[str, list[tuple[str, str, int]]]:
    """Of each document its billed lines (contract, JSON, revision), in their order."""
    found: dict[str, list[tuple[str, str, int]]] = defaultdict(list)
    table = schema.billed.c
    query = sa.select(table.document, table.contract, table.json, table.revision)
    query = query.where(dialect.among(table.document, numbers)).order_by(table.document, table.line)
    for document, *said in connection.execute(query):
        found[document].append((said[0], said[1], said[2]))
    return found


def _imported(connection: sa.Connection, marks: dict[str, str]) -> None:
    """What another system has billed counts as well; its texts were proved with its entries of the log."""
    lines, documents = schema.imported_lines.c, schema.imported.c
    query = sa.select(lines.contract, documents.number, documents.sha256, documents.logged).join_from(
        schema.imported_lines, schema.imported
    )
    for contract, *said in connection.execute(query.distinct().order_by(documents.number, lines.contract)):
        _mark(marks, contract, f"imported {said}")


def _mark(marks: dict[str, str], contract: str, said: str) -> None:
    marks[contract] = canonical.sha256(f"{marks.get(contract, '')}\n{said}")
