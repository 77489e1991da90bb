"""engine: a billing period falls into parts, each in one rating or price period and with one set of agreed values.

Decisions where terms leave room:

* An amount of time is measured in the price's own period, where the billing period is a multiple of it: 3 950.00 EUR per
  month billed quarterly costs two whole months and 23 of 30 days from 8 April to 30 June.
* Where the billing period is a part of the price's period (1 200.00 EUR per year, billed monthly), each full billing
  period is an equal part of it. Where neither fits into the other (a price per month, billed weekly), days count. The
  months are then those of the schedule, from its first day or anchor on: a day of such a month of 31 days costs 1/31.
* ``full-periods`` and ``never`` speak of the same periods: a month that is begun is due whole, also when three months
  are billed at once. At a change they choose one value for the whole of that period.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, TypeVar

from invoicer.domain.contract import Bound, Charge, Contract, Proration, Quantity, counter_of
from invoicer.domain.events import EventBounds
from invoicer.domain.evidence import Evidence
from invoicer.domain.period import Period, Span
from invoicer.domain.price import Conditional, Flat, PerUnit, Price, SimplePrice, Tiered
from invoicer.domain.timeline import Dated, Timeline
from invoicer.domain.uncounted import counting
from invoicer.engine.daycount import Share, counted_by
from invoicer.engine.holds import LATE_ONE_OFF, NO_PRICE, PERIODS_DISAGREE, UNPUBLISHED, Where
from invoicer.engine.indexation import Awaited, adjusted
from invoicer.engine.schedule import Slot
from invoicer.engine.service import DAY

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Seen:
    """What was agreed about a charge, as known on a day, its price with the adjustments that were agreed; each by rising
    effective day."""

    charge: Charge
    known_on: dt.date
    price: tuple[Dated[Price], ...]
    quantity: tuple[Dated[Quantity], ...]
    included: tuple[Dated[Fraction], ...]
    minimum: tuple[Dated[Bound], ...]
    maximum: tuple[Dated[Bound], ...]
    event_bounds: tuple[Dated[EventBounds], ...]
    free_events: tuple[Dated[Fraction], ...]
    free_amount: tuple[Dated[Fraction], ...]

    @classmethod
    def of(cls, contract: Contract, charge: Charge, known_on: dt.date, evidence: Evidence, until: dt.date) -> Seen:
        """The charge as known on that day, adjusted up to the day ``until``."""

        def known(timeline: Timeline[T] | None) -> tuple[Dated[T], ...]:
            return timeline.known_on(known_on) if timeline else ()

        return cls(
            charge,
            known_on,
            adjusted(contract, charge, known_on, evidence, until),
            known(charge.quantity),
            known(charge.included),
            known(charge.minimum),
            known(charge.maximum),
            known(charge.events.bounds if charge.events else None),
            known(charge.events.free_events if charge.events else None),
            known(charge.events.free_amount if charge.events else None),
        )

    @property
    def changes(self) -> tuple[dt.date, ...]:
        """The days on which something changes that makes the amount of a period, its bounds apart."""
        timelines: tuple[Sequence[Dated[Any]], ...] = (
            *(self.price, self.quantity, self.included),
            *(self.event_bounds, self.free_events, self.free_amount),
        )
        return tuple(sorted({entry.effective for entries in timelines for entry in entries}))


@dataclass(frozen=True, slots=True)
class AgreedEvents:
    """What is agreed about each event on a day, where a percentage is taken of each."""

    bounds: Dated[EventBounds] | None = None
    free_events: Dated[Fraction] | None = None
    free_amount: Dated[Fraction] | None = None

    def entries(self) -> tuple[Dated[EventBounds] | Dated[Fraction], ...]:
        """The entries that count."""
        return tuple(entry for entry in (self.bounds, self.free_events, self.free_amount) if entry is not None)

    def values(self) -> tuple[object, ...]:
        """What they say, wherever it was agreed."""
        return tuple(entry and entry.value for entry in (self.bounds, self.free_events, self.free_amount))


@dataclass(frozen=True, slots=True)
class Values:
    """What is in force on a day. Equal when the values are, wherever they were agreed."""

    price: Dated[Price]
    quantity: Dated[Quantity] | None
    included: Dated[Fraction] | None
    events: AgreedEvents = AgreedEvents()

    def same(self, other: Values) -> bool:
        """Whether both charge the same for the same."""
        return self._values() == other._values()

    def entries(self) -> tuple[Dated[Price] | Dated[Quantity] | Dated[Fraction] | Dated[EventBounds], ...]:
        """The entries that count, the price first."""
        counting = (self.price, self.quantity, self.included, *self.events.entries())
        return tuple(entry for entry in counting if entry is not None)

    def _values(self) -> tuple[object, ...]:
        quantity, included = self.quantity, self.included
        stated = quantity.value if quantity else None, included.value if included else None
        return self.price.value, *stated, *self.events.values()


@dataclass(frozen=True, slots=True)
class Cell:
    """A full rating or price period: bands, included units and bounds are counted anew in each. Where a price's period is
    billed in ``of`` equal parts, such a part. Amounts in one ``pot`` share a cumulative rounding. ``counting`` is how its
    days are counted."""

    days: Period
    of: int
    pot: dt.date
    counting: Proration = Proration.BY_DAYS


@dataclass(frozen=True, slots=True)
class Part:
    """Days of service in one cell at one set of values."""

    days: Period
    cell: Cell
    values: Values

    @property
    def counter(self) -> str | None:
        """The id of the meter or input that the quantity comes from; None where it is agreed, or there is none."""
        quantity = self.values.quantity
        return counter_of(quantity.value) if quantity else None


def parts_of(seen: Seen, slot: Slot, where: Where) -> tuple[Part, ...]:
    """The parts of a billing period, in order, without gap or overlap. Raises HeldError where terms leave a gap."""
    parts: list[Part] = []
    for part in _cut(seen, slot, where):
        before = parts[-1] if parts else None
        if before and before.cell == part.cell and before.values.same(part.values):
            parts[-1] = replace(before, days=Period(before.days.start, part.days.end))
        else:
            parts.append(part)
    return tuple(parts)


def runs_of(parts: Sequence[Part]) -> Iterator[tuple[Part, ...]]:
    """The parts in runs of equal values: each run becomes one line."""
    run: list[Part] = []
    for part in parts:
        if run and not run[-1].values.same(part.values):
            yield tuple(run)
            run = []
        run.append(part)
    if run:
        yield tuple(run)


def share_of(slot: Slot, part: Part) -> Share:
    """How much of its cell a part counts, by the contract's policy for start and stop."""
    cell, days = part.cell.days, part.days
    starts_late = cell.start < slot.days.start
    stops_early = slot.days.end < cell.end
    if (starts_late and slot.start_rule is Proration.NEVER) or (stops_early and slot.stop_rule is Proration.NEVER):
        return Share(None, cell, part.cell.of, part.cell.counting)
    start, end = days.start, days.end
    if starts_late and slot.start_rule is Proration.FULL_PERIODS and start == slot.days.start:
        start = cell.start
    if stops_early and slot.stop_rule is Proration.FULL_PERIODS and end == slot.days.end:
        end = cell.end
    return Share(Period(start, end), cell, part.cell.of, part.cell.counting)


def cell_at(slot: Slot, per: Span, day: dt.date) -> Cell:
    """The cell in which a day lies, for amounts that are agreed per that length of time."""
    counting = counted_by(slot.counting, per)
    if goes_into(per, slot.every):
        return Cell(slot.grid.period(per, day), 1, slot.period.full.start, counting)
    if goes_into(slot.every, per):
        parts = _length(per) // _length(slot.every)
        return Cell(slot.period.full, parts, slot.grid.period(per, day).start, counting)
    return Cell(slot.grid.period(per, day), 1, slot.grid.first, counting)


def goes_into(shorter: Span, longer: Span) -> bool:
    """Whether the longer length is a whole multiple of the shorter one."""
    same_kind = bool(shorter.months) == bool(longer.months)
    return same_kind and _length(longer) % _length(shorter) == 0


def rating_span(seen: Seen, price: Price, day: dt.date, where: Where) -> Span | None:
    """The length of time that the price and the bounds of a charge agree on; None where none is stated.

    Raises HeldError where they state different ones.
    """
    bounds = (in_force(seen.minimum, day), in_force(seen.maximum, day))
    stated = [*_stated_by(price), *(bound.value.per for bound in bounds if bound and bound.value.per)]
    if len({(span.months, span.days) for span in stated}) > 1:
        periods = ", ".join(dict.fromkeys(str(span) for span in stated))
        raise where.held(
            PERIODS_DISAGREE,
            f"price and bounds are stated for different periods ({periods})",
            "state one period for the price, the bands, the minimum and the maximum of a charge",
        )
    return stated[0] if stated else None


def in_force(entries: Sequence[Dated[T]], day: dt.date) -> Dated[T] | None:
    """The last of the entries that is effective by that day."""
    return next((entry for entry in reversed(entries) if entry.effective <= day), None)


def _cut(seen: Seen, slot: Slot, where: Where) -> Iterator[Part]:
    """Walk through the days of a billing period, from one change or edge of a cell to the next."""
    if slot.period.one_off:
        values = _values_at(seen, slot.days.start, where)
        late = next((e for e in seen.price if e.effective > slot.days.start and e.value != values.price.value), None)
        if late:
            raise where.held(
                LATE_ONE_OFF,
                f"a one-off fell due on {slot.days.start}, and its price changes on {late.effective}",
                f"let the change take effect on {slot.days.start}, or add a charge of its own",
            )
        yield Part(slot.days, Cell(slot.days, 1, slot.days.start), values)
        return
    changes, rule, day = seen.changes, seen.charge.proration.change, slot.days.start
    while day < slot.days.end:
        values = _values_at(seen, day, where)
        cell = _cell_of(seen, slot, values, day, where)
        end = min(cell.days.end, slot.days.end)
        if rule.counts:
            end = min([end, *(change for change in changes if change > day)])
        elif rule is Proration.NEVER:
            values = _values_at(seen, end - DAY, where)
            cell = _cell_of(seen, slot, values, day, where)
            end = min(cell.days.end, slot.days.end)
        yield Part(Period(day, end), cell, values)
        day = end


def _cell_of(seen: Seen, slot: Slot, values: Values, day: dt.date, where: Where) -> Cell:
    per = rating_span(seen, values.price.value, day, where)
    if per is None:
        return Cell(slot.period.full, 1, slot.period.full.start, counted_by(slot.counting, slot.every))
    bounded = any((bound := in_force(entries, day)) and bound.value.per for entries in (seen.minimum, seen.maximum))
    tiered = any(isinstance(price, Tiered) for price in simple_prices(values.price.value))
    if (bounded or tiered) and not goes_into(per, slot.every):
        raise where.held(
            PERIODS_DISAGREE,
            f"bands or bounds are stated per {per}, but a bill covers {slot.every}",
            f"bill every {per} or a whole multiple of it, or state bands and bounds per {slot.every}",
        )
    return cell_at(slot, per, day)


def _values_at(seen: Seen, day: dt.date, where: Where) -> Values:
    price = in_force(seen.price, day)
    if price is None:
        raise where.held(NO_PRICE, f"no price is in force on {day}", "let the price begin when the charge does")
    if isinstance(price, Awaited):
        raise where.held(
            UNPUBLISHED,
            f"the price from {price.effective} on follows the index {price.series}, and its value of "
            f"{price.month:%Y-%m} is not known on {seen.known_on}",
            f"add the value of {price.month:%Y-%m} to indices/{price.series}.csv when it is published",
        )
    events = AgreedEvents(
        in_force(seen.event_bounds, day), in_force(seen.free_events, day), in_force(seen.free_amount, day)
    )
    return Values(price, counting(in_force(seen.quantity, day)), in_force(seen.included, day), events)


def _stated_by(price: Price) -> list[Span]:
    return [p.per for p in simple_prices(price) if isinstance(p, Flat | PerUnit | Tiered) and p.per is not None]


def simple_prices(price: Price) -> tuple[SimplePrice, ...]:
    """The price itself, or all options of a conditional one."""
    return tuple(option.price for option in price.options) if isinstance(price, Conditional) else (price,)


def _length(span: Span) -> int:
    return span.months or span.days
