"""domain: the end of something that counts beside charges: a discount, an indexation, a commitment."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from invoicer.domain.trace import Clause


@dataclass(frozen=True, slots=True)
class Stopped:
    """``stop launch`` in an amendment: from ``effective`` on it does not count any more, once that is ``agreed``."""

    effective: dt.date
    agreed: dt.date
    clause: Clause
    amendment: int


def first_stop(stops: Iterable[Stopped], known_on: dt.date) -> Stopped | None:
    """The stop that ends it, as known on a day: the earliest of those that were agreed by then, or None."""
    known = (stop for stop in stops if stop.agreed <= known_on)
    return min(known, key=lambda stop: (stop.effective, stop.agreed, stop.amendment), default=None)
