"""runs: what is agreed about a charge, over the days on which it is in service."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from invoicer import engine
from invoicer.domain.contract import Bound, Charge, Contract, InService, Quantity
from invoicer.domain.evidence import Evidence
from invoicer.domain.period import Period
from invoicer.domain.price import Conditional, Price, SimplePrice
from invoicer.domain.timeline import Dated, Timeline
from invoicer.domain.uncounted import counting
from invoicer.engine.conditions import choose
from invoicer.engine.indexation import Awaited, adjusted
from invoicer.runs import wording


@dataclass(frozen=True, slots=True)
class Agreed:
    """Days of service at one set of values. ``stop`` is what ends service on the day after them, if it ends there."""

    days: Period
    price: Dated[Price] | None
    quantity: Dated[Quantity] | None
    included: Dated[Fraction] | None
    minimum: Dated[Bound] | None
    maximum: Dated[Bound] | None
    stop: Dated[InService] | None = None

    @property
    def entries(self) -> tuple[Dated[Any], ...]:
        """The entries in force, the price first."""
        found = (self.price, self.quantity, self.included, self.minimum, self.maximum)
        return tuple(entry for entry in found if entry is not None)

    @property
    def values(self) -> tuple[Any, ...]:
        """What is in force, wherever it was agreed; and whether the price waits for an index."""
        found = (self.price, self.quantity, self.included, self.minimum, self.maximum)
        return *(entry.value if entry else None for entry in found), isinstance(self.price, Awaited)

    def words(self, currency: str) -> tuple[str, ...]:
        """What it costs, from all that was agreed to as few words as will do."""
        if self.price is None:
            return ("no price",)
        if isinstance(self.price, Awaited):
            return (
                f"follows {self.price.series}, whose value of {self.price.month:%Y-%m} is not known yet",
                "not known yet",
            )
        quantity = self.quantity.value if self.quantity else None
        chosen = _chosen(self.price.value, quantity)
        if chosen is None:
            options = wording.price(self.price.value, currency)
            of = f" × {wording.quantity(quantity)}" if quantity else ""
            return options + of, "by condition" + of, "by condition"
        counted = wording.counted(chosen, quantity, currency)
        return counted + self._beside(currency), counted, wording.simple(chosen, currency)

    def _beside(self, currency: str) -> str:
        """What is agreed besides price and quantity."""
        text = f", {wording.number(self.included.value)} included" if self.included and self.included.value else ""
        for word, entry in (("minimum", self.minimum), ("maximum", self.maximum)):
            text += f", {word} {wording.bound(entry.value, currency)}" if entry else ""
        return text


def indexed(contract: Contract, charge: Charge, known_on: dt.date, evidence: Evidence, until: dt.date) -> Charge:
    """The charge with the prices that indexation makes of those agreed, as far as index values are known on a day."""
    prices = adjusted(contract, charge, known_on, evidence, until)
    return replace(charge, price=Timeline(prices)) if prices else charge


def agreed(contract: Contract, charge: Charge, known_on: dt.date, within: Period) -> tuple[Agreed, ...]:
    """The days of service of a charge, with a break wherever something agreed about its amount changes or service stops;
    as known on a day, and only those of a period."""
    found: list[Agreed] = []
    for days, stop in engine.in_service(contract, charge, known_on):
        seen = days & within
        if seen is None:
            continue
        for part in seen.cut_at(_changes(charge, known_on)):
            one = _at(charge, known_on, part)
            before = found[-1] if found else None
            if before and before.days.end == part.start and before.stop is None and before.values == one.values:
                found[-1] = replace(before, days=Period(before.days.start, part.end))
            else:
                found.append(one)
        if found and seen.end == days.end:
            found[-1] = replace(found[-1], stop=stop)
    return tuple(found)


def _at(charge: Charge, known_on: dt.date, days: Period) -> Agreed:
    def in_force(timeline: Timeline[Any] | None) -> Any:
        return timeline.at(days.start, known_on) if timeline else None

    return Agreed(
        days,
        in_force(charge.price),
        counting(in_force(charge.quantity)),
        in_force(charge.included),
        in_force(charge.minimum),
        in_force(charge.maximum),
    )


def _changes(charge: Charge, known_on: dt.date) -> Iterable[dt.date]:
    """The days on which something agreed about the amount takes effect."""
    return sorted({entry.effective for timeline in _timelines(charge) for entry in timeline.known_on(known_on)})


def _timelines(charge: Charge) -> Iterator[Timeline[Any]]:
    for timeline in (charge.price, charge.quantity, charge.included, charge.minimum, charge.maximum):
        if timeline:
            yield timeline


def _chosen(price: Price, quantity: Quantity | None) -> SimplePrice | None:
    """The price, of a conditional one that which counts for an agreed quantity; None where more decides."""
    if not isinstance(price, Conditional):
        return price

    def answer(subject: str) -> Fraction | str:
        value = getattr(quantity, "amount", None)
        if subject != "quantity" or value is None:
            raise LookupError(subject)
        return Fraction(value)

    try:
        return choose(price, answer)
    except LookupError:
        return None
