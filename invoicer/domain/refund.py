"""domain: what the end of a service gives back of what was billed in advance."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from invoicer.domain.period import Period, Span
from invoicer.domain.trace import Clause


@dataclass(frozen=True, slots=True)
class ShortRate:
    """A row of a short-rate table: of a billing period that had cover for up to so long (None: for longer than all rows
    before), the insurer keeps ``percent`` (20 for 20%)."""

    up_to: Span | None
    percent: Decimal


@dataclass(frozen=True, slots=True)
class Refund:
    """``percent`` (100: all, 0: nothing) of what the unused days cost; or, with a ``short_rate`` table, the billing period's
    amount less what the table keeps of it. ``clause`` names the rule where it is neither all nor nothing."""

    UNUSED: ClassVar[Refund]
    NONE: ClassVar[Refund]

    percent: Decimal = Decimal(100)
    short_rate: tuple[ShortRate, ...] = ()
    clause: Clause | None = None

    @property
    def nothing(self) -> bool:
        """Whether it gives nothing back."""
        return not self.short_rate and not self.percent

    @property
    def partial(self) -> bool:
        """Whether it gives something back, but not simply what is unused."""
        return bool(self.short_rate) or 0 < self.percent < 100


Refund.UNUSED = Refund()
Refund.NONE = Refund(Decimal(0))


def kept(rows: Iterable[ShortRate], on_cover: Period | None) -> Decimal:
    """The percentage that a short-rate table keeps after so many days on cover; of none, nothing. Months are counted from
    the first day: up to 3 months from 1 January ends with 31 March."""
    if on_cover is None:
        return Decimal(0)
    for row in rows:
        if row.up_to is None or on_cover.end <= row.up_to.after(on_cover.start):
            return row.percent
    return Decimal(100)
