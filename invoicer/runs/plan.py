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
    """A plan as stored, the warnings that came up while it was made, and what is too small for an invoice as yet."""

    plan: Plan
    warnings: tuple[Problem, ...]
    carried: tuple[Carried, ...] = ()


def plan(desk: Desk, ledger: Ledger, as_of: dt.date, today: dt.date) -> Planned:
    """Work out and store what is to be issued as of a day.

    A plan supersedes one that was not issued; planning again with nothing changed gives the stored plan back.
    """
    found = derive(desk, ledger, as_of)
    return Planned(ledger.plan(store(desk, ledger, found, today)), found.warnings, found.carried)


def store(desk: Desk, ledger: Ledger, found: Derivation, today: dt.date) -> int:
    """Store a derivation: first the contents that its drafts refer to, then the plan. Answers its id."""
    ledger.put_contents(found.contents.values())
    versions = {one.name: f"{one.origin} {one.version} {one.sha256}" for one in desk.plugins.loaded}
    rules = numbering(desk)
    return ledger.store_plan(found.as_of, today, found.drafts, found.holds, versions, numbering=rules)


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
        )
        for position, (draft, fingerprint) in enumerate(found.drafts, 1)
    )
    return Planned(Plan(0, as_of, today, PlanStatus.OPEN, drafts, found.holds), found.warnings, found.carried)
