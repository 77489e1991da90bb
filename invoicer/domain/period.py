"""domain: days. A period is half-open in code (``end`` is the first day after) and inclusive when people read it."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from invoicer.errors import DefectError


class Unit(StrEnum):
    """The units of time that terms are written in."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


_MONTHS = {Unit.MONTH: 1, Unit.QUARTER: 3, Unit.YEAR: 12}
_DAYS = {Unit.DAY: 1, Unit.WEEK: 7}


@dataclass(frozen=True, slots=True)
class Span:
    """A length of time as agreed: so many days, weeks, months, quarters or years."""

    count: int
    unit: Unit

    @property
    def months(self) -> int:
        """The length in months; 0 for a length in days or weeks."""
        return self.count * _MONTHS.get(self.unit, 0)

    @property
    def days(self) -> int:
        """The length in days; 0 for a length in months, quarters or years."""
        return self.count * _DAYS.get(self.unit, 0)

    def after(self, day: dt.date, times: int = 1) -> dt.date:
        """The day that lies ``times`` such lengths after (or before, when negative) the given day.

        Months are counted from the given day in one step, so that 31 January plus one month is the last day of
        February and plus two months is 31 March: nothing drifts.
        """
        if self.months:
            return add_months(day, self.months * times)
        return day + dt.timedelta(days=self.days * times)

    def __str__(self) -> str:
        return f"{self.unit}" if self.count == 1 else f"{self.count} {self.unit}s"


def add_months(day: dt.date, months: int, day_of_month: int | None = None) -> dt.date:
    """The day so many months later, on ``day_of_month`` (the same day when None), clamped to the month's last day."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    wanted = day_of_month or day.day
    return dt.date(year, month + 1, min(wanted, calendar.monthrange(year, month + 1)[1]))


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """The days from ``start`` up to and without ``end``; never empty."""

    start: dt.date
    end: dt.date

    def __post_init__(self) -> None:
        if self.end <= self.start:
            raise DefectError(f"a period from {self.start} to {self.end} has no days")

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.end - self.start).days

    @property
    def last_day(self) -> dt.date:
        """The last day that belongs to it."""
        return self.end - dt.timedelta(days=1)

    def __contains__(self, day: dt.date) -> bool:
        return self.start <= day < self.end

    def __and__(self, other: Period) -> Period | None:
        """The days that both have, or None."""
        start, end = max(self.start, other.start), min(self.end, other.end)
        return Period(start, end) if start < end else None

    def overlaps(self, other: Period) -> bool:
        """Whether they share a day."""
        return self.start < other.end and other.start < self.end

    def cut_at(self, days: Iterable[dt.date]) -> Iterator[Period]:
        """The parts that it falls into when a new part begins on each of the days; in order, without gap or overlap."""
        edges = [self.start, *sorted({day for day in days if self.start < day < self.end}), self.end]
        for start, end in pairwise(edges):
            yield Period(start, end)

    def __str__(self) -> str:
        return f"{self.start} to {self.last_day}"


@dataclass(frozen=True, slots=True)
class Grid:
    """The edges of periods of any length, counted from ``first``; months fall on ``day`` (clamped to the month)."""

    first: dt.date
    day: int

    @classmethod
    def from_anchor(cls, start: dt.date, day: int | None, month: int | None) -> Grid:
        """The grid of periods for a schedule that begins on ``start``.

        With a day: the first such day of a month on or after the start; with a month as well: that day of that month, so
        that quarters and years follow the calendar; with neither, the start itself (anniversary).
        """
        if day is None and month is None:
            return cls(start, start.day)
        number = day or 1
        month_of_start = start if month is None else dt.date(start.year, month, 1)
        first = add_months(month_of_start, 0, number)
        if first < start:
            first = add_months(month_of_start, 1 if month is None else 12, number)
        return cls(first, number)

    def edge(self, span: Span, k: int) -> dt.date:
        """The first day of period k of that length (k may be negative)."""
        if span.months:
            return add_months(self.first, span.months * k, self.day)
        return span.after(self.first, k)

    def index(self, span: Span, day: dt.date) -> int:
        """The k of the period of that length in which the day lies."""
        if not span.months:
            return (day - self.first).days // span.days
        months = (day.year - self.first.year) * 12 + day.month - self.first.month
        k = months // span.months
        return k - 1 if self.edge(span, k) > day else k

    def period(self, span: Span, day: dt.date) -> Period:
        """The period of that length in which the day lies."""
        k = self.index(span, day)
        return Period(self.edge(span, k), self.edge(span, k + 1))
