"""domain: commitments: an amount that certain charges come to at least, over longer periods."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from invoicer.domain.period import Span
from invoicer.domain.stop import Stopped
from invoicer.domain.trace import Clause


@dataclass(frozen=True, slots=True)
class Commitment:
    """``amount`` in the contract's currency for each ``per`` (None: once, over the first term), counted from ``start`` and
    up to ``end``; what the named charges (all when ``charges`` is None) fall short of it is due when a period is over.

    ``kind`` is the supply kind of the shortfall in the seller's words. ``prorated``: an incomplete period counts by days.
    ``includes_tax``: the amounts hold their VAT, and so do those of the charges that it counts. ``formerly``: the ids
    that it had before.
    """

    id: str
    title: str
    clause: Clause
    amount: Decimal
    per: Span | None
    charges: tuple[str, ...] | None
    kind: str
    agreed: dt.date
    amendment: int
    start: dt.date
    end: dt.date | None = None
    prorated: bool = False
    includes_tax: bool = False
    stops: tuple[Stopped, ...] = ()
    formerly: tuple[str, ...] = ()

    def counts(self, charge: str) -> bool:
        """Whether the charge of that id counts towards it."""
        return self.charges is None or charge in self.charges
