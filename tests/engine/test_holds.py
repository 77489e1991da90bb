"""tests of the engine: conditions, and what holds a contract instead of being guessed."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from fractions import Fraction

import pytest

from invoicer.domain.contract import Aggregation
from invoicer.domain.party import Address, Customer, PartyKind
from invoicer.domain.price import (
    AllOf,
    AnyOf,
    Compare,
    Comparison,
    Condition,
    Conditional,
    Flat,
    Not,
    Once,
    Option,
    Price,
)
from invoicer.domain.usage import Measured
from invoicer.engine import demands, rate
from invoicer.errors import Place, Problem, Severity
from tests.engine.terms import (
    LATER,
    MONTH,
    amounts,
    charge,
    contract,
    day,
    each,
    flat,
    holds_of,
    in_arrears,
    measured,
    meter,
    metered,
    period,
    prices,
    rated,
    seats,
    service,
    timeline,
)


def compare(subject: str, comparison: Comparison, value: int | str) -> Compare:
    return Compare(subject, comparison, value if isinstance(value, str) else Fraction(value))


def options(*rows: tuple[Condition | None, Price]) -> Conditional:
    return Conditional(tuple(Option(when, price) for when, price in rows))  # type: ignore[arg-type]


def customer(country: str, valid_from: str, recorded: str, kind: PartyKind = PartyKind.BUSINESS) -> Customer:
    return Customer(
        id="customer",
        name="Customer",
        kind=kind,
        address=Address("Street 1", "1000", "City", country),
        language="en",
        valid_from=day(valid_from),
        recorded=day(recorded),
    )


BY_SIZE = options(
    (compare("quantity", Comparison.LESS, 50), each("15.00", "seat", MONTH)),
    (
        AllOf((compare("quantity", Comparison.AT_LEAST, 50), compare("quantity", Comparison.AT_MOST, 199))),
        each("13.50", "seat", MONTH),
    ),
    (None, each("12.00", "seat", MONTH)),
)


@pytest.mark.parametrize(("seats", "price"), [(49, "15.00"), (50, "13.50"), (199, "13.50"), (200, "12.00")])
def test_the_first_option_that_holds(seats: int, price: str) -> None:
    found = rated(contract(charge(BY_SIZE, quantity=seats, included=10)), "2026-01-01")
    assert found[0].unit_price == Decimal(price)
    assert found[0].quantity == Fraction(seats - 10), "the condition sees the quantity before what is included"


def test_a_condition_on_usage_sees_the_whole_rating_period() -> None:
    step = prices(BY_SIZE, ("2026-01-16", "2026-01-10", options((None, each("1.00", "seat", MONTH)))))
    assert amounts(rated(contract(metered(step)), "2026-02-01", {"use": 30})) == ["405.00", "30.00"]


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (compare("quantity", Comparison.IS, 5), True),
        (compare("quantity", Comparison.IS_NOT, 5), False),
        (compare("quantity", Comparison.MORE, 5), False),
        (Not(compare("quantity", Comparison.MORE, 5)), True),
        (AnyOf((compare("quantity", Comparison.LESS, 5), compare("other", Comparison.IS, 7))), True),
        (compare("gone", Comparison.IS, 0), True),
        (compare("customer.kind", Comparison.IS, "business"), True),
        (compare("customer.country", Comparison.IS_NOT, "NL"), False),
    ],
)
def test_conditions(condition: Condition, expected: bool) -> None:
    terms = contract(
        charge(options((condition, flat("1.00")), (None, flat("2.00"))), quantity=5),
        charge(seats("1.00"), name="other", quantity=7),
        charge(seats("1.00"), name="gone", quantity=7, start="2026-06-01"),
    )
    rating = rate(terms, (customer("NL", "2025-01-01", "2025-01-01"),), {}, LATER, day("2026-01-01"))
    assert not rating.holds
    assert amounts(rating.entitlements) == ["1.00" if expected else "2.00"]


def test_the_customer_of_the_period_s_first_day_as_known() -> None:
    price = options((compare("customer.country", Comparison.IS, "BE"), flat("1.00")), (None, flat("2.00")))
    rows = (customer("NL", "2025-01-01", "2025-01-01"), customer("BE", "2026-02-01", "2026-03-05"))
    terms = contract(charge(price))
    before = rate(terms, rows, {}, day("2026-03-04"), day("2026-03-01")).entitlements
    after = rate(terms, rows, {}, day("2026-03-05"), day("2026-03-01")).entitlements
    assert amounts(before) == ["2.00", "2.00", "2.00"]
    assert amounts(after) == ["2.00", "1.00", "1.00"]


def test_another_charge_s_usage_is_asked_for() -> None:
    price = options((compare("use", Comparison.MORE, 100), flat("1.00")), (None, flat("2.00")))
    terms = contract(
        charge(price, bill=in_arrears(), start="2026-01-10"), metered(each("0.01"), name="use"), start="2026-01-05"
    )
    asked = {one.days for one in demands(terms, "Europe/Amsterdam", LATER, day("2026-02-01"))}
    assert asked == {period("2026-01-10", "2026-01-31"), period("2026-01-05", "2026-01-31")}
    assert amounts(rated(terms, "2026-02-01", {"use": 101})) == ["0.71"], "22 of 31 days of 1.00"
    assert amounts(rated(terms, "2026-02-01", {"use": 100})) == ["1.42"]


@pytest.mark.parametrize("customers", [None, (), (customer("NL", "2026-06-01", "2025-01-01"),)])
def test_an_unknown_customer_holds(customers: tuple[Customer, ...] | None) -> None:
    price = options((compare("customer.country", Comparison.IS, "BE"), flat("1.00")), (None, flat("2.00")))
    rating = rate(contract(charge(price)), customers, {}, LATER, day("2026-01-01"))
    (hold,) = rating.holds
    assert hold.code == "E004"
    assert hold.severity is Severity.HOLD
    assert str(hold.where) == "contracts/test.terms:1:1, contract c-1, charge fee, 2026-01-01 to 2026-01-31"


def test_usage_that_is_not_known_holds_charge_and_period() -> None:
    terms = contract(metered(each("1.00")), charge(flat("5.00"), name="other"))
    rating = rate(terms, None, {}, LATER, day("2026-03-01"))
    assert [(one.code, one.where.part) for one in rating.holds] == [
        ("E001", "contract c-1, charge fee, 2026-01-01 to 2026-01-31"),
        ("E001", "contract c-1, charge fee, 2026-02-01 to 2026-02-28"),
    ]
    assert amounts(rating.entitlements, "other") == ["5.00"] * 3
    assert [(one.period.charge, one.period.days) for one in rating.unrated] == [
        ("fee", period("2026-01-01", "2026-01-31")),
        ("fee", period("2026-02-01", "2026-02-28")),
    ]
    assert tuple(problem for one in rating.unrated for problem in one.reasons) == rating.holds


def test_a_problem_of_the_usage_keeps_its_own_words() -> None:
    terms = contract(metered(each("1.00")))
    (asked,) = demands(terms, "Europe/Amsterdam", LATER, day("2026-02-01"))
    late = Problem("U007", Place("usage/manifest.toml"), "complete through 2026-01-20 only", "wait, or declare it")
    (hold,) = holds_of(terms, "2026-02-01", {asked.key: late})
    assert (hold.code, hold.cause, hold.mend, hold.severity) == ("U007", late.cause, late.mend, Severity.HOLD)
    assert "charge fee, usage/manifest.toml" in str(hold.where)


def test_a_problem_of_the_usage_is_told_once_for_all_periods_that_it_is_about() -> None:
    terms = contract(metered(each("1.00")))
    asked = demands(terms, "Europe/Amsterdam", LATER, day("2026-03-01"))
    late = Problem("U007", Place("usage/manifest.toml"), "not complete for January and February", "declare it")
    assert len(asked) == 2
    assert len(holds_of(terms, "2026-03-01", dict.fromkeys((one.key for one in asked), late))) == 1


def test_all_that_is_missing_is_named_in_one_pass() -> None:
    terms = contract(
        metered(each("1.00"), "a", name="x"),
        metered(options((compare("x", Comparison.IS, 1), each("1.00")), (None, each("2.00"))), "b", name="y"),
        meters=[meter("a"), meter("b", Aggregation.LAST)],
    )
    found = holds_of(terms, "2026-02-01")
    assert len(found) == 3
    assert len({one.cause for one in found}) == 2


def test_less_than_nothing_used_holds() -> None:
    terms = contract(metered(each("1.00")))
    (hold,) = holds_of(terms, "2026-02-01", measured(terms, day("2026-02-01"), {"use": -3}))
    assert hold.code == "E002"
    assert "-3" in hold.cause


@pytest.mark.parametrize(
    ("code", "price", "quantity"),
    [
        ("E003", options((compare("quantity", Comparison.LESS, 1), each("1.00"))), 5),
        ("E005", prices(flat("1.00"), ("2026-01-10", "2026-01-02", Once(Decimal(5)))), None),
        ("E005", options((compare("quantity", Comparison.LESS, 1), Once(Decimal(5))), (None, flat("1.00"))), 5),
        ("E007", each("1.00"), None),
        ("E007", options((compare("quantity", Comparison.LESS, 1), flat("1.00")), (None, flat("2.00"))), None),
        ("E007", options((compare("plain", Comparison.LESS, 1), flat("1.00")), (None, flat("2.00"))), None),
    ],
)
def test_terms_that_can_t_be_rated_hold(code: str, price: Price, quantity: int | None) -> None:
    terms = contract(charge(price, quantity=quantity), charge(flat("1.00"), name="plain"))
    (hold,) = holds_of(terms, "2026-01-01")
    assert hold.code == code
    assert hold.cause
    assert hold.mend


def test_a_one_off_that_is_changed_after_it_fell_due_holds() -> None:
    price = prices(Once(Decimal(5)), ("2026-03-01", "2026-02-20", Once(Decimal(7))))
    assert amounts(rated(contract(charge(price)), "2026-03-01", known_on="2026-02-19")) == ["5.00"]
    (hold,) = holds_of(contract(charge(price)), "2026-03-01")
    assert hold.code == "E005"
    on_the_day = prices(Once(Decimal(5)), ("2026-01-01", "2026-02-20", Once(Decimal(7))))
    assert amounts(rated(contract(charge(on_the_day)), "2026-03-01")) == ["7.00"]


def test_a_day_without_a_price_holds() -> None:
    late = timeline(Flat(Decimal(1), MONTH), start=dt.date(2026, 2, 10))
    assert {one.code for one in holds_of(contract(charge(late)), "2026-02-01")} == {"E008"}  # type: ignore[arg-type]


def test_nothing_is_owed_before_anything_is_agreed() -> None:
    rating = rate(contract(charge(flat("1.00"))), None, {}, dt.date(1999, 12, 31), LATER)
    assert rating.entitlements == ()
    assert rating.holds == ()


def test_measured_events_of_the_wrong_charge_are_not_taken() -> None:
    terms = contract(metered(each("1.00")), metered(each("1.00"), "use", name="twice", serving=service("2026-01-10")))
    asked = demands(terms, "Europe/Amsterdam", LATER, day("2026-02-01"))
    assert len(asked) == 2
    answers = {one.key: Measured(Fraction(one.days.days), "usage.csv", 1) for one in asked}
    found = rate(terms, None, answers, LATER, day("2026-02-01")).entitlements
    assert (amounts(found), amounts(found, "twice")) == (["31.00"], ["22.00"])
