"""ledger: proof that nothing was changed since it was written, from the hashes alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from invoicer.domain import canonical
from invoicer.domain.correction import CreditRequest
from invoicer.domain.entitlement import BilledLine
from invoicer.errors import Place, Problem, RunError
from invoicer.ledger import chain, corrections, schema
from invoicer.ledger.checking import AT_ONCE, Check, changed, entries, lines_of, looked, told
from invoicer.ledger.issuing import billed_digest
from invoicer.ledger.kinds import Entry
from invoicer.ledger.mistyped import neither
from invoicer.ledger.records import billed_columns, document_columns, minor_units
from invoicer.ledger.series import document_number
from invoicer.ledger.store import Store
from invoicer.ledger.stored import columns_in, read_as, read_entry, read_object
from invoicer.ledger.verify_files import files, names_of, wanted
from invoicer.ledger.verify_imported import imports
from invoicer.ledger.verify_plans import drops, plans, plans_that_wait


def verify_chain(store: Store) -> tuple[Problem, ...]:
    """Every way in which the database is not what was written; empty when it is sound.

    The anchor against the log; the log from its start; every document, its columns and its billed lines against the
    hashes of its log entry; every plan's drafts and every file's hash against theirs; each series from 1 without a gap;
    contents by their hash.
    """
    try:
        anchored = store.anchor.read()
        with store.read() as connection:
            store.anchor.check(connection, anchored)
            if broken := tuple(chain.broken_links(connection)):
                return broken  # without a sound log there is nothing to hold the rest against
            checks = (*dict.fromkeys(CHECKS.values()), _contents, _kinds, neither)
            return tuple(dict.fromkeys(problem for check in checks for problem in looked(check, connection)))
    except RunError as error:
        return error.problems


def _documents(connection: sa.Connection) -> Iterator[Problem]:
    """Each document with its entry of the log, some at a time however many there are; then what has lost its other half."""
    documents, log = schema.documents, schema.log
    mine = sa.and_(log.c.sequence == documents.c.logged, log.c.kind == Entry.ISSUED)
    each = sa.select(documents, log.c.payload).outerjoin_from(documents, log, mine).order_by(documents.c.logged)
    for rows in connection.execute(each.execution_options(yield_per=AT_ONCE)).partitions():
        numbers = [row.number for row in rows]
        billed, names = lines_of(connection, numbers), names_of(connection, numbers)
        for row in rows:
            entry = read_object(row.payload or "")
            yield from told(_document(row, entry, billed[row.number]))
            yield from wanted(row, entry, names[row.number])
    yield from lost_documents(connection)


def lost_documents(connection: sa.Connection) -> Iterator[Problem]:
    """Documents that were issued and are gone, and billed lines that have lost theirs."""
    documents, lines, log = schema.documents, schema.billed, schema.log
    lost = sa.select(log.c.sequence, log.c.payload).where(
        log.c.kind == Entry.ISSUED, log.c.sequence.not_in(sa.select(documents.c.logged))
    )
    for sequence, payload in connection.execute(lost.order_by(log.c.sequence)):
        number = read_entry(payload, sequence)["document"]
        yield changed("L113", number, f"document {number} was issued, and is gone")
    orphans = sa.select(lines.c.document).where(lines.c.document.not_in(sa.select(documents.c.number))).distinct()
    for number in connection.execute(orphans.order_by(lines.c.document)).scalars():
        yield changed("L114", number, f"there are billed lines of {number}, and it was never issued")


def _document(row: sa.Row[Any], entry: Mapping[str, Any], lines: Sequence[sa.Row[Any]]) -> Iterator[Problem]:
    logged = (entry.get("document"), entry.get("sha256"), entry.get("sha256"))
    if (row.number, row.sha256, canonical.sha256(row.json)) != logged:
        yield changed("L113", row.number, f"document {row.number} is not what was issued")
    elif wrong := [name for name, value in _columns(row).items() if row._mapping[name] != value]:
        yield changed("L113", row.number, f"document {row.number}: its {', '.join(wrong)} is not what its text says")
    elif billed_digest((line.json, line.revision) for line in lines) != entry.get("billed"):
        yield changed("L114", row.number, f"the billed lines of {row.number} are not what was issued")
    elif wrong := [str(line.line) for line in lines if not _sound(line)]:
        cause = f"billed line {', '.join(wrong)} of {row.number} is not what its text says"
        yield changed("L114", row.number, cause)


def _corrections(connection: sa.Connection) -> Iterator[Problem]:
    """Each request against its entry of the log, and what became of it against later entries and documents."""
    table, lines = schema.corrections, schema.correction_lines
    asked = entries(connection, corrections.REQUESTED)
    cancelled = {(at, entry["request"]) for at, entry in entries(connection, corrections.CANCELLED).items()}
    rebilled = entries(connection, corrections.REBILLED)
    released = {(*held, at) for at, entry in rebilled.items() for held in entry["held"]}
    became = _became(connection) if asked else {}
    stored: dict[int, list[sa.Row[Any]]] = defaultdict(list)
    for line in connection.execute(sa.select(lines).order_by(lines.c.correction, lines.c.line)):
        stored[line.correction].append(line)
    for row in connection.execute(sa.select(table).order_by(table.c.id)):
        mine = stored[row.id]
        became_of = (
            ({at for at, one in cancelled if one == row.id}, {row.cancelled} - {None}),
            ({one for one in released if one[0] == row.id}, {(row.id, o.line, o.released) for o in mine if o.released}),
            ({(row.id, one.line): one.issued for one in mine if one.issued}, became.pop(row.id, {})),
        )
        yield from told(_request(row, asked.pop(row.logged, {}), mine, became_of))
    for number in sorted({entry["id"] for entry in asked.values()} | became.keys()):
        yield changed("L118", f"request {number}", f"request {number} was recorded, and is gone")


def _request(
    row: sa.Row[Any], said: Mapping[str, Any], lines: Sequence[sa.Row[Any]], became: Sequence[tuple[object, object]]
) -> Iterator[Problem]:
    """A request and its lines against what the log said; and what ``became`` of it, as the one and the other have it."""
    request = read_as(CreditRequest, row.json, "L118", f"request {row.id}")
    facts = (
        (said, read_object(row.json)),
        ((request.id, request.document, request.kind), (row.id, row.document, row.kind)),
        ([(one.line, one.amount) for one in lines], [(one.line, minor_units(one.amount)) for one in request.lines]),
        *became,
    )
    if any(expected != found for expected, found in facts):
        yield changed("L118", f"request {row.id}", f"request {row.id}, or what became of it, is not what was recorded")


def _became(connection: sa.Connection) -> dict[int, dict[tuple[int, int], str]]:
    """The document that each line of each request became, as the billed lines say it."""
    table = schema.billed
    found: dict[int, dict[tuple[int, int], str]] = defaultdict(dict)
    for text in connection.execute(sa.select(table.c.json).where(table.c.json.like('%"request":%'))).scalars():
        line = read_as(BilledLine, text, "L114", "a billed line")
        if line.request and line.corrects:
            found[line.request][line.request, line.corrects[1]] = line.document
    return found


def _series(connection: sa.Connection) -> Iterator[Problem]:
    """What is looked at before a plan, and that every document of a series is one of its seller."""
    yield from _counters(connection)
    documents, series = schema.documents.c, schema.series.c
    foreign = sa.select(documents.number).join(schema.series)
    foreign = foreign.where(documents.seller != series.seller, documents.counter < series.next_number - 1)
    for number in connection.execute(foreign.order_by(documents.number)).scalars():
        yield _of_another(number)


def _counters(connection: sa.Connection) -> Iterator[Problem]:
    """Numbers without gaps, up to the next one, and the last document of a series is one of its seller. Of the others, who
    sold is not read: it stands beside the texts, and with years of documents that is the whole database."""
    documents, series = schema.documents.c, schema.series.c
    counted = sa.select(documents.series, sa.func.count(), sa.func.max(documents.counter)).group_by(documents.series)
    found = {key: (count, last) for key, count, last in connection.execute(counted)}
    firsts = {entry["series"]: entry["first"] for entry in entries(connection, "begun").values()}
    begun = sa.select(series.key, series.seller, series.first, series.next_number).order_by(series.key)
    for key, seller, first, following in connection.execute(begun).all():
        if first != firsts.get(key, 1):
            cause = f"series {key} began at {firsts.get(key, 1)}, and {first} is written there"
            yield changed("L115", key, cause)
        count, last = found.pop(key, (0, first - 1))
        if count != last - first + 1 or following != last + 1:
            cause = f"series {key} has {count} documents from number {first} to {last}, and goes on with {following}"
            yield changed("L115", key, cause)
        latest = sa.select(documents.number).where(documents.series == key, documents.counter == last)
        if number := connection.execute(latest.where(documents.seller != seller)).scalar():
            yield _of_another(number)
    for key, (count, _) in sorted(found.items()):
        yield changed("L115", key, f"series {key} has {count} documents, and is gone")


def _of_another(number: str) -> Problem:
    return changed("L115", number, f"document {number} stands in a series of another seller")


def _moves(connection: sa.Connection) -> Iterator[Problem]:
    """A move to another database took every entry before it along."""
    for sequence, entry in entries(connection, Entry.MOVED).items():
        if entry["entries"] != sequence - 1:
            cause = f"the ledger moved with {entry['entries']} entries, and {sequence - 1} stand before it"
            yield changed("L112", f"log entry {sequence}", cause)


def _migrations(connection: sa.Connection) -> Iterator[Problem]:
    """Each update of the database goes on from where the one before it ended."""
    reached = None
    for sequence, entry in entries(connection, Entry.MIGRATED).items():
        if reached is not None and entry["to"] < reached:
            cause = f"the database was brought to schema {entry['to']} after {reached}"
            yield changed("L112", f"log entry {sequence}", cause)
        reached = entry["to"]


def _kinds(connection: sa.Connection) -> Iterator[Problem]:
    """Entries that no check knows: a newer version wrote them, or somebody else."""
    log = schema.log.c
    for sequence, kind in connection.execute(sa.select(log.sequence, log.kind).where(log.kind.not_in(list(CHECKS)))):
        cause = f"entry {sequence} of the log is of the kind “{kind}”, which this version does not know"
        yield Problem("L112", Place(part=f"log entry {sequence}"), cause, "verify it with the version that wrote it")


def _contents(connection: sa.Connection) -> Iterator[Problem]:
    each = sa.select(schema.contents.c.sha256, schema.contents.c.data).execution_options(yield_per=AT_ONCE)
    for name, data in connection.execute(each):
        if canonical.sha256(bytes(data)) != name:
            yield changed("L116", f"content {name}", "this content is not what was kept")


def _columns(row: sa.Row[Any]) -> dict[str, Any]:
    said = columns_in(document_columns, row.json, "L113", f"document {row.number}")
    return {**said, "number": document_number(row.series, row.counter)}


def _sound(row: sa.Row[Any]) -> bool:
    expected = columns_in(billed_columns, row.json, "L114", f"billed line {row.line} of {row.document}")
    return all(row._mapping[name] == value for name, value in expected.items())


CHECKS: Mapping[Entry, Check] = {
    Entry.ISSUED: _documents,
    Entry.FILES: files,
    Entry.FOUND: files,
    Entry.PLANNED: plans,
    Entry.CONFIRMED: plans,
    Entry.REJECTED: plans,
    Entry.DROPPED: drops,
    Entry.REQUESTED: _corrections,
    Entry.CANCELLED: _corrections,
    Entry.REBILLED: _corrections,
    Entry.BEGUN: _series,
    Entry.IMPORTED: imports,
    Entry.WITHDRAWN: imports,
    Entry.MOVED: _moves,
    Entry.MIGRATED: _migrations,
}
"""Which check holds the tables against the entries of each kind. Whoever adds a kind adds its check here."""

PLANNED_UPON: tuple[Check, ...] = (
    plans_that_wait,
    drops,
    _corrections,
    _counters,
    imports,
    _moves,
    _migrations,
    _kinds,
)
"""What a plan rests on besides the billed lines, and is proved for it (:mod:`~invoicer.ledger.carried`)."""
