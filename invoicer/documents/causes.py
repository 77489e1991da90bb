"""documents: why something that was billed is corrected, and by which clause."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from invoicer.documents.difference import Correction, Difference, Reason
from invoicer.domain.commitment import Commitment
from invoicer.domain.contract import Charge, Contract, Metered
from invoicer.domain.entitlement import Component, Part
from invoicer.domain.events import EventPricing
from invoicer.domain.inputs import Declared
from invoicer.domain.period import Period
from invoicer.domain.stop import Stopped
from invoicer.domain.timeline import Timeline
from invoicer.domain.trace import Clause

_PARTS = list(Part)
_REASONS: dict[type, Reason] = {Metered: Reason.USAGE, Declared: Reason.DECLARED}


@dataclass(frozen=True, slots=True)
class _Cause:
    """``clause`` is what was agreed last of all that made the amount, on the day ``agreed`` (None: the terms don't say)."""

    reason: Reason
    clause: Clause | None
    agreed: dt.date | None


def explained(differences: Sequence[Difference], contract: Contract | None, known_on: dt.date) -> list[Difference]:
    """The differences with the reason and the clause that each correction is to name.

    What is still owed says itself by which clause; of what is not owed any more, ``contract`` tells (as known on that
    day; None leaves the clause open): the stop, or the price, quantity, bound or discount agreed last. A discount, bound
    or levy that nobody touched changed because its charge did, or what stands between the two: it gives the same reason,
    and names the same clause where that one was agreed newly.
    """
    causes = [_cause(one, one.correction, contract, known_on) if one.correction else None for one in differences]
    leaders: dict[Any, tuple[int, _Cause]] = {}
    for one, cause in zip(differences, causes, strict=True):
        place, key = _PARTS.index(one.component.part), _together(one)
        if cause and (key not in leaders or place < leaders[key][0]):
            leaders[key] = place, cause
    told = []
    for one, cause in zip(differences, causes, strict=True):
        if one.correction and cause:
            place, leader = leaders[_together(one)]
            follows = place < _PARTS.index(one.component.part)
            cause = _led(one, one.correction, cause, leader if follows else None)
            one = replace(one, correction=replace(one.correction, reason=cause.reason, clause=cause.clause))
        told.append(one)
    return told


def _together(one: Difference) -> tuple[Any, ...]:
    """What the components of a charge for one billing period have in common."""
    return one.component.charge, one.parties, one.billing_period


def _cause(one: Difference, correction: Correction, contract: Contract | None, known_on: dt.date) -> _Cause:
    entitled, reason = one.entitled, correction.reason
    if contract is not None and reason is Reason.CADENCE and correction.releases is not None:
        return _cadence(correction, correction.releases, one.component, contract, known_on)
    if contract is not None and reason is Reason.PARTIES:
        first = correction.releases.start if correction.releases else one.days.start
        taken = contract.takeovers.at(first, known_on)
        if taken is not None:
            return _Cause(reason, taken.clause, taken.agreed)
    if contract is not None and entitled is None and correction.clause is None:
        return _vanished(one, correction, contract, known_on)
    return _Cause(reason, correction.clause, entitled.agreed if entitled else None)


def _cadence(
    correction: Correction, released: Period, component: Component, contract: Contract, known_on: dt.date
) -> _Cause:
    """The schedule that begins on the first day given back."""
    charge = _charge(contract, component)
    entry = charge.billing.at(released.start, known_on) if charge else None
    return _Cause(Reason.CADENCE, entry.clause if entry else correction.clause, entry.agreed if entry else None)


def _vanished(one: Difference, correction: Correction, contract: Contract, known_on: dt.date) -> _Cause:
    """Why nothing is owed any more for the days of a line."""
    charge, component, days = _charge(contract, one.component), one.component, one.days
    if charge is None:
        return _of_commitment(component, contract, known_on)
    served = charge.service.at(days.start, known_on)
    if served is None or not served.value.active:
        served = served or charge.service.entries[0]
        return _Cause(Reason.TERMS, served.clause, served.agreed)
    ending = contract.ending(known_on)
    if ending is not None and ending.end <= days.start:
        return _Cause(Reason.TERMS, ending.clause, ending.agreed)
    if contract.end is not None and contract.end <= days.start:
        return _Cause(Reason.TERMS, contract.clause, None)
    own = list(_own(contract, charge, component))
    if component.part not in (Part.CHARGE, Part.LEVY, Part.ADJUSTMENT) and not own:
        return _Cause(Reason.TERMS, None, None)
    entries = [entry for entry in (*own, *_of_charge(charge)) if entry.agreed <= known_on and entry.begins < days.end]
    latest = max(entries, key=lambda entry: (entry.agreed, entry.amendment), default=None)
    if latest is not None and latest.agreed > correction.line.issue_date:
        return _Cause(Reason.TERMS, latest.clause, latest.agreed)
    quantity = charge.quantity.at(days.start, known_on) if charge.quantity else None
    if component.part is Part.CREDIT:  # what it is judged by changed
        return _Cause(Reason.DECLARED, latest.clause if latest else None, latest.agreed if latest else None)
    reason = _REASONS.get(type(quantity.value), Reason.TERMS) if quantity else Reason.TERMS
    return _Cause(reason, latest.clause if latest else charge.clause, latest.agreed if latest else None)


def _of_commitment(component: Component, contract: Contract, known_on: dt.date) -> _Cause:
    """Why nothing is owed for a period of a commitment: it was stopped, or agreed otherwise."""
    entries: list[Commitment | Stopped] = []
    for commitment in contract.commitments:
        if component.part is Part.COMMITMENT and commitment.id == component.charge:
            entries += [commitment, *commitment.stops]
    known = (one for one in entries if one.agreed <= known_on)
    latest = max(known, key=lambda one: (one.agreed, one.amendment), default=None)
    return _Cause(Reason.TERMS, latest.clause if latest else None, latest.agreed if latest else None)


@dataclass(frozen=True, slots=True)
class _Entry:
    agreed: dt.date
    amendment: int
    begins: dt.date
    clause: Clause


def _own(contract: Contract, charge: Charge, component: Component) -> Iterator[_Entry]:
    """What was agreed about a component alone."""
    bounds = {Part.MINIMUM: charge.minimum, Part.MAXIMUM: charge.maximum}
    yield from _entries(bounds.get(component.part))
    if component.part is Part.DEPOSIT:
        yield from _entries(charge.deposit)
    for credit in contract.credits:
        if component.part is Part.CREDIT and credit.id == component.name:
            yield _Entry(credit.agreed, 0, credit.start, credit.clause)
    for off in contract.discounts:
        if component.part is Part.DISCOUNT and off.id == component.name:
            yield _Entry(off.agreed, 0, off.start, off.clause)
            yield from (_Entry(stop.agreed, stop.amendment, stop.effective, stop.clause) for stop in off.stops)


def _of_charge(charge: Charge) -> Iterator[_Entry]:
    """What was agreed about the amount of a charge."""
    events = charge.events or EventPricing()
    for timeline in (charge.price, charge.quantity, charge.included):
        yield from _entries(timeline)
    for of_events in (events.bounds, events.free_events, events.free_amount):
        yield from _entries(of_events)


def _entries(timeline: Timeline[Any] | None) -> Iterator[_Entry]:
    for entry in timeline.entries if timeline else ():
        yield _Entry(entry.agreed, entry.amendment, entry.effective, entry.clause)


def _charge(contract: Contract, component: Component) -> Charge | None:
    return next((charge for charge in contract.charges if charge.id == component.charge), None)


def _led(one: Difference, correction: Correction, own: _Cause, leader: _Cause | None) -> _Cause:
    """The cause of a correction: its own, or that of what it follows in the same billing period."""
    touched = own.agreed is not None and own.agreed > correction.line.issue_date
    if touched or own.reason in (Reason.PARTIES, Reason.TREATMENT, Reason.CREDIT):
        return own
    if leader is None:  # a levy changes without its charge when the law does
        return replace(own, reason=Reason.TREATMENT) if one.component.part is Part.LEVY else own
    later = leader.agreed is not None and (own.agreed is None or leader.agreed > own.agreed)
    newly = later and leader.reason in (Reason.TERMS, Reason.CADENCE)
    return replace(leader, clause=leader.clause if newly or own.clause is None else own.clause)
