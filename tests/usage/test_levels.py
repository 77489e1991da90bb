"""usage: time-weighted meters, by hand and against a calculation that walks through time."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from invoicer.domain.contract import Aggregation
from invoicer.domain.price import Compare, Comparison, Condition
from invoicer.domain.usage import Demand, Measured
from invoicer.errors import Problem
from invoicer.workspace import zone as time_zone
from tests.quickly import law
from tests.usage.test_usage_laws import ZONES, Event, asked, conditions, events, holds, named, periods, written

LEVEL, CHANGES = Aggregation.LEVEL, Aggregation.CHANGES
HEAD = "event,contract,meter,at,amount\n"


def deliver(usage: Any, *rows: str, head: str = HEAD) -> None:
    usage.source("t.csv", "traffic")
    usage.write("t.csv", head + "".join(f"e{number},acme,traffic,{row}\n" for number, row in enumerate(rows)))


def test_a_level_lasts_until_the_next_one(usage: Any, ask: Any) -> None:
    """100 GB for ten days, 40 GB for the other 21 of January (UTC): (1 000 + 840) ÷ 31."""
    deliver(usage, "2026-01-01T00:00:00Z,100", "2026-01-11T00:00:00Z,40")
    demand = ask.demand(ask.meter(LEVEL), time_zone="UTC")
    assert usage.quantity(demand) == Measured(Fraction(1840, 31), "usage/t.csv: 2 events", 2)


def test_what_lies_before_the_period_carries_in(usage: Any, ask: Any) -> None:
    """Of levels 7, 100 and 40 the second is in force when January begins; nothing happens in February."""
    deliver(usage, "2025-03-01T00:00:00Z,7", "2025-12-30T12:00:00Z,100", "2026-01-16T12:00:00Z,40")
    january, february = (
        ask.demand(ask.meter(LEVEL), *days, time_zone="UTC")
        for days in (("2026-01-01", "2026-02-01"), ("2026-02-01", "2026-03-01"))
    )
    assert usage.quantity(january) == Measured(Fraction(70), "usage/t.csv: 2 events", 2)
    assert usage.quantity(february) == Measured(Fraction(40), "usage/t.csv: 1 event", 1)


def test_before_the_first_event_there_is_nothing(usage: Any, ask: Any) -> None:
    deliver(usage, "2026-02-15T00:00:00Z,28")
    meter = ask.meter(LEVEL)
    assert usage.quantity(ask.demand(meter, time_zone="UTC")).value == 0
    assert usage.quantity(ask.demand(meter, "2026-02-01", "2026-03-01", time_zone="UTC")).value == 14


def test_changes_add_up_to_a_level(usage: Any, ask: Any) -> None:
    """lago-doc weighted-sum.mdx: of 31 days, 20 units for one and 30 for fifteen are 0.645… + 14.516… on average."""
    deliver(usage, "2026-01-16T00:00:00Z,20", "2026-01-17T00:00:00Z,10")
    demand = ask.demand(ask.meter(CHANGES), time_zone="UTC")
    assert usage.quantity(demand).value == Fraction(20 * 1 + 30 * 15, 31)
    assert round(float(Fraction(20 * 1 + 30 * 15, 31)), 10) == 15.1612903226


def test_changes_may_take_back(usage: Any, ask: Any) -> None:
    deliver(usage, "2026-01-01T00:00:00Z,5", "2026-01-16T12:00:00Z,-5")
    assert usage.quantity(ask.demand(ask.meter(CHANGES), time_zone="UTC")).value == Fraction(5, 2)


@pytest.mark.parametrize(("kind", "expected"), [(LEVEL, 30), (CHANGES, 60)])
def test_of_events_at_one_instant_the_greatest_id_comes_last(usage: Any, ask: Any, kind: Any, expected: int) -> None:
    deliver(
        usage, *(f"2026-01-01T00:00:00{offset},{value}" for offset, value in (("Z", 10), ("+00:00", 20), ("Z", 30)))
    )
    assert usage.quantity(ask.demand(ask.meter(kind), time_zone="UTC")).value == expected


def test_a_day_has_the_hours_that_it_has(usage: Any, ask: Any) -> None:
    """On 29 March 2026 the clocks of Amsterdam skip an hour: from 12:00 on twelve of 23 hours are left."""
    deliver(usage, "2026-03-29T12:00:00+02:00,23")
    assert usage.quantity(ask.demand(ask.meter(LEVEL), "2026-03-29", "2026-03-30")).value == 12


def test_late_events_count_from_when_they_are_known(usage: Any, ask: Any) -> None:
    head = "event,contract,meter,at,amount,received\n"
    deliver(usage, "2026-01-01T00:00:00Z,10,", "2026-01-16T12:00:00Z,30,2026-02-10", head=head)
    demand = ask.demand(ask.meter(LEVEL), time_zone="UTC")
    assert usage.quantity(demand, known_on="2026-02-09").value == 10
    assert usage.quantity(demand, known_on="2026-02-10").value == 20


def test_what_is_left_out_changes_no_level(usage: Any, ask: Any) -> None:
    only = Compare("amount", Comparison.LESS, Fraction(50))
    deliver(usage, "2026-01-01T00:00:00Z,10", "2026-01-02T00:00:00Z,70")
    assert usage.quantity(ask.demand(ask.meter(LEVEL, only=only), time_zone="UTC")).value == 10


def test_a_wrong_event_of_an_earlier_day_is_a_doubt_about_all_later_ones(usage: Any, ask: Any) -> None:
    """What it would have set lasts; a sum of later days does not depend on it."""
    deliver(usage, "2025-11-03T00:00:00Z,ten", "2026-01-01T00:00:00Z,10")
    answers, _ = usage.ask(level := ask.demand(ask.meter(LEVEL)))
    held = answers[level.key]
    assert isinstance(held, Problem) and (held.code, "usage/t.csv:2" in held.cause) == ("U305", True)
    answers, _ = usage.ask(summed := ask.demand(ask.meter("sum")))
    assert isinstance(answers[summed.key], Measured)


def test_usage_that_is_not_complete_is_held(usage: Any, ask: Any) -> None:
    usage.source("t.csv", "traffic", through="2026-01-30")
    usage.write("t.csv", HEAD)
    demand = ask.demand(ask.meter(LEVEL))
    answers, _ = usage.ask(demand)
    held = answers[demand.key]
    assert isinstance(held, Problem) and held.code == "U304"


@law(25)
@given(
    happened=st.lists(events, max_size=20),
    kind=st.sampled_from([LEVEL, CHANGES]),
    only=conditions,
    spans=st.lists(periods, min_size=1, max_size=3, unique=True),
    zone=st.sampled_from(ZONES),
)
def test_the_database_integrates_as_one_who_walks_through_time(
    ask: Any, happened: list[Event], kind: Aggregation, only: Condition | None, spans: list[Any], zone: str
) -> None:
    meter = ask.meter(kind.value, only=only)
    demands = [Demand(contract, meter, span, zone) for contract in ("acme", "beta") for span in spans]
    with written(happened, files=2, seed=1) as folder:
        answers = asked(folder, demands)
    for demand in demands:
        mine = [(name, event) for name, event in named(happened) if event.contract == demand.contract]
        assert answers[demand.key].value == _walked(mine, demand), demand


def _walked(happened: list[tuple[str, Event]], demand: Demand) -> Fraction:
    """Events in order; between two of them the level stands still."""
    begin, end = (
        dt.datetime.combine(day, dt.time(), time_zone(demand.time_zone)).astimezone(dt.UTC)
        for day in (demand.days.start, demand.days.end)
    )
    counted = sorted((event.at, name, event) for name, event in happened if holds(demand.meter.only, event))
    level, since, area = Fraction(0), begin, Fraction(0)
    for at, _, event in counted:
        if at >= end:
            break
        now = max(at, begin)
        area += level * ((now - since) // dt.timedelta(microseconds=1))
        since = now
        amount = Fraction(event.amount)
        level = level + amount if demand.meter.aggregation is CHANGES else amount
    area += level * ((end - since) // dt.timedelta(microseconds=1))
    return area / ((end - begin) // dt.timedelta(microseconds=1))


def test_units_prorated_one_by_one(usage: Any, ask: Any) -> None:
    """lago-api spec prorated_graduated_service_spec.rb: five units for 0.7 of the period, two fewer for half of it, count as
    3.5 − 1."""
    usage.source("t.csv", "traffic")
    rows = ("e1,acme,traffic,2026-06-10T00:00:00Z,5\n", "e2,acme,traffic,2026-06-16T00:00:00Z,-2\n")
    usage.write("t.csv", HEAD + "".join(rows))
    demand = ask.demand(ask.meter(CHANGES), "2026-06-01", "2026-07-01", time_zone="UTC")
    assert usage.quantity(demand).value == Fraction(5, 2)
