"""domain: what rating rests on besides terms, usage and customer: published index values and declared inputs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from invoicer.domain.period import Period


@dataclass(frozen=True, slots=True)
class IndexValue:
    """The value of an index series for a month (its first day), known from the day on which it was ``published``.
    Several values of one month are revisions; ``source`` is file and line."""

    month: dt.date
    value: Fraction
    published: dt.date
    source: str


@dataclass(frozen=True, slots=True)
class Declaration:
    """What a customer or a colleague stated for some days (a turnover, an availability), known from the day on which it
    was ``declared``. The later declared of two for the same days counts; ``source`` is file and line."""

    days: Period
    value: Fraction
    declared: dt.date
    source: str
    by: str = ""


@dataclass(frozen=True, slots=True)
class Evidence:
    """``indices`` by the name of the series, ``declarations`` of one contract by the id of the input. All that is there:
    whoever uses it leaves out what was not known on the day in question."""

    indices: Mapping[str, tuple[IndexValue, ...]] = field(default_factory=dict)
    declarations: Mapping[str, tuple[Declaration, ...]] = field(default_factory=dict)

    def known_on(self, day: dt.date) -> Evidence:
        """The part of it that was known on a day."""
        return Evidence(
            {name: tuple(one for one in found if one.published <= day) for name, found in self.indices.items()},
            {name: tuple(one for one in found if one.declared <= day) for name, found in self.declarations.items()},
        )


NO_EVIDENCE = Evidence()
