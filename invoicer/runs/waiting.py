"""runs: waiting. What of a plan waits for whom, until when, and whose matter it is when that day has passed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from invoicer.domain.doubt import Doubt
from invoicer.errors import Problem
from invoicer.ledger import Brief, DraftStatus, Ledger, Plan, PlannedDraft
from invoicer.runs.desk import Desk


@dataclass(frozen=True, slots=True, kw_only=True)
class Waits:
    """A draft that is not confirmed or fell out of its plan (``draft``), or a contract that is held (``holds``); ``owner``
    of ours looks after the customer ("": nobody is named). ``waits_for`` says what is missing. ``late`` counts the days
    since the deadline; then it is a matter for ``escalated`` ("": nobody is named, or it is not late)."""

    owner: str
    contracts: tuple[str, ...]
    customer: str
    waits_for: tuple[str, ...]
    position: int = 0
    draft: Brief | None = None
    doubts: tuple[Doubt, ...] = ()
    holds: tuple[Problem, ...] = ()
    since: dt.date | None = None
    deadline: dt.date | None = None
    late: int = 0
    escalated: str = ""


def waiting(desk: Desk, ledger: Ledger, today: dt.date, plan: int | None = None) -> tuple[Waits, ...]:
    """All that waits of a plan (the latest when None), by owner, the oldest first; what is held comes behind the drafts.

    Raises RunError (L120) when there is no such plan.
    """
    chosen = ledger.plan(plan)
    current = chosen.id == max(one.id for one in ledger.plans())
    drafts = (_draft(desk, one, today) for one in chosen.drafts if waits(one) or (_dropped(one) and current))
    found = [*drafts, *_held(desk, chosen)]
    return tuple(sorted(found, key=_place))


def waits(planned: PlannedDraft) -> bool:
    """Whether somebody has to do something before a draft goes out."""
    return planned.status in (DraftStatus.PLANNED, DraftStatus.REJECTED)


def missing(planned: PlannedDraft) -> tuple[str, ...]:
    """What a draft waits for, in words."""
    if _dropped(planned):
        return (f"to be planned again: {planned.remark}",)
    if planned.rejected:
        return tuple(f"rejected by {one.who}: {one.remark}" for one in planned.rejected)
    found = []
    for doubt in planned.open_doubts:
        done = len(planned.releasers(doubt))
        found.append(doubt.name if doubt.people == 1 else f"{doubt.name} ({done} of {doubt.people} people)")
    done = len(planned.releasers())
    if not found or planned.people > 1:
        found.append("release" if planned.people == 1 else f"release ({done} of {planned.people} people)")
    return tuple(found)


def _dropped(planned: PlannedDraft) -> bool:
    """Whether it fell out of its plan: nobody has to release it, and without a new plan it goes out never."""
    return planned.status is DraftStatus.DROPPED


def _draft(desk: Desk, planned: PlannedDraft, today: dt.date) -> Waits:
    review, draft = desk.workspace.review, planned.brief
    within = review.confirm_within_days
    deadline = planned.since + dt.timedelta(within) if planned.since and within is not None else None
    late = max((today - deadline).days, 0) if deadline else 0
    return Waits(
        owner=desk.workspace.owners.get(draft.customer, ""),
        contracts=planned.contracts,
        customer=draft.customer,
        waits_for=missing(planned),
        position=planned.position,
        draft=draft,
        doubts=planned.open_doubts,
        since=planned.since,
        deadline=deadline,
        late=late,
        escalated=review.escalate_to if late else "",
    )


def _held(desk: Desk, plan: Plan) -> Iterator[Waits]:
    day = plan.as_of
    for contract, problems in plan.holds.items():
        terms = desk.contracts.get(contract)
        customer = (
            terms.buyers.at(day, day).customer if terms else desk.terms.refused_parties.get(contract, ("", ""))[1]
        )
        codes = dict.fromkeys(problem.code for problem in problems)
        yield Waits(
            owner=desk.workspace.owners.get(customer, ""),
            contracts=(contract,),
            customer=customer,
            waits_for=(f"held: {', '.join(codes)}",),
            holds=problems,
        )


def _place(one: Waits) -> tuple[object, ...]:
    return (
        not one.owner,
        one.owner.casefold(),
        one.deadline or dt.date.max,
        one.draft is None,
        one.position,
        one.contracts,
    )
