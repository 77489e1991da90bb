"""domain: what was agreed about one thing, over time.

Terms change in two times at once: a change takes effect on one day and is agreed on another. A timeline holds every
entry; :meth:`Timeline.known_on` answers what counts, seen from a day.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Sequence
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
        counting: Counting[T] = Counting()
        for entry in self.as_agreed():
            if entry.agreed <= day:
                counting.agree(entry)
        return tuple(counting.entries)

    def as_agreed(self) -> list[Dated[T]]:
        """The entries in the order in which they were agreed."""
        return sorted(self.entries, key=lambda entry: (entry.agreed, entry.amendment, entry.effective))

    def at(self, day: dt.date, known_on: dt.date) -> Dated[T] | None:
        """The entry in force on ``day`` as known on ``known_on``, or None before the first one."""
        return in_force(self.known_on(known_on), day)

    def extended(self, *entries: Dated[T]) -> Timeline[T]:
        """The same timeline with more entries."""
        return Timeline((*self.entries, *entries))


class Counting(Generic[T]):
    """The entries of a timeline that count, while one agreement follows the other; by rising effective day."""

    def __init__(self) -> None:
        self.entries: list[Dated[T]] = []

    def agree(self, entry: Dated[T]) -> tuple[Dated[T], ...]:
        """Let an entry count, agreed after all others; the answer is those that it removes, the last one first."""
        removed = []
        while self.entries and self.entries[-1].effective >= entry.effective:
            removed.append(self.entries.pop())
        self.entries.append(entry)
        return tuple(removed)


def in_force(known: Sequence[Dated[T]], day: dt.date) -> Dated[T] | None:
    """Of entries by rising effective day, the one in force on a day, or None before the first one."""
    count = bisect_right(known, day, key=lambda entry: entry.effective)
    return known[count - 1] if count else None
