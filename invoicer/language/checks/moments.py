"""language: the moments in the life of a charge, for the checks of what must fit together.

A moment is what is in force on a day as known on another day, so that a change is judged together with everything that
it meets, and not only with what stands beside it.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby, islice
from typing import Any

from invoicer.domain.timeline import Counting, Dated, Timeline, in_force
from invoicer.errors import Problem
from invoicer.language import tree
from invoicer.language.codes import Code, problem
from invoicer.language.gather import ChargeTerms, Terms

MOST, MOST_EACH = 2000, 20
"""How many lines of prices of one contract, counted anew in each moment, are looked at: so many, and so many more for each
thing that is ever agreed about a charge. Each price step can meet each amended quantity, so their number may grow with the
square of the text; in contracts that people agree on, most changes meet a few others."""


@dataclass(frozen=True)  # without slots: what is asked often is worked out once
class Moment:
    """What is in force at once; ``unit`` is that of the quantity, None where it has none or it is unknown; ``units`` are
    those that bands name; ``shares`` says whether a band takes a percentage."""

    prices: tuple[tree.Priced, ...]
    quantity: tree.Counted | None
    included: tree.Included | None
    minimum: tree.Bounded | None
    maximum: tree.Bounded | None
    bill: tree.Bill | None
    each_event: tree.EachEvent | None
    first_events: tree.FirstEvents | None
    first_amount: tree.FirstAmount | None
    unit: str | None
    units: tuple[tree.Name, ...]
    shares: bool

    @cached_property
    def counter(self) -> tree.Name | None:
        """The meter or input that the quantity comes from; None where it is agreed, or there is none."""
        match self.quantity:
            case tree.Usage(meter=name) | tree.Declared(input=name):
                return name
        return next((p.price.meter for p in self.prices if isinstance(p.price, tree.Share)), None)

    @cached_property
    def counted(self) -> str | None:
        """The unit of a quantity that is measured or declared; None where it is agreed."""
        return self.unit if self.counter else None


@dataclass(frozen=True, slots=True)
class _Bands:
    """What is to be seen in the bands of prices, so that no moment looks through them again. ``lines``: how much there is
    to look at in each moment."""

    units: tuple[tree.Name, ...]
    shares: bool
    lines: int

    @classmethod
    def of(cls, prices: Sequence[tree.Priced]) -> _Bands:
        bands = [band for priced in prices if isinstance(priced.price, tree.Tiers) for band in priced.price.bands]
        units = tuple(unit for band in bands for unit in (band.unit, band.size_unit) if unit)
        return cls(units, any(band.percent for band in bands), len(prices) + len(units))


class MomentsError(Exception):
    """A charge has more moments than are looked at; ``problem`` says so."""

    def __init__(self, charge: ChargeTerms) -> None:
        cause = f"`{charge.id}` has too many combinations of price steps and amendments to judge them all"
        mend = "leave out steps and amendments that no longer count, or make several charges of it"
        self.problem: Problem = problem(Code.C045, charge.block.id.where, cause, mend)
        super().__init__(cause)


class Moments:
    """The moments of the charges of one contract; where there are too many (:data:`MOST`) it raises MomentsError."""

    def __init__(self, terms: Terms) -> None:
        self.terms = terms
        entries = {
            id(entry) for charge in terms.charges for timeline in _timelines(charge) for entry in timeline.entries
        }
        self._bands: dict[int, _Bands] = {}  # of the entries of prices, each looked through once
        self.left = MOST + MOST_EACH * len(entries)

    def of(self, charge: ChargeTerms) -> Iterator[Moment]:
        """Every moment of a charge that differs from the others: agreement follows agreement, and each is looked at from
        the first day that it changes."""
        timelines = _timelines(charge)
        counting: list[Counting[Any]] = [Counting() for _ in timelines]
        entries = [
            (entry, known) for timeline, known in zip(timelines, counting, strict=True) for entry in timeline.entries
        ]
        entries.sort(key=lambda one: (one[0].agreed, one[0].amendment, one[0].effective))
        seen: set[tuple[int, ...]] = set()
        for _, agreed in groupby(entries, key=lambda one: one[0].agreed):
            since = dt.date.max
            for entry, known in agreed:
                known.agree(entry)
                since = min(since, entry.effective)
            for state in _states([known.entries for known in counting], since):
                bands = self._of_bands(state[0])
                self.left -= 1 + bands.lines
                if self.left < 0:
                    raise MomentsError(charge)
                key = tuple(map(id, state))
                if key not in seen:
                    seen.add(key)
                    if state[0] is not None:
                        yield _moment(self.terms, state, bands)

    def _of_bands(self, prices: Dated[Any] | None) -> _Bands:
        if id(prices) not in self._bands:
            self._bands[id(prices)] = _Bands.of(prices.value if prices else ())
        return self._bands[id(prices)]


State = Sequence[Dated[Any] | None]


def _timelines(charge: ChargeTerms) -> tuple[Timeline[Any], ...]:
    """In the order of the fields of :class:`Moment`."""
    return (
        *(charge.price, charge.quantity, charge.included, charge.minimum, charge.maximum, charge.billing),
        *(charge.each_event, charge.first_events, charge.first_amount),
    )


def _states(known: Sequence[Sequence[Dated[Any]]], since: dt.date) -> Iterator[State]:
    """What is in force on a day, and on each later one on which something begins."""
    state = [in_force(entries, since) for entries in known]
    yield tuple(state)
    later = [
        (entry.effective, index, entry)
        for index, entries in enumerate(known)
        for entry in islice(entries, bisect_right(entries, since, key=_day), None)
    ]
    later.sort(key=lambda one: one[0])
    for _, beginning in groupby(later, key=lambda one: one[0]):
        for _, index, entry in beginning:
            state[index] = entry
        yield tuple(state)


def _day(entry: Dated[Any]) -> dt.date:
    return entry.effective


def _moment(terms: Terms, state: State, bands: _Bands) -> Moment:
    values: list[Any] = [entry.value if entry else None for entry in state]
    values += [terms.unit_of(values[1]), bands.units, bands.shares]
    return Moment(*values)
