"""The end of a term on or after a day is found without counting every renewal, and is the same."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
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
