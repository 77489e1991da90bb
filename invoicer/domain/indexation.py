"""domain: indexation, the adjustment of prices by a published index or by a fixed percentage."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from invoicer.domain.period import Span, add_months
from invoicer.domain.stop import Stopped
from invoicer.domain.trace import Clause


@dataclass(frozen=True, slots=True)
class ByIndex:
    """With a published series: the k-th adjustment compares the month that lies k times ``every`` after ``base`` with the
    one before it. Months are their first days; ``to`` is the month compared by an adjustment that is made once. ``plus``
    percent are added to the change of the index (below zero: taken from it). The first publication of a month counts,
    unless it is ``revised``: then the latest."""

    series: str
    base: dt.date
    to: dt.date | None = None
    plus: Decimal = Decimal(0)
    revised: bool = False


@dataclass(frozen=True, slots=True)
class ByPercent:
    """By a fixed ``percent`` (3 for 3%)."""

    percent: Decimal


@dataclass(frozen=True, slots=True)
class Adjustment:
    """One adjustment: its day and, where an index decides, the months compared."""

    day: dt.date
    before: dt.date | None = None
    after: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Indexation:
    """Raises the prices of the named charges (of all charges when ``charges`` is None) on ``first`` and then ``every`` so
    often (None: once), up to and without ``end``. ``at_least`` and ``at_most`` bound each adjustment, in percent."""

    id: str
    title: str
    clause: Clause
    how: ByIndex | ByPercent
    charges: tuple[str, ...] | None
    agreed: dt.date
    amendment: int
    first: dt.date
    every: Span | None
    end: dt.date | None = None
    at_least: Decimal | None = None
    at_most: Decimal | None = None
    stops: tuple[Stopped, ...] = ()

    def concerns(self, charge: str) -> bool:
        """Whether the charge of that id is one of those that it raises."""
        return self.charges is None or charge in self.charges

    def adjustments(self, until: dt.date) -> Iterator[Adjustment]:
        """Its adjustments up to and including a day, in order; stops apart."""
        k = 0
        while (day := self.every.after(self.first, k) if self.every else self.first) <= until:
            if self.end is not None and day >= self.end:
                return
            yield Adjustment(day, *self._compared(k))
            if self.every is None:
                return
            k += 1

    def _compared(self, k: int) -> tuple[dt.date | None, dt.date | None]:
        if isinstance(self.how, ByPercent):
            return None, None
        if self.every is None:
            return self.how.base, self.how.to
        return add_months(self.how.base, self.every.months * k), add_months(self.how.base, self.every.months * (k + 1))
