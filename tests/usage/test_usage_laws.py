"""usage: whatever the events, the quantities are those of a calculation that anyone can follow."""

from __future__ import annotations

import datetime as dt
import random
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from invoicer.domain.contract import Aggregation
from invoicer.domain.period import Period
from invoicer.domain.price import AllOf, AnyOf, Compare, Comparison, Condition, Not
from invoicer.domain.usage import Demand, Measured
from invoicer.usage import measure
from invoicer.workspace import zone as time_zone
from tests.quickly import law

ZONES = (
    *("Europe/Amsterdam", "Europe/Tallinn", "America/New_York", "Asia/Kolkata", "Pacific/Auckland", "Pacific/Apia"),
    *("America/Havana", "Africa/Cairo", "Asia/Beirut", "Atlantic/Azores", "Australia/Lord_Howe", "America/Nuuk"),
)
COUNTED = [kind for kind in Aggregation if not kind.weighted]
EDGES = [  # around the turn of a year, and around nights on which clocks change somewhere
    dt.datetime(2025, 12, 31, 12, tzinfo=dt.UTC),
    dt.datetime(2026, 1, 1, 12, tzinfo=dt.UTC),
    dt.datetime(2026, 3, 29, 1, tzinfo=dt.UTC),
    dt.datetime(2026, 4, 24, 0, tzinfo=dt.UTC),
    dt.datetime(2026, 10, 25, 1, tzinfo=dt.UTC),
    dt.datetime(2026, 11, 1, 6, tzinfo=dt.UTC),
]


@dataclass(frozen=True)
class Event:
    contract: str
    at: dt.datetime
    amount: Decimal
    node: str


amounts = st.decimals(0, 10**6, places=6) | st.sampled_from([Decimal("0.1"), Decimal("0"), Decimal("5.000000000001")])
events = st.builds(
    Event,
    contract=st.sampled_from(["acme", "beta"]),
    at=st.builds(
        lambda edge, seconds, offset: (edge + dt.timedelta(seconds=seconds)).astimezone(
            dt.timezone(dt.timedelta(minutes=offset))
        ),
        st.sampled_from(EDGES),
        st.integers(-100_000, 100_000) | st.sampled_from([-3600, 0, 3600]),
        st.sampled_from([0, 60, -300, 330, 765]),
    ),
    amount=amounts,
    node=st.sampled_from(["a", "b", "B", "é", "10", "9", "x y", "o'neil"]),
)
compares = st.builds(
    Compare,
    st.just("amount"),
    st.sampled_from(Comparison),
    amounts.map(Fraction) | st.fractions(0, 10, max_denominator=9),
) | st.builds(Compare, st.just("node"), st.sampled_from(Comparison), st.sampled_from(["a", "b", "10", "o'neil", "ä"]))
conditions = st.none() | st.recursive(
    compares,
    lambda parts: (
        st.builds(Not, parts)
        | st.builds(AllOf, st.lists(parts, min_size=1, max_size=3).map(tuple))
        | st.builds(AnyOf, st.lists(parts, min_size=1, max_size=3).map(tuple))
    ),
    max_leaves=4,
)
days = st.dates(dt.date(2025, 12, 28), dt.date(2026, 11, 4))
periods = st.builds(lambda start, length: Period(start, start + dt.timedelta(days=length)), days, st.integers(1, 200))


@law(25)
@given(
    happened=st.lists(events, max_size=25),
    aggregation=st.sampled_from(COUNTED),
    per_day=st.booleans(),
    only=conditions,
    spans=st.lists(periods, min_size=1, max_size=3, unique=True),
    zone=st.sampled_from(ZONES),
)
def test_the_database_counts_as_a_person_would(
    ask: Any,
    happened: list[Event],
    aggregation: Aggregation,
    per_day: bool,
    only: Condition | None,
    spans: list[Period],
    zone: str,
) -> None:
    field = "node" if aggregation is Aggregation.UNIQUE else "amount"
    meter = ask.meter(aggregation.value, field, per_day=per_day, only=only)
    demands = [Demand(contract, meter, span, zone) for contract in ("acme", "beta") for span in spans]
    with written(happened, files=2, seed=0) as folder:
        answers = asked(folder, demands)
    for demand in demands:
        mine = [(name, event) for name, event in named(happened) if event.contract == demand.contract]
        assert answers[demand.key].value == by_hand(mine, demand), demand


@law(8)
@given(
    happened=st.lists(events, min_size=1, max_size=40),
    aggregation=st.sampled_from(COUNTED),
    per_day=st.booleans(),
    seed=st.integers(0, 9),
)
def test_the_order_of_events_changes_nothing(
    ask: Any, happened: list[Event], aggregation: Aggregation, per_day: bool, seed: int
) -> None:
    meter = ask.meter(aggregation.value, "node" if aggregation is Aggregation.UNIQUE else "amount", per_day=per_day)
    demands = [
        Demand(contract, meter, Period(dt.date(2025, 12, 1), dt.date(2026, 12, 1)), "Europe/Tallinn")
        for contract in ("acme", "beta")
    ]
    with written(happened, files=1, seed=0) as one, written(happened, files=1, seed=seed) as other:
        assert asked(one, demands) == asked(other, demands)


@law(10)
@given(
    happened=st.lists(events, max_size=25),
    aggregation=st.sampled_from([Aggregation.SUM, Aggregation.COUNT]),
    span=periods.filter(lambda period: period.days > 1),
    data=st.data(),
)
def test_the_parts_of_a_period_add_up(
    ask: Any, happened: list[Event], aggregation: Aggregation, span: Period, data: st.DataObject
) -> None:
    cut = span.start + dt.timedelta(days=data.draw(st.integers(1, span.days - 1)))
    meter = ask.meter(aggregation.value)
    whole, *parts = (
        Demand("acme", meter, part, "Europe/Amsterdam")
        for part in (span, Period(span.start, cut), Period(cut, span.end))
    )
    with written(happened, files=1, seed=0) as folder:
        answers = asked(folder, [whole, *parts])
    assert answers[whole.key].value == sum(answers[part.key].value for part in parts)


def by_hand(happened: list[tuple[str, Event]], demand: Demand) -> Fraction:
    """The quantity as one would work it out on paper."""
    groups: dict[dt.date | None, list[tuple[str, Event]]] = defaultdict(list)
    for name, event in happened:
        day = event.at.astimezone(time_zone(demand.time_zone)).date()
        if demand.days.start <= day < demand.days.end and holds(demand.meter.only, event):
            groups[day if demand.meter.per_day else None].append((name, event))
    return sum((one_group(group, demand.meter.aggregation) for group in groups.values()), Fraction(0))


def one_group(group: list[tuple[str, Event]], aggregation: Aggregation) -> Fraction:
    found = [Fraction(event.amount) for _, event in group]
    match aggregation:
        case Aggregation.SUM:
            return sum(found, Fraction(0))
        case Aggregation.MAX:
            return max(found)
        case Aggregation.AVERAGE:
            return sum(found, Fraction(0)) / len(found)
        case Aggregation.UNIQUE:
            return Fraction(len({event.node for _, event in group}))
        case Aggregation.COUNT:
            return Fraction(len(group))
        case Aggregation.LAST:
            return Fraction(max(group, key=lambda one: (one[1].at, one[0]))[1].amount)
    raise AssertionError(aggregation)


def holds(condition: Condition | None, event: Event) -> bool:
    match condition:
        case None:
            return True
        case Not(part):
            return not holds(part, event)
        case AllOf(parts):
            return all(holds(part, event) for part in parts)
        case AnyOf(parts):
            return any(holds(part, event) for part in parts)
        case Compare("amount", comparison, Fraction() as value):
            return compare(Fraction(event.amount), comparison, value)
        case Compare("node", comparison, str() as text):
            return compare(event.node, comparison, text)
    raise AssertionError(condition)


def compare(one: Any, comparison: Comparison, other: Any) -> bool:
    match comparison:
        case Comparison.IS:
            return bool(one == other)
        case Comparison.IS_NOT:
            return bool(one != other)
        case Comparison.MORE:
            return bool(one > other)
        case Comparison.LESS:
            return bool(one < other)
        case Comparison.AT_LEAST:
            return bool(one >= other)
        case Comparison.AT_MOST:
            return bool(one <= other)


def named(happened: list[Event]) -> list[tuple[str, Event]]:
    return [(f"e{number}", event) for number, event in enumerate(happened)]


@contextmanager
def written(happened: list[Event], *, files: int, seed: int) -> Iterator[Path]:
    """A usage folder with these events, spread over files and shuffled."""
    rows = [f'{name},{e.contract},traffic,{e.at.isoformat()},{e.amount:f},"{e.node}"' for name, e in named(happened)]
    random.Random(seed).shuffle(rows)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary, "usage")
        folder.mkdir()
        for number in range(files):
            text = "\n".join(["event,contract,meter,at,amount,node", *rows[number::files], ""])
            (folder / f"t{number}.csv").write_text(text, "utf-8")
        manifest = '[[source]]\nfiles = "t*.csv"\nmeters = ["traffic"]\ncomplete_through = 2027-12-31\n'
        (folder / "manifest.toml").write_text(manifest, "utf-8")
        yield folder


def asked(folder: Path, demands: list[Demand]) -> dict[tuple[str, str, Period], Measured]:
    answers, problems = measure(
        folder, demands, known_on=dt.date(2028, 1, 1), contracts=["acme", "beta"], meters=["traffic"]
    )
    assert problems == ()
    sound = {key: answer for key, answer in answers.items() if isinstance(answer, Measured)}
    assert len(sound) == len(demands)
    return sound
