"""tests of the engine: prices that follow an index or rise by a fixed percentage."""

from __future__ import annotations

import datetime as dt
import itertools
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from invoicer.domain.contract import Bound, Contract, Discount, PercentOff
from invoicer.domain.evidence import NO_EVIDENCE, Evidence, IndexValue
from invoicer.domain.indexation import ByIndex, ByPercent, Indexation
from invoicer.domain.period import Span, Unit
from invoicer.domain.price import Band, Conditional, Model, Once, Option, Percent, Price, Tiered
from invoicer.domain.stop import Stopped
from invoicer.domain.trace import Op, Trace
from invoicer.engine import Rating, demands, rate
from invoicer.engine.indexation import adjusted
from tests.engine.terms import (
    LATER,
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
    metered,
    prices,
    rows,
    seats,
    sound,
    table,
)
from tests.engine.test_laws import LAW

CPI = "CPI"
VALUES = {"2025-10": "124.10", "2026-10": "127.30", "2027-10": "131.90"}


def value(month: str, figure: str, published: str | None = None) -> IndexValue:
    first = day(f"{month}-01")
    return IndexValue(first, Fraction(figure), day(published) if published else first + dt.timedelta(days=40), "cpi:2")


def published(**figures: str) -> Evidence:
    """Values by month, written ``m2025_10``."""
    return series(*(value(name[1:].replace("_", "-"), figure) for name, figure in figures.items()))


def series(*values: IndexValue) -> Evidence:
    return Evidence({CPI: values})


KNOWN = series(*(value(month, figure) for month, figure in VALUES.items()))


def cpi(base: str = "2025-10", first: str = "2027-01-01", **more: Any) -> Indexation:
    """A yearly indexation of everything; ``plus``, ``revised``, ``to`` belong to the index."""
    index = {name: more.pop(name) for name in ("plus", "revised") if name in more}
    to = more.pop("to", None)
    how = ByIndex(CPI, day(f"{base}-01"), day(f"{to}-01") if to else None, **index)
    return indexation(how, first, **more)


def indexation(how: ByIndex | ByPercent, first: str = "2027-01-01", **more: Any) -> Indexation:
    return Indexation(
        **{
            "id": "cpi",
            "title": "CPI",
            "clause": clause(60),
            "how": how,
            "charges": None,
            "agreed": SIGNED,
            "amendment": 0,
            "first": day(first),
            "every": YEAR,
            **more,
        }
    )


def indexed(price: Any, *indexations: Indexation, **more: Any) -> Contract:
    built = contract(charge(price, **more))
    return with_indexations(built, *indexations)


def with_indexations(terms: Contract, *indexations: Indexation) -> Contract:
    return replace(terms, indexations=indexations)


def rated(
    terms: Contract, through: str, evidence: Evidence = KNOWN, known_on: dt.date = LATER, held: bool = False
) -> Rating:
    rating = rate(terms, None, {}, known_on, day(through), evidence=evidence)
    assert held or not rating.holds, rating.holds
    sound(rating, terms)
    return rating


def on(terms: Contract, bill_date: str, evidence: Evidence = KNOWN) -> list[str]:
    """The amounts that are billed on a day."""
    return [
        str(one.net.amount) for one in rated(terms, bill_date, evidence).entitlements if one.bill_date == day(bill_date)
    ]


# How much


def test_each_adjustment_compares_its_month_with_the_one_before() -> None:
    terms = indexed(flat("450.00"), cpi())
    assert on(terms, "2026-12-01") == ["450.00"]
    assert on(terms, "2027-01-01") == on(terms, "2027-12-01") == ["461.60"]  # 450 × 127.30 ÷ 124.10
    assert on(terms, "2028-01-01") == ["478.28"]  # 450 × 131.90 ÷ 124.10


def test_the_factor_is_exact_and_applied_to_the_agreed_price() -> None:
    """0.0020 rises by 2.6% a year: from rounded prices it would stand still for ever, or rise by 5% at once."""
    steps = {f"m{2025 + n}_10": str(100 * Fraction(1026, 1000) ** n) for n in range(9)}
    values = series(*(value(name[1:].replace("_", "-"), figure) for name, figure in steps.items()))
    terms = indexed(each("0.0020", "seat", Span(1, Unit.MONTH)), cpi(), quantity=1_000_000)
    found = [on(terms, f"{2027 + n}-01-01", values)[0] for n in range(8)]
    assert found == ["2100.00", "2100.00", "2200.00", "2200.00", "2300.00", "2300.00", "2400.00", "2500.00"]


def test_the_price_has_the_decimals_of_the_currency_at_least() -> None:
    assert on(indexed(flat("450"), cpi()), "2027-01-01") == ["461.60"]
    yen = with_indexations(contract(charge(flat("450")), currency="JPY"), cpi())
    assert on(yen, "2027-01-01") == ["462"]


def test_a_price_is_rounded_with_four_more_decimals_before_it_is_shown() -> None:
    """The sixth decimal of 1.0049996 makes 1.005000, which is shown as 1.01; that of 1.0049994 makes 1.004999, 1.00."""
    for percent, shown in (("0.49996", "1.01"), ("0.49994", "1.00")):
        terms = indexed(flat("1.00"), indexation(ByPercent(Decimal(percent))))
        assert on(terms, "2027-01-01", NO_EVIDENCE) == [shown]


def test_a_percentage_may_be_added_to_the_change_or_taken_from_it() -> None:
    assert on(indexed(flat("450.00"), cpi(plus=Decimal(1))), "2027-01-01") == ["466.10"]
    assert on(indexed(flat("450.00"), cpi(plus=Decimal("-0.5"))), "2027-01-01") == ["459.35"]
    assert on(indexed(flat("450.00"), cpi(plus=Decimal(-200))), "2027-01-01") == []  # never below zero


def test_a_fixed_percentage_compounds() -> None:
    terms = indexed(flat("100.00"), indexation(ByPercent(Decimal(3))))
    assert on(terms, "2027-01-01", NO_EVIDENCE) == ["103.00"]
    assert on(terms, "2028-01-01", NO_EVIDENCE) == ["106.09"]


def test_floor_and_cap_bound_each_adjustment() -> None:
    terms = indexed(seats("12.00"), cpi(at_least=Decimal(0), at_most=Decimal(5)), quantity=1)
    values = published(m2025_10="100", m2026_10="108", m2027_10="100", m2028_10="103")
    assert [on(terms, f"{year}-01-01", values) for year in (2027, 2028, 2029)] == [["12.60"], ["12.60"], ["12.98"]]


def test_the_cap_holds_for_the_price_that_is_shown() -> None:
    """0.29 × 1.05 = 0.3045, shown as 0.30; then 0.319725, which would be 0.32, but 0.30 × 1.05 is 0.315."""
    terms = indexed(seats("0.29"), cpi(at_most=Decimal(5)), quantity=100)
    values = published(m2025_10="100", m2026_10="105", m2027_10="110.25", m2028_10="115.7625")
    found = [Decimal(on(terms, f"{year}-01-01", values)[0]) for year in (2026, 2027, 2028, 2029)]
    assert found == [
        Decimal(29),
        Decimal(30),
        Decimal(31),
        Decimal(32),
    ]
    assert all(after <= before * Decimal("1.05") for before, after in itertools.pairwise(found))


def test_where_no_price_lies_between_floor_and_cap_the_cap_counts() -> None:
    terms = indexed(seats("10.11"), cpi(at_least=Decimal(3), at_most=Decimal(3)), quantity=1)
    assert on(terms, "2027-01-01") == ["10.41"]


# What is raised


def test_bands_are_raised_with_their_flat_parts_and_percentages_are_not() -> None:
    tiered = Tiered(
        Model.GRADUATED,
        (
            Band(Fraction(10), Decimal("1.00"), flat=Decimal("5.00")),
            Band(Fraction(20), Decimal("3.00"), Decimal(100), percent=True),
            Band(None, Decimal("0.50")),
        ),
    )
    terms = indexed(tiered, indexation(ByPercent(Decimal(10))), quantity=30)
    (line,) = [one for one in rated(terms, "2027-01-01").entitlements if one.bill_date == day("2027-01-01")]
    assert rows(line) == [
        "band: 10 seat at 1.10",
        "flat: 1 at 5.50",
        "band: 10 seat at 3.00 for 100",
        "band: 10 seat at 0.55",
    ]


def test_what_has_no_price_per_time_or_unit_stays_as_it_is() -> None:
    rises = indexation(ByPercent(Decimal(10)), "2026-02-01", every=Span(1, Unit.MONTH))
    terms = with_indexations(
        contract(
            charge(Once(Decimal("250.00")), name="setup", start="2026-03-01"),
            metered(Percent(Decimal(2)), name="share"),
        ),
        rises,
    )
    wanted = demands(terms, "Europe/Amsterdam", LATER, day("2026-04-01"))
    assert len(wanted) == 3  # a month each: nothing cuts it
    setup = with_indexations(contract(charge(Once(Decimal("250.00")), name="setup", start="2026-03-01")), rises)
    assert table(rated(setup, "2026-06-01").entitlements) == [("setup", "2026-03-01 to 2026-03-01", "250.00")]


def test_minimum_and_maximum_stay_as_they_are() -> None:
    terms = indexed(flat("450.00"), indexation(ByPercent(Decimal(10))), maximum=Bound(Decimal("460.00")))
    lines = [one for one in rated(terms, "2027-01-01").entitlements if one.bill_date == day("2027-01-01")]
    assert [(str(one.component), str(one.net.amount)) for one in lines] == [
        ("fee", "495.00"),
        ("fee/maximum", "-35.00"),
    ]


def test_each_option_of_a_conditional_price_is_raised() -> None:
    options: Price = Conditional((Option(None, flat("100.00")),))
    assert on(indexed(options, indexation(ByPercent(Decimal(10)))), "2027-01-01") == ["110.00"]


def test_only_the_named_charges_are_raised() -> None:
    terms = with_indexations(
        contract(charge(flat("100.00")), charge(flat("100.00"), name="other")),
        indexation(ByPercent(Decimal(10)), charges=("other",)),
    )
    assert on(terms, "2027-01-01") == ["100.00", "110.00"]


# When


def test_a_price_of_the_day_of_an_adjustment_is_a_new_base() -> None:
    for step, first, second in (("2027-01-01", "480.00", "497.34"), ("2027-06-01", "461.60", "497.34")):
        terms = indexed(prices(flat("450.00"), (step, flat("480.00"))), cpi())
        assert on(terms, "2027-01-01") == [first]
        assert on(terms, "2028-01-01") == [second]  # 480 × 131.90 ÷ 127.30
    before = indexed(prices(flat("450.00"), ("2026-12-31", flat("480.00"))), cpi())
    assert on(before, "2027-01-01") == ["492.38"]


def test_each_day_has_one_price_at_most() -> None:
    """What an earlier price would have been raised to does not stand beside a later one."""
    steps = prices(flat("450.00"), ("2027-01-01", flat("480.00")), ("2027-06-01", flat("500.00")))
    terms = indexed(steps, cpi())
    found = adjusted(terms, terms.charges[0], LATER, KNOWN, day("2028-12-31"))
    assert [str(one.effective) for one in found] == [str(SIGNED), "2027-01-01", "2027-06-01", "2028-01-01"]


def test_an_adjustment_within_a_period_is_a_step_there() -> None:
    terms = indexed(flat("100.00"), indexation(ByPercent(Decimal(10)), "2026-06-16"))
    lines = [one for one in rated(terms, "2026-06-01").entitlements if one.bill_date == day("2026-06-01")]
    assert [(str(one.days), str(one.net.amount)) for one in lines] == [
        ("2026-06-01 to 2026-06-15", "50.00"),
        ("2026-06-16 to 2026-06-30", "55.00"),
    ]


def test_once_until_and_a_stop_end_it() -> None:
    step = ByPercent(Decimal(10))
    stop = (Stopped(day("2028-01-01"), day("2027-03-01"), clause(61), 1),)
    for ended in (
        indexation(step, every=None),
        indexation(step, end=day("2028-01-01")),
        indexation(step, stops=stop),
    ):
        terms = indexed(flat("100.00"), ended)
        assert on(terms, "2027-01-01") == on(terms, "2029-01-01") == ["110.00"]
    stopped = indexed(flat("100.00"), indexation(step, stops=stop))
    seen_before = rated(stopped, "2028-01-01", known_on=day("2027-02-28")).entitlements
    assert str(seen_before[-1].net.amount) == "121.00"


def test_an_adjustment_made_once_compares_two_named_months() -> None:
    terms = indexed(flat("450.00"), cpi(to="2027-10", every=None, first="2028-01-01"))
    assert on(terms, "2028-01-01") == ["478.28"]


def test_one_that_is_agreed_later_is_not_seen_before() -> None:
    terms = indexed(flat("100.00"), indexation(ByPercent(Decimal(10)), agreed=day("2027-01-15"), amendment=1))
    assert amounts(rated(terms, "2027-01-01", known_on=day("2027-01-14")).entitlements)[-1] == "100.00"
    (line,) = [
        one
        for one in rated(terms, "2027-01-01", known_on=day("2027-01-15")).entitlements
        if one.bill_date == day("2027-01-01")
    ]
    assert (str(line.net.amount), line.agreed, line.clause) == ("110.00", day("2027-01-15"), clause(60))


def test_several_indexations_follow_each_other() -> None:
    terms = indexed(
        flat("100.00"), indexation(ByPercent(Decimal(10))), indexation(ByPercent(Decimal(5)), "2027-07-01", id="b")
    )
    found = [on(terms, bill)[0] for bill in ("2027-01-01", "2027-07-01", "2028-01-01", "2028-07-01")]
    assert found == ["110.00", "115.50", "127.05", "133.40"]


# What is known


def test_without_the_value_the_days_before_are_billed_and_the_others_held() -> None:
    terms = indexed(flat("450.00"), cpi())
    evidence = published(m2025_10="124.10")
    rating = rated(terms, "2027-02-01", evidence, held=True)
    assert {one.code for one in rating.holds} == {"E010"}
    assert "its value of 2026-10 is not known" in rating.holds[0].cause
    assert [str(one.period.days) for one in rating.unrated] == ["2027-01-01 to 2027-01-31", "2027-02-01 to 2027-02-28"]
    assert len(rating.entitlements) == 12
    assert not rated(terms, "2026-12-01", evidence).holds


def test_a_new_price_ends_the_waiting() -> None:
    terms = indexed(prices(flat("450.00"), ("2027-02-01", flat("460.00"))), cpi())
    rating = rated(terms, "2027-03-01", NO_EVIDENCE, held=True)
    assert [str(one.period.days.start) for one in rating.unrated] == ["2027-01-01"]


def test_a_value_counts_from_its_publication() -> None:
    terms = indexed(flat("450.00"), cpi())
    late = series(value("2025-10", "124.10"), value("2026-10", "127.30", "2027-01-02"))
    assert rated(terms, "2027-01-01", late, day("2027-01-01"), held=True).holds
    assert not rated(terms, "2027-01-01", late, day("2027-01-02")).holds


def test_the_first_publication_counts_unless_revised_values_do() -> None:
    revised = Evidence({CPI: (*KNOWN.indices[CPI], value("2026-10", "130.00", "2027-03-01"))})
    terms, following = indexed(flat("450.00"), cpi()), indexed(flat("450.00"), cpi(revised=True))
    assert on(terms, "2027-01-01", revised) == ["461.60"]
    assert on(following, "2027-01-01", revised) == ["471.39"]
    before = rated(following, "2027-01-01", revised, day("2027-02-28")).entitlements
    assert amounts(before)[-1] == "461.60"


def test_the_trace_leads_to_the_published_values() -> None:
    terms = indexed(flat("450.00"), cpi(plus=Decimal(1), at_most=Decimal(5)))
    line = rated(terms, "2027-01-01").entitlements[-1]
    leaves = [leaf for leaf in _leaves(line.trace) if leaf.label in ("index-value", "agreed-price", "percent")]
    assert [(leaf.label, str(leaf.result), leaf.source) for leaf in leaves] == [
        ("agreed-price", "450", ""),
        ("index-value", "1273/10", "CPI 2026-10, cpi:2"),
        ("index-value", "1241/10", "CPI 2025-10, cpi:2"),
        ("percent", "1", ""),
        ("percent", "5", ""),
    ]
    assert [leaf.clause for leaf in leaves] == [clause(1), None, None, clause(60), clause(60)]


def _leaves(trace: Trace) -> list[Trace]:
    return [trace] if trace.op is Op.GIVEN else [leaf for one in trace.operands for leaf in _leaves(one)]


def test_a_discount_that_is_stopped_ends_on_that_day() -> None:
    stop = Stopped(day("2026-03-16"), day("2026-02-20"), clause(70), 1)
    off = Discount("d", "Off", clause(4), PercentOff(Decimal(20)), None, SIGNED, day("2026-01-01"), None, stops=(stop,))
    terms = contract(charge(flat("100.00")), discounts=[off])
    lines = {str(one.days): one for one in rated(terms, "2026-04-01").entitlements if one.component.name == "d"}
    assert str(lines["2026-03-01 to 2026-03-15"].net.amount) == "-9.68"
    assert lines["2026-03-01 to 2026-03-15"].clause == clause(70)
    assert len(lines) == 3
    never = Stopped(day("2025-12-01"), SIGNED, clause(70), 1)
    without = contract(charge(flat("100.00")), discounts=[replace(off, stops=(never,))])
    assert amounts(rated(without, "2026-04-01").entitlements, "fee/discount/d") == []


# Laws

FACTORS = st.decimals(Decimal("0.80"), Decimal("1.30"), places=4)
AMOUNTS = st.one_of(
    st.decimals(Decimal("0.01"), Decimal("999.99"), places=2),
    st.decimals(Decimal("0.0001"), Decimal("9.9999"), places=4),
)
PERCENTS = st.decimals(Decimal("0"), Decimal("9.99"), places=2)
MONTHS = st.integers(1, 24)


@LAW
@given(AMOUNTS, MONTHS, st.sampled_from([billing(), in_arrears(), billing(YEAR)]))
def test_an_index_that_stands_still_changes_nothing(amount: Decimal, months: int, bill: Any) -> None:
    still = series(*(value(f"{year}-{month:02}", "107.3") for year in range(2025, 2030) for month in range(1, 13)))
    every = Span(months, Unit.MONTH)
    how = ByIndex(CPI, day("2025-06-01"))
    plain = contract(charge(each(str(amount), "seat", Span(1, Unit.MONTH)), quantity=3, bill=bill), end="2028-05-14")
    rises = with_indexations(plain, indexation(how, "2026-08-17", every=every, at_least=Decimal(0), at_most=Decimal(0)))
    without, found = rated(plain, "2029-01-01").entitlements, rated(rises, "2029-01-01", still).entitlements
    assert table(without) == table(found)


@LAW
@given(AMOUNTS, st.lists(FACTORS, min_size=1, max_size=5), PERCENTS, PERCENTS)
def test_no_price_leaves_its_floor_and_cap(
    amount: Decimal, changes: list[Decimal], one: Decimal, other: Decimal
) -> None:
    low, high = sorted((one, other))
    figures, index = [], Fraction(100)
    for number, change in enumerate((Decimal(1), *changes)):
        index *= Fraction(change)
        figures.append(IndexValue(dt.date(2025 + number, 10, 1), index, dt.date(2025 + number, 11, 12), "cpi:2"))
    terms = indexed(each(str(amount), "seat", Span(1, Unit.MONTH)), cpi(at_least=low, at_most=high), quantity=1)
    last = f"{2026 + len(changes)}-01-01"
    found = rated(terms, last, series(*figures)).entitlements
    shown = [Fraction(entry.unit_price) for entry in found if entry.bill_date.month == 1]
    assume(all(entry.unit == "seat" for entry in found))  # amounts of nothing have no row of their own
    smallest = Fraction(1, 10 ** max(2, -_exponent(amount)))
    for before, after in itertools.pairwise(shown):
        assert after <= before * (1 + Fraction(high) / 100)
        assert (
            after > before * (1 + Fraction(low) / 100) - smallest
        )  # within the decimals of the price, where the cap bites
        assert after > before * (1 + Fraction(low) / 100) - smallest


@LAW
@given(AMOUNTS, FACTORS, st.dates(dt.date(2026, 12, 1), dt.date(2028, 12, 31)), FACTORS)
def test_what_is_published_later_changes_nothing_that_was_billed(
    amount: Decimal, change: Decimal, revision: dt.date, other: Decimal
) -> None:
    terms = indexed(flat(str(round(amount, 2))), cpi())
    first = series(value("2025-10", "100"), value("2026-10", str(100 * change)), value("2027-10", "120"))
    later = IndexValue(day("2026-10-01"), Fraction(100 * other), revision, "cpi:9")
    before = rated(terms, "2028-06-01", first).entitlements
    assert table(before) == table(rated(terms, "2028-06-01", series(*first.indices[CPI], later)).entitlements)


@LAW
@given(
    st.lists(st.tuples(PERCENTS, st.integers(0, 11)), min_size=2, max_size=4, unique_by=lambda one: one[1]),
    st.randoms(),
)
def test_the_order_of_indexations_of_different_days_means_nothing(
    steps: list[tuple[Decimal, int]], chance: Any
) -> None:
    rises = [
        indexation(ByPercent(percent), f"2026-{month + 1:02}-15", id=f"i{month}", every=None)
        for percent, month in steps
    ]
    shuffled = list(rises)
    chance.shuffle(shuffled)
    one, other = indexed(flat("100.00"), *rises), indexed(flat("100.00"), *shuffled)
    assert table(rated(one, "2027-03-01").entitlements) == table(rated(other, "2027-03-01").entitlements)


def _exponent(amount: Decimal) -> int:
    exponent = amount.as_tuple().exponent
    assert isinstance(exponent, int)
    return exponent
