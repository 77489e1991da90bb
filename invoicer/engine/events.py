"""engine: percentages that are taken of each event by itself (``2.99% of card-volume plus 0.25 EUR per event``).

The events themselves stay where they are measured: the engine says by what each is priced (:class:`EventTerms`) and gets
a count and a sum for each way in which that comes out (:class:`Tally`).

Decisions where terms leave room:

* The bounds of an event are for all that it costs, percentage and fixed part together. A free event costs nothing, its
  fixed part and its minimum included; one that is free in part costs the fixed part and at least the minimum.
* What is free is counted anew in each rating period, from its first event on, in the order of time and then of ids. It
  runs on where a price changes within the period; what counts for an event is what is agreed on its day.
* Where a change of billing cuts a rating period, each side has its share of what is free, by days.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from invoicer.domain.entitlement import Detail
from invoicer.domain.events import EventBounds, EventTerms, Tally
from invoicer.domain.price import Percent, SimplePrice
from invoicer.domain.trace import Clause, Trace, add, divide, given, multiply
from invoicer.engine.pricing import Priced
from invoicer.engine.rated import cut_share
from invoicer.engine.schedule import Slot
from invoicer.engine.segments import Part, simple_prices


def all_event_terms(slot: Slot, part: Part) -> Iterator[EventTerms]:
    """By what the events of a part may be priced: for each of its prices that is taken of each event."""
    for price in simple_prices(part.values.price.value):
        terms = event_terms(slot, part, price)
        if terms:
            yield terms


def event_terms(slot: Slot, part: Part, price: SimplePrice) -> EventTerms | None:
    """By what the events of a part are priced at that price; None where it is not taken of each event."""
    agreed = part.values.events
    if not isinstance(price, Percent) or not (price.fixed or agreed.entries()):
        return None
    cut = cut_share(slot, part.cell.days)
    share = cut.result if cut else Fraction(1)
    return EventTerms(
        max(part.cell.days.start, slot.days.start),
        price.percent,
        price.fixed,
        agreed.bounds.value if agreed.bounds else EventBounds(),
        agreed.free_events.value * share if agreed.free_events else None,
        agreed.free_amount.value * share if agreed.free_amount else None,
    )


def priced_by_event(part: Part, terms: EventTerms, tally: Tally, quantity: Trace, currency: str) -> Priced:
    """What the events of a part cost, exact. ``quantity`` is their sum, whose source is that of the counts."""
    clause = part.values.price.clause
    bounds = part.values.events.bounds
    of_bounds = bounds.clause if bounds else clause
    found: list[tuple[Trace, Detail]] = []
    if tally.between:
        money = given(tally.amount, "charged-amount", currency, source=quantity.source)
        rate = divide(given(Fraction(terms.percent), "percent", "%", clause), given(100, "hundred"), "rate")
        amount = multiply(money, rate, "amount", currency)
        found.append((amount, Detail("price", tally.amount, quantity.unit, terms.percent, Decimal(100), amount.result)))
        if terms.fixed:
            found.append(
                _each(
                    "charged-events", "fixed-per-event", "flat", tally.between, terms.fixed, quantity, clause, currency
                )
            )
    for counted, label, count, bound in (
        ("events-at-minimum", "event-minimum", tally.at_least, terms.bounds.least),
        ("events-at-maximum", "event-maximum", tally.at_most, terms.bounds.most),
    ):
        if count and bound is not None:
            found.append(_each(counted, label, label, count, bound, quantity, of_bounds, currency))
    if not found:
        return Priced(given(0, "charged-amount", currency, source=quantity.source), ())
    traces = tuple(trace for trace, _ in found)
    amount = traces[0] if len(traces) == 1 else add(traces, "amount", currency)
    return Priced(amount, tuple(row for _, row in found))


def _each(
    counted: str, name: str, label: str, count: int, price: Decimal, quantity: Trace, clause: Clause, currency: str
) -> tuple[Trace, Detail]:
    events = given(count, counted, "event", source=quantity.source)
    amount = multiply(events, given(Fraction(price), name, currency, clause), "amount", currency)
    return amount, Detail(label, Fraction(count), "event", price, Decimal(1), amount.result)


def free_row(tally: Tally, unit: str) -> tuple[Detail, ...]:
    """The row of the money of which nothing is charged, if there is any."""
    if not tally.free_amount:
        return ()
    return (Detail("included", tally.free_amount, unit, Decimal(0), Decimal(1), Fraction(0)),)
