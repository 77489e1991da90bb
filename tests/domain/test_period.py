"""tests of the domain: days, periods and lengths of time."""

from __future__ import annotations

import calendar
import datetime as dt
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from invoicer.domain.period import Period, Span, Unit, add_months
from invoicer.errors import DefectError

LAW = settings(print_blob=True, deadline=None, derandomize=True)
DAYS = st.dates(dt.date(1990, 1, 1), dt.date(2090, 12, 31))
PERIODS = st.builds(lambda day, length: Period(day, day + dt.timedelta(days=length)), DAYS, st.integers(1, 800))


@LAW
@given(DAYS, st.integers(-200, 200), st.integers(1, 31))
def test_months_fall_on_the_wanted_day_or_the_month_s_last(day: dt.date, months: int, wanted: int) -> None:
    found = add_months(day, months, wanted)
    assert (found.year * 12 + found.month) - (day.year * 12 + day.month) == months
    assert found.day == min(wanted, calendar.monthrange(found.year, found.month)[1])


@LAW
@given(DAYS, st.integers(1, 5), st.sampled_from(Unit), st.integers(0, 60))
def test_lengths_are_counted_from_the_day_and_do_not_drift(day: dt.date, count: int, unit: Unit, times: int) -> None:
    span = Span(count, unit)
    once = span.after(day, times)
    assert once >= day
    if span.months:
        assert (span.days, once.day) == (0, min(day.day, calendar.monthrange(once.year, once.month)[1]))
    else:
        assert (once - day).days == span.days * times
    assert span.after(day, times + 1) > once


def test_january_31_and_29_february() -> None:
    month, year = Span(1, Unit.MONTH), Span(1, Unit.YEAR)
    assert [month.after(dt.date(2026, 1, 31), n).isoformat() for n in (1, 2, 3)] == [
        "2026-02-28",
        "2026-03-31",
        "2026-04-30",
    ]
    assert [year.after(dt.date(2024, 2, 29), n).isoformat() for n in (1, 4)] == ["2025-02-28", "2028-02-29"]
    assert str(Span(1, Unit.MONTH)) == "month"
    assert str(Span(3, Unit.WEEK)) == "3 weeks"
    assert Span(2, Unit.QUARTER).months == 6


@LAW
@given(PERIODS, PERIODS)
def test_what_two_periods_share(one: Period, two: Period) -> None:
    both = one & two
    assert both == two & one
    assert one.overlaps(two) is two.overlaps(one) is (both is not None)
    days = {one.start + dt.timedelta(days=n) for n in range(one.days)}
    shared = {day for day in days if day in two}
    assert len(shared) == (both.days if both else 0)


@LAW
@given(PERIODS, st.lists(DAYS, max_size=8))
def test_cutting_leaves_no_gap_and_no_overlap(period: Period, at: list[dt.date]) -> None:
    parts = list(period.cut_at([*at, period.start, period.end]))
    assert sum(part.days for part in parts) == period.days
    assert parts[0].start == period.start
    assert parts[-1].end == period.end
    assert all(one.end == two.start for one, two in pairwise(parts))
    assert {part.start for part in parts} == {period.start, *(day for day in at if period.start < day < period.end)}


def test_a_period_is_read_with_its_last_day() -> None:
    january = Period(dt.date(2026, 1, 1), dt.date(2026, 2, 1))
    assert str(january) == "2026-01-01 to 2026-01-31"
    assert january.days == 31
    assert dt.date(2026, 1, 31) in january
    assert dt.date(2026, 2, 1) not in january


def test_a_period_has_at_least_a_day() -> None:
    for end in (dt.date(2026, 1, 1), dt.date(2025, 12, 31)):
        with pytest.raises(DefectError, match="no days"):
            Period(dt.date(2026, 1, 1), end)
