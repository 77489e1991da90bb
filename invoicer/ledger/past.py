"""ledger: how a paper came about, and what became of it: its plan, decisions, requests, entries of the log."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from invoicer.domain.entitlement import BilledLine
from invoicer.errors import RunError
from invoicer.ledger import corrections, reading, schema
from invoicer.ledger.checking import changed
from invoicer.ledger.kept import decisions_of, doubts_of
from invoicer.ledger.kinds import Entry
from invoicer.ledger.plans import plan_row, planned_draft, with_texts
from invoicer.ledger.records import Artifact, PlannedDraft, Recorded
from invoicer.ledger.store import Store
from invoicer.ledger.stored import read_entry
from invoicer.ledger.trouble import refused


@dataclass(frozen=True, slots=True)
class Logged:
    """An entry of the log: what was done, by whom, on which day and why ("" and None where it does not say)."""

    sequence: int
    kind: str
    who: str
    on: dt.date | None
    remark: str
    hash: str


@dataclass(frozen=True, slots=True)
class Planning:
    """The plan that a paper was a draft of: made on ``created``, seen from ``as_of``."""

    plan: int
    as_of: dt.date
    created: dt.date
    draft: PlannedDraft


@dataclass(frozen=True, slots=True)
class Past:
    """All that the ledger knows of a paper besides its text. ``planning`` is None for what another system issued;
    ``billed`` are its own lines and those that correct them, ``requests`` the credits that were asked of it and those
    that it gives; ``sha256`` is the hash of its text."""

    planning: Planning | None
    billed: tuple[BilledLine, ...]
    requests: tuple[Recorded, ...]
    log: tuple[Logged, ...]
    files: tuple[Artifact, ...]
    sha256: str


def of_document(store: Store, number: str) -> Past:
    """How a document came about. Raises RunError: L140 there is none, L114 some of its billed lines are gone."""
    drafts = schema.plan_drafts.c
    with store.read() as connection:
        lines = {line["number"] for line in json.loads(reading.document_text(connection, number))["lines"]}
        billed = tuple(_billed(connection, number))
        if gone := lines - {one.line for one in billed if one.document == number}:
            those = ", ".join(map(str, sorted(gone)))
            raise RunError(changed("L114", f"document {number}", f"billed line {those} of {number} is gone"))
        where = sa.select(drafts.plan, drafts.position).where(drafts.document == number)
        drawn = connection.execute(where).one_or_none()
        planning = _planning(connection, store, drawn.plan, drawn.position) if drawn else None
        requests = tuple(
            one
            for one in corrections.of_all(connection)
            if number in (one.request.document, *(document for _, document in one.issued))
        )
        logged, sha256 = _own(connection, number)
        entries = {*logged, *(_decided(connection, planning) if planning else ()), *_asked(connection, number)}
        return Past(
            planning,
            billed,
            requests,
            tuple(_log(connection, entries)),
            tuple(_files(connection, number)),
            sha256,
        )


def of_draft(store: Store, plan: int | None, position: int) -> Past:
    """How a draft of a plan (the latest when None) came about. Raises RunError: L120 no such plan, L122 no such draft."""
    with store.read() as connection:
        row = plan_row(connection, store, plan)
        planning = _planning(connection, store, row.id, position)
        table = schema.plan_drafts.c
        query = sa.select(table.sha256).where(table.plan == row.id, table.position == position)
        sha256 = connection.execute(query).scalar_one()
        return Past(planning, (), (), tuple(_log(connection, _decided(connection, planning))), (), sha256)


def _planning(connection: sa.Connection, store: Store, plan: int, position: int) -> Planning:
    table, drafts = schema.plans, schema.plan_drafts.c
    whole = connection.execute(sa.select(table).where(table.c.id == plan)).one_or_none()
    if whole is None:
        raise RunError(changed("L117", f"plan {plan}", f"plan {plan} was made, and is gone"))
    query = with_texts().where(drafts.plan == plan, drafts.position == position)
    row = connection.execute(query).one_or_none()
    if row is None:
        cause = f"plan {plan} has no draft {position}"
        raise refused("L122", store.where, cause, "`invoicer plan` numbers its drafts", f"plan {plan}")
    doubts, decisions = doubts_of(connection, plan), decisions_of(connection, plan)
    draft = planned_draft(row, doubts.get(position, ()), decisions.get(position, ()))
    return Planning(plan, whole.as_of, whole.created, draft)


def _own(connection: sa.Connection, number: str) -> tuple[set[int], str]:
    """The entries that brought a document and its files, and the hash of its text."""
    files = schema.artifacts.c
    made = sa.select(files.logged).where(files.document == number, files.logged.is_not(None))
    for table in (schema.documents.c, schema.imported.c):
        row = connection.execute(sa.select(table.logged, table.sha256).where(table.number == number)).one_or_none()
        if row:
            return {row.logged, *connection.execute(made).scalars()}, row.sha256
    return set(), ""


def _decided(connection: sa.Connection, planning: Planning) -> set[int]:
    """The entries that planned a draft and that decided about it."""
    table = schema.plan_decisions.c
    query = sa.select(table.logged).where(table.plan == planning.plan, table.position == planning.draft.position)
    found = set(connection.execute(query).scalars())
    for sequence, payload in _said(connection, (Entry.PLANNED, Entry.DROPPED), f'"plan":{planning.plan}'):
        if payload["plan"] == planning.plan and planning.draft.position in payload.get(
            "positions", (planning.draft.position,)
        ):
            found.add(sequence)
    return found


def _asked(connection: sa.Connection, number: str) -> set[int]:
    """The entries that asked for credits of a document, took them back or let it be billed again; and those that asked for
    what it gives."""
    table, lines = schema.corrections.c, schema.correction_lines.c
    given = sa.select(lines.correction).where(lines.issued == number)
    query = sa.select(table.logged, table.cancelled).where((table.document == number) | table.id.in_(given))
    found = {entry for row in connection.execute(query) for entry in row if entry is not None}
    again = _said(connection, (Entry.REBILLED,), json.dumps(number, ensure_ascii=False))
    return found | {sequence for sequence, payload in again if payload["document"] == number}


def _said(connection: sa.Connection, kinds: Iterable[Entry], words: str) -> Iterator[tuple[int, Any]]:
    """The entries of some kinds with these words in them."""
    log = schema.log.c
    query = sa.select(log.sequence, log.payload).where(
        log.kind.in_(list(kinds)), log.payload.contains(words, autoescape=True)
    )
    for sequence, payload in connection.execute(query):
        yield sequence, read_entry(payload, sequence)


def _log(connection: sa.Connection, sequences: Iterable[int]) -> Iterator[Logged]:
    log, documents = schema.log, schema.documents.c
    query = sa.select(log).where(log.c.sequence.in_(sorted(sequences))).order_by(log.c.sequence)
    dated = sa.select(documents.logged, sa.type_coerce(documents.issue_date, sa.Text)).where(
        documents.logged.in_(sorted(sequences))
    )
    issued: dict[int, str] = dict(connection.execute(dated).all())
    for row in connection.execute(query):
        said = read_entry(row.payload, row.sequence)
        day = said.get("on") or said.get("created") or issued.get(row.sequence)  # an issue's day stands in its document
        yield Logged(
            row.sequence,
            row.kind,
            said.get("who", ""),
            _day(day),
            said.get("remark", ""),
            row.hash,
        )


def _day(text: object) -> dt.date | None:
    """The day that is written there; None where none is, or what was never written: that is for `verify` to tell."""
    try:
        return dt.date.fromisoformat(str(text))
    except ValueError:
        return None


def _billed(connection: sa.Connection, number: str) -> Iterator[BilledLine]:
    """The lines of a document and those of others that correct them, in the order of issue."""
    both = (
        sa.select(table.c.contract).where(table.c.document == number)
        for table in (schema.billed, schema.imported_lines)
    )
    contracts = set(connection.execute(sa.union(*both)).scalars())
    for line in reading.billed_lines(connection, contracts):
        if line.document == number or (line.corrects and line.corrects[0] == number):
            yield line


def _files(connection: sa.Connection, number: str) -> Iterator[Artifact]:
    table = schema.artifacts
    for row in connection.execute(sa.select(table).where(table.c.document == number).order_by(table.c.format)):
        yield Artifact(row.document, row.format, row.name, row.sha256 or "")
