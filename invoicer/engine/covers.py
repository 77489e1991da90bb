"""engine: periods that are paid by a deposit and adjusted when figures are declared, as premiums are.

A charge with a deposit is billed in advance, but not at its price: each billing period has a deposit, in one sum or in
instalments, and after its end an adjustment, which is what the period came to less the deposit.

Decisions where terms leave room:

* Deposit, minimum and maximum are agreed for a whole billing period. Of an incomplete one they count by days at the start,
  and at an end by what it refunds: all that is unused, a part of it, by the short-rate table, or nothing. Where the end was
  agreed before the period began, its days count.
* Instalments are due on the first days of the equal parts of a period (of its months, where they can be shared, else of its
  days). Of a period that is cut short the earlier instalments are kept first; those after the end are not billed.
* The adjustment is due the agreed time after the day that follows the last one. Its tax point is the last day.
* A period that has no day of cover has neither.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise

from invoicer.domain.contract import Charge, Contract, Proration, Timing
from invoicer.domain.entitlement import Part
from invoicer.domain.period import Period, add_months
from invoicer.domain.refund import kept
from invoicer.domain.trace import Trace, add, divide, given, greater, multiply, subtract
from invoicer.engine.daycount import counted_by, part_of
from invoicer.engine.schedule import ScheduledPeriod, Slot, slots
from invoicer.engine.service import Keep

_HUNDRED = given(100, "hundred")
_NOTHING, _ALL = given(0, "nothing"), given(1, "all")


@dataclass(frozen=True, slots=True)
class Cover:
    """A billing period of a charge with a deposit: ``slot`` are its days in service, ``settled`` the same with the dates of
    the adjustment. ``parts`` are the parts of the period that the deposit is shared among, ``instalments`` those that are
    billed. ``whole`` and ``counted`` are how much of the amounts for a full period counts: had the service not been ended,
    and as it is."""

    slot: Slot
    settled: Slot
    parts: tuple[Period, ...]
    instalments: tuple[ScheduledPeriod, ...]
    whole: Trace
    counted: Trace


def covers(contract: Contract, charge: Charge, known_on: dt.date, last: dt.date) -> Iterator[Cover]:
    """The billing periods of a charge with a deposit that begin up to and including ``last``, in order."""
    assert charge.deposit is not None and charge.adjustment is not None
    for slot in slots(contract, charge, known_on, last, Keep.NOTHING):
        deposit = charge.deposit.at(slot.days.start, known_on) or charge.deposit.entries[0]
        settled = replace(
            slot.period,
            bill_date=charge.adjustment.within.after(slot.days.end),
            timing=Timing.ARREARS,
            tax_point=slot.days.last_day,
            part=Part.ADJUSTMENT,
        )
        parts = tuple(part for part in _parts(slot, deposit.value.instalments) if part.end > slot.days.start)
        instalments = tuple(_instalments(slot, parts))
        yield Cover(slot, replace(slot, period=settled), parts, instalments, _whole(slot), _counted(slot))


def billed(
    contract: Contract, charge: Charge, known_on: dt.date, last: dt.date, keep: Keep = Keep.SAID
) -> Iterator[tuple[Slot, Cover | None]]:
    """The billing periods at whose end (or beginning, in advance) a charge is billed at its price, in order; of one with a
    deposit with the dates of the adjustment."""
    if charge.deposit:
        for cover in covers(contract, charge, known_on, last):
            yield cover.settled, cover
    else:
        for slot in slots(contract, charge, known_on, last, keep):
            yield slot, None


def _instalments(slot: Slot, parts: Iterable[Period]) -> Iterator[ScheduledPeriod]:
    """What each instalment is billed for; those that begin after the end of the service are left out."""
    for part in parts:
        if days := part & slot.days:
            start = days.start
            yield replace(slot.period, days=days, full=part, bill_date=start, tax_point=start, part=Part.DEPOSIT)


def _parts(slot: Slot, count: int) -> Iterator[Period]:
    """The equal parts of the full billing period."""
    full, months = slot.period.full, slot.every.months
    if months and months % count == 0:
        edges = [add_months(full.start, k * months // count, slot.grid.day) for k in range(count)]
    else:
        edges = [full.start + dt.timedelta(days=full.days * k // count) for k in range(count)]
    for start, end in pairwise([*edges, full.end]):
        if start < end:
            yield Period(start, end)


def _whole(slot: Slot) -> Trace:
    """How much of a full period counts if the service is not ended in it."""
    full, start = slot.period.full, slot.days.start
    if start == full.start or slot.start_rule is Proration.FULL_PERIODS:
        return _ALL
    return _NOTHING if slot.start_rule is Proration.NEVER else _share(slot, Period(start, full.end))


def _counted(slot: Slot) -> Trace:
    """How much of a full period counts."""
    whole, used, stop = _whole(slot), _used(slot), slot.stopped
    if stop is None or slot.days.end >= slot.period.full.end or slot.days.start >= stop.agreed:
        return used
    refund = stop.value.refund
    if refund.short_rate:
        kept_of_it = given(Fraction(kept(refund.short_rate, slot.days)), "short-rate", "%", refund.clause)
        by_table = multiply(whole, divide(kept_of_it, _HUNDRED, "rate"), "share")
        return greater(used, by_table, "share")
    if refund.percent == 100:
        return used
    rate = divide(given(100 - Fraction(refund.percent), "kept-percent", "%", refund.clause), _HUNDRED, "rate")
    return add((used, multiply(subtract(whole, used, "unused"), rate, "kept-of-unused")), "share")


def _used(slot: Slot) -> Trace:
    """How much of a full period the days in service count."""
    full, days = slot.period.full, slot.days
    starts_late, stops_early = full.start < days.start, days.end < full.end
    if (starts_late and slot.start_rule is Proration.NEVER) or (stops_early and slot.stop_rule is Proration.NEVER):
        return _NOTHING
    start = full.start if slot.start_rule is Proration.FULL_PERIODS else days.start
    end = full.end if slot.stop_rule is Proration.FULL_PERIODS else days.end
    return _ALL if (start, end) == (full.start, full.end) else _share(slot, Period(start, end))


def _share(slot: Slot, days: Period) -> Trace:
    return part_of(days, slot.period.full, counted_by(slot.counting, slot.every))
