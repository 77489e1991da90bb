"""ledger: doubts and decisions as they are kept beside a plan, and what a new plan takes over of them."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from invoicer.domain import canonical
from invoicer.domain.doubt import Doubt
from invoicer.ledger import schema
from invoicer.ledger.records import PlanStatus
from invoicer.ledger.release import Decision, DraftStatus, status_of
from invoicer.ledger.store import Store
from invoicer.ledger.stored import read_as


def decisions_of(connection: sa.Connection, plan: int) -> Mapping[int, tuple[Decision, ...]]:
    """The decisions about the drafts of a plan by their positions, the oldest first."""
    table = schema.plan_decisions.c
    found: dict[int, list[Decision]] = defaultdict(list)
    query = sa.select(table.position, table.json).where(table.plan == plan).order_by(table.number)
    for position, text in connection.execute(query):
        found[position].append(read_as(Decision, text, "L117", f"a decision about draft {position} of plan {plan}"))
    return {position: tuple(decisions) for position, decisions in found.items()}


def doubts_of(connection: sa.Connection, plan: int) -> Mapping[int, tuple[Doubt, ...]]:
    """The doubts about the drafts of a plan by their positions."""
    table = schema.plan_doubts.c
    found: dict[int, list[Doubt]] = defaultdict(list)
    query = sa.select(table.position, table.json).where(table.plan == plan).order_by(table.position, table.number)
    for position, text in connection.execute(query):
        found[position].append(read_as(Doubt, text, "L117", f"a doubt about draft {position} of plan {plan}"))
    return {position: tuple(doubts) for position, doubts in found.items()}


def doubt_rows(plan: int, doubts: Sequence[Sequence[Doubt]]) -> list[dict[str, Any]]:
    """The rows of the doubts about each draft, in the order of positions."""
    return [
        {
            "plan": plan,
            "position": position,
            "number": number,
            "contract": doubt.contract,
            "name": doubt.name,
            "json": canonical.to_json(doubt),
        }
        for position, of_draft in enumerate(doubts, 1)
        for number, doubt in enumerate(of_draft, 1)
    ]


def doubted_as(row: Mapping[str, Any] | sa.RowMapping) -> str:
    """What of a row of the doubts must stay as it was planned."""
    return f"{row['position']} {row['number']} {row['contract']} {row['name']} {row['json']}"


def decided_as(row: Mapping[str, Any] | sa.RowMapping) -> str:
    """What of a row of the decisions must stay as it was decided."""
    return f"{row['number']} {row['position']} {row['contract']} {row['json']}"


def keep(connection: sa.Connection, rows: Sequence[dict[str, Any]], logged: int) -> None:
    """Write rows of decisions that an entry of the log speaks of."""
    if rows:
        connection.execute(sa.insert(schema.plan_decisions), [{**row, "logged": logged} for row in rows])


def carried_over(
    connection: sa.Connection, plan: int, rows: Sequence[Mapping[str, Any]], doubts: Sequence[Sequence[Doubt]]
) -> tuple[list[dict[str, Any]], list[tuple[int, int, int]]]:
    """What was decided about live drafts of earlier plans, for the drafts of a new one that have the same fingerprint and
    the same doubts: the rows of their decisions, and (position, earlier plan, position there) of each draft that was there
    before. Status and first day of the drafts are set in their rows.

    The rows must not have been inserted, and the earlier plans not been superseded yet.
    """
    before = _live(connection)
    kept: list[tuple[int, Decision]] = []
    again: list[tuple[int, int, int]] = []
    for row, of_draft in zip(rows, doubts, strict=True):
        found = before.get((row["fingerprint"], _said(of_draft)))
        if not found:
            continue
        old = found.pop(0)
        again.append((row["position"], old.plan, old.position))
        kept += [(row["position"], one) for one in old.decisions]
        changed: Any = row
        changed["status"] = status_of(row["people"], of_draft, old.decisions)
        changed["since"], changed["remark"] = old.since, old.remark
    return decision_rows(connection, plan, kept), again


@dataclass(frozen=True, slots=True)
class _Before:
    plan: int
    position: int
    since: dt.date | None
    remark: str
    decisions: tuple[Decision, ...]


def _live(connection: sa.Connection) -> dict[tuple[str, str], list[_Before]]:
    """The drafts of all plans that wait, by fingerprint and doubts."""
    drafts, plans = schema.plan_drafts.c, schema.plans.c
    live = [status for status in DraftStatus if status.live]
    query = (
        sa.select(drafts.plan, drafts.position, drafts.fingerprint, drafts.since, drafts.remark)
        .join_from(schema.plan_drafts, schema.plans)
        .where(plans.status != PlanStatus.SUPERSEDED, drafts.status.in_(live))
        .order_by(drafts.plan.desc(), drafts.position)
    )
    rows = connection.execute(query).all()
    known = {plan: (doubts_of(connection, plan), decisions_of(connection, plan)) for plan in {row.plan for row in rows}}
    found: dict[tuple[str, str], list[_Before]] = defaultdict(list)
    for row in rows:
        doubts, decisions = known[row.plan]
        key = row.fingerprint, _said(doubts.get(row.position, ()))
        found[key].append(_Before(row.plan, row.position, row.since, row.remark, decisions.get(row.position, ())))
    return found


def _said(doubts: Sequence[Doubt]) -> str:
    return "\n".join(canonical.to_json(doubt) for doubt in doubts)


def decision_rows(connection: sa.Connection, plan: int, made: Sequence[tuple[int, Decision]]) -> list[dict[str, Any]]:
    """The rows of decisions about the drafts at these positions, numbered on."""
    table = schema.plan_decisions.c
    last = connection.execute(sa.select(sa.func.max(table.number)).where(table.plan == plan)).scalar_one() or 0
    return [
        {
            "plan": plan,
            "number": number,
            "position": position,
            "contract": decision.contract,
            "json": canonical.to_json(decision),
        }
        for number, (position, decision) in enumerate(made, last + 1)
    ]


def released(store: Store, name: str) -> frozenset[tuple[str, str]]:
    """(contract, subject) of all doubts of that name on drafts that were issued: somebody has released them."""
    doubts, drafts = schema.plan_doubts.c, schema.plan_drafts.c
    query = (
        sa.select(doubts.json)
        .join_from(
            schema.plan_doubts,
            schema.plan_drafts,
            sa.and_(doubts.plan == drafts.plan, doubts.position == drafts.position),
        )
        .where(doubts.name == name, drafts.status == DraftStatus.ISSUED)
    )
    with store.read() as connection:
        found = [read_as(Doubt, text, "L117", f"a doubt “{name}”") for text in connection.execute(query).scalars()]
    return frozenset((one.contract, subject) for one in found for subject in one.subject.splitlines())


def decided_since_issue(store: Store, plan: int) -> frozenset[int]:
    """The positions of drafts that no issue of the plan has begun with: something was decided about them after its last
    document, or they wait before it (an issue goes by position, so they were released while it was under way)."""
    documents, drafts, decisions = schema.documents.c, schema.plan_drafts.c, schema.plan_decisions.c
    order = documents.logged.desc()
    query = sa.select(documents.logged, drafts.position).join_from(
        schema.documents, schema.plan_drafts, documents.number == drafts.document
    )
    with store.read() as connection:
        last = connection.execute(query.where(drafts.plan == plan).order_by(order).limit(1)).one_or_none()
        if last is None:
            return frozenset()
        later = sa.select(decisions.position).where(decisions.plan == plan, decisions.logged > last.logged)
        passed = sa.select(drafts.position).where(
            drafts.plan == plan, drafts.position < last.position, drafts.status == DraftStatus.CONFIRMED
        )
        return frozenset(connection.execute(sa.union(later, passed)).scalars())
