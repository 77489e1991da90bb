"""ledger: proof that plans are what was planned, and that their drafts are where decisions and issues put them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from invoicer.errors import Problem
from invoicer.ledger import schema
from invoicer.ledger.checking import AT_ONCE, changed, each_entry, entries
from invoicer.ledger.kept import decided_as, decisions_of, doubted_as, doubts_of
from invoicer.ledger.kinds import Entry
from invoicer.ledger.plans import digest, held_as, planned_as, waits_as, with_texts
from invoicer.ledger.records import PlanStatus
from invoicer.ledger.release import DraftStatus, status_of

_WAIT = [PlanStatus.OPEN, PlanStatus.CONFIRMED]
_LIVE = [status for status in DraftStatus if status.live]


@dataclass(frozen=True, slots=True)
class _Stored:
    """What is held of a draft: not its text, of which many would fill the memory."""

    position: int
    status: str
    people: int
    planned: str
    waits: str


def plans(connection: sa.Connection) -> Iterator[Problem]:
    """The drafts of each plan, their doubts, and what was decided about them, against the entries of the log that brought
    them; and that each draft is where its decisions put it (a plan from before decisions were kept has none)."""
    yield from agreed(connection)
    yield from _became_of_drafts(connection)
    yield from _as_planned(connection, sa.select(schema.plans.c.id))


def plans_that_wait(connection: sa.Connection) -> Iterator[Problem]:
    """The same of a plan that is not done: what is planned or issued next rests on it. Whether it is says its status, which
    nobody proves, and any draft that may still be issued."""
    table, drafts = schema.plans.c, schema.plan_drafts.c
    live = sa.exists().where(drafts.plan == table.id, drafts.status.in_(_LIVE))
    yield from agreed(connection)
    yield from _as_planned(connection, sa.select(table.id).where(table.status.in_(_WAIT) | live))


def _as_planned(connection: sa.Connection, some: sa.Select[Any]) -> Iterator[Problem]:
    drafts, doubts, decisions = schema.plan_drafts, schema.plan_doubts, schema.plan_decisions
    stored: dict[int, list[_Stored]] = defaultdict(list)
    doubted: dict[int, list[str]] = defaultdict(list)
    decided: dict[int, list[str]] = defaultdict(list)
    each = with_texts().where(drafts.c.plan.in_(some)).order_by(drafts.c.plan, drafts.c.position)
    for row in connection.execute(each.execution_options(yield_per=AT_ONCE)):
        said = row._mapping
        stored[row.plan].append(_Stored(row.position, row.status, row.people, planned_as(said), waits_as(said)))
    order = doubts.c.plan, doubts.c.position, doubts.c.number
    for row in connection.execute(sa.select(doubts).where(doubts.c.plan.in_(some)).order_by(*order)):
        doubted[row.plan].append(doubted_as(row._mapping))
    by_plan = sa.select(decisions).where(decisions.c.plan.in_(some)).order_by(decisions.c.plan, decisions.c.number)
    for row in connection.execute(by_plan):
        decided[row.logged].append(decided_as(row._mapping))
    wanted = set(connection.execute(some).scalars())
    for at, entry in _of_plans(connection, Entry.PLANNED, wanted):
        part, nothing, mine = f"plan {entry['plan']}", digest(()), stored[entry["plan"]]
        in_order = all(one.position == at for at, one in enumerate(mine, 1))
        if digest(one.planned for one in mine) != entry["drafts"] or not in_order:
            yield changed("L117", part, f"the drafts of {part} are not what was planned")
        elif digest(doubted.pop(entry["plan"], ())) != entry.get("doubts", nothing):
            yield changed("L117", part, f"the doubts about drafts of {part} are not what was planned")
        elif digest(decided.pop(at, ())) != entry.get("decisions", nothing):
            yield changed("L117", part, f"what {part} took over of earlier decisions is not what was logged")
        elif "waits" in entry and digest(one.waits for one in mine) != entry["waits"]:
            yield changed("L117", part, f"how many people drafts of {part} wait for, or since when, was changed")
        elif "waits" in entry:
            yield from _released(connection, entry["plan"], mine)
    for at, entry in (*_of_plans(connection, Entry.CONFIRMED, wanted), *_of_plans(connection, Entry.REJECTED, wanted)):
        part = f"plan {entry['plan']}"
        if digest(decided.pop(at, ())) != entry.get("decisions", digest(())):
            yield changed("L117", part, f"what {entry['who']} decided about {part} is not what was logged")
    if decided or doubted:
        yield changed("L117", "", "there are doubts or decisions that belong to no plan")


def _of_plans(
    connection: sa.Connection, kind: Entry, plans: Collection[int]
) -> Iterator[tuple[int, Mapping[str, Any]]]:
    return ((at, entry) for at, entry in entries(connection, kind).items() if entry["plan"] in plans)


def _released(connection: sa.Connection, plan: int, rows: Sequence[_Stored]) -> Iterator[Problem]:
    """Each draft that is not where its decisions put it: nothing is issued that nobody released. What of a plan was issued
    before is judged with the rest of it; a plan of which nothing can be issued any more is held against the log alone."""
    odd = {row.status for row in rows} - set(DraftStatus)
    for status in sorted(odd):
        yield changed("L117", f"plan {plan}", f"“{status}” stands in plan {plan} as a status, and is none")
    if odd or not any(DraftStatus(row.status).live for row in rows):
        return
    doubts, decisions = doubts_of(connection, plan), decisions_of(connection, plan)
    for row in rows:
        found = status_of(row.people, doubts.get(row.position, ()), decisions.get(row.position, ()))
        wanted = DraftStatus.CONFIRMED if row.status == DraftStatus.ISSUED else DraftStatus(row.status)
        if wanted is not DraftStatus.DROPPED and found is not wanted:
            cause = f"draft {row.position} of plan {plan} is {row.status}, and by what was decided it is {found}"
            yield changed("L117", f"plan {plan}", cause)


def agreed(connection: sa.Connection) -> Iterator[Problem]:
    """What each plan is as of, when it was made, and whom it holds, against its entry of the log."""
    table, holds = schema.plans.c, schema.plan_holds
    logged = {entry["plan"]: entry for entry in entries(connection, Entry.PLANNED).values()}
    held: dict[int, list[sa.Row[Any]]] = defaultdict(list)
    for row in connection.execute(sa.select(holds).order_by(holds.c.plan, holds.c.contract)):
        held[row.plan].append(row)
    days = sa.select(table.id, table.as_of, table.created, table.status).order_by(table.id)
    for plan, as_of, created, status in connection.execute(days):
        entry, mine = logged.pop(plan, {}), held.pop(plan, [])
        if status not in set(PlanStatus):
            yield changed("L117", f"plan {plan}", f"“{status}” stands in plan {plan} as a status, and is none")
        if (entry.get("as_of"), entry.get("created")) != (as_of.isoformat(), created.isoformat()):
            yield changed("L117", f"plan {plan}", f"the days of plan {plan} are not what was planned")
        elif sorted(row.contract for row in mine) != entry["holds"]:
            yield changed("L117", f"plan {plan}", f"the contracts that plan {plan} holds are not what was planned")
        elif "held" in entry and digest(held_as(row._mapping) for row in mine) != entry["held"]:
            yield changed("L117", f"plan {plan}", f"the reasons for which plan {plan} holds contracts were changed")
    for plan in sorted({*logged, *held}):
        yield changed("L117", f"plan {plan}", f"plan {plan} was made, and is gone")


def _became_of_drafts(connection: sa.Connection) -> Iterator[Problem]:
    """The document that each draft became, as the log says it."""
    drafts = schema.plan_drafts.c
    query = sa.select(drafts.plan, drafts.position, drafts.document).where(drafts.document.is_not(None))
    stored = {(row.plan, row.position): row.document for row in connection.execute(query)}
    for _, entry in each_entry(connection, Entry.ISSUED):
        if stored.pop((entry["plan"], entry["position"]), None) != entry["document"]:
            cause = (
                f"draft {entry['position']} of plan {entry['plan']} became {entry['document']}, which it does not say"
            )
            yield changed("L117", f"plan {entry['plan']}", cause)
    for (plan, position), number in sorted(stored.items()):
        cause = f"draft {position} of plan {plan} says that it became {number}, and the log does not"
        yield changed("L117", f"plan {plan}", cause)


def drops(connection: sa.Connection) -> Iterator[Problem]:
    """A draft that was taken out of its plan stays out."""
    drafts = schema.plan_drafts.c
    query = sa.select(drafts.plan, drafts.position).where(drafts.status == DraftStatus.DROPPED)
    out = {(row.plan, row.position) for row in connection.execute(query)}
    for entry in entries(connection, Entry.DROPPED).values():
        for position in entry["positions"]:
            if (entry["plan"], position) not in out:
                cause = f"draft {position} of plan {entry['plan']} was dropped, and is back"
                yield changed("L117", f"plan {entry['plan']}", cause)
