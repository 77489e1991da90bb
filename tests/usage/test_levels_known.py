"""usage: time-weighted meters against the sentences of docs/what-terms-mean.md, with events that become known later."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any

import pytest

from invoicer.domain.period import Period
from invoicer.domain.usage import Demand, Measured
from invoicer.usage import measure
from invoicer.workspace import zone as time_zone

ZONES = ("Europe/Amsterdam", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "Africa/Cairo", "Etc/UTC")
METERS = ("traffic", "storage")
CASES = 170
DAYS = [dt.date(2026, 3, 27) + dt.timedelta(days=at) for at in range(8)]  # clocks change in Amsterdam on 29 March
DAYS += [dt.date(2026, 10, 23) + dt.timedelta(days=at) for at in range(12)]  # and back, in New York on 1 November


@dataclass(frozen=True)
class Told:
    """An event as it is delivered, and the instant or the day from which it is known."""

    name: str
    at: dt.datetime
    amount: Fraction
    received: dt.datetime | dt.date | None


def an_event(rng: random.Random, name: str, zone: str) -> Told:
    hours = rng.choice([0, 0, 1, 2, 3, 12, 23])
    local = dt.datetime.combine(rng.choice(DAYS), dt.time(hours, rng.choice([0, 0, 30, 59])), time_zone(zone))
    at = local.astimezone(dt.UTC) + dt.timedelta(microseconds=rng.choice([0, 0, 0, 1, 999_999]))
    later = at + dt.timedelta(days=rng.choice([0, 1, 5, 300]), hours=rng.randrange(24))
    received = rng.choice([None, None, later, later.date()])
    amount = Fraction(rng.choice(["0", "1", "2.5", "-1", "0.000000000001", "1000000", "7.25", "-0.5"]))
    return Told(
        name, at.astimezone(dt.timezone(dt.timedelta(minutes=rng.choice([0, 60, -300, 345])))), amount, received
    )


def row_of(contract: str, meter: str, event: Told) -> str:
    amount = f"{event.amount.numerator * 10**12 // event.amount.denominator:+d}"
    shown = f"{amount[0]}{amount[1:-12] or '0'}.{amount[1:][-12:]:0>12}"
    received = event.received.isoformat() if event.received else ""
    return f"{event.name},{contract},{meter},{event.at.isoformat()},{shown},{received}\n"


@pytest.mark.parametrize("known_on", [dt.date(2026, 3, 31), dt.date(2026, 10, 26), dt.date(2027, 9, 30)])
def test_every_instant_has_the_level_that_the_words_give_it(usage: Any, ask: Any, known_on: dt.date) -> None:
    """The quantity, piece by piece between instants at which anything happens: what is the level there, by the words?"""
    rng = random.Random(known_on.toordinal())
    told: dict[tuple[str, str], list[Told]] = {}
    demands: list[Demand] = []
    for case in range(CASES):
        contract, zone = f"c{case}", rng.choice(ZONES)
        kind = rng.choice(["time-weighted average", "time-weighted sum"])
        ends = sorted(rng.sample(DAYS, 3))
        for name in METERS:
            told[contract, name] = [
                an_event(rng, f"{name}-{rng.randrange(10**9)}", zone) for _ in range(rng.randrange(9))
            ]
            # the middle day is where an amendment cuts the period in two; each part is measured by itself
            meter = ask.meter(kind, name=name)
            demands += [Demand(contract, meter, Period(*cut), zone) for cut in (ends[:2], ends[1:], ends[::2])]
    usage.source("t.csv", *METERS, through="2027-12-31")
    rows = [row_of(*subject, event) for subject, events in told.items() for event in events]
    rng.shuffle(rows)
    usage.write("t.csv", "event,contract,meter,at,amount,received\n" + "".join(rows))
    contracts = {demand.contract for demand in demands}
    answers, problems = measure(usage.folder, demands, known_on=known_on, contracts=contracts, meters=METERS)
    assert problems == ()
    for demand in demands:
        answer = answers[demand.key]
        assert isinstance(answer, Measured)
        assert answer.value == by_the_words(told[demand.contract, demand.meter.id], demand, known_on), demand
        assert answer.events == in_force(told[demand.contract, demand.meter.id], demand, known_on), demand


def bounds(demand: Demand) -> tuple[dt.datetime, dt.datetime]:
    zone = time_zone(demand.time_zone)
    first, after = (dt.datetime.combine(day, dt.time(), zone) for day in (demand.days.start, demand.days.end))
    return first.astimezone(dt.UTC), after.astimezone(dt.UTC)


def is_known(event: Told, demand: Demand, known_on: dt.date) -> bool:
    if isinstance(event.received, dt.datetime):
        return event.received.astimezone(time_zone(demand.time_zone)).date() <= known_on
    return event.received is None or event.received <= known_on


def level_at(instant: dt.datetime, events: list[Told], demand: Demand) -> tuple[Fraction, Told | None]:
    """The level at an instant, and the event that it is of."""
    before = [event for event in events if event.at <= instant]
    latest = max(before, key=lambda event: (event.at, event.name), default=None)
    if latest is None:
        return Fraction(0), None
    if demand.meter.aggregation.value == "time-weighted average":
        return latest.amount, latest
    return sum((event.amount for event in before), Fraction(0)), latest


def pieces(events: list[Told], demand: Demand) -> list[tuple[dt.datetime, dt.datetime]]:
    first, after = bounds(demand)
    instants = sorted({first, after, *(event.at for event in events if first < event.at < after)})
    return list(pairwise(instants))


def by_the_words(told: list[Told], demand: Demand, known_on: dt.date) -> Fraction:
    events = [event for event in told if is_known(event, demand, known_on)]
    first, after = bounds(demand)
    area = sum(
        (level_at(since, events, demand)[0] * ((until - since) // dt.timedelta(microseconds=1)))
        for since, until in pieces(events, demand)
    )
    return Fraction(area) / ((after - first) // dt.timedelta(microseconds=1))


def in_force(told: list[Told], demand: Demand, known_on: dt.date) -> int:
    """How many events the quantity is of: what is in force when the period begins, and what happens within it."""
    events = [event for event in told if is_known(event, demand, known_on)]
    first, after = bounds(demand)
    return bool(level_at(first, events, demand)[1]) + sum(first < event.at < after for event in events)
