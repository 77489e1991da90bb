"""domain: a percentage that is taken of each event by itself, with bounds for each event and free ones at the beginning."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from invoicer.domain.timeline import Timeline


@dataclass(frozen=True, slots=True)
class EventBounds:
    """What each event costs at least and at most, percentage and fixed part together; None: no such bound."""

    least: Decimal | None = None
    most: Decimal | None = None


@dataclass(frozen=True, slots=True)
class EventPricing:
    """What is agreed about each event over time: its bounds, and how many events, and how much money, are free at the
    beginning of each rating period. Where both are stated, an event is free while both last."""

    bounds: Timeline[EventBounds] | None = None
    free_events: Timeline[Fraction] | None = None
    free_amount: Timeline[Fraction] | None = None


@dataclass(frozen=True, slots=True)
class EventTerms:
    """By what each event of a meter is priced: ``percent`` of its amount plus ``fixed``, within the bounds. Free events
    and the free amount count from the first event of the day ``since``."""

    since: dt.date
    percent: Decimal
    fixed: Decimal = Decimal(0)
    bounds: EventBounds = EventBounds()
    free_events: Fraction | None = None
    free_amount: Fraction | None = None

    def pricing_of(self, amount: Fraction) -> Pricing:
        """Whether an event of that (charged) amount costs its percentage, or a bound."""
        cost = amount * Fraction(self.percent) / 100 + Fraction(self.fixed)
        if self.bounds.least is not None and cost < self.bounds.least:
            return Pricing.LEAST
        if self.bounds.most is not None and cost > self.bounds.most:
            return Pricing.MOST
        return Pricing.SHARE


class Pricing(StrEnum):
    """What an event costs: nothing, its percentage (and fixed part), or one of the bounds."""

    FREE = "free"
    SHARE = "share"
    LEAST = "least"
    MOST = "most"


@dataclass(frozen=True, slots=True)
class Tally:
    """How many events cost what: ``free`` ones, those ``at_least`` and ``at_most`` a bound, and those ``between``, which
    cost their percentage: of ``amount`` in all. ``free_amount`` is the money of which nothing is charged."""

    free: int = 0
    free_amount: Fraction = Fraction(0)
    at_least: int = 0
    at_most: int = 0
    between: int = 0
    amount: Fraction = Fraction(0)

    def plus(self, pricing: Pricing, count: int, charged: Fraction, free: Fraction = Fraction(0)) -> Tally:
        """With so many more events of one pricing: the money charged of them, and the money that is free."""
        return Tally(
            self.free + (count if pricing is Pricing.FREE else 0),
            self.free_amount + free,
            self.at_least + (count if pricing is Pricing.LEAST else 0),
            self.at_most + (count if pricing is Pricing.MOST else 0),
            self.between + (count if pricing is Pricing.SHARE else 0),
            self.amount + (charged if pricing is Pricing.SHARE else 0),
        )


def tally(earlier: Iterable[Fraction], events: Iterable[Fraction], terms: EventTerms) -> Tally:
    """How the events of some days are priced, each an amount of money, in their order; ``earlier`` are those since
    :attr:`EventTerms.since` that came before them, which use up what is free.

    An event is free up to what is left of the free amount, as long as free events are left; of one that exceeds what is
    left the rest is charged.
    """
    number, total = 0, Fraction(0)
    for amount in earlier:
        number, total = number + 1, total + amount
    found = Tally()
    for amount in events:
        number, before = number + 1, total
        total += amount
        charged = _charged(number, before, amount, terms)
        if charged is None:
            found = found.plus(Pricing.FREE, 1, Fraction(0), amount)
        else:
            found = found.plus(terms.pricing_of(charged), 1, charged, amount - charged)
    return found


def _charged(number: int, before: Fraction, amount: Fraction, terms: EventTerms) -> Fraction | None:
    """How much of an event is charged; None where it is free."""
    if terms.free_events is None and terms.free_amount is None:
        return amount
    if terms.free_events is not None and number > terms.free_events:
        return amount
    if terms.free_amount is None:
        return None
    if before >= terms.free_amount:
        return amount
    return before + amount - terms.free_amount if before + amount > terms.free_amount else None
