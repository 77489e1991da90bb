"""tests of the engine: quantities and conditions that rest on what people declare."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from invoicer.domain.contract import Charge, Contract, Proration, ProrationRules
from invoicer.domain.evidence import Declaration, Evidence
from invoicer.domain.inputs import Declared, Input
from invoicer.domain.period import Period, Span, Unit
from invoicer.domain.price import Compare, Comparison, Conditional, Option, Percent
from invoicer.domain.trace import Op, Trace
from invoicer.engine import Rating, demands, rate
from tests.engine.terms import (
    LATER,
    MONTH,
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
    period,
    prices,
    sound,
)

STAFF = Input("staff", "Employees", "employee", MONTH, clause(40))
TURNOVER = Input("turnover", "Turnover", "EUR", YEAR, clause(41), additive=True)
UPTIME = Input("uptime", "Availability", "percent", MONTH, clause(42), most=Fraction(100))


def said(first: str, last: str, value: str, declared: str = "2000-01-01") -> Declaration:
    return Declaration(period(first, last), Fraction(value), day(declared), "inputs/test.csv:2")


def terms(*charges: Charge) -> Contract:
    return replace(contract(*charges), inputs=(STAFF, TURNOVER, UPTIME))


def rating(
    one: Contract, through: str, known_on: dt.date = LATER, billed: str = "", **declared: list[Declaration]
) -> Rating:
    evidence = Evidence(declarations={name: tuple(rows) for name, rows in declared.items()})
    until = {"fee": day(billed)} if billed else {}
    found = rate(one, None, {}, known_on, day(through), until, evidence)
    sound(found, one)
    return found


PAYROLL = terms(charge(each("12.00", "employee", MONTH), quantity=Declared("staff"), included=5, bill=in_arrears()))


def test_a_declared_number_is_priced_like_an_agreed_one() -> None:
    found = rating(PAYROLL, "2026-02-01", staff=[said("2026-01-01", "2026-01-31", "31")])
    assert not found.holds and amounts(found.entitlements) == ["312.00"]  # (31 − 5) × 12.00
    leaf = _leaf(found.entitlements[0].trace)
    assert leaf.result == 31 and leaf.unit == "employee"
    assert leaf.source == "inputs/test.csv:2, for 2026-01-01 to 2026-01-31, declared 2000-01-01"


def _leaf(trace: Trace) -> Trace:
    if trace.op is Op.GIVEN:
        return trace if trace.label == "declared" else replace(trace, label="")
    return next((leaf for leaf in map(_leaf, trace.operands) if leaf.label == "declared"), trace)


def test_a_missing_figure_is_a_hold_once_the_bill_date_has_come_and_never_a_zero() -> None:
    assert not rating(PAYROLL, "2026-01-31").holds
    (held,) = rating(PAYROLL, "2026-02-01").holds
    assert held.code == "E015"
    assert held.cause == "no figure was declared for input staff from 2026-01-01 to 2026-01-31"


def test_a_hold_names_the_days_without_a_figure() -> None:
    rows = [said("2026-01-05", "2026-01-10", "7"), said("2026-01-21", "2026-01-31", "7")]
    (held,) = rating(PAYROLL, "2026-02-01", staff=rows).holds
    assert held.cause.endswith("staff from 2026-01-01 to 2026-01-04 and from 2026-01-11 to 2026-01-20")


def test_a_declared_zero_is_a_figure() -> None:
    found = rating(PAYROLL, "2026-02-01", staff=[said("2026-01-01", "2026-01-31", "0")])
    assert not found.holds and amounts(found.entitlements) == ["0.00"]


def test_in_advance_the_period_that_begins_is_declared() -> None:
    one = terms(charge(each("12.00", "employee", MONTH), quantity=Declared("staff")))
    january = said("2026-01-01", "2026-01-31", "10")
    assert amounts(rating(one, "2026-01-31", staff=[january]).entitlements) == ["120.00"]
    (held,) = rating(one, "2026-02-01", staff=[january]).holds
    assert "2026-02-01 to 2026-02-28" in held.cause


def test_what_was_billed_ahead_is_compared_as_far_as_it_was_declared() -> None:
    one = terms(charge(each("12.00", "employee", MONTH), quantity=Declared("staff")))
    rows = [said("2026-01-01", "2026-01-31", "10"), said("2026-02-01", "2026-02-28", "11")]
    found = rating(one, "2026-01-01", billed="2026-04-01", staff=rows)
    assert not found.holds and amounts(found.entitlements) == ["120.00", "132.00"]


def test_the_figure_declared_last_counts_and_a_later_one_is_not_seen() -> None:
    rows = [
        said("2026-01-01", "2026-01-31", "31", "2026-02-03"),
        said("2026-01-01", "2026-01-31", "35", "2026-02-20"),
    ]
    assert rating(PAYROLL, "2026-02-01", day("2026-02-02"), staff=rows).holds
    for known_on, amount in (("2026-02-03", "312.00"), ("2026-02-19", "312.00"), ("2026-02-20", "360.00")):
        assert amounts(rating(PAYROLL, "2026-02-01", day(known_on), staff=rows).entitlements) == [amount]


def test_figures_that_do_not_add_up_are_held_where_they_differ() -> None:
    rows = [said("2026-01-01", "2026-01-15", "31"), said("2026-01-16", "2026-01-31", "33")]
    (held,) = rating(PAYROLL, "2026-02-01", staff=rows).holds
    assert held.code == "E016" and "2026-01-16 to 2026-01-31" in held.cause
    alike = [rows[0], replace(rows[1], value=rows[0].value)]
    assert amounts(rating(PAYROLL, "2026-02-01", staff=alike).entitlements) == ["312.00"]


def test_a_figure_that_does_not_add_up_holds_for_a_part_of_its_days() -> None:
    later = terms(
        charge(each("12.00", "employee", MONTH), quantity=Declared("staff"), bill=in_arrears(), start="2026-01-17")
    )
    found = rating(later, "2026-02-01", staff=[said("2026-01-01", "2026-01-31", "31")])
    assert amounts(found.entitlements) == ["180.00"]  # 31 × 12.00 × 15 ÷ 31


def test_figures_that_add_up_make_the_figure_of_the_whole() -> None:
    one = terms(charge(Percent(Decimal("0.5")), quantity=Declared("turnover"), bill=in_arrears(YEAR)))
    rows = [said("2026-01-01", "2026-06-30", "100000"), said("2026-07-01", "2026-12-31", "140000.50")]
    found = rating(one, "2027-01-01", turnover=rows)
    assert amounts(found.entitlements) == ["1200.00"]  # 0.5% of 240 000.50
    (held,) = rating(one, "2027-01-01", turnover=rows[:1]).holds
    assert "from 2026-07-01 to 2026-12-31" in held.cause


def test_a_figure_that_adds_up_counts_by_days_on_both_sides_of_a_change() -> None:
    stepped = prices(Percent(Decimal("0.5")), ("2026-07-01", Percent(Decimal("1"))))
    one = terms(charge(stepped, quantity=Declared("turnover"), bill=in_arrears(YEAR)))
    found = rating(one, "2027-01-01", turnover=[said("2026-01-01", "2026-12-31", "365000")])
    # 181 of 365 days at 0.5% and 184 at 1%
    assert amounts(found.entitlements) == ["905.00", "1840.00"]


def test_a_condition_may_ask_for_an_input() -> None:
    good = Compare("uptime", Comparison.AT_LEAST, Fraction(99))
    price = Conditional((Option(good, flat("450.00")), Option(None, flat("400.00"))))
    one = terms(charge(price, bill=in_arrears()))
    for figure, amount in (("99", "450.00"), ("98.99", "400.00")):
        found = rating(one, "2026-02-01", uptime=[said("2026-01-01", "2026-01-31", figure)])
        assert amounts(found.entitlements) == [amount]
    assert [hold.code for hold in rating(one, "2026-02-01").holds] == ["E015"]


def test_nothing_is_asked_of_usage_for_an_input() -> None:
    assert demands(PAYROLL, "Europe/Amsterdam", LATER, day("2026-06-01")) == ()


@pytest.mark.parametrize("policy", list(Proration))
def test_a_change_within_a_period_needs_no_figure_of_its_own(policy: Proration) -> None:
    stepped = prices(each("12.00", "employee", MONTH), ("2026-01-17", each("13.00", "employee", MONTH)))
    rules = ProrationRules(change=policy)
    one = terms(charge(stepped, quantity=Declared("staff"), bill=in_arrears(), proration=rules))
    assert not rating(one, "2026-02-01", staff=[said("2026-01-01", "2026-01-31", "10")]).holds


figures = st.lists(st.integers(0, 10**6), min_size=1, max_size=12)


@given(figures, st.integers(0, 400), st.integers(1, 400))
def test_shares_of_figures_that_add_up_sum_to_the_figures(values: list[int], offset: int, length: int) -> None:
    """Whatever the days are cut at, the parts come to the whole."""
    start = day("2026-01-01")
    rows = [
        Declaration(
            Period(start + dt.timedelta(days=30 * n), start + dt.timedelta(days=30 * n + 30)), Fraction(v), start, ""
        )
        for n, v in enumerate(values)
    ]
    whole = Period(start, rows[-1].days.end)
    edge = start + dt.timedelta(days=1 + (offset + length) % (whole.days - 1))
    one = terms(
        charge(
            prices(Percent(Decimal(100)), (edge.isoformat(), Percent(Decimal(200)))),
            quantity=Declared("turnover"),
            bill=in_arrears(Span(whole.days, Unit.DAY)),
        )
    )
    found = rating(one, str(whole.end), turnover=rows)
    first, second = (line.net.exact for line in found.entitlements if line.days.start < whole.end)
    assert abs(first + second / 2 - sum(values)) <= Fraction(1, 100)


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 99)), min_size=1, max_size=6), st.integers(0, 30))
def test_what_is_declared_later_never_changes_what_was_known_before(rows: list[tuple[int, int]], known: int) -> None:

    def day_of(n: int) -> dt.date:
        return day("2026-02-01") + dt.timedelta(days=n)

    told = [
        Declaration(period("2026-01-01", "2026-01-31"), Fraction(v), day_of(n), f"row {k}")
        for k, (n, v) in enumerate(sorted(rows))
    ]
    before = [one for one in told if one.declared <= day_of(known)]
    assert rating(PAYROLL, "2026-02-01", day_of(known), staff=told) == rating(
        PAYROLL, "2026-02-01", day_of(known), staff=before
    )


def test_billing_in_advance_asks_for_no_day_beyond_the_period() -> None:
    one = terms(charge(each("12.00", "employee", MONTH), quantity=Declared("staff"), bill=billing(YEAR)))
    found = rating(one, "2026-01-01", staff=[said("2026-01-01", "2026-12-31", "10")])
    assert amounts(found.entitlements) == ["1440.00"]
