"""engine: from a contract and measured quantities to what is owed, and to the quantities that are needed for it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain

from invoicer.domain.contract import Charge, Contract
from invoicer.domain.entitlement import Entitlement
from invoicer.domain.events import EventTerms
from invoicer.domain.evidence import NO_EVIDENCE, Evidence
from invoicer.domain.party import Customer
from invoicer.domain.period import Period
from invoicer.domain.usage import Demand, Measurements
from invoicer.engine.bounds import bounds
from invoicer.engine.carry import Pool
from invoicer.engine.charges import Pots, rate_slot
from invoicer.engine.commitments import settle
from invoicer.engine.discounts import discount
from invoicer.engine.events import all_event_terms
from invoicer.engine.holds import HeldError, Where
from invoicer.engine.quantities import Ask, Context, asks_of, may_ask, own_ask
from invoicer.engine.rated import RatedSlot
from invoicer.engine.refunds import refunds_in_part, retained
from invoicer.engine.schedule import ScheduledPeriod, Slot, slots
from invoicer.engine.segments import Part, Seen, parts_of
from invoicer.engine.service import DAY
from invoicer.errors import Problem

NOTHING_BILLED: Mapping[str, dt.date] = {}


@dataclass(frozen=True, slots=True)
class Unrated:
    """A billing period without an amount, and the holds that say why."""

    period: ScheduledPeriod
    reasons: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Rating:
    """What a contract is owed, and what holds it. With holds the entitlements are incomplete: bill nothing of it.
    ``unrated`` are the billing periods that are missing for want of a quantity, a price or a customer."""

    entitlements: tuple[Entitlement, ...]
    holds: tuple[Problem, ...]
    unrated: tuple[Unrated, ...] = ()


def rate(
    contract: Contract,
    customers: tuple[Customer, ...] | None,
    measurements: Measurements,
    known_on: dt.date,
    through: dt.date,
    billed_until: Mapping[str, dt.date] = NOTHING_BILLED,
    evidence: Evidence = NO_EVIDENCE,
) -> Rating:
    """Everything that a contract is owed, by its terms as known on a day, in the contract's currency.

    Entitlements are those of every billing period with a bill date up to and including ``through``, and of every period
    that begins before ``billed_until[charge id]`` (the first day after what documents carry for that charge), so that
    what was billed ahead can be compared. A one-off that documents carry is compared on whatever day it falls due now.
    What is not due yet and needs measured usage, or figures that are not declared yet, is left out.
    ``customers`` are the rows of the contract's customer (None: unresolved), for conditions. ``measurements`` answer
    :func:`demands` of the same arguments; ``evidence`` holds index values and declared inputs.

    Ordered by bill date, then by charge as in the contract; of a billing period first the charge, then its maximum, its
    minimum and its discounts; after all charges of a day the shortfalls of commitments. Nothing is raised for wrong input:
    what is doubtful becomes a hold.
    """
    context = Context(contract, known_on, customers, measurements, evidence)
    rated, problems = _rated(context, through, billed_until)
    if refunds_in_part(contract, known_on):
        uncut, more = _rated(context, through, billed_until, uncut=True)
        rated, problems = retained(rated, uncut), {**more, **problems}
    shortfalls = settle(contract, known_on, rated, through, billed_until, problems)
    lines = chain((entitlement for one in rated for entitlement in one.entitlements), shortfalls)
    entitlements = tuple(sorted(lines, key=lambda line: line.bill_date))
    holds = dict.fromkeys(chain.from_iterable(problems.values()))
    unrated = (Unrated(period, found) for period, found in problems.items() if period)
    return Rating(entitlements, tuple(holds), tuple(unrated))


def _rated(
    context: Context, through: dt.date, billed_until: Mapping[str, dt.date], uncut: bool = False
) -> tuple[list[RatedSlot], dict[ScheduledPeriod | None, tuple[Problem, ...]]]:
    """The billing periods with all their lines, by bill date and then as the charges stand in the contract; and the holds
    by the period that they are about (None: of no one period)."""
    contract = context.contract
    held: dict[ScheduledPeriod | None, tuple[Problem, ...]] = {}
    rated: list[tuple[dt.date, int, RatedSlot]] = []
    for number, charge in enumerate(contract.charges):
        pots: Pots = {}
        pool = Pool()
        walk = _walk(context, charge, through, billed_until, held, uncut)
        for slot, seen, where, parts, asks in walk:
            missing = [problem for ask in asks if (problem := context.missing(ask, where))]
            if missing and slot.period.bill_date > through:
                continue  # it will be declared when it is due
            if missing:
                held[slot.period] = tuple(missing)
                continue
            try:
                one = rate_slot(context, seen, slot, parts, where, pots, pool)
                one.extra.extend(bounds(one))
            except HeldError as error:
                held[slot.period] = error.problems
            else:
                rated.append((slot.period.bill_date, number, one))
    ordered = [one for *_, one in sorted(rated, key=lambda entry: (entry[0], entry[1], entry[2].slot.days))]
    if loose := discount(context, ordered):
        held[None] = loose
    return ordered, held


def demands(
    contract: Contract,
    time_zone: str,
    known_on: dt.date,
    through: dt.date,
    billed_until: Mapping[str, dt.date] = NOTHING_BILLED,
    evidence: Evidence = NO_EVIDENCE,
) -> tuple[Demand, ...]:
    """The quantities that :func:`rate` needs for the same arguments, each once. ``time_zone`` is the seller's (IANA)."""
    found: dict[Ask, dict[EventTerms, None]] = {}
    context = Context(contract, known_on, None, {}, evidence)
    ways = (False, True) if refunds_in_part(contract, known_on) else (False,)
    for charge in contract.charges:
        for uncut in ways if may_ask(contract, charge) else ():
            for slot, _, _, parts, asks in _walk(context, charge, through, billed_until, {}, uncut):
                for ask in asks:
                    found.setdefault(ask, {})
                for part in parts:
                    for terms in all_event_terms(slot, part):
                        found[own_ask(contract, part, parts)][terms] = None
    return tuple(
        Demand(contract.id, contract.meter(name), days, time_zone, tuple(events))
        for (name, days), events in found.items()
        if not contract.input(name)
    )


def asked_figures(
    contract: Contract, known_on: dt.date, through: dt.date, evidence: Evidence = NO_EVIDENCE
) -> tuple[tuple[str, Period, dt.date], ...]:
    """The figures of inputs that :func:`rate` asks for when nothing is billed: (input id, days, bill date), each once."""
    context = Context(contract, known_on, None, {}, evidence)
    found: dict[tuple[str, Period, dt.date], None] = {}
    for charge in contract.charges:
        for slot, _, _, _, asks in _walk(context, charge, through, NOTHING_BILLED, {}, uncut=False):
            found.update(((name, days, slot.period.bill_date), None) for name, days in asks if contract.input(name))
    return tuple(found)


def _walk(
    context: Context,
    charge: Charge,
    through: dt.date,
    billed_until: Mapping[str, dt.date],
    held: dict[ScheduledPeriod | None, tuple[Problem, ...]],
    uncut: bool,
) -> Iterator[tuple[Slot, Seen, Where, tuple[Part, ...], tuple[Ask, ...]]]:
    """The billing periods of a charge that are to be rated, with their parts and what has to be measured for them.
    Periods that can't be cut into parts are added to ``held``."""
    contract, known_on = context.contract, context.known_on
    is_billed = charge.id in billed_until
    ahead = billed_until.get(charge.id, dt.date.min)
    last = max(through, ahead - DAY) if is_billed else through
    scheduled = tuple(slots(contract, charge, known_on, last, uncut))
    until = max((slot.days.end for slot in scheduled), default=dt.date.min)
    seen = Seen.of(contract, charge, known_on, context.evidence, until)
    for slot in scheduled:
        where = Where(contract.id, charge.id, slot.days, charge.clause)
        due = slot.period.bill_date <= through
        billed = is_billed if slot.period.one_off else slot.days.start < ahead
        if not due and not billed:
            continue
        try:
            parts = parts_of(seen, slot, where)
        except HeldError as error:
            held[slot.period] = error.problems
            continue
        asks = asks_of(contract, charge, slot, parts, known_on)
        if due or all(contract.input(name) for name, _ in asks):
            yield slot, seen, where, parts, asks
