"""tests of the engine: percentages of each event, priced from counts and sums, against a loop over the events."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from invoicer.domain.contract import Anchor, Billing, Bound, Charge, Contract
from invoicer.domain.entitlement import Entitlement
from invoicer.domain.events import EventBounds, EventPricing, tally
from invoicer.domain.money import Money
from invoicer.domain.price import Compare, Comparison, Conditional, Option, Percent
from invoicer.domain.timeline import Timeline
from invoicer.domain.usage import Measured, Measurements
from invoicer.engine import demands, rate
from tests.engine.terms import (
    LATER,
    MONTH,
    QUARTER,
    amounts,
    charge,
    contract,
    day,
    holds_of,
    in_arrears,
    meter,
    prices,
    rows,
    sound,
    sum_of,
    timeline,
)

LAW = settings(print_blob=True, deadline=None, derandomize=True, max_examples=100)
Events = Sequence[tuple[str, str]]
"""Day and amount."""


def of_each(percent: str, fixed: str = "0", least: str | None = None, most: str | None = None, **more: Any) -> Charge:
    """A charge for a percentage of each event; ``free_events`` and ``free_amount`` may be timelines."""
    bounds = EventBounds(Decimal(least) if least else None, Decimal(most) if most else None)

    def dated(value: Any) -> Timeline[Fraction] | None:
        return value if value is None or isinstance(value, Timeline) else timeline(Fraction(value))

    free = {name: dated(more.pop(name, None)) for name in ("free_events", "free_amount")}
    price = more.pop("price", None) or Percent(Decimal(percent), Decimal(fixed))
    bounded = more.pop("bounds", None) or (timeline(bounds) if bounds != EventBounds() else None)
    made = charge(price, quantity="use", bill=more.pop("bill", None) or in_arrears(), **more)
    return replace(made, events=EventPricing(bounded, **free))


def measured(terms: Contract, through: str, events: Events) -> Measurements:
    """The answers of usage to a contract with one meter."""
    found = {}
    for demand in demands(terms, "UTC", LATER, day(through)):
        mine = [Fraction(amount) for when, amount in events if day(when) in demand.days]
        tallies = []
        for one in demand.events:
            earlier = [Fraction(a) for when, a in events if one.since <= day(when) < demand.days.start]
            tallies.append((one, tally(earlier, mine, one)))
        found[demand.key] = Measured(sum(mine, Fraction(0)), "usage/test.csv", len(mine), tuple(tallies))
    return found


def rated(terms: Contract, through: str, events: Events) -> tuple[Entitlement, ...]:
    rating = rate(terms, None, measured(terms, through, events), LATER, day(through))
    assert not rating.holds, rating.holds
    sound(rating, terms)
    return rating.entitlements


def in_january(*values: str) -> Events:
    return [(f"2026-01-{number + 2:02}", value) for number, value in enumerate(values)]


def test_the_rows_say_what_each_kind_of_event_cost() -> None:
    terms = contract(of_each("2.99", "0.25", "1.75", "12", free_amount="30"))
    (line,) = rated(terms, "2026-02-01", in_january("10", "80", "100", "10000", "20"))
    # 60 and 100 between the bounds, 20 at the minimum, 10 000 at the maximum; 30 are free
    assert rows(line) == [
        "included: 30 unit at 0",
        "price: 160 unit at 2.99 for 100",
        "flat: 2 event at 0.25",
        "event-minimum: 1 event at 1.75",
        "event-maximum: 1 event at 12",
    ]
    assert amounts([line]) == ["19.03"]  # 4.784 + 0.50 + 1.75 + 12.00 = 19.034


def test_what_is_free_costs_nothing_at_all() -> None:
    terms = contract(of_each("2.99", "2.00", "1.75", free_events=3))
    assert amounts(rated(terms, "2026-02-01", in_january("1", "2", "3"))) == ["0.00"]
    assert amounts(rated(terms, "2026-02-01", ())) == ["0.00"]


def test_an_event_that_exactly_uses_up_the_free_amount_costs_neither_its_fixed_part_nor_its_minimum() -> None:
    for fixed, least in (("2.00", None), ("0", "1.75")):
        terms = contract(of_each("2.99", fixed, least, free_amount="100"))
        assert amounts(rated(terms, "2026-02-01", in_january("60", "40"))) == ["0.00"]
        assert amounts(rated(terms, "2026-02-01", in_january("100"))) == ["0.00"]
    terms = contract(of_each("10", "2.00", free_amount="100"))
    assert amounts(rated(terms, "2026-02-01", in_january("60", "40.01"))) == ["2.00"]  # 0.001 + 2.00


def test_free_events_are_counted_anew_in_each_period() -> None:
    terms = contract(of_each("10", free_events=1))
    events = [("2026-01-05", "100"), ("2026-01-06", "100"), ("2026-02-05", "100"), ("2026-02-06", "100")]
    assert amounts(rated(terms, "2026-03-01", events)) == ["10.00", "10.00"]


def test_free_events_are_counted_anew_in_each_rating_period_of_a_longer_bill() -> None:
    """A maximum for each month makes months of a quarter's bill: the first event of each is free, 3 of 6 are charged."""
    most = Bound(Decimal("1000.00"), MONTH)
    terms = contract(of_each("10", free_events=1, maximum=most, bill=in_arrears(QUARTER, Anchor(1, 1))))
    events = [(f"2026-{month:02}-{on:02}", "100") for month in (1, 2, 3) for on in (5, 6)]
    assert sum_of(rated(terms, "2026-04-01", events)) == Decimal("30.00")


def test_what_is_free_runs_on_where_the_price_changes() -> None:
    """Three free events in June, the price changes on the 16th: two are used before, one after."""
    price = prices(Percent(Decimal(10)), ("2026-06-16", Percent(Decimal(20))))
    terms = contract(of_each("10", price=price, free_events=3, start="2026-06-01"), start="2026-06-01")
    days = ("2026-06-03", "2026-06-04", "2026-06-17", "2026-06-18")
    assert amounts(rated(terms, "2026-07-01", [(one, "100") for one in days])) == ["0.00", "20.00"]


def test_what_is_agreed_on_the_day_of_an_event_counts_for_it() -> None:
    """From the 16th on five events are free in place of three: the fourth and fifth are, if they come after it."""
    free = timeline(Fraction(3), ("2026-06-16", "2026-06-01", Fraction(5)))
    terms = contract(of_each("10", free_events=free, start="2026-06-01"), start="2026-06-01")
    events = [("2026-06-03", "100")] * 4 + [("2026-06-17", "100")] * 2
    assert amounts(rated(terms, "2026-07-01", events)) == ["10.00", "10.00"]
    bounds = timeline(EventBounds(Decimal(1)), ("2026-06-16", "2026-06-01", EventBounds(Decimal(3))))
    terms = contract(of_each("10", bounds=bounds, start="2026-06-01"), start="2026-06-01")
    assert amounts(rated(terms, "2026-07-01", [("2026-06-03", "1"), ("2026-06-17", "1")])) == ["1.00", "3.00"]


def test_a_change_of_billing_shares_what_is_free() -> None:
    """Up to the change there is half of April: two of four events, and 50 of 100. From the 16th on a month begins anew."""
    fee = of_each("10", free_events=4, start="2026-04-01", bill=_halved())
    terms = contract(fee, start="2026-04-01")
    events = [(f"2026-04-{number:02}", "100") for number in (2, 3, 4, 17, 18, 19)]
    assert amounts(rated(terms, "2026-05-16", events)) == ["10.00", "0.00"]
    fee = of_each("10", free_amount=100, start="2026-04-01", bill=_halved())
    events = [("2026-04-02", "100"), ("2026-04-17", "100")]
    assert amounts(rated(contract(fee, start="2026-04-01"), "2026-05-16", events)) == ["5.00", "0.00"]


def test_what_is_free_after_a_change_of_billing_is_not_used_up_by_days_before_it() -> None:
    """By quarters from 16 April on: 45.50 of 91 are free up to the 15th, 91 x 76 / 91 = 76 in the rest of the quarter."""
    quarters = ("2026-04-16", "2026-04-01", in_arrears(QUARTER, Anchor(1, 1)))
    fee = of_each("10", free_amount=91, start="2026-04-01", bill=timeline(in_arrears(), quarters))
    events = [("2026-04-02", "100"), ("2026-05-02", "100")]
    assert amounts(rated(contract(fee, start="2026-04-01"), "2026-07-01", events)) == ["5.45", "2.40"]


def _halved() -> Timeline[Billing]:
    return timeline(in_arrears(), ("2026-04-16", "2026-04-01", in_arrears(anchor=Anchor(day=16))))


def test_each_price_of_a_condition_has_its_own_counts() -> None:
    """1% above 1 000 in all, 5% and 0.25 each below: the events are counted for both, and one counts."""
    much = Compare("quantity", Comparison.MORE, Fraction(1000))
    price = Conditional((Option(much, Percent(Decimal(1))), Option(None, Percent(Decimal(5), Decimal("0.25")))))
    terms = contract(of_each("1", price=price, least="2.00"))
    assert amounts(rated(terms, "2026-02-01", in_january("10", "100"))) == ["7.25"]
    assert amounts(rated(terms, "2026-02-01", in_january("10", "1000"))) == ["12.00"]


def test_bounds_of_the_whole_charge_come_after_those_of_events() -> None:
    terms = contract(of_each("1", least="2.00", maximum=Bound(Decimal("3.00"))))
    found = rated(terms, "2026-02-01", in_january("1", "1"))
    assert (amounts(found), amounts(found, "fee/maximum")) == (["4.00"], ["-1.00"])


def test_without_the_single_events_the_period_is_held() -> None:
    terms = contract(of_each("1", least="2.00"))
    demand = demands(terms, "UTC", LATER, day("2026-02-01"))[0]
    (held,) = holds_of(terms, "2026-02-01", {demand.key: Measured(Fraction(100), "usage/test.csv", 3)})
    assert (held.code, "single events of meter use" in held.cause) == ("E001", True)


def test_a_plain_percentage_asks_for_no_events() -> None:
    terms = contract(charge(Percent(Decimal(3)), quantity="use", bill=in_arrears()), meters=[meter(unit="EUR")])
    assert [demand.events for demand in demands(terms, "UTC", LATER, day("2026-02-01"))] == [()]


MONEY = st.decimals(Decimal("0"), Decimal("2000"), places=3)


@LAW
@given(
    st.lists(st.tuples(st.integers(1, 30), MONEY), max_size=15),
    st.tuples(MONEY.map(lambda m: m / 100), st.sampled_from(["0", "0.25"])),
    st.none() | st.sampled_from([Decimal("0.50"), Decimal(2)]),
    st.none() | st.sampled_from([Decimal(4), Decimal(20)]),
    st.none() | st.integers(1, 5),
    st.none() | st.decimals(Decimal(1), Decimal(5000), places=2),
    st.none() | st.integers(2, 30),
)
def test_pricing_from_counts_is_a_loop_over_events(
    events: list[tuple[int, Decimal]],
    price: tuple[Decimal, str],
    least: Decimal | None,
    most: Decimal | None,
    free_events: int | None,
    free_amount: Decimal | None,
    step: int | None,
) -> None:
    """Whatever the terms, a loop over the events in their order comes to the same."""
    percent, fixed = price
    stated = Percent(percent, Decimal(fixed))
    line = prices(stated, *([(f"2026-06-{step:02}", Percent(percent * 2, Decimal(fixed)))] if step else []))
    bounds = EventBounds(least, most)
    fee = of_each(
        "0",
        price=line,
        bounds=timeline(bounds) if bounds != EventBounds() else None,
        free_events=free_events,
        free_amount=free_amount,
        start="2026-06-01",
    )
    ordered = sorted(events, key=lambda one: one[0])
    found = rated(
        contract(fee, start="2026-06-01"), "2026-07-01", [(f"2026-06-{d:02}", str(amount)) for d, amount in ordered]
    )
    by_price: dict[bool, Fraction] = {}
    total, left_events = Fraction(0), free_events
    for when, money in ordered:
        amount, later = Fraction(money), step is not None and when >= step
        rate_of = Fraction(percent) * (2 if later else 1) / 100
        counts = left_events is None or left_events > 0
        free = Fraction(0)
        if counts and free_amount is not None:
            free = min(amount, max(Fraction(0), Fraction(free_amount) - total))
            whole = free == amount and total < free_amount
        else:
            whole = counts and left_events is not None
        total += amount
        left_events = None if left_events is None else left_events - 1
        if whole:
            continue
        cost = (amount - free) * rate_of + Fraction(fixed)
        cost = max(cost, Fraction(least)) if least is not None else cost
        cost = min(cost, Fraction(most)) if most is not None else cost
        by_price[later] = by_price.get(later, Fraction(0)) + cost
    due = {later: Money.of(cost, "EUR").amount for later, cost in by_price.items()}
    one_price = step is None or percent == 0
    if one_price:
        assert sum_of(found) == Money.of(sum(by_price.values(), Fraction(0)), "EUR").amount
    else:
        split = dt.date(2026, 6, step or 1)
        for later in (False, True):
            mine = [one for one in found if (one.days.start >= split) is later]
            assert sum_of(mine) == due.get(later, Decimal(0))
