"""engine: price models, from units to an exact amount with its trace.

Every model prices the units *between* two positions of a rating period (``before`` and ``after``, both counted from its
start), so that bands run on when a price changes on the way: the parts cost together what their units cost in a row.

* Graduated: each unit at the price of its band. A band's flat part is due when the first unit falls into it.
* Volume: all units at the price of the band that the whole rating period reaches; its flat part once, with the first unit.
* Package: like graduated, in whole packages; a package that is begun is due with its first unit, or (rounded down) one
  that is full with its last.
* Bounds are inclusive: with bands up to 10 and up to 20, the tenth unit belongs to the first. With ``below 10`` a volume of
  ten belongs to the next band.
* At quantity zero nothing is due, flat parts included.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from invoicer.domain.entitlement import Detail
from invoicer.domain.price import Band, Flat, Free, Model, Once, Percent, PerUnit, SimplePrice, Tiered
from invoicer.domain.trace import (
    Clause,
    Rounding,
    Trace,
    add,
    ceiling,
    divide,
    given,
    greater,
    lesser,
    multiply,
    rounded,
    subtract,
)
from invoicer.engine.indexation import agreed_amount


@dataclass(frozen=True, slots=True)
class Units:
    """The units to price: positions in the rating period, the position that the whole period reaches, and the unit.

    ``before`` is None at the start of the rating period. ``after`` is None where the charge has no quantity. ``share`` is
    what counts of the rating period where a change of billing cut it: the ends of bands and their flat parts follow it.
    """

    after: Trace | None
    unit: str
    before: Trace | None = None
    reached: Fraction = Fraction(0)
    share: Trace | None = None

    @property
    def between(self) -> Trace:
        """How many units are priced."""
        if self.after is None:
            return given(1, "quantity")
        if self.before is None or not self.before.result:
            return self.after
        return subtract(self.after, self.before, "billable", self.unit)

    def ends(self, band: Fraction) -> Fraction:
        """Where the end of a band lies in what counts of the rating period."""
        return band * self.share.result if self.share else band


@dataclass(frozen=True, slots=True)
class Priced:
    """The exact amount, and its rows: a single row says it all, several add up."""

    amount: Trace
    rows: tuple[Detail, ...]


def priced(price: SimplePrice, units: Units, clause: Clause, currency: str) -> Priced:
    """What the units cost (for a full period, where the price is per period), exact, in the currency."""
    match price:
        case Free():
            row = Detail("price", units.between.result, units.unit, Decimal(0), Decimal(1), Fraction(0))
            return Priced(given(0, "free", currency, clause), (row,) if units.after else ())
        case Flat(amount, per):
            row = Detail("price", Fraction(1), str(per), Decimal(amount), Decimal(1), Fraction(amount))
            return Priced(agreed_amount(amount, "price", currency, clause), (row,))
        case Once(amount):
            return _per_unit(amount, Decimal(1), units, clause, currency)
        case PerUnit(amount, _, size, _):
            return _per_unit(amount, size, units, clause, currency)
        case Percent(percent):
            return _per_unit(percent, Decimal(100), units, clause, currency)
        case Tiered():
            return _tiered(price, units, clause, currency)


def _per_unit(amount: Decimal, size: Decimal, units: Units, clause: Clause, currency: str) -> Priced:
    cost = _cost(units.between, amount, size, clause, currency, "price")
    return Priced(cost, (Detail("price", units.between.result, units.unit, Decimal(amount), size, cost.result),))


def _cost(count: Trace, amount: Decimal, size: Decimal, clause: Clause, currency: str, label: str) -> Trace:
    each = agreed_amount(amount, f"{label}-per-unit", currency, clause)
    if size != 1:
        each = divide(each, given(Fraction(size), "units-per-price", "", clause), f"{label}-per-unit", currency)
    return multiply(count, each, "amount", currency)


def _tiered(price: Tiered, units: Units, clause: Clause, currency: str) -> Priced:
    if units.after is None or not units.between.result:
        return Priced(given(0, "nothing-used", currency, clause), ())
    rows = _volume if price.model is Model.VOLUME else _stepped
    found = tuple(rows(price, units, clause, currency))
    traces = tuple(trace for trace, _ in found)
    amount = traces[0] if len(traces) == 1 else add(traces, "amount", currency)
    return Priced(amount, tuple(row for _, row in found))


def _volume(price: Tiered, units: Units, clause: Clause, currency: str) -> Iterator[tuple[Trace, Detail]]:
    band = next(b for b in price.bands if _reaches(b, units))
    cost = _cost(units.between, band.amount, band.size, clause, currency, "band-price")
    yield cost, Detail("band", units.between.result, units.unit, Decimal(band.amount), band.size, cost.result)
    if band.flat and (units.before is None or not units.before.result):
        yield _flat_part(band, units, clause, currency)


def _stepped(price: Tiered, units: Units, clause: Clause, currency: str) -> Iterator[tuple[Trace, Detail]]:
    """Graduated and package: the units of each band that is touched."""
    assert units.after is not None
    lower: Fraction | None = None
    for band in price.bands:
        after = _within(units, units.after, lower, band.up_to, clause)
        touched_before = units.before is not None and units.before.result > units.ends(lower or Fraction(0))
        before = _within(units, units.before, lower, band.up_to, clause) if units.before and touched_before else None
        if after.result > 0 and (before is None or after.result > before.result):
            yield _band(price, band, after, before, units.unit, clause, currency)
            if band.flat and before is None:
                yield _flat_part(band, units, clause, currency)
        lower = band.up_to


def _band(
    price: Tiered, band: Band, after: Trace, before: Trace | None, unit: str, clause: Clause, currency: str
) -> tuple[Trace, Detail]:
    if price.model is Model.GRADUATED:
        count = subtract(after, before, "band-units", unit) if before else after
        cost = _cost(count, band.amount, band.size, clause, currency, "band-price")
        return cost, Detail("band", count.result, unit, Decimal(band.amount), band.size, cost.result)
    size = given(Fraction(band.size), "package-size", unit, clause)
    count = _packages(price, divide(after, size, "packages"), "packages")
    if before:
        earlier = _packages(price, divide(before, size, "packages"), "packages-before")
        count = subtract(count, earlier, "packages", "package")
    cost = multiply(count, agreed_amount(band.amount, "package-price", currency, clause), "amount", currency)
    return cost, Detail("packages", count.result, "package", Decimal(band.amount), Decimal(1), cost.result)


def _packages(price: Tiered, count: Trace, label: str) -> Trace:
    """Whole packages: those that are begun, or (rounded down) those that are full."""
    if price.rounding is Rounding.DOWN:
        return rounded(count, 0, Rounding.DOWN, label, "package")
    return ceiling(count, label, "package")


def _reaches(band: Band, units: Units) -> bool:
    """Whether the volume of the rating period falls into a band that no band before it takes."""
    if band.up_to is None:
        return True
    end = units.ends(band.up_to)
    return units.reached < end or (units.reached == end and not band.below)


def _flat_part(band: Band, units: Units, clause: Clause, currency: str) -> tuple[Trace, Detail]:
    flat = shared(agreed_amount(band.flat, "band-flat", currency, clause), units.share)
    count = units.share.result if units.share else Fraction(1)
    return flat, Detail("flat", count, "", Decimal(band.flat), Decimal(1), flat.result)


def _within(units: Units, position: Trace, lower: Fraction | None, upper: Fraction | None, clause: Clause) -> Trace:
    """How many of the units up to a position lie in the band (below zero where it is not reached)."""
    unit, capped = units.unit, position
    if upper is not None and position.result > units.ends(upper):
        end = shared(given(upper, "band-end", unit, clause), units.share)
        capped = lesser(position, end, "units-up-to-band-end", unit)
    if not lower:
        return capped.named("band-units") if capped is not position else capped
    return subtract(capped, shared(given(lower, "band-begin", unit, clause), units.share), "band-units", unit)


def shared(agreed: Trace, share: Trace | None) -> Trace:
    """What is agreed for a whole rating period, or its share where only that counts."""
    return multiply(agreed, share, agreed.label, agreed.unit) if share else agreed


def billable(quantity: Trace, included: Trace | None, unit: str) -> Trace:
    """What is left of a quantity after the included units, never below zero."""
    if included is None or not included.result:
        return quantity
    return greater(subtract(quantity, included, "above-included", unit), given(0, "nothing", unit), "billable", unit)
