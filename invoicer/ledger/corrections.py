"""ledger: correction requests. What people ask to have credited, or billed again, is a fact of its own from the moment it
is recorded: the next plan makes its drafts, and the issue says which document they became.

Every change of a request is one entry of the log. What is left of a line is counted within the transaction that records
a request, requests that wait included: so two that come at once can't give back more than the line carried.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Protocol

import sqlalchemy as sa

from invoicer.domain import canonical
from invoicer.domain.correction import CreditRequest
from invoicer.domain.document import Document
from invoicer.domain.entitlement import BilledLine
from invoicer.domain.money import Money
from invoicer.errors import DefectError
from invoicer.ledger import chain, reading, schema
from invoicer.ledger.faults import Point
from invoicer.ledger.kinds import Entry
from invoicer.ledger.plans import settle as settle_plan
from invoicer.ledger.records import Recorded, RequestStatus, minor_units
from invoicer.ledger.release import DraftStatus
from invoicer.ledger.store import Store
from invoicer.ledger.stored import read_as
from invoicer.ledger.trouble import refused

REQUESTED, CANCELLED, REBILLED = Entry.REQUESTED, Entry.CANCELLED, Entry.REBILLED
Shared = Mapping[int, tuple[Fraction, Money]]


@dataclass(frozen=True, slots=True)
class Account:
    """All that a request can be made from: the document, what is billed of its contracts, the requests that wait for a
    plan, and for each of its lines how much was credited by quantity so far, with the amount of that."""

    document: Document
    billed: tuple[BilledLine, ...]
    waiting: tuple[CreditRequest, ...]
    shared: Shared


class Settle(Protocol):
    """Makes a request from what is there. Pure; it may refuse, and is called within the lock."""

    def __call__(self, account: Account, /) -> CreditRequest: ...


def request(store: Store, number: str, settle: Settle, *, keep: bool, ever: Collection[str] = ()) -> CreditRequest:
    """Record what someone wants to have credited; answers it with its id. Unless it is to be kept, only look (id 0).
    ``ever`` are other ids that contracts of the document had or have: what was credited may stand under those."""
    if not keep:
        with store.read() as connection:
            return settle(_account(connection, number, ever))
    with store.write() as connection:
        account = _account(connection, number, ever)
        made = settle(account)
        _refuse_more_than_left(account, made)
        table = schema.corrections
        last = connection.execute(sa.select(sa.func.coalesce(sa.func.max(table.c.id), 0))).scalar_one()
        made = _numbered(made, int(last) + 1)
        text = canonical.to_json(made)
        [entry] = chain.append(connection, [(REQUESTED, canonical.to_data(made))])
        store.fault(Point.LOG_APPENDED)
        row = {"id": made.id, "document": number, "kind": made.kind.value, "logged": entry, "json": text}
        connection.execute(sa.insert(table), [row])
        rows = [{"correction": made.id, "line": line.line, "amount": minor_units(line.amount)} for line in made.lines]
        connection.execute(sa.insert(schema.correction_lines), rows)
        return made


def cancel(store: Store, request_id: int, who: str, remark: str, on: dt.date, *, keep: bool) -> Recorded:
    """Withdraw a request of which nothing was issued; what is planned for its contracts is dropped, so that nothing of it
    goes out, and leaves no number. Unless it is to be kept, only look."""
    _refuse_nameless(store, who, remark)
    table = schema.corrections
    with store.write() if keep else store.read() as connection:
        found = {one.request.id: one for one in _recorded(connection)}.get(request_id)
        if found is None:
            raise refused("L160", store.where, f"there is no request {request_id}", "`invoicer credits` lists them")
        if found.status is not RequestStatus.WAITING or found.issued:
            said = "issued in part" if found.status is RequestStatus.WAITING else found.status.value
            cause = f"request {request_id} is {said} already"
            raise refused("L161", store.where, cause, "only a request of which nothing was issued can be cancelled")
        if not keep:
            return found
        [entry] = chain.append(
            connection, [(CANCELLED, {"request": request_id, "who": who, "remark": remark, "on": on})]
        )
        store.fault(Point.LOG_APPENDED)
        connection.execute(sa.update(table).where(table.c.id == request_id).values(cancelled=entry))
        document = reading.document_of(connection, found.request.document)
        contracts = {line.contract for line in document.lines}
        drop_planned(connection, contracts, f"request {request_id} was cancelled")
        return Recorded(found.request, RequestStatus.CANCELLED, ())


def rebill(
    store: Store, number: str, lines: Collection[int], who: str, remark: str, on: dt.date, *, keep: bool
) -> tuple[tuple[int, int], ...]:
    """Let what was credited of a document as an error be billed again as it stands; answers (request, line) of each."""
    _refuse_nameless(store, who, remark)
    with store.write() if keep else store.read() as connection:
        reading.document_text(connection, number)
        held = [
            (one.request.id, line.line)
            for one in _recorded(connection)
            if one.request.document == number and one.status is RequestStatus.ISSUED
            for line in one.request.lines
            if line.basis and (one.request.id, line.line) not in one.released and (not lines or line.line in lines)
        ]
        if free := sorted(set(lines) - {line for _, line in held}):
            named = ", ".join(map(str, free))
            cause = (
                f"line {named} of {number} is not held back: it was not credited as an error, or was released before"
            )
            raise refused("L162", store.where, cause, "`invoicer credits` lists what is", f"document {number}")
        if not held:
            cause = f"nothing of {number} is held back because it was credited as an error"
            raise refused("L162", store.where, cause, "`invoicer credits` lists what is", f"document {number}")
        if keep:
            payload = {"document": number, "held": [list(one) for one in held], "who": who, "remark": remark, "on": on}
            [entry] = chain.append(connection, [(REBILLED, payload)])
            store.fault(Point.LOG_APPENDED)
            table = schema.correction_lines
            mine = table.c.correction == sa.bindparam("c"), table.c.line == sa.bindparam("l")
            update = sa.update(table).where(*mine).values(released=entry)
            connection.execute(update, [{"c": request_id, "l": line} for request_id, line in held])
        return tuple(held)


def recorded(store: Store) -> tuple[Recorded, ...]:
    """All requests, in their order."""
    with store.read() as connection:
        return of_all(connection)


def of_all(connection: sa.Connection) -> tuple[Recorded, ...]:
    """The same, within a transaction."""
    return tuple(_recorded(connection))


def mark_issued(connection: sa.Connection, documents: Iterable[Mapping[str, Any]]) -> None:
    """Remember which documents (as plain data) the lines of requests became."""
    table = schema.correction_lines
    rows = [
        {"c": line["request"], "l": line["corrects"]["line"], "d": document["number"]}
        for document in documents
        for line in document["lines"]
        if line.get("request") and line.get("corrects")
    ]
    if rows:
        mine = table.c.correction == sa.bindparam("c"), table.c.line == sa.bindparam("l")
        connection.execute(sa.update(table).where(*mine).values(issued=sa.bindparam("d")), rows)


def _account(connection: sa.Connection, number: str, ever: Collection[str]) -> Account:
    document = reading.document_of(connection, number)
    contracts = {line.contract for line in document.lines} | set(ever)
    found = [one for one in _recorded(connection) if one.status is not RequestStatus.CANCELLED]
    shared: dict[int, tuple[Fraction, Money]] = {}
    for one in (one.request for one in found if one.request.document == number):
        for line in one.lines:
            if line.share:
                before, amount = shared.get(line.line, (Fraction(0), Money.zero(line.amount.currency)))
                shared[line.line] = before + line.share.quantity, amount + line.amount
    waiting = tuple(one.waiting for one in found if one.status is RequestStatus.WAITING)
    return Account(document, reading.billed_lines(connection, contracts), waiting, shared)


def _recorded(connection: sa.Connection) -> list[Recorded]:
    table, lines = schema.corrections, schema.correction_lines
    issued: dict[int, dict[int, str]] = {}
    released: dict[int, set[tuple[int, int]]] = {}
    for row in connection.execute(sa.select(lines).order_by(lines.c.correction, lines.c.line)):
        if row.issued:
            issued.setdefault(row.correction, {})[row.line] = row.issued
        if row.released:
            released.setdefault(row.correction, set()).add((row.correction, row.line))
    found = []
    for row in connection.execute(sa.select(table).order_by(table.c.id)):
        asked = read_as(CreditRequest, row.json, "L118", f"request {row.id}")
        done = issued.get(row.id, {})
        whole = len(done) == len(asked.lines)
        status = RequestStatus.ISSUED if whole else RequestStatus.WAITING
        if row.cancelled:
            status = RequestStatus.CANCELLED
        found.append(Recorded(asked, status, tuple(sorted(done.items())), frozenset(released.get(row.id, ()))))
    return found


def _refuse_more_than_left(account: Account, made: CreditRequest) -> None:
    """The last word on what is left of a line, by the plainest sum: whoever made the request should have refused it."""
    number = account.document.number
    carried = {line.line: line.net.exact for line in account.billed if line.document == number}
    taken: dict[int, Fraction] = dict.fromkeys(carried, Fraction(0))
    for line in account.billed:
        if line.corrects and line.corrects[0] == number and line.net.exact * carried[line.corrects[1]] < 0:
            taken[line.corrects[1]] -= line.net.exact
    for one in (*account.waiting, made):
        for credit in one.lines if one.document == number else ():
            taken[credit.line] += credit.amount.exact
    for credit in made.lines:
        whole = carried[credit.line]
        if credit.amount.exact * whole <= 0 or abs(taken[credit.line]) > abs(whole):
            raise DefectError(f"{taken[credit.line]} would be credited of line {credit.line} of {number}: {whole}")


def drop_planned(connection: sa.Connection, contracts: Collection[str], remark: str) -> None:
    """Take every draft that waits out of its plan where it has to do with one of these contracts."""
    drafts = schema.plan_drafts
    live = drafts.c.status.in_([status for status in DraftStatus if status.live])
    query = sa.select(drafts.c.plan, drafts.c.position, drafts.c.contracts).where(live)
    gone = [
        row for row in connection.execute(query) if set(contracts) & set(canonical.from_json(list[str], row.contracts))
    ]
    if gone:
        mine = drafts.c.plan == sa.bindparam("a"), drafts.c.position == sa.bindparam("p")
        update = sa.update(drafts).where(*mine).values(status=DraftStatus.DROPPED, remark=remark)
        connection.execute(update, [{"a": row.plan, "p": row.position} for row in gone])
        for plan in sorted({row.plan for row in gone}):
            settle_plan(connection, plan)


def _numbered(made: CreditRequest, number: int) -> CreditRequest:
    data: dict[str, Any] = canonical.to_data(made)
    return canonical.from_data(CreditRequest, {**data, "id": number})


def _refuse_nameless(store: Store, who: str, remark: str) -> None:
    if not who.strip():
        raise refused("L123", store.where, "a correction needs the name of who asks for it", "say who with --by")
    if not remark.strip():
        raise refused("L123", store.where, "a correction needs a remark", "say why with --remark")
