"""domain: what the engine asks of usage, and what it is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from invoicer.domain.contract import Meter
from invoicer.domain.events import EventTerms, Tally
from invoicer.domain.period import Period
from invoicer.errors import Problem


@dataclass(frozen=True, slots=True)
class Demand:
    """The quantity of a meter of a contract for the civil days of a period is wanted; and for each of ``events``, how its
    events are priced."""

    contract: str
    meter: Meter
    days: Period
    time_zone: str
    events: tuple[EventTerms, ...] = ()

    @property
    def key(self) -> tuple[str, str, Period]:
        """(contract, meter id, days): what the answer is looked up by."""
        return self.contract, self.meter.id, self.days


@dataclass(frozen=True, slots=True)
class Measured:
    """An exact quantity in the meter's unit, and where it came from (file names and counts, for the trace). ``tallies``
    say how the events are priced, for each of the demand's event terms."""

    value: Fraction
    source: str
    events: int
    tallies: tuple[tuple[EventTerms, Tally], ...] = ()

    def tally(self, terms: EventTerms) -> Tally | None:
        """How the events are priced by those terms; None where that was not asked for."""
        return next((found for asked, found in self.tallies if asked == terms), None)


@dataclass(frozen=True, slots=True)
class Served:
    """For which days a contract can ever bill usage, in its seller's time zone: of each of its meters the days from the
    first of service to the last (None: nothing is known of them). An event of these contracts beyond is never billed."""

    time_zone: str
    meters: Mapping[str, Period | None]


Measurements = Mapping[tuple[str, str, Period], Measured | Problem]
"""The answers by :attr:`Demand.key`; a problem stands where usage is not declared complete or can't be read."""
