"""domain: an example beside a contract: what an invoice of one day must come to, from given quantities."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from fractions import Fraction

from invoicer.domain.money import Money
from invoicer.domain.period import Period
from invoicer.domain.trace import Clause


@dataclass(frozen=True, slots=True)
class Given:
    """A quantity of a meter, or a figure of an input: for those ``days``, or (None) for the period that is billed on the
    day of the invoice. ``events`` are the amounts of the single events that make it up, in their order, where they are
    given."""

    meter: str
    value: Fraction
    days: Period | None = None
    events: tuple[Fraction, ...] = ()


@dataclass(frozen=True, slots=True)
class GivenIndex:
    """The value of an index series for a month (its first day)."""

    series: str
    month: dt.date
    value: Fraction


@dataclass(frozen=True, slots=True)
class Expected:
    """What a charge comes to on the invoice, net: all that belongs to it (``part`` ""), or one part of it (``minimum``,
    ``discount`` with its ``name``). ``amount`` None: there is no such line. ``charge`` "": the whole invoice."""

    charge: str
    part: str
    name: str
    amount: Money | None
    clause: Clause

    def __str__(self) -> str:
        return " ".join(filter(None, (f"line {self.charge}" if self.charge else "total", self.part, self.name)))


@dataclass(frozen=True, slots=True)
class Example:
    """What the invoice of one day comes to, by the terms as known on a day."""

    title: str
    on: dt.date
    known_on: dt.date
    given: tuple[Given, ...]
    expected: tuple[Expected, ...]
    clause: Clause
    indices: tuple[GivenIndex, ...] = ()
