"""tests of the domain: the days on which an indexation adjusts prices."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from invoicer.domain.indexation import ByPercent, Indexation
from invoicer.domain.period import Span, Unit
from invoicer.domain.trace import Clause

FIRST = dt.date(2027, 1, 1)
CLAUSE = Clause("contracts/test.terms", 20, 1, 20, 20, "0" * 64)


def days(until: str, end: str | None = None, *, once: bool = False) -> list[str]:
    every = None if once else Span(1, Unit.YEAR)
    last = dt.date.fromisoformat(end) if end else None
    made = Indexation("i", "I", CLAUSE, ByPercent(Decimal(3)), None, FIRST, 0, FIRST, every, last)
    return [str(one.day) for one in made.adjustments(dt.date.fromisoformat(until))]


@pytest.mark.parametrize("once", [False, True])
def test_the_day_up_to_which_they_are_asked_for_belongs_to_them(once: bool) -> None:
    assert days("2026-12-31", once=once) == []
    assert days("2027-01-01", once=once) == ["2027-01-01"]
    assert days("2028-01-01", once=once) == ["2027-01-01"] + ([] if once else ["2028-01-01"])


def test_the_first_day_without_it_has_none() -> None:
    assert days("2030-01-01", "2028-01-01") == ["2027-01-01"]
    assert days("2030-01-01", "2028-01-02") == ["2027-01-01", "2028-01-01"]
