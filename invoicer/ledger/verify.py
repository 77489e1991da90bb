"""ledger: proof that nothing was changed since it was written, from the hashes alone."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from invoicer.domain import canonical
from invoicer.domain.correction import CreditRequest
from invoicer.domain.entitlement import BilledLine
from invoicer.errors import Place, Problem, RunError
from invoicer.ledger import chain, corrections, dialect, schema
from invoicer.ledger.dialect.words import RESTORE
from invoicer.ledger.issuing import billed_digest
from invoicer.ledger.kept import decided_as, decisions_of, doubted_as, doubts_of
from invoicer.ledger.kinds import Entry
from invoicer.ledger.plans import digest, held_as, planned_as, waits_as
from invoicer.ledger.records import PlanStatus, billed_columns, document_columns, minor_units
from invoicer.ledger.release import DraftStatus, status_of
from invoicer.ledger.series import document_number
from invoicer.ledger.store import Store
from invoicer.ledger.verify_imported import imports

AT_ONCE = 200
"""How many rows are in the memory at once: a ledger may have more documents than fit."""
Check = Callable[[sa.Connection], Iterator[Problem]]


def verify_chain(store: Store) -> tuple[Problem, ...]:
    """Every way in which the database is not what was written; empty when it is sound.

    The anchor against the log; the log from its start; every document, its columns and its billed lines against the
    hashes of its log entry; every plan's drafts against theirs; each series from 1 without a gap; contents by their hash.
    """
    try:
        anchored = store.anchor.read()
        with store.read() as connection:
            store.anchor.check(connection, anchored)
            if broken := tuple(chain.broken_links(connection)):
                return broken  # without a sound log there is nothing to hold the rest against
            checks = (*dict.fromkeys(CHECKS.values()), _contents, _kinds)
            return tuple(problem for check in checks for problem in _looked(check, connection))
    except RunError as error:
        return error.problems


def _looked(check: Check, connection: sa.Connection) -> Iterator[Problem]:
    """What a check finds; where it can't even read its rows, that."""
    try:
        yield from check(connection)
    except (KeyError, TypeError, ValueError) as error:
        part = check.__name__.strip("_")
        yield _changed("L113", part, f"a column of the {part} holds what was never written there: {error}")


def _documents(connection: sa.Connection) -> Iterator[Problem]:
    """Each document with its entry of the log, some at a time however many there are; then what has lost its other half."""
    documents, lines, log = schema.documents, schema.billed, schema.log
    mine = sa.and_(log.c.sequence == documents.c.logged, log.c.kind == Entry.ISSUED)
    each = sa.select(documents, log.c.payload).outerjoin_from(documents, log, mine).order_by(documents.c.logged)
    for rows in connection.execute(each.execution_options(yield_per=AT_ONCE)).partitions():
        billed = _billed(connection, [row.number for row in rows])
        for row in rows:
            yield from _document(row, json.loads(row.payload or "{}"), billed[row.number])
    lost = sa.select(log.c.payload).where(
        log.c.kind == Entry.ISSUED, log.c.sequence.not_in(sa.select(documents.c.logged))
    )
    for payload in connection.execute(lost.order_by(log.c.sequence)).scalars():
        number = json.loads(payload)["document"]
        yield _changed("L113", number, f"document {number} was issued, and is gone")
    orphans = sa.select(lines.c.document).where(lines.c.document.not_in(sa.select(documents.c.number))).distinct()
    for number in connection.execute(orphans.order_by(lines.c.document)).scalars():
        yield _changed("L114", number, f"there are billed lines of {number}, and it was never issued")


def _document(row: sa.Row[Any], entry: Mapping[str, Any], lines: Sequence[sa.Row[Any]]) -> Iterator[Problem]:
    logged = (entry.get("document"), entry.get("sha256"), entry.get("sha256"))
    if (row.number, row.sha256, canonical.sha256(row.json)) != logged:
        yield _changed("L113", row.number, f"document {row.number} is not what was issued")
    elif wrong := [name for name, value in _columns(row).items() if row._mapping[name] != value]:
        yield _changed("L113", row.number, f"document {row.number}: its {', '.join(wrong)} is not what its text says")
    elif billed_digest((line.json, line.revision) for line in lines) != entry["billed"]:
        yield _changed("L114", row.number, f"the billed lines of {row.number} are not what was issued")
    elif wrong := [str(line.line) for line in lines if not _sound(line)]:
        cause = f"billed line {', '.join(wrong)} of {row.number} is not what its text says"
        yield _changed("L114", row.number, cause)


@dataclass(frozen=True, slots=True)
class _Stored:
    """What is held of a draft: not its text, of which many would fill the memory."""

    position: int
    status: str
    people: int
    planned: str
    waits: str


def _plans(connection: sa.Connection) -> Iterator[Problem]:
    """The drafts of each plan, their doubts, and what was decided about them, against the entries of the log that brought
    them; and that each draft is where its decisions put it (a plan from before decisions were kept has none)."""
    drafts, doubts, decisions = schema.plan_drafts, schema.plan_doubts, schema.plan_decisions
    stored: dict[int, list[_Stored]] = defaultdict(list)
    doubted: dict[int, list[str]] = defaultdict(list)
    decided: dict[int, list[str]] = defaultdict(list)
    each = sa.select(drafts).order_by(drafts.c.plan, drafts.c.position).execution_options(yield_per=AT_ONCE)
    for row in connection.execute(each):
        said = row._mapping
        stored[row.plan].append(_Stored(row.position, row.status, row.people, planned_as(said), waits_as(said)))
    for row in connection.execute(sa.select(doubts).order_by(doubts.c.plan, doubts.c.position, doubts.c.number)):
        doubted[row.plan].append(doubted_as(row._mapping))
    for row in connection.execute(sa.select(decisions).order_by(decisions.c.plan, decisions.c.number)):
        decided[row.logged].append(decided_as(row._mapping))
    yield from _agreed(connection)
    yield from _became_of_drafts(connection)
    for at, entry in _entries(connection, "planned").items():
        part, nothing = f"plan {entry['plan']}", digest(())
        if digest(one.planned for one in stored[entry["plan"]]) != entry["drafts"]:
            yield _changed("L117", part, f"the drafts of {part} are not what was planned")
        elif digest(doubted.pop(entry["plan"], ())) != entry.get("doubts", nothing):
            yield _changed("L117", part, f"the doubts about drafts of {part} are not what was planned")
        elif digest(decided.pop(at, ())) != entry.get("decisions", nothing):
            yield _changed("L117", part, f"what {part} took over of earlier decisions is not what was logged")
        elif "waits" in entry and digest(one.waits for one in stored[entry["plan"]]) != entry["waits"]:
            yield _changed("L117", part, f"how many people drafts of {part} wait for, or since when, was changed")
        elif "waits" in entry:
            yield from _released(connection, entry["plan"], stored[entry["plan"]])
    for at, entry in {**_entries(connection, "confirmed"), **_entries(connection, "rejected")}.items():
        part = f"plan {entry['plan']}"
        if digest(decided.pop(at, ())) != entry.get("decisions", digest(())):
            yield _changed("L117", part, f"what {entry['who']} decided about {part} is not what was logged")
    if decided or doubted:
        yield _changed("L117", "", "there are doubts or decisions that belong to no plan")


def _released(connection: sa.Connection, plan: int, rows: Sequence[_Stored]) -> Iterator[Problem]:
    """Each draft that is not where its decisions put it: nothing is issued that nobody released. What of a plan was issued
    before is judged with the rest of it; a plan of which nothing can be issued any more is held against the log alone."""
    if not any(DraftStatus(row.status).live for row in rows):
        return
    doubts, decisions = doubts_of(connection, plan), decisions_of(connection, plan)
    for row in rows:
        found = status_of(row.people, doubts.get(row.position, ()), decisions.get(row.position, ()))
        wanted = DraftStatus.CONFIRMED if row.status == DraftStatus.ISSUED else DraftStatus(row.status)
        if wanted is not DraftStatus.DROPPED and found is not wanted:
            cause = f"draft {row.position} of plan {plan} is {row.status}, and by what was decided it is {found}"
            yield _changed("L117", f"plan {plan}", cause)


def _corrections(connection: sa.Connection) -> Iterator[Problem]:
    """Each request against its entry of the log, and what became of it against later entries and documents."""
    table, lines = schema.corrections, schema.correction_lines
    asked = _entries(connection, corrections.REQUESTED)
    cancelled = {(at, entry["request"]) for at, entry in _entries(connection, corrections.CANCELLED).items()}
    rebilled = _entries(connection, corrections.REBILLED)
    released = {(*held, at) for at, entry in rebilled.items() for held in entry["held"]}
    became = _became(connection)
    stored: dict[int, list[sa.Row[Any]]] = defaultdict(list)
    for line in connection.execute(sa.select(lines).order_by(lines.c.correction, lines.c.line)):
        stored[line.correction].append(line)
    for row in connection.execute(sa.select(table).order_by(table.c.id)):
        said, mine = asked.pop(row.logged, {}), stored[row.id]
        request = canonical.from_json(CreditRequest, row.json)
        facts = (
            (said, json.loads(row.json)),
            ((request.id, request.document, request.kind), (row.id, row.document, row.kind)),
            ([(one.line, one.amount) for one in mine], [(one.line, minor_units(one.amount)) for one in request.lines]),
            ({at for at, one in cancelled if one == row.id}, {row.cancelled} - {None}),
            ({one for one in released if one[0] == row.id}, {(row.id, o.line, o.released) for o in mine if o.released}),
            ({(row.id, one.line): one.issued for one in mine if one.issued}, became.pop(row.id, {})),
        )
        if any(expected != found for expected, found in facts):
            yield _changed(
                "L118", f"request {row.id}", f"request {row.id}, or what became of it, is not what was recorded"
            )
    for number in sorted({entry["id"] for entry in asked.values()} | became.keys()):
        yield _changed("L118", f"request {number}", f"request {number} was recorded, and is gone")


def _became(connection: sa.Connection) -> dict[int, dict[tuple[int, int], str]]:
    """The document that each line of each request became, as the billed lines say it."""
    table = schema.billed
    found: dict[int, dict[tuple[int, int], str]] = defaultdict(dict)
    for text in connection.execute(sa.select(table.c.json).where(table.c.json.like('%"request":%'))).scalars():
        line = canonical.from_json(BilledLine, text)
        if line.request and line.corrects:
            found[line.request][line.request, line.corrects[1]] = line.document
    return found


def _series(connection: sa.Connection) -> Iterator[Problem]:
    documents, series = schema.documents.c, schema.series.c
    counted = sa.select(documents.series, sa.func.count(), sa.func.max(documents.counter)).group_by(documents.series)
    found = {key: (count, last) for key, count, last in connection.execute(counted)}
    firsts = {entry["series"]: entry["first"] for entry in _entries(connection, "begun").values()}
    begun = sa.select(series.key, series.first, series.next_number).order_by(series.key)
    for key, first, following in connection.execute(begun):
        if first != firsts.get(key, 1):
            cause = f"series {key} began at {firsts.get(key, 1)}, and {first} is written there"
            yield _changed("L115", key, cause)
        count, last = found.get(key, (0, first - 1))
        if count != last - first + 1 or following != last + 1:
            cause = f"series {key} has {count} documents from number {first} to {last}, and goes on with {following}"
            yield _changed("L115", key, cause)
    for key in sorted(found.keys() - set(connection.execute(sa.select(series.key)).scalars())):
        yield _changed("L115", key, f"series {key} has {found[key][0]} documents, and is gone")
    foreign = sa.select(documents.number).join(schema.series).where(documents.seller != series.seller)
    for number in connection.execute(foreign.order_by(documents.number)).scalars():
        yield _changed("L115", number, f"document {number} stands in a series of another seller")


def _agreed(connection: sa.Connection) -> Iterator[Problem]:
    """What each plan is as of, when it was made, and whom it holds, against its entry of the log."""
    table, holds = schema.plans.c, schema.plan_holds
    entries = {entry["plan"]: entry for entry in _entries(connection, Entry.PLANNED).values()}
    held: dict[int, list[sa.Row[Any]]] = defaultdict(list)
    for row in connection.execute(sa.select(holds).order_by(holds.c.plan, holds.c.contract)):
        held[row.plan].append(row)
    days = sa.select(table.id, table.as_of, table.created, table.status).order_by(table.id)
    for plan, as_of, created, status in connection.execute(days):
        entry, mine = entries.pop(plan, {}), held.pop(plan, [])
        if status not in set(PlanStatus):
            yield _changed("L117", f"plan {plan}", f"“{status}” stands in plan {plan} as a status, and is none")
        if (entry.get("as_of"), entry.get("created")) != (as_of.isoformat(), created.isoformat()):
            yield _changed("L117", f"plan {plan}", f"the days of plan {plan} are not what was planned")
        elif sorted(row.contract for row in mine) != entry["holds"]:
            yield _changed("L117", f"plan {plan}", f"the contracts that plan {plan} holds are not what was planned")
        elif "held" in entry and digest(held_as(row._mapping) for row in mine) != entry["held"]:
            yield _changed("L117", f"plan {plan}", f"the reasons for which plan {plan} holds contracts were changed")
    for plan in sorted({*entries, *held}):
        yield _changed("L117", f"plan {plan}", f"plan {plan} was made, and is gone")


def _became_of_drafts(connection: sa.Connection) -> Iterator[Problem]:
    """The document that each draft became, as the log says it."""
    drafts = schema.plan_drafts.c
    query = sa.select(drafts.plan, drafts.position, drafts.document).where(drafts.document.is_not(None))
    stored = {(row.plan, row.position): row.document for row in connection.execute(query)}
    for _, entry in _each_entry(connection, Entry.ISSUED):
        if stored.pop((entry["plan"], entry["position"]), None) != entry["document"]:
            cause = (
                f"draft {entry['position']} of plan {entry['plan']} became {entry['document']}, which it does not say"
            )
            yield _changed("L117", f"plan {entry['plan']}", cause)
    for (plan, position), number in sorted(stored.items()):
        cause = f"draft {position} of plan {plan} says that it became {number}, and the log does not"
        yield _changed("L117", f"plan {plan}", cause)


def _drops(connection: sa.Connection) -> Iterator[Problem]:
    """A draft that was taken out of its plan stays out."""
    drafts = schema.plan_drafts.c
    query = sa.select(drafts.plan, drafts.position).where(drafts.status == DraftStatus.DROPPED)
    out = {(row.plan, row.position) for row in connection.execute(query)}
    for entry in _entries(connection, Entry.DROPPED).values():
        for position in entry["positions"]:
            if (entry["plan"], position) not in out:
                cause = f"draft {position} of plan {entry['plan']} was dropped, and is back"
                yield _changed("L117", f"plan {entry['plan']}", cause)


def _moves(connection: sa.Connection) -> Iterator[Problem]:
    """A move to another database took every entry before it along."""
    for sequence, entry in _entries(connection, Entry.MOVED).items():
        if entry["entries"] != sequence - 1:
            cause = f"the ledger moved with {entry['entries']} entries, and {sequence - 1} stand before it"
            yield _changed("L112", f"log entry {sequence}", cause)


def _migrations(connection: sa.Connection) -> Iterator[Problem]:
    """Each update of the database goes on from where the one before it ended."""
    reached = None
    for sequence, entry in _entries(connection, Entry.MIGRATED).items():
        if reached is not None and entry["to"] < reached:
            cause = f"the database was brought to schema {entry['to']} after {reached}"
            yield _changed("L112", f"log entry {sequence}", cause)
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
            yield _changed("L116", f"content {name}", "this content is not what was kept")


def _entries(connection: sa.Connection, kind: str) -> dict[int, Mapping[str, Any]]:
    return dict(_each_entry(connection, kind))


def _each_entry(connection: sa.Connection, kind: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    log = schema.log.c
    each = sa.select(log.sequence, log.payload).where(log.kind == kind).order_by(log.sequence)
    for sequence, payload in connection.execute(each.execution_options(yield_per=AT_ONCE)):
        yield sequence, json.loads(payload)


def _billed(connection: sa.Connection, numbers: Collection[str]) -> Mapping[str, list[sa.Row[Any]]]:
    lines: dict[str, list[sa.Row[Any]]] = defaultdict(list)
    table = schema.billed
    query = sa.select(table).where(dialect.among(table.c.document, numbers)).order_by(table.c.document, table.c.line)
    for row in connection.execute(query):
        lines[row.document].append(row)
    return lines


def _columns(row: sa.Row[Any]) -> dict[str, Any]:
    return {**document_columns(json.loads(row.json)), "number": document_number(row.series, row.counter)}


def _sound(row: sa.Row[Any]) -> bool:
    expected = billed_columns(json.loads(row.json))
    return all(row._mapping[name] == value for name, value in expected.items())


def _changed(code: str, part: str, cause: str) -> Problem:
    return Problem(code, Place(part=part), cause, RESTORE)


CHECKS: Mapping[Entry, Check] = {
    Entry.ISSUED: _documents,
    Entry.PLANNED: _plans,
    Entry.CONFIRMED: _plans,
    Entry.REJECTED: _plans,
    Entry.DROPPED: _drops,
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
