"""engine: indexation. The agreed prices of a charge become those that its adjustments make of them.

Decisions where terms leave room:

* The cumulative factor, exact, is applied to the agreed price and kept with four decimals more than the price shows. What
  the price shows, and what is billed, has the decimals that the terms write, at least those of the currency.
* Floor and cap bound the factor of each adjustment, and then the price shown against the one shown before: the cap is
  rounded down, the floor up. Where no price with these decimals lies between them, the cap counts.
* A price that takes effect on the day of an adjustment or later is not raised by it; the next adjustment raises it by the
  change of that time alone. Adjustments of several indexations follow each other by their days.
* Amounts per period, per unit and of bands are raised, their flat parts too. Percentages, one-off prices, minimum, maximum
  and discounts are not.
* A value that is not published yet leaves the price open from the day of its adjustment until another price is agreed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Self

from invoicer.domain.contract import Charge, Contract
from invoicer.domain.evidence import Evidence
from invoicer.domain.indexation import Adjustment, ByIndex, ByPercent, Indexation
from invoicer.domain.money import minor_digits
from invoicer.domain.price import Conditional, Flat, PerUnit, Price, SimplePrice, Tiered
from invoicer.domain.stop import first_stop
from invoicer.domain.timeline import Dated
from invoicer.domain.trace import (
    Clause,
    Rounding,
    Trace,
    add,
    divide,
    given,
    greater,
    lesser,
    multiply,
    rounded,
    subtract,
)

MORE_DECIMALS = 4


class Adjusted(Decimal):
    """An amount of a price as indexation made it; ``trace`` ends in it."""

    trace: Trace

    @classmethod
    def of(cls, trace: Trace, decimals: int) -> Self:
        """The result of a trace that is rounded to so many decimals."""
        scaled = trace.result * 10**decimals
        made = cls(Decimal(scaled.numerator).scaleb(-decimals))
        made.trace = trace
        return made


def agreed_amount(amount: Decimal, label: str, currency: str, clause: Clause) -> Trace:
    """An amount of a price in force, as agreed or as indexation made it."""
    if isinstance(amount, Adjusted):
        return amount.trace.named(label, currency)
    return given(Fraction(amount), label, currency, clause)


@dataclass(frozen=True, slots=True)
class Awaited(Dated[Price]):
    """From here on the price is open: the value of ``month`` of the index ``series`` is not known yet. (``value`` is the
    price before.)"""

    series: str = ""
    month: dt.date = dt.date.min


def adjusted(
    contract: Contract, charge: Charge, known_on: dt.date, evidence: Evidence, until: dt.date
) -> tuple[Dated[Price], ...]:
    """The prices of a charge as known on a day, by rising effective day: those agreed, and those that adjustments up to
    ``until`` make of them."""
    prices = charge.price.known_on(known_on)
    planned = list(_planned(contract, charge, known_on, until))
    found: list[Dated[Price]] = []
    for number, entry in enumerate(prices):
        end = prices[number + 1].effective if number + 1 < len(prices) else dt.date.max
        found.append(entry)
        if _is_indexed(entry.value):
            due = [one for one in planned if entry.effective < one[1].day < end]
            found += _raised(contract, entry, due, known_on, evidence)
    return tuple(found)


def _planned(
    contract: Contract, charge: Charge, known_on: dt.date, until: dt.date
) -> Iterator[tuple[Indexation, Adjustment]]:
    """The adjustments of a charge by their days; of one day in the order of the text."""
    found = []
    for indexation in contract.indexations:
        if indexation.concerns(charge.id) and indexation.agreed <= known_on:
            stop = first_stop(indexation.stops, known_on)
            for one in indexation.adjustments(until):
                if stop is None or one.day < stop.effective:
                    found.append((indexation, one))
    yield from sorted(found, key=lambda entry: entry[1].day)


def _raised(
    contract: Contract,
    base: Dated[Price],
    planned: Sequence[tuple[Indexation, Adjustment]],
    known_on: dt.date,
    evidence: Evidence,
) -> Iterator[Dated[Price]]:
    """The prices that adjustments make of one agreed price."""
    factor: Trace | None = None
    shown: dict[str, Trace] = {}  # the price shown last, by the agreed one
    value = base.value
    for indexation, one in planned:
        agreed, amendment = max((base.agreed, base.amendment), (indexation.agreed, indexation.amendment))
        entry = Dated(one.day, agreed, value, indexation.clause, amendment)
        step = _step(indexation, one, known_on, evidence)
        if isinstance(step, dt.date):
            assert isinstance(indexation.how, ByIndex)
            yield Awaited(one.day, agreed, value, indexation.clause, amendment, indexation.how.series, step)
            return
        factor = step if factor is None else multiply(factor, step, "index-factor")
        raising = _Raising(contract.currency, contract.rounding, base.clause, indexation, one.day, factor, shown)
        value = _mapped(base.value, raising.amount)
        yield replace(entry, value=value)


@dataclass(frozen=True, slots=True)
class _Raising:
    """One adjustment of the amounts of a price: the cumulative ``factor`` and, by agreed amount, the one ``shown`` last."""

    currency: str
    rounding: Rounding
    clause: Clause
    indexation: Indexation
    day: dt.date
    factor: Trace
    shown: dict[str, Trace]

    def amount(self, agreed: Decimal) -> Decimal:
        """The amount that is shown from the adjustment on."""
        if not agreed:
            return agreed
        exponent = agreed.as_tuple().exponent
        assert isinstance(exponent, int)
        decimals = max(-exponent, minor_digits(self.currency))
        base = given(Fraction(agreed), "agreed-price", self.currency, self.clause)
        exact = multiply(base, self.factor, "indexed-price", self.currency)
        kept = rounded(exact, decimals + MORE_DECIMALS, self.rounding, "indexed-price", self.currency)
        new = rounded(kept, decimals, self.rounding, "indexed-price", self.currency)
        new = self._bounded(new, self.shown.get(str(agreed), base), decimals)
        source = f"from {self.day} on"
        self.shown[str(agreed)] = given(new.result, "price-before", self.currency, source=source)
        return Adjusted.of(new, decimals)

    def _bounded(self, new: Trace, before: Trace, decimals: int) -> Trace:
        """The price shown, held to floor and cap against the one shown before; where it is within, as it is."""
        clause, label = self.indexation.clause, "indexed-price"
        if self.indexation.at_least is not None:
            least = multiply(before, _whole_and(self.indexation.at_least, clause, "floor"), "floor", self.currency)
            least = rounded(least, decimals, Rounding.UP, "floor", self.currency)
            new = greater(new, least, label, self.currency) if new.result < least.result else new
        if self.indexation.at_most is not None:
            most = multiply(before, _whole_and(self.indexation.at_most, clause, "cap"), "cap", self.currency)
            most = rounded(most, decimals, Rounding.DOWN, "cap", self.currency)
            new = lesser(new, most, label, self.currency) if new.result > most.result else new
        return new


def _step(indexation: Indexation, one: Adjustment, known_on: dt.date, evidence: Evidence) -> Trace | dt.date:
    """The factor of one adjustment; or the month whose value is not known."""
    how, clause = indexation.how, indexation.clause
    if isinstance(how, ByPercent):
        return _whole_and(how.percent, clause, "index-step")
    assert one.before is not None and one.after is not None
    values = []
    for month in (one.after, one.before):
        value = _value(how, month, known_on, evidence)
        if value is None:
            return month
        values.append(value)
    step = divide(values[0], values[1], "index-change")
    if how.plus > 0:
        step = add((step, _percent(how.plus, clause)), "index-step")
    elif how.plus < 0:
        step = subtract(step, _percent(-how.plus, clause), "index-step")
        step = greater(step, given(0, "nothing"), "index-step") if step.result < 0 else step
    if indexation.at_least is not None:
        step = greater(step, _whole_and(indexation.at_least, clause, "floor"), "index-step")
    if indexation.at_most is not None:
        step = lesser(step, _whole_and(indexation.at_most, clause, "cap"), "index-step")
    return step


def _value(how: ByIndex, month: dt.date, known_on: dt.date, evidence: Evidence) -> Trace | None:
    """The value of a month that counts: the first that was published, or the latest."""
    published = [
        value for value in evidence.indices.get(how.series, ()) if value.month == month and value.published <= known_on
    ]
    if not published:
        return None
    choose = max if how.revised else min
    value = choose(published, key=lambda value: value.published)
    return given(value.value, "index-value", source=f"{how.series} {month:%Y-%m}, {value.source}")


def _whole_and(percent: Decimal, clause: Clause, label: str) -> Trace:
    """1 and so many percent: 1.03 for 3%."""
    return add((given(1, "whole"), _percent(percent, clause)), label)


def _percent(percent: Decimal, clause: Clause) -> Trace:
    return divide(given(Fraction(percent), "percent", "%", clause), given(100, "hundred"), "rate")


def _is_indexed(price: Price) -> bool:
    """Whether the price has an amount that indexation raises."""
    amounts: list[Decimal] = []

    def note(amount: Decimal) -> Decimal:
        amounts.append(amount)
        return amount

    _mapped(price, note)
    return any(amounts)


def _mapped(price: Price, change: Callable[[Decimal], Decimal]) -> Price:
    """The price with its amounts changed, in the order of the text."""
    if isinstance(price, Conditional):
        return Conditional(tuple(replace(one, price=_simple(one.price, change)) for one in price.options))
    return _simple(price, change)


def _simple(price: SimplePrice, change: Callable[[Decimal], Decimal]) -> SimplePrice:
    match price:
        case Flat() | PerUnit():
            return replace(price, amount=change(price.amount))
        case Tiered():
            bands = (
                replace(band, amount=band.amount if band.percent else change(band.amount), flat=change(band.flat))
                for band in price.bands
            )
            return replace(price, bands=tuple(bands))
        case _:
            return price
