"""tests of the domain: what was agreed over time, seen from a day."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from invoicer.domain.timeline import Dated, Timeline
from invoicer.domain.trace import Clause

LAW = settings(print_blob=True, deadline=None, derandomize=True)
CLAUSE = Clause("contracts/test.terms", 1, 1, 1, 2, "0" * 64)
DAYS = st.dates(dt.date(2025, 1, 1), dt.date(2026, 12, 31))


def dated(effective: str, agreed: str, value: str, amendment: int = 0) -> Dated[str]:
    return Dated(dt.date.fromisoformat(effective), dt.date.fromisoformat(agreed), value, CLAUSE, amendment)


def value_at(timeline: Timeline[str], day: str, known_on: str) -> str | None:
    found = timeline.at(dt.date.fromisoformat(day), dt.date.fromisoformat(known_on))
    return found.value if found else None


ENTRIES = st.lists(st.tuples(DAYS, DAYS), max_size=8).map(
    lambda rows: Timeline(
        tuple(Dated(effective, agreed, str(n), CLAUSE, n) for n, (effective, agreed) in enumerate(rows))
    )
)


@LAW
@given(ENTRIES, DAYS)
def test_days_rise_and_nothing_later_is_seen(timeline: Timeline[str], known_on: dt.date) -> None:
    known = timeline.known_on(known_on)
    assert all(one.effective < two.effective for one, two in pairwise(known))
    assert all(one.agreed <= two.agreed for one, two in pairwise(known))
    assert all(entry.agreed <= known_on for entry in known)


@LAW
@given(ENTRIES, DAYS, DAYS)
def test_the_last_agreed_of_those_in_effect_counts(timeline: Timeline[str], day: dt.date, known_on: dt.date) -> None:
    candidates = [entry for entry in timeline.entries if entry.effective <= day and entry.agreed <= known_on]
    expected = max(candidates, key=lambda entry: (entry.agreed, entry.amendment), default=None)
    assert timeline.at(day, known_on) == expected


@LAW
@given(ENTRIES, DAYS, DAYS)
def test_what_is_agreed_later_changes_no_earlier_view(
    timeline: Timeline[str], known_on: dt.date, effective: dt.date
) -> None:
    later = Dated(effective, known_on + dt.timedelta(days=1), "later", CLAUSE, 99)
    assert timeline.extended(later).known_on(known_on) == timeline.known_on(known_on)


def test_a_step_of_the_contract_and_a_back_dated_amendment() -> None:
    timeline = Timeline(
        (
            dated("2026-01-01", "2025-12-12", "450"),
            dated("2027-01-01", "2025-12-12", "480"),
            dated("2026-07-01", "2026-09-12", "520", 1),
        )
    )
    assert value_at(timeline, "2026-08-01", "2026-09-11") == "450"
    assert value_at(timeline, "2026-08-01", "2026-09-12") == "520"
    assert value_at(timeline, "2027-02-01", "2026-09-11") == "480"
    assert value_at(timeline, "2027-02-01", "2026-09-12") == "520", "the later agreement removes the step after it"
    assert value_at(timeline, "2025-12-31", "2026-09-12") is None


def test_of_two_amendments_agreed_at_once_the_higher_number_wins_from_its_earlier_day_on() -> None:
    timeline = Timeline(
        (
            dated("2026-01-01", "2025-12-12", "contract"),
            dated("2026-05-01", "2026-02-01", "first", 1),
            dated("2026-03-01", "2026-02-01", "second", 2),
        )
    )
    days = ("2026-02-28", "2026-03-01", "2026-05-01")
    assert [value_at(timeline, one, "2026-12-31") for one in days] == ["contract", "second", "second"]


def test_of_two_amendments_of_one_day_the_higher_number_wins() -> None:
    timeline = Timeline(
        (dated("2026-01-01", "2025-12-12", "a", 2), dated("2026-01-01", "2025-12-12", "b", 1)),
    )
    assert value_at(timeline, "2026-01-01", "2026-01-01") == "a"
