"""engine: from a contract and measured quantities to what is owed, and to the quantities that are needed for it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
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
from invoicer.engine.covers import Cover, billed
from invoicer.engine.credits import credit, credit_asks
from invoicer.engine.deposits import deposits, settled
from invoicer.engine.discounts import discount, shares_amounts
from invoicer.engine.events import all_event_terms
from invoicer.engine.holds import UNPUBLISHED, Held, HeldError, Unrated, Where
from invoicer.engine.metered import may_ask
from invoicer.engine.quantities import Ask, Context, asks_of, own_ask
from invoicer.engine.rated import Key, RatedSlot
from invoicer.engine.refunds import InPart, InParts, in_part, refunds_in_part, retained, rules
from invoicer.engine.schedule import Slot
from invoicer.engine.segments import Part, Seen, parts_of
from invoicer.engine.service import DAY, Keep
from invoicer.errors import Problem

NOTHING_BILLED: Mapping[str, dt.date] = {}
NOTHING_SETTLED: InParts = {}


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
    What is not due yet and needs measured usage, figures that are not declared yet, or index values that are not
    published yet, is left out.
    ``customers`` are the rows of the contract's customer (None: unresolved), for conditions. ``measurements`` answer
    :func:`demands` of the same arguments; ``evidence`` holds index values and declared inputs.

    Ordered by bill date, then by charge as in the contract; of a billing period first the charge, then its maximum, its
    minimum, its discounts and its service credits; after all charges of a day the shortfalls of commitments. Nothing is
    raised for wrong input: what is doubtful becomes a hold.
    """
    context = Context(contract, known_on, customers, measurements, evidence)
    rated, problems = _rated(context, through, billed_until)
    if refunds_in_part(contract, known_on):
        rated = _kept_in_part(context, through, billed_until, rated, problems)
    problems |= credit(context, rated, through)
    shortfalls = settle(contract, known_on, rated, through, billed_until, problems)
    lines = chain(_in_order(context, rated, through, billed_until), shortfalls)
    entitlements = tuple(sorted(lines, key=lambda line: line.bill_date))
    holds = dict.fromkeys(chain.from_iterable(problems.values()))
    unrated = (Unrated(period, found) for period, found in problems.items() if period)
    return Rating(entitlements, tuple(holds), tuple(unrated))


def _kept_in_part(
    context: Context, through: dt.date, billed_until: Mapping[str, dt.date], used: list[RatedSlot], held: Held
) -> list[RatedSlot]:
    """The billing periods, of which ``used`` is what was used, with what is kept of those that are cut short. What holds
    them is added to ``held``."""
    kept: dict[Key, InPart] = {}
    uncut, more = _rated(context, through, billed_until, Keep.UNCUT)
    for period, problems in more.items():
        held.setdefault(period, problems)
    shared = shares_amounts(context.contract)
    for rule in rules(context.contract, context.known_on):
        if kept and shared:
            uncut, _ = _rated(context, through, billed_until, Keep.UNCUT, kept)
        kept |= in_part(used, uncut, rule)
        if kept and shared:
            used, _ = _rated(context, through, billed_until, Keep.SAID, kept)
    return retained(used, kept)


def _rated(
    context: Context,
    through: dt.date,
    billed_until: Mapping[str, dt.date],
    keep: Keep = Keep.SAID,
    settled: InParts = NOTHING_SETTLED,
) -> tuple[list[RatedSlot], Held]:
    """The billing periods with all their lines, by bill date and then as the charges stand in the contract; and the holds
    by the period that they are about (None: of no one period)."""
    contract = context.contract
    held: Held = {}
    rated: list[tuple[dt.date, int, RatedSlot]] = []
    for number, charge in enumerate(contract.charges):
        pots: Pots = {}
        pool = Pool()
        for due in _walk(context, charge, through, billed_until, held, keep):
            slot = due.slot
            missing = [problem for ask in due.asks if (problem := context.missing(ask, due.where))]
            if missing and slot.period.bill_date > through:
                continue  # it will be declared when it is due
            if missing:
                held[slot.period] = tuple(missing)
                continue
            try:
                one = replace(rate_slot(context, due.seen, slot, due.parts, due.where, pots, pool), cover=due.cover)
                one.extra.extend(bounds(one))
            except HeldError as error:
                held[slot.period] = error.problems
            else:
                rated.append((slot.period.bill_date, number, one))
    ordered = [one for *_, one in sorted(rated, key=lambda entry: (entry[0], entry[1], entry[2].slot.days))]
    if loose := discount(context, ordered, settled):
        held[None] = loose
    return ordered, held


def _in_order(
    context: Context, rated: Iterable[RatedSlot], through: dt.date, billed_until: Mapping[str, dt.date]
) -> Iterator[Entitlement]:
    """All entitlements, those of deposits among the others; where a deposit was paid only what is left to settle."""
    contract = context.contract
    place = {charge.id: number for number, charge in enumerate(contract.charges)}
    found: list[tuple[dt.date, int, Period, tuple[Entitlement, ...]]] = []
    for one in rated:
        lines = settled(one, one.cover) if one.cover else one.entitlements
        found.append((one.slot.period.bill_date, place[one.seen.charge.id], one.slot.days, lines))
    for charge in contract.charges:
        if charge.deposit:
            ahead = billed_until.get(charge.id, dt.date.min)
            for paid in deposits(contract, charge, context.known_on, through, ahead):
                found.append((paid.bill_date, place[charge.id], paid.days, (paid,)))
    for *_, lines in sorted(found, key=lambda entry: entry[:3]):
        yield from lines


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
    ways = (Keep.SAID, Keep.UNCUT) if refunds_in_part(contract, known_on) else (Keep.SAID,)
    for charge in contract.charges:
        for keep in ways if may_ask(contract, charge) else ():
            for due in _walk(context, charge, through, billed_until, {}, keep):
                for ask in due.asks:
                    found.setdefault(ask, {})
                for part in due.parts:
                    for terms in all_event_terms(due.slot, part):
                        found[own_ask(contract, part, due.parts)][terms] = None
    for ask, _ in credit_asks(contract, known_on, through):
        found.setdefault(ask, {})
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
        for due in _walk(context, charge, through, NOTHING_BILLED, {}, Keep.SAID):
            day = due.slot.period.bill_date
            found.update(((name, days, day), None) for name, days in due.asks if contract.input(name))
    for (name, days), bill_date in credit_asks(contract, known_on, through):
        if contract.input(name):
            found[name, days, bill_date] = None
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Due:
    """A billing period that is to be rated, with its parts and what has to be measured for them."""

    slot: Slot
    cover: Cover | None
    seen: Seen
    where: Where
    parts: tuple[Part, ...]
    asks: tuple[Ask, ...]


def _walk(
    context: Context,
    charge: Charge,
    through: dt.date,
    billed_until: Mapping[str, dt.date],
    held: Held,
    keep: Keep,
) -> Iterator[_Due]:
    """The billing periods of a charge that are to be rated. Periods that can't be cut into parts are added to ``held``."""
    contract, known_on = context.contract, context.known_on
    is_billed = charge.id in billed_until
    ahead = billed_until.get(charge.id, dt.date.min)
    last = max(through, ahead - DAY) if is_billed else through
    scheduled = tuple(billed(contract, charge, known_on, last, keep))
    until = max((slot.days.end for slot, _ in scheduled), default=dt.date.min)
    seen = Seen.of(contract, charge, known_on, context.evidence, until)
    for slot, cover in scheduled:
        where = Where(contract.id, charge.id, slot.days, charge.clause)
        due = slot.period.bill_date <= through
        was_billed = is_billed if slot.period.one_off else slot.days.start < ahead and cover is None
        if not due and not was_billed:
            continue
        try:
            parts = parts_of(seen, slot, where)
        except HeldError as error:
            if due or any(one.code != UNPUBLISHED for one in error.problems):
                held[slot.period] = error.problems
            continue  # an index value will be published when it is due
        asks = asks_of(contract, charge, slot, parts, known_on)
        if due or all(contract.input(name) for name, _ in asks):
            yield _Due(slot, cover, seen, where, parts, asks)
