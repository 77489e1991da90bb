"""render: where a day lies in the picture, and how the time below the heading is divided."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile

from invoicer.domain.period import Period, Span, Unit, add_months
from invoicer.render.chart.lettering import width

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
SIZE, MAJOR_SIZE = 11, 12
_AIR = 6

# Divisions from fine to coarse, each with the coarser one that is written above it.
_DIVISIONS: tuple[tuple[Span, Span | None], ...] = (
    (Span(1, Unit.WEEK), Span(1, Unit.YEAR)),
    (Span(1, Unit.MONTH), Span(1, Unit.YEAR)),
    (Span(1, Unit.QUARTER), Span(1, Unit.YEAR)),
    *((Span(years, Unit.YEAR), None) for years in (1, 2, 5, 10, 20, 50, 100, 500)),
)


@dataclass(frozen=True, slots=True)
class Scale:
    """The days shown, from ``left`` to ``right``."""

    days: Period
    left: float
    right: float

    def x(self, day: dt.date) -> float:
        """Where a day begins; days outside lie on the edge."""
        at = min(max(day, self.days.start), self.days.end)
        return self.left + (self.right - self.left) * (at - self.days.start).days / self.days.days


@dataclass(frozen=True, slots=True)
class Cell:
    """A week, month, quarter, year or several years, as far as it is shown; ``full`` is all of it."""

    days: Period
    full: Period
    label: str


@dataclass(frozen=True, slots=True)
class Axis:
    """The division of the time: ``cells``, and above them the coarser ``major`` ones (none where the cells are years)."""

    cells: tuple[Cell, ...]
    major: tuple[Cell, ...]


def axis_of(scale: Scale) -> Axis:
    """The finest division whose labels fit."""
    for span, above in _DIVISIONS:
        cells = tuple(cells_of(scale.days, span, above is None))
        if all(_fits(scale, cell) for cell in cells if cell.full == cell.days) or span == _DIVISIONS[-1][0]:
            break
    return Axis(cells, tuple(cells_of(scale.days, above, True)) if above else ())


def cells_of(days: Period, span: Span, alone: bool) -> Iterator[Cell]:
    """The cells of some days; ``alone`` says that no coarser label stands above them, so each says its year."""
    start = _first(days.start, span)
    starts = takewhile(lambda day: day < days.end, (span.after(start, k) for k in range(100_000)))
    for day in starts:
        full = Period(day, span.after(day))
        shown = full & days
        if shown:
            yield Cell(shown, full, _label(full, span, alone))


def label_of(scale: Scale, cell: Cell, size: float) -> str:
    """The label of a cell, where it has room."""
    room = scale.x(cell.days.end) - scale.x(cell.days.start) - _AIR
    return cell.label if width(cell.label, size) <= room else ""


def _fits(scale: Scale, cell: Cell) -> bool:
    return label_of(scale, cell, SIZE) != ""


def _first(day: dt.date, span: Span) -> dt.date:
    """The first day of the calendar's week, month, quarter or year (or so many years) that a day lies in."""
    if span.unit is Unit.WEEK:
        return day - dt.timedelta(days=day.weekday())
    if span.unit is Unit.YEAR:
        return dt.date(max(day.year - day.year % span.count, 1), 1, 1)
    return add_months(dt.date(day.year, 1, 1), (day.month - 1) // span.months * span.months)


def _label(days: Period, span: Span, alone: bool) -> str:
    day = days.start
    match span.unit:
        case Unit.WEEK | Unit.DAY:
            return f"{day.day} {MONTHS[day.month - 1]}"
        case Unit.MONTH:
            return f"{MONTHS[day.month - 1]} {day.year}" if alone else MONTHS[day.month - 1]
        case Unit.QUARTER:
            return f"Q{(day.month + 2) // 3}"
        case Unit.YEAR:
            return str(day.year)
