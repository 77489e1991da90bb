"""domain: what is paid in advance for a period whose price is known only when figures are declared."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from invoicer.domain.period import Span


@dataclass(frozen=True, slots=True)
class Deposit:
    """``amount`` for each billing period, in so many equal ``instalments``: billed on the first day of the period, or of
    each equal part of it."""

    amount: Decimal
    instalments: int = 1


@dataclass(frozen=True, slots=True)
class Adjustment:
    """What the period came to is settled with its deposit ``within`` so long after its last day."""

    within: Span
