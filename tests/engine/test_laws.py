"""tests of the engine: what holds whatever the terms are."""

from __future__ import annotations

import calendar
import datetime as dt
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from invoicer.domain.contract import (
    AmountOff,
    Anchor,
    Billing,
    Bound,
    Charge,
    Contract,
    Discount,
    Fixed,
    InService,
    Metered,
    PercentOff,
    Proration,
    ProrationRules,
    Quantity,
    Timing,
    VolumeOff,
)
from invoicer.domain.entitlement import Component, Entitlement, Part
from invoicer.domain.money import Money
from invoicer.domain.period import Period, Span, Unit
from invoicer.domain.price import Band, Flat, Model, PerUnit, Price, Tiered
from invoicer.domain.refund import Refund, ShortRate
from invoicer.domain.timeline import Dated, Timeline
from invoicer.domain.trace import Rounding, Trace
from invoicer.domain.usage import Measured
from invoicer.engine import Rating, demands, rate, schedule
from tests.engine.terms import (
    FIRST,
    LATER,
    MONTH,
    SIGNED,
    YEAR,
    amounts,
    bands,
    billing,
    charge,
    clause,
    contract,
    day,
    flat,
    in_arrears,
    metered,
    prices,
    rated,
    sound,
    timeline,
)

LAW = settings(print_blob=True, deadline=None, derandomize=True, max_examples=60)

DAYS = st.dates(dt.date(2023, 1, 1), dt.date(2026, 12, 31))
SPANS = st.sampled_from([Span(n, unit) for unit in Unit for n in (1, 2, 3)])
ANCHORS = st.builds(Anchor, st.none() | st.integers(1, 31), st.none() | st.integers(1, 12))
MONEY = st.decimals(Decimal("0.00"), Decimal("2000.00"), places=2)
FINE = st.decimals(Decimal("0.0000"), Decimal("9.9999"), places=4)


# Periods


@LAW
@given(DAYS, st.integers(1, 900), SPANS, ANCHORS, st.sampled_from(Timing))
def test_periods_have_no_gap_no_overlap_and_no_drift(
    start: dt.date, length: int, every: Span, anchor: Anchor, timing: Timing
) -> None:
    end = start + dt.timedelta(days=length - 1)
    bill = Billing(every, timing, anchor)
    terms = contract(
        charge(flat("1"), start=start.isoformat(), bill=bill), start=start.isoformat(), end=end.isoformat()
    )
    periods = schedule(terms, LATER, LATER)
    assert periods[0].days.start == start
    assert periods[-1].days.last_day == end
    assert all(one.days.end == two.days.start and one.full.end == two.full.start for one, two in pairwise(periods))
    assert all(one.days == one.full for one in periods[1:-1])
    assert all(one.days & one.full == one.days for one in periods)
    if every.months:
        fixed = anchor.day or (start.day if anchor.month is None else 1)
        for one in periods[1:]:
            first = one.full.start
            assert first.day == min(fixed, calendar.monthrange(first.year, first.month)[1])


@LAW
@given(DAYS, st.lists(st.tuples(DAYS, SPANS, ANCHORS, st.sampled_from(Timing)), max_size=4))
def test_changes_of_billing_leave_no_gap(start: dt.date, changes: list[tuple[dt.date, Span, Anchor, Timing]]) -> None:
    steps = [
        (when.isoformat(), "2022-01-01", Billing(every, timing, anchor)) for when, every, anchor, timing in changes
    ]
    bill = timeline(billing(), *steps)
    terms = contract(charge(flat("1"), start=start.isoformat(), bill=bill), start=start.isoformat(), end="2027-06-30")
    days = sorted(one.days for one in schedule(terms, LATER, LATER))
    assert days[0].start == start
    assert days[-1].last_day == day("2027-06-30")
    assert all(one.end == two.start for one, two in pairwise(days))


# Sums


@LAW
@given(MONEY, st.sampled_from([1, 2, 3, 4, 6]), st.sampled_from(Rounding), st.integers(1, 31))
def test_the_parts_of_a_price_period_sum_to_it(price: Decimal, months: int, rule: Rounding, anchor: int) -> None:
    bill = billing(Span(months, Unit.MONTH), anchor=Anchor(day=anchor))
    begins = f"2025-01-{anchor:02}"
    terms = contract(charge(Flat(price, YEAR), start=begins, bill=bill), start=begins, rounding=rule)
    found = rated(terms, "2027-01-31")
    for year in (2025, 2026):
        begin, end = day(f"{year}-01-{anchor:02}"), day(f"{year + 1}-01-{anchor:02}")
        assert sum(one.net.amount for one in found if begin <= one.days.start < end) == price


@LAW
@given(FINE, FINE, st.lists(st.integers(2, 31), min_size=1, max_size=6, unique=True), st.sampled_from(Rounding))
def test_segments_at_one_price_sum_to_its_days(a: Decimal, b: Decimal, days: list[int], rule: Rounding) -> None:
    steps = [(f"2026-01-{d:02}", "2026-01-01", Flat((b, a)[n % 2], MONTH)) for n, d in enumerate(sorted(days))]
    terms = contract(charge(prices(Flat(a, MONTH), *steps)), rounding=rule)
    found = rated(terms, "2026-01-01")
    for price in {a, b}:
        lines = [one for one in found if _value_on(terms, one.days.start) == price]
        share = Fraction(sum(_value_on(terms, dt.date(2026, 1, d)) == price for d in range(1, 32)), 31)
        whole = Money.of(Fraction(price) * share, "EUR", rule)
        assert sum((one.net.exact for one in lines), Fraction(0)) == whole.exact


def _value_on(terms: Contract, when: dt.date) -> Decimal:
    price = terms.charge("fee").price.at(when, LATER)
    assert price is not None
    assert isinstance(price.value, Flat)
    return price.value.amount


def _random_bands(size: Decimal) -> st.SearchStrategy[tuple[Band, ...]]:
    bounds = st.lists(st.integers(1, 400), min_size=1, max_size=4, unique=True).map(sorted)
    amount, extra = st.integers(0, 50).map(Decimal), st.integers(0, 20).map(Decimal)

    def build(uppers: list[int], priced: list[tuple[Decimal, Decimal]]) -> tuple[Band, ...]:
        ends = [*map(Fraction, uppers), None]
        return tuple(Band(end, amount, size, extra) for end, (amount, extra) in zip(ends, priced, strict=False))

    return st.builds(build, bounds, st.lists(st.tuples(amount, extra), min_size=5, max_size=5))


MODELS = st.sampled_from(Model)
TIERED = MODELS.flatmap(
    lambda model: st.sampled_from([Decimal(1), Decimal(4)]).flatmap(
        lambda size: _random_bands(size).map(lambda rows: Tiered(model, rows))
    )
)


@LAW
@given(TIERED, st.lists(st.integers(0, 300), min_size=1, max_size=4), st.integers(0, 50))
def test_parts_of_a_rating_period_cost_what_the_whole_costs(price: Tiered, used: list[int], included: int) -> None:
    """The parts differ only in the price of units that nobody reaches."""

    def beyond_reach(extra: int) -> Tiered:
        *reached, top = price.bands
        rest = (Band(Fraction(100_000), top.amount, top.size, top.flat), Band(None, Decimal(extra), top.size))
        return Tiered(price.model, (*reached, *rest))

    steps = [(f"2026-01-{5 * n + 5:02}", "2026-01-01", beyond_reach(n + 1)) for n in range(len(used) - 1)]
    parted = contract(metered(prices(beyond_reach(0), *steps), included=included))
    whole = contract(metered(beyond_reach(0), included=included))
    apart = _rate(parted, [Fraction(use) for use in used])
    together = _rate(whole, [Fraction(sum(used))])
    assert sum(map(_exact, apart)) == sum(map(_exact, together))
    assert len(apart) == len(used)


def _rate(terms: Contract, used: list[Fraction]) -> tuple[Entitlement, ...]:
    asked = demands(terms, "UTC", LATER, day("2026-02-01"))
    answers = {one.key: Measured(use, "usage.csv", 1) for one, use in zip(asked, used, strict=True)}
    rating = rate(terms, None, answers, LATER, day("2026-02-01"))
    assert not rating.holds
    sound(rating, terms)
    return rating.entitlements


def _exact(one: Entitlement) -> Fraction:
    assert one.component.part is Part.CHARGE
    return one.net.exact


@LAW
@given(TIERED, st.integers(0, 1500), st.integers(1, 50))
def test_more_units_never_cost_less_where_each_is_paid(price: Tiered, units: int, more: int) -> None:
    """Of volume only where no band is cheaper than the one before (it may be, and then a unit more costs less)."""
    if price.model is Model.VOLUME:
        rising = sorted(price.bands, key=lambda band: (band.amount, band.flat))
        amounts_rise = [band.amount for band in rising] == [band.amount for band in price.bands]
        flats_rise = [band.flat for band in price.bands] == sorted(band.flat for band in price.bands)
        if not (amounts_rise and flats_rise):
            return
    few, many = (_rate(contract(metered(price)), [Fraction(n)])[0].net for n in (units, units + more))
    assert few <= many


@LAW
@given(FINE, st.integers(0, 10_000), st.integers(0, 10_000))
def test_units_at_one_price_add_up(price: Decimal, first: int, second: int) -> None:
    one, two, both = (
        _rate(contract(metered(PerUnit(price, "unit"))), [Fraction(n)])[0].trace.operands[0].result
        for n in (first, second, first + second)
    )
    assert one + two == both


@LAW
@given(st.integers(0, 500), MONEY, MONEY, st.lists(st.integers(2, 31), max_size=3, unique=True))
def test_bounds_hold_to_the_cent(used: int, one: Decimal, two: Decimal, days: list[int]) -> None:
    low, high = sorted((one, two))
    steps = [(f"2026-01-{d:02}", "2026-01-01", PerUnit(Decimal(n + 1) / 7, "unit")) for n, d in enumerate(sorted(days))]
    priced = prices(PerUnit(Decimal("0.333"), "unit"), *steps)
    terms = contract(metered(priced, minimum=Bound(low), maximum=Bound(high)))
    found = rated(terms, "2026-02-01", {"use": used})
    due = sum((line.net.exact for line in found), Fraction(0))
    cent = Fraction(1, 100) * len(found)
    assert Fraction(low) - cent <= due <= Fraction(high) + cent
    if {line.component.part for line in found} - {Part.CHARGE}:
        assert due in (Fraction(low), Fraction(high))


@LAW
@given(MONEY, st.dates(dt.date(2025, 1, 2), dt.date(2025, 12, 31)), st.sampled_from([1, 2, 3, 6, 12]))
def test_a_change_of_cadence_changes_no_exact_amount(price: Decimal, when: dt.date, months: int) -> None:
    """Neither the charge nor a minimum of twice of it for each month, which is due whole however the month is cut."""
    minimum = Bound(price * 2, MONTH)
    bill = timeline(billing(), (when.isoformat(), "2025-01-01", billing(Span(months, Unit.MONTH), anchor=FIRST)))
    plain = charge(Flat(price, MONTH), start="2025-01-01", minimum=minimum)
    moved = charge(Flat(price, MONTH), start="2025-01-01", bill=bill, minimum=minimum)
    before, after = (rated(contract(one, start="2025-01-01", end="2026-12-31"), "2027-12-31") for one in (plain, moved))
    gap = sum((one.net.exact for one in before), Fraction(0)) - sum((one.net.exact for one in after), Fraction(0))
    assert abs(gap) <= Fraction(len(after), 200)


# Random contracts

EFFECTIVE = st.dates(dt.date(2025, 11, 1), dt.date(2026, 8, 31))
AGREED = st.dates(dt.date(2025, 12, 1), dt.date(2026, 9, 30))
PRICES: st.SearchStrategy[Price] = st.one_of(
    st.builds(Flat, MONEY, st.just(MONTH)),
    st.builds(PerUnit, FINE, st.just("unit"), st.just(Decimal(1)), st.sampled_from([None, MONTH])),
    TIERED,
)
QUANTITIES: st.SearchStrategy[Quantity] = st.one_of(
    st.builds(Fixed, st.integers(0, 300).map(Fraction), st.just("unit")), st.just(Metered("use"))
)
TABLE = (
    ShortRate(Span(30, Unit.DAY), Decimal(20)),
    ShortRate(Span(3, Unit.MONTH), Decimal("47.5")),
    ShortRate(None, Decimal(100)),
)
REFUNDS = st.sampled_from([Refund.UNUSED, Refund.NONE, Refund(Decimal("87.5")), Refund(short_rate=TABLE)])
RULES = st.builds(ProrationRules, *[st.sampled_from(Proration)] * 3)


def _timelines(values: st.SearchStrategy[object], most: int = 3) -> st.SearchStrategy[Timeline[object]]:
    def build(first: object, later: list[tuple[dt.date, dt.date, object]]) -> Timeline[object]:
        entries = [Dated(dt.date(2025, 1, 1), SIGNED, first, clause(1))]
        entries += [Dated(e, a, value, clause(n + 2), n + 1) for n, (e, a, value) in enumerate(later)]
        return Timeline(tuple(entries))

    return st.builds(build, values, st.lists(st.tuples(EFFECTIVE, AGREED, values), max_size=most))


@st.composite
def contracts(draw: st.DrawFn) -> Contract:
    names = ["a", "b", "c"][: draw(st.integers(1, 3))]
    charges = []
    for name in names:
        stops = draw(st.lists(st.tuples(EFFECTIVE, AGREED, st.booleans(), REFUNDS), max_size=3))
        serving = [Dated(draw(EFFECTIVE), SIGNED, InService(True), clause(1))]
        serving += [Dated(e, a, InService(on, r), clause(9), n + 1) for n, (e, a, on, r) in enumerate(stops)]
        cadence = st.builds(
            Billing, st.sampled_from([MONTH, Span(2, Unit.MONTH), YEAR]), st.sampled_from(Timing), ANCHORS
        )
        bounds = st.none() | _timelines(st.builds(Bound, MONEY, st.none(), st.booleans()), 1)
        charges.append(
            Charge(
                name,
                name,
                "service",
                clause(1),
                draw(_timelines(PRICES)),  # type: ignore[arg-type]
                Timeline(tuple(serving)),
                draw(_timelines(cadence, 1)),  # type: ignore[arg-type]
                draw(RULES),
                draw(_timelines(QUANTITIES)),  # type: ignore[arg-type]
                draw(st.none() | _timelines(st.integers(0, 40).map(Fraction))),  # type: ignore[arg-type]
                draw(bounds),  # type: ignore[arg-type]
                draw(bounds),  # type: ignore[arg-type]
            )
        )
    off: st.SearchStrategy[PercentOff | AmountOff | VolumeOff] = st.one_of(
        st.builds(PercentOff, st.integers(0, 100).map(Decimal)),
        st.builds(AmountOff, MONEY, st.sampled_from([None, MONTH, YEAR])),
        st.builds(lambda at, p: VolumeOff(((at, Decimal(0)), (None, p))), MONEY, st.integers(0, 100).map(Decimal)),
    )
    discounts = []
    for number in range(draw(st.integers(0, 3))):
        first, length = draw(EFFECTIVE), draw(st.integers(1, 200))
        named = draw(st.none() | st.lists(st.sampled_from(names), min_size=1, unique=True).map(tuple))
        last = draw(st.sampled_from([None, first + dt.timedelta(days=length)]))
        discounts.append(Discount(f"d{number}", "Off", clause(4), draw(off), named, draw(AGREED), first, last))
    rule = draw(st.sampled_from(Rounding))
    return contract(*charges, start="2025-12-10", end="2026-11-20", discounts=discounts, rounding=rule)


def _all(terms: Contract, known_on: dt.date, through: dt.date) -> Rating:
    asked = demands(terms, "UTC", known_on, through)
    answers = {one.key: Measured(Fraction(one.days.days * 7, 2), "usage.csv", one.days.days) for one in asked}
    return rate(terms, None, answers, known_on, through)


MANY = settings(LAW, max_examples=100)


@MANY
@given(contracts(), AGREED)
def test_any_contract_is_rated_soundly(terms: Contract, known_on: dt.date) -> None:
    rating = _all(terms, known_on, LATER)
    assert {one.code for one in rating.holds} <= {"E006"}
    sound(rating, terms)
    assert rating == _all(terms, known_on, LATER), "the same arguments give the same answer"
    days: dict[Component, list[Period]] = {}
    periods: dict[tuple[str, dt.date, dt.date], Fraction] = {}
    for one in rating.entitlements:
        assert one.net.amount <= 0 if one.component.part in (Part.DISCOUNT, Part.MAXIMUM) else one.net.amount >= 0
        days.setdefault(one.component, []).append(one.days)
        periods.setdefault((one.component.charge, one.bill_date, one.billed_from), Fraction(0))
        periods[one.component.charge, one.bill_date, one.billed_from] += one.net.exact
    assert all(not a.overlaps(b) for found in days.values() for a, b in pairwise(sorted(found)))
    assert all(due >= 0 for due in periods.values()), "discounts leave nothing below zero"


@MANY
@given(contracts(), AGREED, st.dates(dt.date(2026, 1, 1), dt.date(2026, 12, 31)))
def test_a_later_bill_changes_no_earlier_one(terms: Contract, known_on: dt.date, through: dt.date) -> None:
    early, all_of_it = _all(terms, known_on, through), _all(terms, known_on, LATER)
    if not all_of_it.holds:
        assert early.entitlements == tuple(one for one in all_of_it.entitlements if one.bill_date <= through)


@MANY
@given(contracts(), st.dates(dt.date(2026, 1, 1), dt.date(2026, 12, 31)))
def test_all_that_is_demanded_is_enough(terms: Contract, through: dt.date) -> None:
    """And what was billed ahead needs no usage that is not complete."""
    until = {one.id: dt.date(2027, 1, 1) for one in terms.charges}
    asked = demands(terms, "UTC", LATER, through, until)
    assert len({one.key for one in asked}) == len(asked)
    assert set(asked) >= set(demands(terms, "UTC", LATER, through))
    answers = {one.key: Measured(Fraction(3), "usage.csv", 1) for one in asked}
    rating = rate(terms, None, answers, LATER, through, until)
    assert {one.code for one in rating.holds} <= {"E006"}
    sound(rating, terms)


def test_a_trace_stays_small() -> None:
    """Twelve discounts on a charge of ten bands: no line carries the traces of the lines before it."""
    rows = bands(Model.GRADUATED, *[(n * 10, "0.37") for n in range(1, 10)], (None, "0.11"))
    off = [
        Discount(f"d{n}", "Off", clause(4), PercentOff(Decimal(3)), None, SIGNED, day("2026-01-01"), None)
        for n in range(12)
    ]
    found = rated(contract(metered(rows, bill=in_arrears()), discounts=off), "2026-02-01", {"use": 500})
    assert max(_size(one.trace) for one in found) < 120
    assert amounts(found) == ["78.40"]


def _size(trace: Trace) -> int:
    return 1 + sum(map(_size, trace.operands))
