"""engine: the schedule, which says when what is billed.

Period *k* is computed from the anchor, never from period *k−1*, so day 31 falls on the last day of shorter months and
comes back, and a domain of 29 February is renewed on 28 February and in leap years on the 29th. The first anchor day on
or after the start of service begins the first full period; what lies before it is a stub, measured against the full
period that would have ended there.

Decisions where terms leave room:

* Each stretch of service (from a start to a stop) has a schedule of its own, anchored anew; so has each change of billing.
* A change of billing cuts the running period on its day. That cut is always measured by days (as the contract counts
  them), whatever the proration policy says, because service goes on: a change of cadence alone never makes a day cost
  twice or nothing. What is agreed for a whole period (a minimum, included units, the ends of bands) is shared at that cut
  by days as well.
* Another customer cuts the running period on the day of the takeover in the same way. Periods are counted on as before, and
  the two parts of the cut one share one rounding, so that they come to what the whole would.
* ``no refund``: whatever was billed in advance before the day on which the stop was agreed stays whole, also where the
  stop is back-dated. Periods billed on or after that day end with the service. The end of the term is known from the
  start and refunds nothing, because nothing after it is ever billed.
* A period is billed in advance on its first day, in arrears on the day after its last one. Its tax point is the bill date
  in advance and the last day of service in arrears; a one-off has a single day, which is all three.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from invoicer.domain.contract import Billing, Charge, Contract, InService, Proration, Timing
from invoicer.domain.entitlement import Part
from invoicer.domain.period import Grid, Period, Span, Unit
from invoicer.domain.price import Conditional, Once, Price
from invoicer.domain.timeline import Dated
from invoicer.engine.service import DAY, FOREVER, Keep, Stretch, distinct, stretches


@dataclass(frozen=True, slots=True)
class ScheduledPeriod:
    """A billing period of a charge: ``days`` in service, the ``full`` period that they belong to (the same unless it is
    incomplete), and its dates. ``part`` is what of the charge it bills: itself, its deposit or the adjustment of it.
    ``billed_from`` is the effective day of the billing terms that made it."""

    charge: str
    days: Period
    full: Period
    bill_date: dt.date
    timing: Timing
    tax_point: dt.date
    billed_from: dt.date
    one_off: bool = False
    part: Part = Part.CHARGE


@dataclass(frozen=True, slots=True)
class Slot:
    """A scheduled period with what the calculation needs besides: the billing length and grid, the first day of this
    schedule, the policy for its two edges, and the stop that ended it, if one did. ``cut_before`` and ``cut_after`` say
    whether a change of billing put the days before or after it into another schedule; ``beyond`` is the stop that it
    reaches beyond, because nothing of it is refunded. ``counting`` is how the contract counts days."""

    period: ScheduledPeriod
    every: Span
    grid: Grid
    origin: dt.date
    start_rule: Proration = Proration.BY_DAYS
    stop_rule: Proration = Proration.BY_DAYS
    stopped: Dated[InService] | None = None
    cut_before: bool = False
    cut_after: bool = False
    beyond: Dated[InService] | None = None
    counting: Proration = Proration.BY_DAYS

    @property
    def days(self) -> Period:
        return self.period.days

    @property
    def served(self) -> Period | None:
        """The days in service: without those that are only kept because nothing, or not all, of them is refunded."""
        end = min(self.days.end, self.beyond.effective) if self.beyond else self.days.end
        return Period(self.days.start, end) if self.days.start < end else None

    def counted(self, full: Period) -> Period:
        """The days of a full period for which this schedule answers: all of them, whether in service or not, but those
        that a change of billing put into another schedule."""
        start = max(full.start, self.days.start) if self.cut_before else full.start
        end = min(full.end, self.days.end) if self.cut_after else full.end
        return Period(start, end)


def slots(
    contract: Contract, charge: Charge, known_on: dt.date, last: dt.date, keep: Keep = Keep.SAID
) -> Iterator[Slot]:
    """The periods of a charge that begin up to and including ``last``, in order; a one-off charge has one, whenever it
    falls due. ``keep``: see :func:`~invoicer.engine.service.stretches`."""
    served = stretches(contract, charge, known_on, keep)
    if not served:
        return
    price = charge.price.at(served[0].start, known_on)
    if price and is_one_off(price.value):
        yield from _one_off(charge, served[0], known_on)
        return
    for stretch in served:
        for schedule in _billed(contract, charge, stretch, known_on):
            yield from _slots_of_schedule(charge, stretch, schedule, last)


def is_one_off(price: Price) -> bool:
    """Whether a price falls due a single time."""
    if isinstance(price, Conditional):
        return any(isinstance(option.price, Once) for option in price.options)
    return isinstance(price, Once)


@dataclass(frozen=True, slots=True)
class _Schedule:
    """Billing terms and the ``days`` that they count for; ``origin`` is the day from which their periods are counted,
    ``since`` the one on which they, or a new customer, began to count."""

    billing: Billing
    days: Period
    origin: dt.date
    since: dt.date


def _billed(contract: Contract, charge: Charge, stretch: Stretch, known_on: dt.date) -> Iterator[_Schedule]:
    """The billing terms of a stretch of service; the earliest known ones also count for service before their effective
    day. Where another customer takes over, the running period is cut, and its other part goes on in the same schedule."""
    cuts = contract.buyers.cuts(known_on)
    terms = distinct(charge.billing.known_on(known_on), lambda entry: entry.value)
    for number, entry in enumerate(terms):
        start = max(entry.effective, stretch.start) if number else stretch.start
        following = terms[number + 1].effective if number + 1 < len(terms) else FOREVER
        end = min(following, stretch.end)
        if following > stretch.end and entry.value.timing is Timing.ADVANCE:
            end = max(end, _kept_until(entry.value, start, stretch))
        if start < end:
            edges = [start, *(day for day in cuts if start < day < end), end]
            for first, after in pairwise(edges):
                since = entry.effective if first == start else first
                yield _Schedule(entry.value, Period(first, after), start, since)


def _kept_until(billing: Billing, start: dt.date, stretch: Stretch) -> dt.date:
    """The end of what stays whole although service has stopped, because it had been billed and nothing is refunded."""
    kept = stretch.end
    if stretch.stop is None or not stretch.keeps:
        return kept
    grid = Grid.from_anchor(start, billing.anchor.day, billing.anchor.month)
    k = grid.index(billing.every, start)
    while max(grid.edge(billing.every, k), start) < stretch.stop.agreed:
        k += 1
        kept = max(kept, grid.edge(billing.every, k))
    return min(kept, stretch.ceiling)


def _slots_of_schedule(charge: Charge, stretch: Stretch, schedule: _Schedule, last: dt.date) -> Iterator[Slot]:
    """The periods of one schedule: one billing value over one stretch of service."""
    billing, days, rules = schedule.billing, schedule.days, charge.proration
    grid = Grid.from_anchor(schedule.origin, billing.anchor.day, billing.anchor.month)
    k = grid.index(billing.every, days.start)
    while (begins := max(grid.edge(billing.every, k), days.start)) < days.end and begins <= last:
        full = Period(grid.edge(billing.every, k), grid.edge(billing.every, k + 1))
        served = Period(begins, min(full.end, days.end))
        in_advance = billing.timing is Timing.ADVANCE
        bill_date = served.start if in_advance else served.end
        tax_point = bill_date if in_advance else served.last_day
        ends = served.end == stretch.end
        yield Slot(
            ScheduledPeriod(charge.id, served, full, bill_date, billing.timing, tax_point, schedule.since),
            billing.every,
            grid,
            schedule.origin,
            rules.start if served.start == stretch.start and not stretch.goes_back else Proration.BY_DAYS,
            rules.stop if ends and not stretch.goes_on else Proration.BY_DAYS,
            stretch.stop if ends else None,
            cut_before=days.start == served.start and (stretch.start < days.start or stretch.goes_back),
            cut_after=served.end == days.end and (days.end < stretch.end or stretch.goes_on),
            beyond=stretch.stop if stretch.keeps and served.end > stretch.end else None,
            counting=rules.counting,
        )
        k += 1


def _one_off(charge: Charge, stretch: Stretch, known_on: dt.date) -> Iterator[Slot]:
    """The one day of a one-off: where a stop on that very day left any service, or refunds nothing of what was billed."""
    day, stop = stretch.start, stretch.stop
    kept = stop is not None and stretch.keeps and day < stop.agreed
    if stretch.start == stretch.end and not kept:
        return
    billing = charge.billing.at(day, known_on)
    only = Period(day, day + DAY)
    period = ScheduledPeriod(
        charge.id, only, only, day, Timing.ADVANCE, day, billing.effective if billing else day, one_off=True
    )
    beyond = stop if stretch.start == stretch.end else None
    yield Slot(period, Span(1, Unit.DAY), Grid(day, day.day), day, beyond=beyond)
