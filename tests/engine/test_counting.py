"""tests of the engine: days counted by 30-day months and by calendar months, quantities and packages that are rounded."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from invoicer.domain.contract import (
    Aggregation,
    Anchor,
    Bound,
    Discount,
    InSteps,
    Metered,
    PercentOff,
    Proration,
    ProrationRules,
)
from invoicer.domain.money import Money
from invoicer.domain.period import Period, Span, Unit
from invoicer.domain.price import Band, Compare, Comparison, Conditional, Flat, Model, Option, Price, Tiered
from invoicer.domain.timeline import Timeline
from invoicer.domain.trace import Rounding, replay
from invoicer.domain.trace import given as trace_given
from invoicer.engine.daycount import part_of
from invoicer.engine.pricing import Units, priced
from invoicer.engine.steps import in_steps
from tests.engine.terms import (
    MONTH,
    QUARTER,
    SIGNED,
    YEAR,
    amounts,
    billing,
    charge,
    clause,
    contract,
    day,
    each,
    flat,
    in_arrears,
    meter,
    metered,
    period,
    prices,
    rated,
    rows,
    service,
    sum_of,
    timeline,
)

LAW = settings(print_blob=True, deadline=None, derandomize=True, max_examples=80)
THIRTY = ProrationRules(*[Proration.BY_30_DAY_MONTHS] * 3)
CALENDAR = ProrationRules(*[Proration.BY_CALENDAR_MONTHS] * 3)
COUNTING = st.sampled_from([Proration.BY_DAYS, Proration.BY_30_DAY_MONTHS, Proration.BY_CALENDAR_MONTHS])
DAYS = st.dates(dt.date(2023, 1, 1), dt.date(2026, 12, 31))


# Days


# 30E/360 (Eurobond basis, ISDA 2006 section 4.16 (g)): 360 a year, 30 a month, 31 counts as 30; both days inclusive here
@pytest.mark.parametrize(
    ("first", "last", "days"),
    [
        ("2026-01-01", "2026-01-31", 30),
        ("2026-01-20", "2026-01-31", 11),
        ("2026-01-31", "2026-01-31", 1),
        ("2026-01-30", "2026-01-30", 0),  # together with the 31st it counts one
        ("2026-02-01", "2026-02-28", 30),
        ("2026-02-28", "2026-02-28", 3),
        ("2024-02-29", "2024-02-29", 2),
        ("2026-01-15", "2026-02-14", 30),
        ("2026-01-01", "2026-12-31", 360),
    ],
)
def test_months_of_thirty_days(first: str, last: str, days: int) -> None:
    year = period("2026-01-01", "2026-12-31")
    assert part_of(period(first, last), year, Proration.BY_30_DAY_MONTHS).result == Fraction(days, 360)


@pytest.mark.parametrize(
    ("first", "last", "months"),
    [
        ("2026-01-01", "2026-12-31", "12"),
        ("2026-03-20", "2026-12-31", "291/31"),
        ("2026-01-15", "2026-02-14", "17/31+14/28"),
        ("2026-02-10", "2026-02-12", "3/28"),
        ("2026-04-30", "2026-06-01", "1/30+1+1/30"),
    ],
)
def test_calendar_months(first: str, last: str, months: str) -> None:
    expected = sum((Fraction(part) for part in months.split("+")), Fraction(0))
    year = period("2026-01-01", "2026-12-31")
    assert part_of(period(first, last), year, Proration.BY_CALENDAR_MONTHS).result == expected / 12


def test_a_day_that_is_none_counts_by_days() -> None:
    """Where the full period itself has no day of 30-day months, nothing is divided by zero."""
    only = period("2026-01-30", "2026-01-30")
    assert part_of(only, only, Proration.BY_30_DAY_MONTHS).result == 1


@LAW
@given(DAYS, st.integers(1, 800), COUNTING, st.data())
def test_the_parts_of_a_period_come_to_the_whole(
    start: dt.date, length: int, counting: Proration, data: st.DataObject
) -> None:
    whole = Period(start, start + dt.timedelta(days=length))
    cuts = data.draw(st.lists(st.integers(1, max(1, length - 1)), max_size=4))
    parts = list(whole.cut_at(start + dt.timedelta(days=cut) for cut in cuts))
    shares = [part_of(part, whole, counting) for part in parts]
    assert sum((share.result for share in shares), Fraction(0)) == 1
    assert all(replay(share) >= 0 for share in shares)


@LAW
@given(
    st.decimals(Decimal("0.01"), Decimal("9999.99"), places=2),
    st.decimals(Decimal("0.01"), Decimal("9999.99"), places=2),
    st.sampled_from([MONTH, QUARTER, YEAR]),
    st.lists(st.dates(dt.date(2026, 1, 2), dt.date(2026, 12, 31)), max_size=5, unique=True),
    st.sampled_from([THIRTY, CALENDAR]),
    st.sampled_from(Rounding),
)
def test_twelve_months_of_parts_sum_to_the_year(
    one: Decimal, other: Decimal, every: Span, changes: list[dt.date], rules: ProrationRules, rule: Rounding
) -> None:
    """However a year is billed and however often its price changes, each price is due for its share of the year."""
    steps = [(on.isoformat(), Flat((other, one)[n % 2], YEAR)) for n, on in enumerate(sorted(changes))]
    fee = charge(prices(Flat(one, YEAR), *steps), bill=billing(every, anchor=Anchor(1, 1)), proration=rules)
    found = rated(contract(fee, rounding=rule), "2026-12-31")
    if not changes or one == other:
        assert sum_of(found) == one
    year, edges = period("2026-01-01", "2026-12-31"), sorted(changes)
    for price in {one, other}:
        shares = [
            part_of(part, year, rules.counting).result
            for part in year.cut_at(edges)
            if (one, other)[sum(edge <= part.start for edge in edges) % 2] == price
        ]
        due = sum(line.net.exact for line in found if _price_on(fee.price, line.days.start) == price)
        assert due == Money.of(Fraction(price) * sum(shares, Fraction(0)), "EUR", rule).exact


def _price_on(price: Timeline[Price], on: dt.date) -> Decimal:
    entry = price.at(on, SIGNED)
    assert entry is not None and isinstance(entry.value, Flat)
    return entry.value.amount


def test_start_stop_and_change_by_thirty_days() -> None:
    """From 20 January 11 of 30 days; up to 28 February 28 of 30; a change on 16 March halves the month."""
    begins = charge(flat("90.00"), start="2026-01-20", proration=THIRTY)
    assert amounts(rated(contract(begins, start="2026-01-20"), "2026-01-20")) == ["33.00"]
    ends = charge(
        flat("90.00"), start="2026-02-01", serving=service("2026-02-01", ("2026-02-28", False)), proration=THIRTY
    )
    assert amounts(rated(contract(ends, start="2026-02-01"), "2026-02-01")) == ["81.00"]
    step = charge(prices(flat("90.00"), ("2026-03-16", flat("60.00"))), start="2026-03-01", proration=THIRTY)
    found = rated(contract(step, start="2026-03-01"), "2026-03-01")
    assert amounts(found) == ["45.00", "30.00"]
    assert [one.proration for one in found] == [(15, 30), (15, 30)]


def test_a_line_by_calendar_months_shows_its_part() -> None:
    """Days of days say nothing of 12 ÷ 31 + 9 months of twelve: the row says which part of the price counts."""
    fee = charge(flat("1200.00", YEAR), start="2026-03-20", bill=billing(YEAR, anchor=Anchor(1, 1)), proration=CALENDAR)
    (line,) = rated(contract(fee, start="2026-03-20"), "2026-03-20")
    assert (str(line.net.amount), line.proration) == ("938.71", None)
    assert rows(line) == ["part-of-period: 97/124 year at 1200.00"]
    month = charge(flat("100.00"), start="2026-01-20", proration=CALENDAR)
    (line,) = rated(contract(month, start="2026-01-20"), "2026-01-20")
    assert (str(line.net.amount), line.proration) == ("38.71", (12, 31))


def test_bounds_and_discounts_count_days_as_the_charge_does() -> None:
    least = Bound(Decimal("60.00"), prorated=True)
    off = Discount(
        "off", "Off", clause(40), PercentOff(Decimal(50)), None, SIGNED, day("2026-01-01"), day("2026-01-26")
    )
    fee = charge(flat("30.00"), start="2026-01-20", proration=THIRTY, minimum=least)
    found = rated(contract(fee, start="2026-01-20", discounts=[off]), "2026-01-20")
    assert amounts(found) == ["11.00"]
    assert amounts(found, "fee/minimum") == ["11.00"]  # 60.00 × 11 ÷ 30 = 22.00
    assert amounts(found, "fee/discount/off") == ["-6.00"]  # half of 22.00 for 6 of 11 days


def test_a_change_of_billing_counts_days_as_the_charge_does() -> None:
    bill = timeline(in_arrears(), ("2026-03-16", "2026-03-01", billing()))
    fee = charge(flat("90.00"), start="2026-03-01", bill=bill, proration=THIRTY, minimum=Bound(Decimal("120.00")))
    found = rated(contract(fee, start="2026-03-01"), "2026-03-16")
    assert (amounts(found), amounts(found, "fee/minimum")) == (["45.00", "45.00"], ["15.00", "15.00"])


def test_weeks_are_counted_by_days() -> None:
    week = Span(1, Unit.WEEK)
    fee = charge(flat("70.00", week), start="2026-01-26", bill=billing(week, anchor=Anchor()), proration=THIRTY)
    found = rated(contract(fee, start="2026-01-26", end="2026-01-31"), "2026-01-26")
    assert amounts(found) == ["60.00"]


# Quantities


def rounded_to(step: str, rounding: Rounding = Rounding.HALF_UP) -> Metered:
    return Metered("use", InSteps(Decimal(step), rounding))


# lago-doc guide/billable-metrics/rounding.mdx: 123.4567 rounded to whole units and to two decimals
@pytest.mark.parametrize(
    ("step", "rounding", "expected"),
    [
        ("1", Rounding.HALF_UP, "123.00"),
        ("0.01", Rounding.HALF_UP, "123.46"),
        ("1", Rounding.UP, "124.00"),
        ("10", Rounding.DOWN, "120.00"),
        ("0.25", Rounding.HALF_UP, "123.50"),
        ("50", Rounding.UP, "150.00"),
    ],
)
@pytest.mark.parametrize("kind", [Aggregation.SUM, Aggregation.MAX])
def test_a_measured_quantity_is_rounded(kind: Aggregation, step: str, rounding: Rounding, expected: str) -> None:
    use = charge(each("1"), quantity=timeline(rounded_to(step, rounding)), bill=in_arrears())
    terms = contract(use, meters=[meter(aggregation=kind)])
    assert amounts(rated(terms, "2026-02-01", {"use": "123.4567"})) == [expected]


def test_rounding_within_a_period_is_of_the_running_total() -> None:
    """150 units in each half of the month: 300 rounded up to 400, of which 200 belong to the first half."""
    use = charge(
        prices(each("1"), ("2026-06-16", each("2"))),
        quantity=timeline(rounded_to("200", Rounding.UP)),
        bill=in_arrears(),
        start="2026-06-01",
    )
    assert amounts(rated(contract(use, start="2026-06-01"), "2026-07-01", {"use": 150})) == ["200.00", "400.00"]


def test_a_condition_sees_the_rounded_quantity_of_another_charge() -> None:
    """A quantity of 9.5, rounded up to 10, counts as ten wherever it is asked for."""
    at_least_ten = Conditional(
        (Option(Compare("fee", Comparison.AT_LEAST, Fraction(10)), flat("5.00")), Option(None, flat("9.00")))
    )
    use = charge(each("1"), quantity=timeline(rounded_to("1", Rounding.UP)), bill=in_arrears())
    other = charge(at_least_ten, name="other", bill=in_arrears())
    assert amounts(rated(contract(use, other), "2026-02-01", {"use": "9.5"}), "other") == ["5.00"]


@LAW
@given(
    st.fractions(0, 10**6, max_denominator=10**6),
    st.decimals(Decimal("0.01"), Decimal(1000), places=2),
    st.sampled_from([Rounding.UP, Rounding.DOWN, Rounding.HALF_UP]),
)
def test_a_rounded_quantity_is_the_nearest_multiple(quantity: Fraction, step: Decimal, rule: Rounding) -> None:
    trace = in_steps(trace_given(quantity, "quantity", "unit"), InSteps(step, rule), clause(1))
    distance = replay(trace) - quantity
    assert trace.result % Fraction(step) == 0
    match rule:
        case Rounding.UP:
            assert 0 <= distance < step
        case Rounding.DOWN:
            assert -Fraction(step) < distance <= 0
        case _:
            assert abs(distance) <= Fraction(step) / 2


# Bands


@pytest.mark.parametrize(("quantity", "expected"), [("9.5", "95.00"), ("10", "80.00"), ("10.5", "73.50")])
def test_a_bound_that_belongs_to_the_next_band(quantity: str, expected: str) -> None:
    rows = (Band(Fraction(10), Decimal(10), below=True), Band(Fraction(10), Decimal(8)), Band(None, Decimal(7)))
    terms = contract(metered(Tiered(Model.VOLUME, rows)))
    assert amounts(rated(terms, "2026-02-01", {"use": quantity})) == [expected]


@pytest.mark.parametrize(("quantity", "up", "down"), [(0, "0", "0"), (9, "5", "0"), (10, "5", "5"), (25, "15", "10")])
def test_packages_begun_and_full(quantity: int, up: str, down: str) -> None:
    for rounding, expected in ((Rounding.UP, up), (Rounding.DOWN, down)):
        table = Tiered(Model.PACKAGE, (Band(None, Decimal(5), Decimal(10)),), None, rounding)
        found = rated(contract(metered(table)), "2026-02-01", {"use": quantity})
        assert amounts(found) == [f"{expected}.00"]


@LAW
@given(st.fractions(0, 500, max_denominator=4), st.fractions(0, 500, max_denominator=4), st.integers(1, 60))
def test_full_packages_run_on_through_a_period(first: Fraction, second: Fraction, size: int) -> None:
    """The parts of a period are together as many full packages as the whole of it."""
    table = Tiered(Model.PACKAGE, (Band(None, Decimal(1), Decimal(size)),), None, Rounding.DOWN)
    total = trace_given(first + second, "billable", "unit")
    half = trace_given(first, "billable", "unit")
    whole, one, two = (
        priced(table, Units(after, "unit", before, total.result), clause(1), "EUR").amount.result
        for after, before in ((total, None), (half, None), (total, half))
    )
    assert one + two == whole == (first + second) // size
