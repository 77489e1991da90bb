"""tests of the engine: what a charge is owed, with numbers worked out by hand."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

from invoicer.domain.contract import (
    Aggregation,
    Anchor,
    Bound,
    Discount,
    Fixed,
    Metered,
    PercentOff,
    Proration,
    ProrationRules,
    Quantity,
    Timing,
)
from invoicer.domain.period import Period
from invoicer.domain.price import Free, Model, Once, Percent, Price
from invoicer.domain.refund import Refund
from invoicer.domain.timeline import Dated, Timeline
from invoicer.domain.trace import Op, Rounding, Trace
from invoicer.domain.usage import Measured
from invoicer.engine import demands, rate
from tests.engine.terms import (
    ANNIVERSARY,
    FIRST,
    LATER,
    MONTH,
    QUARTER,
    SIGNED,
    WEEK,
    YEAR,
    amounts,
    bands,
    billing,
    charge,
    clause,
    contract,
    day,
    each,
    face,
    flat,
    in_arrears,
    meter,
    metered,
    period,
    prices,
    rated,
    rows,
    seats,
    service,
    sum_of,
    table,
    timeline,
)


def fixed(number: int) -> Quantity:
    return Fixed(Fraction(number), "seat")


def test_the_example_of_the_managed_cluster() -> None:
    terms = contract(
        charge(prices(flat("450.00"), ("2027-01-01", flat("480.00")))),
        charge(seats("12.00"), name="seats", quantity=40, included=10),
        charge(Once(Decimal("2500.00")), name="onboarding"),
    )
    found = rated(terms, "2026-01-01")
    assert table(found) == [
        ("fee", "2026-01-01 to 2026-01-31", "450.00"),
        ("seats", "2026-01-01 to 2026-01-31", "360.00"),
        ("onboarding", "2026-01-01 to 2026-01-01", "2500.00"),
    ]
    seat = found[1]
    assert face(seat) == "30 seat at 12.00"
    assert rows(seat) == ["included: 10 seat at 0"]
    assert amounts(rated(terms, "2027-01-01"))[-2:] == ["450.00", "480.00"]


def test_a_stub_at_the_start_and_at_the_end() -> None:
    terms = contract(charge(flat("310.00"), start="2026-01-22"), start="2026-01-22", end="2026-03-10")
    found = rated(terms, "2026-12-31")
    assert amounts(found) == ["100.00", "310.00", "100.00"]
    assert [one.proration for one in found] == [(10, 31), None, (10, 31)]
    assert face(found[0]) == "1 at 100.00"
    assert rows(found[0]) == ["price: 1 month at 310.00"]


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        (ProrationRules(), ["100.00", "310.00", "100.00"]),
        (ProrationRules(start=Proration.FULL_PERIODS), ["310.00", "310.00", "100.00"]),
        (ProrationRules(start=Proration.NEVER), ["310.00", "100.00"]),
        (ProrationRules(stop=Proration.FULL_PERIODS), ["100.00", "310.00", "310.00"]),
        (ProrationRules(stop=Proration.NEVER), ["100.00", "310.00"]),
    ],
)
def test_proration_of_start_and_stop(rules: ProrationRules, expected: list[str]) -> None:
    fee = charge(flat("310.00"), start="2026-01-22", proration=rules)
    assert amounts(rated(contract(fee, start="2026-01-22", end="2026-03-10"), "2026-12-31")) == expected


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (Proration.BY_DAYS, [("2026-01-01 to 2026-01-10", "100.00"), ("2026-01-11 to 2026-01-31", "420.00")]),
        (Proration.FULL_PERIODS, [("2026-01-01 to 2026-01-31", "310.00")]),
        (Proration.NEVER, [("2026-01-01 to 2026-01-31", "620.00")]),
    ],
)
def test_proration_of_a_change(change: Proration, expected: list[tuple[str, str]]) -> None:
    step = prices(flat("310.00"), ("2026-01-11", flat("620.00")))
    terms = contract(charge(step, proration=ProrationRules(change=change)))
    assert [(days, amount) for _, days, amount in table(rated(terms, "2026-01-01"))] == expected
    assert amounts(rated(terms, "2026-02-01"))[-1] == "620.00"


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        (ProrationRules(start=Proration.FULL_PERIODS), ["250.00", "120.00", "620.00", "200.00"]),
        (ProrationRules(stop=Proration.FULL_PERIODS), ["40.00", "120.00", "620.00", "620.00"]),
    ],
)
def test_of_a_period_with_a_step_only_the_outer_part_grows_to_the_full_period(
    rules: ProrationRules, expected: list[str]
) -> None:
    """310.00 for the 25 days up to 25 January, 620.00 for the six from the 26th on: 31 days, however late service starts."""
    step = prices(flat("310.00"), ("2026-01-26", flat("620.00")))
    fee = charge(step, start="2026-01-22", proration=rules, bill=in_arrears())
    assert amounts(rated(contract(fee, start="2026-01-22", end="2026-03-10"), "2026-12-31")) == expected


def test_full_periods_at_a_stop_let_the_last_price_run_to_the_end() -> None:
    step = prices(flat("310.00"), ("2026-03-06", flat("620.00")))
    fee = charge(step, proration=ProrationRules(stop=Proration.FULL_PERIODS), start="2026-03-01")
    assert amounts(rated(contract(fee, start="2026-03-01", end="2026-03-10"), "2026-12-31")) == ["50.00", "520.00"]


def test_a_change_to_a_price_for_a_longer_period_counts_for_all_of_it() -> None:
    """Where the last day's value counts, it is looked up in its own period: a price per quarter covers the quarter."""
    step = prices(flat("100.00"), ("2026-01-11", flat("330.00", QUARTER)))
    fee = charge(step, bill=billing(QUARTER, anchor=Anchor(1, 1)), proration=ProrationRules(change=Proration.NEVER))
    found = rated(contract(fee), "2026-01-01")
    assert table(found) == [("fee", "2026-01-01 to 2026-03-31", "330.00")]
    assert face(found[0]) == "1 quarter at 330.00"


def test_a_start_and_a_stop_within_one_period() -> None:
    fee = charge(flat("310.00"), start="2026-01-11", proration=ProrationRules(start=Proration.FULL_PERIODS))
    assert amounts(rated(contract(fee, start="2026-01-11", end="2026-01-20"), "2026-02-01")) == ["200.00"]


def test_a_quarter_at_a_price_per_month() -> None:
    bill = billing(QUARTER, anchor=Anchor(1, 1))
    fee = charge(flat("450.00"), bill=bill)
    people = charge(seats("12.00"), name="seats", quantity=30, bill=bill)
    found = rated(contract(fee, people), "2026-01-01")
    assert [face(one) for one in found] == ["3 month at 450.00", "30 seat at 36.00"]
    assert sum_of(found) == Decimal("2430.00")


def test_a_year_billed_by_month_sums_to_the_year() -> None:
    found = rated(contract(charge(flat("100.00", YEAR))), "2026-12-01")
    assert amounts(found) == ["8.33", "8.34", "8.33"] * 4
    assert sum_of(found) == Decimal("100.00")
    by_quarter = charge(flat("100.01", YEAR), bill=billing(QUARTER, anchor=Anchor(1, 1)))
    assert amounts(rated(contract(by_quarter), "2026-10-01")) == ["25.00", "25.01", "25.00", "25.00"]


def test_a_month_billed_by_week_counts_days() -> None:
    fee = charge(flat("310.00"), bill=billing(WEEK, anchor=ANNIVERSARY))
    found = rated(contract(fee, end="2026-01-31"), "2026-02-28")
    assert amounts(found) == ["70.00", "70.00", "70.00", "70.00", "30.00"]


def test_a_change_of_cadence_at_a_month_s_edge_changes_no_amount() -> None:
    bill = timeline(billing(YEAR, anchor=Anchor(1, 1)), ("2026-07-01", "2026-06-20", billing()))
    terms = contract(charge(flat("100.00"), bill=bill))
    assert amounts(rated(terms, "2026-06-19", known_on="2026-06-19")) == ["1200.00"]
    found = rated(terms, "2026-12-01")
    assert amounts(found) == ["600.00"] + ["100.00"] * 6
    assert found[0].quantity == 6
    assert [one.billed_from.isoformat() for one in found][:2] == ["2000-01-01", "2026-07-01"]


def test_segments_at_one_price_share_one_rounding() -> None:
    """1.00 per seat: 1 seat for 10 days, 2 for 10 and 1 for 10 of 30 days are 1/3, 2/3 and 1/3."""
    quantity: Timeline[Quantity] = timeline(
        Fixed(Fraction(1), "seat"),
        ("2026-04-11", "2026-04-01", Fixed(Fraction(2), "seat")),
        ("2026-04-21", "2026-04-02", Fixed(Fraction(1), "seat")),
    )
    terms = contract(charge(seats("1.00"), quantity=quantity, start="2026-04-01"), start="2026-04-01")
    found = rated(terms, "2026-04-01")
    assert amounts(found) == ["0.33", "0.67", "0.33"]
    thirds: Timeline[Price] = prices(
        flat("0.05"), ("2026-04-11", "2026-04-01", flat("0.07")), ("2026-04-21", "2026-04-02", flat("0.05"))
    )
    found = rated(contract(charge(thirds, start="2026-04-01"), start="2026-04-01"), "2026-04-01")
    assert amounts(found) == ["0.02", "0.02", "0.01"], "0.0167 and 0.0167 at one price are 0.03 together"


def test_a_change_to_the_same_is_no_segment() -> None:
    again = prices(flat("10"), ("2026-01-11", "2026-01-10", flat("10")))
    assert len(rated(contract(charge(again)), "2026-01-01")) == 1


def test_usage_at_an_unchanged_price_is_asked_for_once() -> None:
    terms = contract(metered(prices(each("1.00"), ("2026-01-16", "2026-01-10", each("1.00")))))
    assert [one.days for one in demands(terms, "Europe/Amsterdam", LATER, day("2026-02-01"))] == [
        period("2026-01-01", "2026-01-31")
    ]


def test_an_amendment_counts_once_it_is_agreed_and_names_its_clause() -> None:
    price = prices(flat("450.00"), ("2026-03-01", "2026-05-12", flat("520.00")))
    terms = contract(charge(price))
    assert amounts(rated(terms, "2026-05-11", known_on="2026-05-11")) == ["450.00"] * 5
    found = rated(terms, "2026-05-12", known_on="2026-05-12")
    assert amounts(found) == ["450.00"] * 2 + ["520.00"] * 3
    assert [one.agreed.isoformat() for one in found] == ["2000-01-01"] * 2 + ["2026-05-12"] * 3
    assert [one.clause.line for one in found] == [1, 1, 2, 2, 2]


def test_a_stop_names_its_clause_where_it_cuts() -> None:
    serving = service("2026-01-01", ("2026-02-15", "2026-02-10", False))
    found = rated(contract(charge(flat("280.00"), serving=serving)), "2026-02-28")
    assert amounts(found) == ["280.00", "140.00"]
    assert [one.clause.line for one in found] == [1, 31]


def test_a_stop_that_cuts_nothing_is_not_named() -> None:
    """It ends February with February; and of two lines of a period, it cuts the second one only."""
    at_the_edge = service("2026-01-01", ("2026-03-01", "2026-02-10", False))
    assert [one.clause.line for one in rated(contract(charge(flat("1.00"), serving=at_the_edge)), "2026-03-31")] == [
        1,
        1,
    ]
    step = prices(flat("280.00"), ("2026-02-08", flat("560.00")))
    within = service("2026-02-01", ("2026-02-15", "2026-02-10", False))
    found = rated(contract(charge(step, serving=within), start="2026-02-01"), "2026-02-28")
    assert amounts(found) == ["70.00", "140.00"]
    assert [one.clause.line for one in found] == [1, 31]


def test_the_price_is_named_where_all_was_agreed_at_once() -> None:
    price = prices(each("10.00", "seat", MONTH), ("2026-03-01", "2026-02-10", each("9.00", "seat", MONTH)))
    number = Dated(day("2026-03-01"), day("2026-02-10"), fixed(7), clause(9), 1)
    quantity = timeline(fixed(5)).extended(number)
    found = rated(contract(charge(price, quantity=quantity)), "2026-03-01")
    assert amounts(found) == ["50.00", "50.00", "63.00"]
    assert [one.clause.line for one in found] == [1, 1, 2]


# The day of conclusion


def test_neither_a_stop_nor_a_bound_nor_a_discount_concludes_anything() -> None:
    """What is agreed in February about the bill of a cover of old moves no day of conclusion, only the day of the clause."""
    february = "2026-02-10"
    bound = timeline(Bound(Decimal("300.00"), MONTH), ("2026-01-01", february, Bound(Decimal("400.00"), MONTH)))
    serving = service("2026-01-01", ("2026-02-15", february, False))
    off = Discount("off", "Off", clause(40), PercentOff(Decimal(10)), None, day(february), day("2026-01-01"), None)
    found = rated(contract(charge(flat("280.00"), serving=serving, minimum=bound), discounts=[off]), "2026-02-28")
    assert [(str(one.component), one.agreed.isoformat()) for one in found] == [
        ("fee", "2000-01-01"),
        ("fee/minimum", february),
        ("fee/discount/off", february),
        ("fee", february),
        ("fee/minimum", february),
        ("fee/discount/off", february),
    ]
    assert {one.concluded for one in found} == {SIGNED}


@pytest.mark.parametrize("what", ["price", "quantity", "included"])
def test_a_price_a_quantity_and_included_units_are_concluded_for_the_days_from_which_they_count(what: str) -> None:
    """A bound and a discount follow what they stand beside."""
    agreed = "2026-02-10"
    price: Timeline[Price] = timeline(seats("10.00"))
    quantity: Timeline[Quantity] = timeline(fixed(5))
    included = timeline(Fraction(1))
    if what == "price":
        price = timeline(seats("10.00"), ("2026-02-15", agreed, seats("9.00")))
    elif what == "quantity":
        quantity = timeline(fixed(5), ("2026-02-15", agreed, fixed(4)))
    else:
        included = timeline(Fraction(1), ("2026-02-15", agreed, Fraction(2)))
    early = Discount("a", "A", clause(40), PercentOff(Decimal(10)), None, SIGNED, day("2026-01-01"), day("2026-02-15"))
    late = Discount("b", "B", clause(41), PercentOff(Decimal(10)), None, SIGNED, day("2026-01-01"), None)
    fee = charge(price, quantity=quantity, included=included, minimum=Bound(Decimal("90.00"), MONTH))
    found = rated(contract(fee, discounts=[early, late]), "2026-02-01")
    concluded = [(str(one.component), str(one.concluded)) for one in found]
    assert concluded[:4] == [
        (name, "2000-01-01") for name in ("fee", "fee/minimum", "fee/discount/a", "fee/discount/b")
    ]
    assert concluded[4:] == [
        ("fee", "2000-01-01"),
        ("fee", agreed),
        ("fee/minimum", agreed),
        ("fee/discount/a", "2000-01-01"),
        ("fee/discount/b", agreed),
    ]


def test_what_is_agreed_again_unchanged_concludes_nothing() -> None:
    price = prices(flat("280.00"), ("2026-02-15", "2026-02-10", flat("280.00")))
    assert [one.concluded for one in rated(contract(charge(price)), "2026-02-01")] == [SIGNED, SIGNED]


# Stops


def test_a_stop_without_refund_leaves_the_period_whole() -> None:
    serving = service("2026-01-01", ("2026-02-15", "2026-02-10", False, Refund.NONE))
    assert amounts(rated(contract(charge(flat("280.00"), serving=serving)), "2026-12-31")) == ["280.00", "280.00"]


def test_one_offs() -> None:
    fee = charge(Once(Decimal("99.95")), start="2026-03-15", quantity=3, included=1)
    found = rated(contract(fee), "2026-12-31")
    assert table(found) == [("fee", "2026-03-15 to 2026-03-15", "199.90")]
    assert found[0].one_off
    assert face(found[0]) == "2 seat at 99.95"


def test_free_is_left_out_and_a_measured_nothing_is_kept() -> None:
    terms = contract(charge(Free()), metered(each("0.10"), name="use"))
    found = rated(terms, "2026-02-01", {"use": 0})
    assert table(found) == [("use", "2026-01-01 to 2026-01-31", "0.00")]
    assert face(found[0]) == "0 unit at 0.10"


# Measured usage


def _answers(values: dict[Period, int]) -> dict[tuple[str, str, Period], Measured]:
    return {("c-1", "use", days): Measured(Fraction(value), "usage.csv", 3) for days, value in values.items()}


def test_a_price_step_lets_the_bands_run_on() -> None:
    """1 000 units at 1.00 and then 0.50; from the 16th the second band costs 0.40. 800 and 700 units: 800.00 for the first
    part; of the second, 200 in the first band and 500 in the new second one are 200.00 + 200.00."""
    old = bands(Model.GRADUATED, (1000, "1.00"), (None, "0.50"))
    new = bands(Model.GRADUATED, (1000, "1.00"), (None, "0.40"))
    terms = contract(metered(prices(old, ("2026-01-16", "2026-01-10", new))))
    first, second = period("2026-01-01", "2026-01-15"), period("2026-01-16", "2026-01-31")
    assert [one.days for one in demands(terms, "Europe/Amsterdam", LATER, day("2026-02-01"))] == [first, second]
    rating = rate(terms, None, _answers({first: 800, second: 700}), LATER, day("2026-02-01"))
    assert amounts(rating.entitlements) == ["800.00", "400.00"]
    assert rows(rating.entitlements[1]) == ["band: 200 unit at 1.00", "band: 500 unit at 0.40"]


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        (Model.VOLUME, ["120.00", "60.00"]),  # 15 units reach the band of 10.00 plus 20.00; the new one costs 12.00
        (Model.PACKAGE, ["10.00", "24.00"]),  # four units to a package: three begun by 10, the fourth by 15
    ],
)
def test_other_models_run_on_too(model: Model, expected: list[str]) -> None:
    steps = {
        Model.VOLUME: (((5, "11"), (None, "10", "20")), ((5, "11"), (None, "12", "20"))),
        Model.PACKAGE: (((5, "5", "0", "4"), (None, "0", "0", "4")), ((5, "6", "0", "4"), (None, "24", "0", "8"))),
    }[model]
    old, new = (bands(model, *step) for step in steps)
    terms = contract(metered(prices(old, ("2026-01-16", "2026-01-10", new))))
    first, second = period("2026-01-01", "2026-01-15"), period("2026-01-16", "2026-01-31")
    rating = rate(terms, None, _answers({first: 10, second: 5}), LATER, day("2026-02-01"))
    assert not rating.holds
    assert amounts(rating.entitlements) == expected


def test_included_units_run_on() -> None:
    """10 are included, from the 16th 20: of 15 and 15 used, 5 are billed in the first part and 5 more in the second."""
    included = timeline(Fraction(10), ("2026-01-16", "2026-01-10", Fraction(20)))
    terms = contract(metered(each("1.00"), included=included))
    first, second = period("2026-01-01", "2026-01-15"), period("2026-01-16", "2026-01-31")
    rating = rate(terms, None, _answers({first: 15, second: 15}), LATER, day("2026-02-01"))
    assert amounts(rating.entitlements) == ["5.00", "5.00"]
    fewer = timeline(Fraction(20), ("2026-01-16", "2026-01-10", Fraction(10)))
    terms = contract(metered(each("1.00"), included=fewer))
    rating = rate(terms, None, _answers({first: 15, second: 2}), LATER, day("2026-02-01"))
    assert amounts(rating.entitlements) == ["0.00", "2.00"], "what was free when it was used stays free"


def test_a_quarter_of_monthly_bands_counts_each_month_anew() -> None:
    price = bands(Model.GRADUATED, (100, "0"), (None, "1.00"), per=MONTH)
    terms = contract(metered(price, bill=in_arrears(QUARTER, Anchor(1, 1))))
    months = [one.days for one in demands(terms, "Europe/Amsterdam", LATER, day("2026-04-01"))]
    assert [one.days for one in months] == [31, 28, 31]
    answers = _answers(dict(zip(months, (150, 50, 101), strict=True)))
    rating = rate(terms, None, answers, LATER, day("2026-04-01"))
    assert table(rating.entitlements) == [("fee", "2026-01-01 to 2026-03-31", "51.00")]


def test_a_stub_of_usage_is_not_prorated_but_a_level_is() -> None:
    terms = contract(
        metered(each("1.00"), "sum", start="2026-01-16", name="hours"),
        metered(each("31.00", "vehicle", MONTH), "peak", start="2026-01-16", name="vehicles"),
        start="2026-01-16",
        meters=[meter("sum"), meter("peak", Aggregation.MAX, "vehicle")],
    )
    found = rated(terms, "2026-02-01", {"sum": 10, "peak": 2})
    assert amounts(found, "hours") == ["10.00"]
    assert amounts(found, "vehicles") == ["32.00"]
    assert found[1].proration == (16, 31)


def test_a_level_is_asked_once_for_its_rating_period() -> None:
    step = prices(each("31.00", "vehicle"), ("2026-01-11", "2026-01-10", each("62.00", "vehicle")))
    terms = contract(metered(step, "peak"), meters=[meter("peak", Aggregation.MAX, "vehicle")])
    (asked,) = demands(terms, "Europe/Amsterdam", LATER, day("2026-02-01"))
    assert asked.days == period("2026-01-01", "2026-01-31")
    assert amounts(rated(terms, "2026-02-01", {"peak": 3})) == ["30.00", "126.00"]


def test_a_level_per_day_adds_up() -> None:
    terms = contract(metered(each("0.50"), "peak"), meters=[meter("peak", Aggregation.MAX, "vehicle", per_day=True)])
    found = rated(terms, "2026-02-01", {"peak": 62})
    assert face(found[0]) == "62 vehicle at 0.50"


def test_from_an_agreed_quantity_to_a_measured_one() -> None:
    """The full month's price for 10 seats until the 15th; then what is measured, at 1.00 a unit."""
    quantity: Timeline[Quantity] = timeline(Fixed(Fraction(10), "seat"), ("2026-01-16", "2026-01-10", Metered("use")))
    terms = contract(charge(each("31.00"), quantity=quantity, bill=in_arrears()))
    (asked,) = demands(terms, "Europe/Amsterdam", LATER, day("2026-02-01"))
    assert asked.days == period("2026-01-16", "2026-01-31")
    assert amounts(rated(terms, "2026-02-01", {"use": 4})) == ["150.00", "124.00"]


def test_a_percentage_of_money() -> None:
    found = rated(contract(metered(Percent(Decimal("1.40")))), "2026-02-01", {"use": "12345.67"})
    assert amounts(found) == ["172.84"]
    assert face(found[0]) == "1234567/100 unit at 1.40 for 100"


def test_a_price_for_a_hundred_counts_parts_of_it() -> None:
    found = rated(contract(metered(each("5.00", size="100"))), "2026-02-01", {"use": 250})
    assert amounts(found) == ["12.50"]
    assert face(found[0]) == "250 unit at 5.00 for 100"


# What was billed ahead


def test_what_was_billed_ahead_is_rated_too() -> None:
    """An annual bill of January, moved to monthly from May by an amendment of April: the months up to December are
    needed to compare, although they are not due."""
    bill = timeline(billing(YEAR, anchor=Anchor(1, 1)), ("2026-05-01", "2026-04-10", billing()))
    terms = contract(charge(flat("100.00"), bill=bill), metered(each("1"), name="use"))
    until = {"fee": day("2027-01-01"), "use": day("2027-01-01")}
    known = day("2026-04-12")
    plain = rate(terms, None, {}, known, known)
    assert [one.component.charge for one in plain.entitlements] == ["fee"]
    asked = demands(terms, "Europe/Amsterdam", known, known, until)
    assert [one.days.start for one in asked] == [day("2026-01-01"), day("2026-02-01"), day("2026-03-01")]
    found = rated(terms, "2026-04-12", {"use": 1}, known_on="2026-04-12", billed_until=until)
    assert amounts(found) == ["400.00"] + ["100.00"] * 8
    assert amounts(found, "use") == ["1.00"] * 3, "April's usage is not complete"


def test_a_one_off_that_was_billed_is_rated_on_the_later_day_to_which_it_moved() -> None:
    """Its key is its charge and not its day. What begins later and was never billed is not rated before it is due."""
    setup = charge(Once(Decimal("500.00")), name="setup", start="2026-01-20")
    later = charge(flat("10.00"), name="later", start="2026-01-20")
    terms = contract(setup, later)
    assert rated(terms, "2026-01-16") == ()
    until = {"setup": day("2026-01-16"), "later": day("2026-01-16")}
    (found,) = rated(terms, "2026-01-16", billed_until=until)
    assert (str(found.component), found.bill_date, str(found.net)) == ("setup", day("2026-01-20"), "500.00 EUR")
    assert rated(terms, "2026-01-16", billed_until={"later": day("2026-01-16")}) == ()


# Traces


def test_every_agreed_number_names_its_clause() -> None:
    price = bands(Model.GRADUATED, (100, "0.10"), (None, "0.05", "2.00"))
    found = rated(contract(metered(price, included=10)), "2026-02-01", {"use": 250})
    leaves = [leaf for leaf in _leaves(found[0].trace) if leaf.op is Op.GIVEN and leaf.result]
    agreed = [leaf for leaf in leaves if leaf.label in ("included", "band-price-per-unit", "band-flat", "band-end")]
    assert agreed
    assert all(leaf.clause is not None for leaf in agreed)
    measured = [leaf for leaf in leaves if leaf.label == "quantity"]
    assert measured
    assert all(leaf.source == "usage/test.csv" for leaf in measured)
    assert all(leaf.clause or leaf.source for leaf in leaves)


def _leaves(trace: Trace) -> list[Trace]:
    return [trace] if not trace.operands else [leaf for part in trace.operands for leaf in _leaves(part)]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [(Rounding.HALF_UP, "0.13"), (Rounding.HALF_EVEN, "0.12"), (Rounding.UP, "0.13"), (Rounding.DOWN, "0.12")],
)
def test_the_contract_s_rounding(rule: Rounding, expected: str) -> None:
    terms = contract(metered(each("0.125")), rounding=rule)
    assert amounts(rated(terms, "2026-02-01", {"use": 1})) == [expected]


def test_currencies_without_cents() -> None:
    assert amounts(rated(contract(charge(flat("1000"), start="2026-01-16"), currency="JPY"), "2026-01-16")) == ["516"]


def test_timing_and_anchor_do_not_change_what_a_day_costs() -> None:
    ahead = charge(flat("310.00"), bill=billing(timing=Timing.ADVANCE, anchor=FIRST))
    after = charge(flat("310.00"), bill=in_arrears())
    found = [sum_of(rated(contract(one, end="2026-06-15"), "2026-12-31")) for one in (ahead, after)]
    assert found[0] == found[1]
