"""engine: how much of a period some days are: by days, by months of 30 days, or by calendar months.

Each way is a position on a line: what lies between two days is the difference of their positions, so the parts of a period
always come to the whole of it.

* By months of 30 days (30E/360, as bonds count them): a day is the 30 days of each month before it and its own number, the
  31st counting as the 30th. The last day of February stands for what is missing to 30.
* By calendar months: a whole month is one, whatever its days; of any other month days over the days of that month.
* Periods of days or weeks have no months: they are always counted by days.
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from invoicer.domain.contract import Proration
from invoicer.domain.period import Period, Span, add_months
from invoicer.domain.trace import Trace, add, divide, given

THIRTY = "months of 30 days"


@dataclass(frozen=True, slots=True)
class Share:
    """How much of a price period counts: ``days`` (None: nothing) of the days of the ``full`` one, which is one of ``of``
    equal parts of it; counted in that way."""

    days: Period | None
    full: Period
    of: int = 1
    counting: Proration = Proration.BY_DAYS

    @property
    def whole(self) -> bool:
        return self.days == self.full

    @property
    def fraction(self) -> Fraction:
        """The share of the whole price period."""
        return part_of(self.days, self.full, self.counting).result / self.of

    @property
    def in_days(self) -> tuple[int, int] | None:
        """(days that count, days of the full period); None where months are counted and not days."""
        if self.counting is Proration.BY_30_DAY_MONTHS and _thirties(self.full):
            return (_thirties(self.days) if self.days else 0), _thirties(self.full)
        if self.counting is Proration.BY_CALENDAR_MONTHS and _months(self.full).result != _first_month(self.full):
            return None
        return (self.days.days if self.days else 0), self.full.days


def counted_by(counting: Proration, span: Span) -> Proration:
    """How the days of a period of that length are counted."""
    return counting if span.months else Proration.BY_DAYS


def part_of(days: Period | None, full: Period, counting: Proration, counted: str = "days-in-service") -> Trace:
    """The share of the full period that the days are; by days where the full period is none of that count (30 January
    alone is no day in months of 30 days)."""
    if days is None:
        return divide(given(0, counted, "day"), given(full.days, "days-in-period", "day"), "share")
    if counting is Proration.BY_30_DAY_MONTHS and _thirties(full):
        return divide(
            given(_thirties(days), counted, "day", source=THIRTY),
            given(_thirties(full), "days-in-period", "day", source=THIRTY),
            "share",
        )
    if counting is Proration.BY_CALENDAR_MONTHS:
        months, period = _months(days), _months(full)
        return months.named("share") if period.result == 1 else divide(months, period, "share")
    return divide(given(days.days, counted, "day"), given(full.days, "days-in-period", "day"), "share")


def _thirties(days: Period) -> int:
    return _position(days.end) - _position(days.start)


def _position(day: dt.date) -> int:
    return (day.year * 12 + day.month) * 30 + min(day.day, 30)


def _months(days: Period) -> Trace:
    """The calendar months in some days: whole ones, and parts of others by their days."""
    whole, parts = 0, []
    for month, served in _by_month(days):
        if served == month:
            whole += 1
        else:
            served_days = given(served.days, "days-in-service", "day")
            parts.append(divide(served_days, given(month.days, "days-in-month", "day"), "part-of-month", "month"))
    counted = [given(whole, "whole-months", "month"), *parts] if whole else parts
    return counted[0] if len(counted) == 1 else add(counted, "months", "month")


def _by_month(days: Period) -> Iterator[tuple[Period, Period]]:
    first = days.start.replace(day=1)
    while first < days.end:
        after = add_months(first, 1)
        served = Period(first, after) & days
        assert served is not None
        yield Period(first, after), served
        first = after


def _first_month(days: Period) -> Fraction:
    """The share of its first month that a period has within that month."""
    month = Period(days.start.replace(day=1), add_months(days.start.replace(day=1), 1))
    within = month & days
    assert within is not None
    return Fraction(within.days, calendar.monthrange(days.start.year, days.start.month)[1])
