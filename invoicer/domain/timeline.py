"""domain: what was agreed about one thing, over time.

Terms change in two times at once: a change takes effect on one day and is agreed on another. A timeline holds every
entry; :meth:`Timeline.known_on` answers what counts, seen from a day.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Generic, TypeVar

from invoicer.domain.trace import Clause

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Dated(Generic[T]):
    """A value that counts from ``effective``, once ``agreed``; ``amendment`` is 0 for the contract itself."""

    effective: dt.date
    agreed: dt.date
    value: T
    clause: Clause
    amendment: int = 0


@dataclass(frozen=True, slots=True)
class Timeline(Generic[T]):
    """Everything that was ever agreed about one thing, in the order of the text."""

    entries: tuple[Dated[T], ...]

    def known_on(self, day: dt.date) -> tuple[Dated[T], ...]:
        """The entries that count as known on that day, by rising effective day.

        Entries agreed later than the day are not seen. Of the others, a later agreed one wins from its effective
        day on: it removes everything that an earlier agreed one set for that day or later. Steps of one agreement
        follow each other.
        """
        counting: list[Dated[T]] = []
        seen = (entry for entry in self.entries if entry.agreed <= day)
        for entry in sorted(seen, key=lambda e: (e.agreed, e.amendment, e.effective)):
            while counting and counting[-1].effective >= entry.effective:
                counting.pop()
            counting.append(entry)
        return tuple(counting)

    def at(self, day: dt.date, known_on: dt.date) -> Dated[T] | None:
        """The entry in force on ``day`` as known on ``known_on``, or None before the first one."""
        in_force = [entry for entry in self.known_on(known_on) if entry.effective <= day]
        return in_force[-1] if in_force else None

    def extended(self, *entries: Dated[T]) -> Timeline[T]:
        """The same timeline with more entries."""
        return Timeline((*self.entries, *entries))
