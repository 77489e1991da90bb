"""domain: who buys, where that changes while a contract goes on."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from invoicer.domain.timeline import Timeline, in_force


@dataclass(frozen=True, slots=True)
class Buyer:
    """The ``customer`` (an id of the workspace) who takes a contract over, and that one's purchase order ("": none).
    ``next_period``: each charge only from the first billing period that begins on or after the day; otherwise the day cuts
    the running ones."""

    customer: str
    purchase_order: str = ""
    next_period: bool = False


NOBODY_ELSE: Timeline[Buyer] = Timeline(())


@dataclass(frozen=True, slots=True)
class Buyers:
    """The ``first`` buyer of a contract, and those who took it over."""

    first: Buyer
    later: Timeline[Buyer]

    def at(self, day: dt.date, known_on: dt.date) -> Buyer:
        """The buyer on a day, as known on another."""
        entry = in_force(self.later.known_on(known_on), day)
        return entry.value if entry else self.first

    def named(self, customer: str, known_on: dt.date) -> Buyer:
        """The buyer of that id, as known on a day: the latest of them."""
        known = [self.first, *(entry.value for entry in self.later.known_on(known_on))]
        return next((one for one in reversed(known) if one.customer == customer), Buyer(customer))

    def cuts(self, known_on: dt.date) -> tuple[dt.date, ...]:
        """The days on which a takeover cuts the running billing periods, as known on a day."""
        return tuple(entry.effective for entry in self.later.known_on(known_on) if not entry.value.next_period)

    @property
    def customers(self) -> tuple[str, ...]:
        """The ids of all, each once, the first one first."""
        return tuple(dict.fromkeys([self.first.customer, *(entry.value.customer for entry in self.later.entries)]))
