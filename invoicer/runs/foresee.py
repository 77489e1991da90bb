"""runs: foresee. What a contract comes to over days that may lie ahead, as far as it can be told without guessing."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from invoicer import engine
from invoicer.domain.contract import AmountOff, Contract
from invoicer.domain.entitlement import Entitlement
from invoicer.domain.evidence import NO_EVIDENCE, Evidence
from invoicer.domain.party import Customer
from invoicer.domain.period import Period
from invoicer.domain.usage import Measurements
from invoicer.engine import ScheduledPeriod
from invoicer.errors import Problem
from invoicer.runs.rate import rate

Reasons = tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Foreseen:
    """``entitlements`` are the amounts that are sure; ``unknown`` the billing periods that depend on what is not known, with
    the reasons. ``doubts`` are holds that belong to no billing period: with them no amount is sure."""

    entitlements: tuple[Entitlement, ...]
    unknown: tuple[tuple[ScheduledPeriod, Reasons], ...]
    doubts: Reasons


def foresee(
    contract: Contract,
    customers: tuple[Customer, ...] | None,
    measurements: Measurements,
    known_on: dt.date,
    until: dt.date,
    evidence: Evidence = NO_EVIDENCE,
) -> Foreseen:
    """What a contract is owed for every bill date up to and including ``until``, by its terms as known on a day.

    ``customers`` are the rows of its customer (None: unresolved). ``measurements`` may leave out quantities: the billing
    periods that need them are unknown, and so are those that share an agreed amount off with one of them.
    """
    rating = rate(contract, customers, measurements, known_on, until, evidence=evidence)
    unknown = {(one.period.charge, one.period.days): (one.period, one.reasons) for one in rating.unrated}
    explained = {problem for one in rating.unrated for problem in one.reasons}
    periods = engine.schedule(contract, known_on, until)
    for off in contract.discounts:
        charges = off.charges if off.charges is not None else tuple(charge.id for charge in contract.charges)
        if not isinstance(off.off, AmountOff) or len(charges) == 1 or off.agreed > known_on:
            continue
        window = off.window(known_on)
        shared = [one for one in periods if one.charge in charges and window and one.days.overlaps(window)]
        missing = [one for one in shared if (one.charge, one.days) in unknown]
        for one in shared:
            reasons = [unknown[two.charge, two.days][1] for two in missing if off.off.per is None or _meet(one, two)]
            if reasons:
                unknown.setdefault((one.charge, one.days), (one, reasons[0]))
    sure = tuple(one for one in rating.entitlements if not _touches(one, unknown))
    doubts = tuple(problem for problem in rating.holds if problem not in explained)
    return Foreseen(sure, tuple(unknown.values()), doubts)


def _meet(one: ScheduledPeriod, other: ScheduledPeriod) -> bool:
    return one.days.overlaps(other.days)


def _touches(owed: Entitlement, unknown: dict[tuple[str, Period], tuple[ScheduledPeriod, Reasons]]) -> bool:
    return any(owed.component.charge == charge and owed.days.overlaps(days) for charge, days in unknown)
