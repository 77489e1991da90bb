"""engine: what was declared for some days, from the figures that were known on a day.

Decisions where terms leave room:

* Of several figures for the same days the one declared last counts; one that was declared later than the day of the plan
  is not seen.
* Figures that add up are added over the days asked for; one whose days reach beyond them counts with its share by days.
* A figure that does not add up holds for all of its days. Where two different ones lie in the days asked for, none of
  them is the figure of these days.
* A day without a figure is a hold that names it, never a zero.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

from invoicer.domain.evidence import Declaration, Evidence
from invoicer.domain.inputs import Input
from invoicer.domain.period import Period
from invoicer.domain.trace import Trace, add, divide, given, multiply
from invoicer.engine.holds import SEVERAL_FIGURES, UNDECLARED, Where
from invoicer.errors import Problem


def figure(asked: Input, days: Period, evidence: Evidence, known_on: dt.date, where: Where) -> Trace | Problem:
    """The figure of an input for some days, in its unit; or the hold that says why there is none."""
    found = _counting(evidence.declarations.get(asked.id, ()), known_on)
    exact = [one for one in found if one.days == days]
    pieces = exact or sorted((one for one in found if one.days.overlaps(days)), key=lambda one: one.days)
    if missing := [str(gap) for gap in _gaps(pieces, days)]:
        return where.problem(
            UNDECLARED,
            f"no figure was declared for input {asked.id} from {' and from '.join(missing)}",
            "add a row for these days to a file in the folder inputs; one that is declared later than the day of the plan "
            "counts from its own day on",
        )
    if asked.additive:
        parts = [_part(one, days, asked.unit) for one in pieces]
        return parts[0] if len(parts) == 1 else add(parts, "quantity", asked.unit)
    if len({one.value for one in pieces}) > 1:
        stated = " and ".join(f"one from {one.days} ({one.source})" for one in pieces)
        return where.problem(
            SEVERAL_FIGURES,
            f"one figure of input {asked.id} is needed from {days}, and there are several: {stated}",
            "declare it for periods that begin and end as the billing periods do",
        )
    return _leaf(pieces[0], asked.unit)


def _counting(declared: Sequence[Declaration], known_on: dt.date) -> list[Declaration]:
    """For each period the figure that was declared last by that day."""
    latest: dict[Period, Declaration] = {}
    for one in sorted((one for one in declared if one.declared <= known_on), key=lambda one: one.declared):
        latest[one.days] = one
    return list(latest.values())


def _gaps(pieces: Sequence[Declaration], days: Period) -> Iterator[Period]:
    day = days.start
    for one in pieces:
        if day < one.days.start:
            yield Period(day, one.days.start)
        day = max(day, one.days.end)
    if day < days.end:
        yield Period(day, days.end)


def _part(one: Declaration, days: Period, unit: str) -> Trace:
    """What of a figure falls into some days."""
    both = one.days & days
    assert both is not None
    if both == one.days:
        return _leaf(one, unit)
    share = divide(given(both.days, "days-asked", "day"), given(one.days.days, "days-declared", "day"), "share")
    return multiply(_leaf(one, unit), share, "quantity", unit)


def _leaf(one: Declaration, unit: str) -> Trace:
    by = f" by {one.by}" if one.by else ""
    declared = f", declared {one.declared}" if one.declared > dt.date.min else ""  # what is given by hand has no day
    source = f"{one.source}, for {one.days}{declared}{by}"
    return given(one.value, "declared", unit, source=source)
