"""usage: events that are priced one by one: counts and sums of the database against a loop over the events."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from invoicer.domain.events import EventBounds, EventTerms, Tally, tally
from invoicer.domain.period import Period
from invoicer.domain.price import Compare, Comparison, Condition
from invoicer.domain.usage import Demand, Measured
from invoicer.errors import Problem
from invoicer.workspace import zone as time_zone
from tests.quickly import law
from tests.usage.test_usage_laws import ZONES, Event, asked, conditions, events, holds, named, written

HEAD = "event,contract,meter,at,amount\n"
JANUARY = Period(dt.date(2026, 1, 1), dt.date(2026, 2, 1))


def deliver(usage: Any, *amounts: str, head: str = HEAD) -> None:
    usage.source("t.csv", "traffic")
    rows = (f"e{at},acme,traffic,2026-01-{at + 2:02}T12:00:00Z,{amount}\n" for at, amount in enumerate(amounts))
    usage.write("t.csv", head + "".join(rows))


def terms(**more: Any) -> EventTerms:
    percent = Decimal(more.pop("percent", "2.99"))
    least, most = (Decimal(more.pop(name)) if name in more else None for name in ("least", "most"))
    free = {name: Fraction(value) for name, value in more.items() if name.startswith("free")}
    fixed = Decimal(more.get("fixed", 0))
    return EventTerms(JANUARY.start, percent, fixed, EventBounds(least, most), **free)


def tallied(usage: Any, ask: Any, by: EventTerms, days: Period = JANUARY) -> Tally:
    answer = usage.quantity(Demand("acme", ask.meter("sum"), days, "UTC", (by,)))
    found: Tally = answer.tally(by)
    return found


# lago-api spec/services/charge_models/percentage_service_spec.rb: events of 10, 80 and 10 000 at 2.99%, at least 1.75 and
# at most 12 each
@pytest.mark.parametrize(
    ("by", "expected"),
    [
        ({}, Tally(0, Fraction(0), 1, 1, 1, Fraction(80))),
        ({"free_amount": 30}, Tally(1, Fraction(30), 0, 1, 1, Fraction(60))),
        ({"free_amount": 90}, Tally(2, Fraction(90), 0, 1, 0, Fraction(0))),
        ({"free_events": 2}, Tally(2, Fraction(90), 0, 1, 0, Fraction(0))),
        ({"free_events": 3, "free_amount": 10000}, Tally(2, Fraction(10000), 0, 0, 1, Fraction(90))),
    ],
)
def test_worked_examples(usage: Any, ask: Any, by: dict[str, Any], expected: Tally) -> None:
    deliver(usage, "10", "80", "10000")
    assert tallied(usage, ask, terms(least="1.75", most="12", **by)) == expected


@pytest.mark.parametrize(
    ("percent", "fixed", "expected"), [("0", "1.75", (0, 3)), ("0", "1.74", (3, 0)), ("0", "13", (0, 0))]
)
def test_without_a_percentage_all_events_cost_the_same(
    usage: Any, ask: Any, percent: str, fixed: str, expected: tuple[int, int]
) -> None:
    deliver(usage, "0", "80", "10000")
    found = tallied(usage, ask, terms(percent=percent, fixed=fixed, least="1.75", most="12"))
    assert (found.at_least, found.between) == expected
    assert found.at_most == 3 - sum(expected)


def test_a_limit_that_no_decimal_reaches(usage: Any, ask: Any) -> None:
    """1% of a third of 100 is a third: 33.333333333333 costs less than a minimum of a third, the next decimal more."""
    by = EventTerms(JANUARY.start, Decimal(1), Decimal("0.0"), EventBounds(Decimal(1) / Decimal(3), None))
    deliver(usage, "33.333333333333", "33.333333333334")
    limit = tally([], [Fraction("33.333333333333"), Fraction("33.333333333334")], by)
    assert tallied(usage, ask, by) == limit


def test_what_is_free_was_used_up_before(usage: Any, ask: Any) -> None:
    """Of the events of the whole month those of its first days use up what is free."""
    deliver(usage, "10", "80", "10000")
    days = Period(dt.date(2026, 1, 4), dt.date(2026, 2, 1))
    assert tallied(usage, ask, terms(free_events=2), days) == Tally(between=1, amount=Fraction(10000))
    assert tallied(usage, ask, terms(free_amount=91), days) == Tally(
        free_amount=Fraction(1), between=1, amount=Fraction(9999)
    )


def test_at_one_instant_ids_decide_what_is_free(usage: Any, ask: Any) -> None:
    usage.source("t.csv", "traffic")
    rows = (f"{name},acme,traffic,2026-01-02T12:00:00Z,{amount}\n" for name, amount in (("b", 5), ("a", 7), ("c", 9)))
    usage.write("t.csv", HEAD + "".join(rows))
    assert tallied(usage, ask, terms(free_events=1)) == Tally(1, Fraction(7), between=2, amount=Fraction(14))


def test_nothing_happened(usage: Any, ask: Any) -> None:
    deliver(usage)
    assert tallied(usage, ask, terms(least="1.75", free_events=3)) == Tally()


def test_only_what_counts_is_free(usage: Any, ask: Any) -> None:
    deliver(usage, "10", "80", "10000")
    by = terms(free_events=1)
    meter = ask.meter("sum", only=Compare("amount", Comparison.MORE, Fraction(50)))
    answer = usage.quantity(Demand("acme", meter, JANUARY, "UTC", (by,)))
    assert answer.tally(by) == Tally(1, Fraction(80), between=1, amount=Fraction(10000))


def test_an_earlier_wrong_event_is_a_doubt_about_what_is_free(usage: Any, ask: Any) -> None:
    deliver(usage, "ten", "80")
    by = terms(free_events=1)
    demand = Demand("acme", ask.meter("sum"), Period(dt.date(2026, 1, 3), dt.date(2026, 2, 1)), "UTC", (by,))
    answers, _ = usage.ask(demand)
    held = answers[demand.key]
    assert isinstance(held, Problem) and held.code == "U305"


limits = st.none() | st.decimals(0, 20, places=2)
by_event = st.builds(
    EventTerms,
    st.sampled_from([dt.date(2025, 12, 30), dt.date(2026, 1, 1), dt.date(2026, 3, 29)]),
    st.sampled_from([Decimal(0), Decimal("0.000000000001")]) | st.decimals(0, 10, places=2),
    st.sampled_from([Decimal(0), Decimal("0.25")]),
    st.builds(EventBounds, limits, st.none() | st.decimals(20, 40, places=2)),
    st.none() | st.fractions(0, 6, max_denominator=3),
    st.none() | st.fractions(0, 10**6, max_denominator=7),
)


@law(30)
@given(
    happened=st.lists(events, max_size=20),
    by=st.lists(by_event, min_size=1, max_size=3, unique=True),
    length=st.integers(1, 200),
    later=st.integers(0, 3),
    only=conditions,
    zone=st.sampled_from(ZONES),
)
def test_the_database_counts_as_a_loop_over_the_events(
    ask: Any, happened: list[Event], by: list[EventTerms], length: int, later: int, only: Condition | None, zone: str
) -> None:
    first = max(one.since for one in by) + dt.timedelta(days=later)
    days = Period(first, first + dt.timedelta(days=length))
    meter = ask.meter("sum", only=only)
    demands = [Demand(contract, meter, days, zone, tuple(by)) for contract in ("acme", "beta")]
    with written(happened, files=2, seed=3) as folder:
        answers = asked(folder, demands)
    for demand in demands:
        answer = answers[demand.key]
        assert isinstance(answer, Measured)
        for one in by:
            assert answer.tally(one) == _looped(happened, demand, one), (demand, one)


def _looped(happened: list[Event], demand: Demand, by: EventTerms) -> Tally:
    mine = sorted(
        (event.at, name, event)
        for name, event in named(happened)
        if event.contract == demand.contract and holds(demand.meter.only, event)
    )
    dated = [(at.astimezone(time_zone(demand.time_zone)).date(), Fraction(event.amount)) for at, _, event in mine]
    earlier = [amount for day, amount in dated if by.since <= day < demand.days.start]
    return tally(earlier, [amount for day, amount in dated if day in demand.days], by)
