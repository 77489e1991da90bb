"""domain: service credits, what a seller gives back where a service falls short of what was promised."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from invoicer.domain.period import Period, Span
from invoicer.domain.price import Condition
from invoicer.domain.stop import Stopped, first_stop
from invoicer.domain.trace import Clause


@dataclass(frozen=True, slots=True)
class CreditRow:
    """``percent`` of what each of the charges (None: every recurring one) came to, when the condition holds."""

    percent: Decimal
    charges: tuple[str, ...] | None
    when: Condition
    clause: Clause


@dataclass(frozen=True, slots=True)
class ServiceCredit:
    """For each billing period of a charge, or each ``per`` within it, the first row for the charge whose condition holds.
    It is judged ``within`` so many days after the end of those days. ``as_note``: on a credit note of its own, else on the
    charge's next invoice. It counts for service days in [``start``, ``end``) and before any of its ``stops``."""

    id: str
    title: str
    clause: Clause
    rows: tuple[CreditRow, ...]
    agreed: dt.date
    start: dt.date
    end: dt.date | None = None
    per: Span | None = None
    within: int = 0
    as_note: bool = False
    stops: tuple[Stopped, ...] = ()

    def window(self, known_on: dt.date) -> Period | None:
        """The service days that it counts for, as known on a day; None where there are none, or it is not agreed yet."""
        stop = first_stop(self.stops, known_on)
        end = min(self.end or dt.date.max, stop.effective if stop else dt.date.max)
        return Period(self.start, end) if self.start < end and self.agreed <= known_on else None

    def rows_for(self, charge: str) -> tuple[CreditRow, ...]:
        """The rows that speak of a charge, in their order."""
        return tuple(row for row in self.rows if row.charges is None or charge in row.charges)
