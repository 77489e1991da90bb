"""domain: what becomes of included units that were not used."""

from __future__ import annotations

from dataclasses import dataclass

from invoicer.domain.period import Span
from invoicer.domain.trace import Clause


@dataclass(frozen=True, slots=True)
class CarryOver:
    """Included units that are not used can be used later: for ``lifetime`` after their rating period, or (None) without
    end."""

    lifetime: Span | None
    clause: Clause
