"""engine: included units that were not used and carry over into later rating periods.

What is left of a rating period is a batch. In each later period the oldest batch is used first, then newer ones, then the
period's own included units; so no unit lapses that could have been used. Units are neither made nor lost: what was used
is what came out of batches, out of the period's own included units, and what is charged.

Decisions where terms leave room:

* ``for 3 months``: a batch can be used in the rating periods that begin within three months after its own one.
* An incomplete rating period has its included units whole, as without carry-over, and leaves what is not used of them.
  Where a change of billing cuts a period, each side has its share and leaves the rest of it.
* What is left counts the included units in force at the end of the period. Units that were charged before more of them
  were included stay charged.
* With the end of service everything that is left lapses; a charge that begins again begins with nothing.
* Everything is worked out anew each time: late usage of a period takes back what it left for later ones.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace
from fractions import Fraction

from invoicer.domain.carry import CarryOver
from invoicer.domain.period import Period
from invoicer.domain.trace import Trace, add, given


@dataclass(frozen=True, slots=True)
class Batch:
    """What a rating period left, and until when it can be used (None: without end)."""

    days: Period
    left: Fraction
    until: dt.date | None


@dataclass(slots=True)
class Pool:
    """The batches of one charge, the oldest first, while its billing periods are rated one after the other."""

    batches: list[Batch] = field(default_factory=list)
    served: dt.date | None = None

    def begin(self, days: Period, cell: Period, unit: str) -> Trace | None:
        """What is carried into a rating period; ``days`` are those in service, ``cell`` all of them. None for nothing."""
        if self.served != days.start:
            self.batches = []
        self.batches = [one for one in self.batches if one.until is None or max(cell.start, days.start) < one.until]
        self.served = days.end
        found = [given(one.left, "carried-over", unit, source=f"left of {one.days}") for one in self.batches]
        if not found:
            return None
        return found[0] if len(found) == 1 else add(found, "carried-over", unit)

    def end(self, rule: CarryOver, days: Period, cell: Period, included: Fraction, free: Fraction) -> None:
        """Take what a rating period used without charge out of the batches and then of its own included units, and keep
        what is left of those."""
        remaining = []
        for one in self.batches:
            taken = min(one.left, free)
            free -= taken
            if one.left > taken:
                remaining.append(replace(one, left=one.left - taken))
        if included > free:
            until = rule.lifetime.after(cell.end) if rule.lifetime else None
            remaining.append(Batch(days, included - free, until))
        self.batches = remaining
