"""The end of a term on or after a day is found without counting every renewal, and is the same."""

from __future__ import annotations

import calendar
import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from invoicer.domain.ending import Duration, Renewal
from invoicer.domain.period import Span, Unit

START = dt.date(2026, 1, 31)


def counted(duration: Duration, day: dt.date) -> dt.date:
    k = 0
    while duration.boundary(k) < day:
        k += 1
    return duration.boundary(k)


@given(
    st.sampled_from(list(Unit)),
    st.integers(1, 40),
    st.integers(0, 400),
    st.dates(dt.date(2025, 1, 1), dt.date(2031, 1, 1)),
)
def test_the_next_end_of_a_term_is_that_of_counting(unit: Unit, count: int, first: int, day: dt.date) -> None:
    duration = Duration(START, START + dt.timedelta(days=first), Renewal(Span(count, unit), None))
    assert duration.boundary_from(day) == counted(duration, day)


def test_renewals_of_a_century_are_not_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[int] = []
    real = Duration.boundary

    def boundary(self: Duration, k: int) -> dt.date:
        calls.append(k)
        return real(self, k)

    monkeypatch.setattr(Duration, "boundary", boundary)
    for unit in Unit:
        Duration(START, START, Renewal(Span(1, unit), None)).boundary_from(dt.date(2199, 1, 1))
    assert len(calls) < 300


def by_hand(start: dt.date, length: Span, by: Span, k: int) -> dt.date:
    """Counted on a calendar, without the functions of the product: months of a term in months are counted from its start."""
    fixed = {Unit.DAY: 1, Unit.WEEK: 7}
    months = {Unit.MONTH: 1, Unit.QUARTER: 3, Unit.YEAR: 12}

    def later(day: dt.date, count: int) -> dt.date:
        year, month = day.year, day.month
        for _ in range(count):
            year, month = (year + 1, 1) if month == 12 else (year, month + 1)
        return dt.date(year, month, min(day.day, calendar.monthrange(year, month)[1]))

    if length.unit in fixed:
        end = dt.date.fromordinal(start.toordinal() + length.count * fixed[length.unit])
        counted_from, so_far = end, 0
    else:
        so_far = length.count * months[length.unit]
        counted_from, end = start, later(start, so_far)
    if by.unit in fixed:
        return dt.date.fromordinal(end.toordinal() + k * by.count * fixed[by.unit])
    return later(counted_from, so_far + k * by.count * months[by.unit])


SPANS = st.builds(Span, st.integers(1, 120), st.sampled_from(Unit))


@settings(print_blob=True, deadline=None, derandomize=True, max_examples=400)
@given(st.dates(dt.date(2023, 1, 1), dt.date(2028, 12, 31)), SPANS, SPANS, st.integers(0, 6))
def test_terms_and_renewals_are_those_of_a_calendar(start: dt.date, length: Span, by: Span, k: int) -> None:
    duration = Duration(start, length.after(start), Renewal(by, None), length=length)
    assert duration.boundary(k) == by_hand(start, length, by, k)
