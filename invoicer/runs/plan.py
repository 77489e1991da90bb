"""runs: plan a batch. What is to be issued is worked out, stored, and waits to be confirmed."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

from invoicer.documents import Carried
from invoicer.errors import Problem
from invoicer.ledger import DraftStatus, Ledger, Plan, PlannedDraft, PlanStatus
from invoicer.runs.against import Beside, PlanDiff, Sums, plan_diff, sums
from invoicer.runs.derive import Derivation, derive
from invoicer.runs.desk import Desk
from invoicer.runs.law import numbering


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan as stored, the warnings that came up while it was made, and what is too small for an invoice as yet.
    ``unconfirmed`` are contracts with a draft that was confirmed in the plan before and that has changed since;
    ``beside`` are, for each draft that waits, its contracts beside what was issued of them before."""

    plan: Plan
    warnings: tuple[Problem, ...]
    carried: tuple[Carried, ...] = ()
    unconfirmed: tuple[str, ...] = ()
    beside: tuple[tuple[Beside, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Compared:
    """What a plan bills beside what was issued before: contract by contract, with the position of its draft, and in sums by
    seller and currency."""

    contracts: tuple[tuple[int, Beside], ...]
    sums: tuple[Sums, ...]


def plan(desk: Desk, ledger: Ledger, as_of: dt.date, today: dt.date, who: str = "") -> Planned:
    """Work out and store what is to be issued as of a day; ``who`` does it, for the log ("" where nobody is named).

    A plan supersedes one that was not issued; planning again with nothing changed gives the stored plan back.
    """
    found = derive(desk, ledger, as_of, ledger.put_contents)
    before = ledger.confirmed()
    stored = _store(desk, ledger, found, today, who)
    found = replace(found, drafts=())  # they are read back, and would fill the memory twice
    made = ledger.plan(stored)
    kept = {draft.fingerprint for draft in made.drafts if draft.status is DraftStatus.CONFIRMED}
    lost = {contract for mark, contracts in before.items() if mark not in kept for contract in contracts}
    return Planned(made, found.warnings, found.carried, tuple(sorted(lost)), found.beside)


def _store(desk: Desk, ledger: Ledger, found: Derivation, today: dt.date, who: str) -> int:
    """Store a derivation, whose contents the ledger keeps already. Answers the id of the plan."""
    versions = {one.name: f"{one.origin} {one.version} {one.sha256}" for one in desk.plugins.loaded}
    rules = numbering(desk)
    return ledger.store_plan(
        found.as_of,
        today,
        found.drafts,
        found.holds,
        versions,
        numbering=rules,
        doubts=found.doubts,
        people=desk.workspace.review.people_for_drafts,
        who=who,
    )


def rehearse(desk: Desk, ledger: Ledger, as_of: dt.date, today: dt.date) -> Planned:
    """The plan that :func:`plan` would store, without storing anything; its id is 0."""
    ledger.check_starts(numbering(desk))
    found = derive(desk, ledger, as_of)
    drafts = tuple(
        PlannedDraft(
            position=position,
            contracts=draft.contracts,
            fingerprint=draft.fingerprint,
            packed=draft.packed,
            status=DraftStatus.PLANNED,
            doubts=doubts,
            people=desk.workspace.review.people_for_drafts,
            since=today,
        )
        for position, (draft, doubts) in enumerate(zip(found.drafts, found.doubts, strict=True), 1)
    )
    made = Plan(0, as_of, today, PlanStatus.OPEN, drafts, found.holds)
    return Planned(made, found.warnings, found.carried, beside=found.beside)


def compare(planned: Planned, ledger: Ledger) -> Compared:
    """What is new and what has changed, and the sums beside the month before, while the ledger is open."""
    waiting = [one for one in planned.plan.drafts if one.status.live]
    contracts = [(one.position, two) for one, mine in zip(waiting, planned.beside, strict=True) for two in mine]
    return Compared(tuple(contracts), sums((one.brief for one in waiting), ledger, planned.plan.as_of))


def difference(planned: Planned, ledger: Ledger, earlier: int | None = None) -> PlanDiff | None:
    """What a plan says otherwise than an earlier one (the one before it when None); None for the first plan of all.

    Raises RunError (L120) when there is no such plan.
    """
    if earlier is None:
        ids = [one.id for one in ledger.plans() if planned.plan.id == 0 or one.id < planned.plan.id]
        if not ids:
            return None
        earlier = ids[-1]
    return plan_diff(ledger.plan(earlier), planned.plan)
