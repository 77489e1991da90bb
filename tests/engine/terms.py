"""tests of the engine: contracts from short words, without the language room."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any, TypeVar

from invoicer.domain.contract import (
    Aggregation,
    Anchor,
    Billing,
    Bound,
    Charge,
    Contract,
    Discount,
    Fixed,
    InService,
    Meter,
    Metered,
    ProrationRules,
    Quantity,
    Timing,
)
from invoicer.domain.entitlement import Entitlement
from invoicer.domain.money import Money, total
from invoicer.domain.payment import PaymentTerms
from invoicer.domain.period import Period, Span, Unit
from invoicer.domain.price import Band, Flat, Model, PerUnit, Price, Tiered
from invoicer.domain.refund import Refund
from invoicer.domain.timeline import Dated, Timeline
from invoicer.domain.trace import Clause, Rounding, replay
from invoicer.domain.usage import Measured, Measurements
from invoicer.engine import Rating, demands, rate
from invoicer.errors import Problem

T = TypeVar("T")

DAY = Span(1, Unit.DAY)
WEEK = Span(1, Unit.WEEK)
MONTH = Span(1, Unit.MONTH)
QUARTER = Span(1, Unit.QUARTER)
YEAR = Span(1, Unit.YEAR)
SIGNED = dt.date(2000, 1, 1)
LATER = dt.date(2100, 1, 1)
ANNIVERSARY = Anchor()
FIRST = Anchor(day=1)


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def period(first: str, last: str) -> Period:
    """A period as people write it: with its last day."""
    return Period(day(first), day(last) + dt.timedelta(days=1))


def clause(line: int) -> Clause:
    return Clause("contracts/test.terms", line, 1, line, 20, "0" * 64)


def prices(first: Price, *steps: tuple[str, str, Price] | tuple[str, Price]) -> Timeline[Price]:
    """A price and its steps, as :func:`timeline`."""
    return timeline(first, *steps)


def timeline(first: T, *steps: tuple[str, str, T] | tuple[str, T], start: dt.date = SIGNED) -> Timeline[T]:
    """A value from the start, and steps (effective, value) of the contract or (effective, agreed, value) of amendments."""
    entries = [Dated(start, SIGNED, first, clause(1))]
    for number, step in enumerate(steps, 1):
        if len(step) == 2:
            entries.append(Dated(day(step[0]), SIGNED, step[1], clause(number + 1)))
        else:
            entries.append(Dated(day(step[0]), day(step[1]), step[2], clause(number + 1), number))
    return Timeline(tuple(entries))


def flat(amount: str, per: Span = MONTH) -> Flat:
    return Flat(Decimal(amount), per)


def each(amount: str, unit: str = "unit", per: Span | None = None, size: str = "1") -> PerUnit:
    return PerUnit(Decimal(amount), unit, Decimal(size), per)


def seats(amount: str) -> PerUnit:
    return each(amount, "seat", MONTH)


def bands(model: Model, *rows: tuple[Any, ...], per: Span | None = None) -> Tiered:
    """Bands as (up to, amount, flat, size)."""
    found = []
    for row in rows:
        bound = None if row[0] is None else Fraction(row[0])
        extra = Decimal(row[2]) if len(row) > 2 else Decimal(0)
        size = Decimal(row[3]) if len(row) > 3 else Decimal(1)
        found.append(Band(bound, Decimal(row[1]), size, extra))
    return Tiered(model, tuple(found), per)


def billing(every: Span = MONTH, timing: Timing = Timing.ADVANCE, anchor: Anchor = FIRST) -> Billing:
    return Billing(every, timing, anchor)


def in_arrears(every: Span = MONTH, anchor: Anchor = FIRST) -> Billing:
    return Billing(every, Timing.ARREARS, anchor)


def service(
    start: str, *turns: tuple[str, bool] | tuple[str, str, bool] | tuple[str, str, bool, Refund]
) -> Timeline[InService]:
    """In service from a day; then (day, in service), (day, agreed, in service) or with what a stop refunds."""
    entries = [Dated(day(start), SIGNED, InService(True), clause(30))]
    for number, turn in enumerate(turns, 1):
        effective, agreed = turn[0], turn[1] if isinstance(turn[1], str) else SIGNED.isoformat()
        active = turn[1] if len(turn) == 2 else turn[2]
        refund = turn[3] if len(turn) == 4 else Refund.UNUSED
        entries.append(Dated(day(effective), day(agreed), InService(bool(active), refund), clause(30 + number), number))
    return Timeline(tuple(entries))


def charge(
    price: Price | Timeline[Price],
    *,
    name: str = "fee",
    start: str = "2026-01-01",
    serving: Timeline[InService] | None = None,
    bill: Billing | Timeline[Billing] | None = None,
    quantity: Quantity | Timeline[Quantity] | int | str | None = None,
    included: int | Timeline[Fraction] | None = None,
    minimum: Bound | Timeline[Bound] | None = None,
    maximum: Bound | Timeline[Bound] | None = None,
    proration: ProrationRules | None = None,
) -> Charge:
    """A charge; a quantity as a number is agreed seats, as a text the meter of that name."""
    if isinstance(quantity, int):
        quantity = Fixed(Fraction(quantity), "seat")
    if isinstance(quantity, str):
        quantity = Metered(quantity)
    return Charge(
        name,
        name.title(),
        "electronic-service",
        clause(1),
        _line(price),
        serving or service(start),
        _line(bill or billing()),
        proration or ProrationRules(),
        None if quantity is None else _line(quantity),
        None if included is None else _line(Fraction(included) if isinstance(included, int) else included),
        None if minimum is None else _line(minimum),
        None if maximum is None else _line(maximum),
    )


def metered(price: Price | Timeline[Price], meter: str = "use", bill: Billing | None = None, **more: Any) -> Charge:
    """A charge for measured usage, billed in arrears."""
    return charge(price, quantity=meter, bill=bill or in_arrears(), **more)


def meter(
    name: str = "use", aggregation: Aggregation = Aggregation.SUM, unit: str = "unit", per_day: bool = False
) -> Meter:
    return Meter(name, name.title(), aggregation, "value", unit, clause(20), per_day)


def contract(
    *charges: Charge,
    start: str = "2026-01-01",
    end: str | None = None,
    currency: str = "EUR",
    meters: Iterable[Meter] = (),
    discounts: Iterable[Discount] = (),
    rounding: Rounding = Rounding.HALF_UP,
) -> Contract:
    """A contract; ``end`` is its last day. Without meters it has ``use``, which sums."""
    return Contract(
        id="c-1",
        title="Contract",
        seller="seller",
        customer="customer",
        currency=currency,
        agreed=SIGNED,
        start=day(start),
        end=day(end) + dt.timedelta(days=1) if end else None,
        renewal=None,
        payment=Timeline((Dated(SIGNED, SIGNED, PaymentTerms(), clause(2)),)),
        rounding=rounding,
        charges=charges,
        meters=tuple(meters) or (meter(),),
        discounts=tuple(discounts),
        amendments=(),
        clause=clause(1),
        sources=(),
    )


def measured(
    terms: Contract, through: dt.date, usage: Mapping[str, int | str] | None = None, known_on: dt.date = LATER
) -> Measurements:
    """Everything that the engine asks for: each question of a meter gets the same answer."""
    wanted = demands(terms, "Europe/Amsterdam", known_on, through)
    return {
        one.key: Measured(Fraction((usage or {})[one.meter.id]), "usage/test.csv", 1)
        for one in wanted
        if one.meter.id in (usage or {})
    }


def rated(
    terms: Contract,
    through: str,
    usage: Mapping[str, int | str] | None = None,
    known_on: str | None = None,
    **more: Any,
) -> tuple[Entitlement, ...]:
    """The entitlements of a contract that nothing holds, each checked for what must hold for all of them."""
    known = day(known_on) if known_on else LATER
    until = day(through)
    rating = rate(terms, None, measured(terms, until, usage, known), known, until, **more)
    assert not rating.holds, rating.holds
    sound(rating, terms)
    return rating.entitlements


def sound(rating: Rating, terms: Contract) -> None:
    """What holds for every entitlement: its trace replays to its amount, and its quantity × price is its amount."""
    for one in rating.entitlements:
        assert replay(one.trace) == one.net.exact, one
        assert one.unit_price >= 0
        shown = one.quantity * Fraction(one.unit_price) / Fraction(one.price_base)
        assert Money.of(shown, terms.currency, terms.rounding) == one.net, one
        assert one.bill_date <= LATER


def holds_of(terms: Contract, through: str, measurements: Measurements | None = None) -> tuple[Problem, ...]:
    """What holds a contract."""
    return rate(terms, None, measurements or {}, LATER, day(through)).holds


def amounts(entitlements: Sequence[Entitlement], component: str = "fee") -> list[str]:
    """The amounts of one component, as text."""
    return [str(one.net.amount) for one in entitlements if str(one.component) == component]


def face(one: Entitlement) -> str:
    """What the line itself shows."""
    return _shown(one.quantity, one.unit, one.unit_price, one.price_base)


def rows(one: Entitlement) -> list[str]:
    """What the rows below the line show."""
    return [f"{row.label}: {_shown(row.quantity, row.unit, row.unit_price, row.price_base)}" for row in one.details]


def _shown(quantity: Fraction, unit: str, price: Decimal, base: Decimal) -> str:
    return f"{quantity} {unit} at {price}".replace("  ", " ") + ("" if base == 1 else f" for {base}")


def table(entitlements: Sequence[Entitlement]) -> list[tuple[str, str, str]]:
    """Component, days and amount of each entitlement."""
    return [(str(one.component), str(one.days), str(one.net.amount)) for one in entitlements]


def sum_of(entitlements: Iterable[Entitlement], currency: str = "EUR") -> Decimal:
    return total((one.net for one in entitlements), currency).amount


def _line(value: T | Timeline[T]) -> Timeline[T]:
    return value if isinstance(value, Timeline) else timeline(value)
