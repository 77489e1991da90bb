"""runs: plan a batch. What is to be issued is worked out, stored, and waits to be confirmed."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from invoicer.documents import Carried
from invoicer.domain import canonical
from invoicer.errors import Problem
from invoicer.ledger import DraftStatus, Ledger, Plan, PlannedDraft, PlanStatus
from invoicer.runs.derive import Derivation, derive
from invoicer.runs.desk import Desk
from invoicer.runs.law import numbering


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan as stored, the warnings that came up while it was made, and what is too small for an invoice as yet.
    ``unconfirmed`` are contracts with a draft that was confirmed in the plan before and that has changed since."""

    plan: Plan
    warnings: tuple[Problem, ...]
    carried: tuple[Carried, ...] = ()
    unconfirmed: tuple[str, ...] = ()


def plan(desk: Desk, ledger: Ledger, as_of: dt.date, today: dt.date) -> Planned:
    """Work out and store what is to be issued as of a day.

    A plan supersedes one that was not issued; planning again with nothing changed gives the stored plan back.
    """
    found = derive(desk, ledger, as_of)
    before = ledger.plan() if ledger.plans() else None
    made = ledger.plan(store(desk, ledger, found, today))
    return Planned(made, found.warnings, found.carried, _unconfirmed(before, made))


def _unconfirmed(before: Plan | None, made: Plan) -> tuple[str, ...]:
    """The contracts whose confirmed drafts the new plan has in this form no more."""
    if before is None or before.id == made.id:
        return ()
    kept = {draft.fingerprint for draft in made.drafts if draft.status is DraftStatus.CONFIRMED}
    lost = [one for one in before.drafts if one.status is DraftStatus.CONFIRMED and one.fingerprint not in kept]
    return tuple(sorted({contract for one in lost for contract in one.contracts}))


def store(desk: Desk, ledger: Ledger, found: Derivation, today: dt.date) -> int:
    """Store a derivation: first the contents that its drafts refer to, then the plan. Answers its id."""
    ledger.put_contents(found.contents.values())
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
    )


def rehearse(desk: Desk, ledger: Ledger, as_of: dt.date, today: dt.date) -> Planned:
    """The plan that :func:`plan` would store, without storing anything; its id is 0."""
    ledger.check_starts(numbering(desk))
    found = derive(desk, ledger, as_of)
    drafts = tuple(
        PlannedDraft(
            position=position,
            contracts=tuple(sorted({line.contract for line in draft.lines})),
            fingerprint=fingerprint,
            json=canonical.to_json(draft),
            status=DraftStatus.PLANNED,
            doubts=doubts,
            people=desk.workspace.review.people_for_drafts,
            since=today,
        )
        for position, ((draft, fingerprint), doubts) in enumerate(zip(found.drafts, found.doubts, strict=True), 1)
    )
    return Planned(Plan(0, as_of, today, PlanStatus.OPEN, drafts, found.holds), found.warnings, found.carried)
