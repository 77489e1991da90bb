"""A contract that is simple enough to be added up by counting days: what it says, and what it owes, in whole cents.

Prices are per week and divisible by seven, periods are weeks from the first day on: so a day has an amount, nothing is
rounded, and what is owed is a sum over days. No code of the product takes part.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

CALL = 7  # cents for a call
SEAT = 14  # cents for a seat and week, at first
HOME = ZoneInfo("Europe/Amsterdam")
FAR = dt.timedelta(400)  # beyond the day that it is: nothing is billed so far ahead
BUYERS = ("acme", "beta")
LEVY = "cover/levy/ipt-nl"
COVER = {"cover": 100, LEVY: 21}
"""Cents for a day of insurance, and the Dutch insurance premium tax of 21% on that."""
PREMIUM = """premium cover "Cover"
  7.00 EUR per week
  supply cover
  policy "PL-2026-7"
  insurer "Harbour Mutual"
  risk in NL
  insurance class liability
"""


class Change(NamedTuple):
    """What was agreed later: of the same kind the later agreed one wins from its effective day on."""

    agreed: dt.date
    number: int
    effective: dt.date
    what: str
    value: int
    supersedes: tuple[int, ...] = ()


class Cadence(NamedTuple):
    """Every so many weeks, in advance or in arrears."""

    weeks: int
    advance: bool

    @property
    def words(self) -> str:
        often = "weekly" if self.weeks == 1 else f"every {self.weeks} weeks"
        return f"bill {often} in {'advance' if self.advance else 'arrears'}"


CADENCES = tuple(Cadence(weeks, advance) for weeks in (1, 2, 4) for advance in (True, False))


class Event(NamedTuple):
    """So many calls at an instant, known from the day ``received`` on (None: at once)."""

    contract: str
    at: dt.datetime
    calls: int
    received: dt.date | None = None

    def on(self) -> dt.date:
        """The civil day of the seller."""
        return self.at.astimezone(HOME).date()


class Due(NamedTuple):
    """An amount in cents for the days from ``start`` up to (not with) ``end``, billed ``on`` a day."""

    start: dt.date
    end: dt.date
    on: dt.date
    cents: int


@dataclass
class Deal:
    """A contract: a ``fee`` and ``seats`` by the week, calls by the piece where it is ``metered``, and something once."""

    name: str
    start: dt.date
    cadence: Cadence
    fee: int
    seats: int
    setup: int = 0
    listed: bool = False
    metered: bool = True
    insured: bool = False
    seller: str = "my-company"
    customer: str = "acme"
    supply: str = "hosting"
    seat: int = SEAT
    changes: list[Change] = field(default_factory=list)
    names: dict[str, list[str]] = field(default_factory=dict)
    """All that a charge was called since, by its first name; and the contract, by its own."""
    ends: tuple[dt.date, dt.date] | None = None  # agreed, last day

    def text(self) -> str:
        """The file of terms."""
        head = f"""contract {self.called(self.name)} "{self.name}"
{self._formerly(self.name)}  seller {self.seller}
  customer {self.customer}
  currency EUR
  agreed 2025-12-01
  term open from {self.start}
  {self.cadence.words}
  prorate by-days
  pay within 30 days
  supply {self.supply}
"""
        if self.listed:
            head = head.replace("  seller", "  uses shared-prices version 1\n  seller")
        price = "" if self.listed else f"  {_money(self.fee)} EUR per week\n"
        parts = [
            head,
            self._charge("fee", price, "as in shared-prices" if self.listed else '"Fee"'),
            self._charge("seats", f"  quantity {self.seats} seats\n  {_money(self.seat)} EUR per seat per week\n"),
        ]
        if self.metered:
            price = f"  usage of calls\n  {_money(CALL)} EUR per call\n  bill every 2 weeks in arrears\n"
            parts.append(self._charge("calls", price))
            parts.append('meter calls "Calls"\n  sum of calls\n  unit calls\n')
        if self.setup:
            parts.append(self._charge("setup", f"  {_money(self.setup)} EUR once\n"))
        if self.insured:
            parts.append(PREMIUM)
        parts += [self._amendment(change) for change in self.changes]
        if self.ends:
            parts.append(f"terminates on {self.ends[1]} agreed {self.ends[0]}\n  refund unused\n")
        return "\n".join(parts)

    def called(self, first: str) -> str:
        """What a charge, or the contract, is called today."""
        return self.names.get(first, [first])[-1]

    def _formerly(self, first: str) -> str:
        former = [first, *self.names.get(first, ())][:-1]
        return f"  renamed from {', '.join(former)}\n" if former else ""

    def _charge(self, first: str, lines: str, title: str = "") -> str:
        return (
            f"charge {self.called(first)} {title or chr(34) + first.title() + chr(34)}\n{self._formerly(first)}{lines}"
        )

    def _amendment(self, change: Change) -> str:
        said = {
            "fee": f"change {self.called('fee')} to {_money(change.value)} EUR per week",
            "seats": f"change {self.called('seats')} quantity to {change.value} seats",
        }
        if change.what == "billing":
            line = f"change billing to {cadence_of(change.value).words}"
        elif change.what == "customer":
            line = f"change customer to {BUYERS[change.value]}"
        elif change.what.startswith("stop "):
            line = f"stop {self.called(change.what.removeprefix('stop '))}\n    refund unused"
        else:
            line = said[change.what]
        over = f"  supersedes {', '.join(map(str, change.supersedes))}\n" if change.supersedes else ""
        return (
            f'amendment {change.number} from {change.effective} agreed {change.agreed} "Side letter {change.number}"\n'
            f"{over}  {line}\n"
        )

    @property
    def steady(self) -> bool:
        """Whether its periods never changed, nor who pays for them."""
        return all(change.what not in ("billing", "customer") for change in self.changes)

    def charges(self) -> tuple[str, ...]:
        """Their names; a levy is named as its component."""
        setup = ("setup",) if self.setup else ()
        return ("fee", "seats", *(("calls",) * self.metered), *setup, *(COVER if self.insured else ()))

    def owed(self, charge: str, known: dt.date, list_fee: int, events: Mapping[str, Event]) -> Iterator[Due]:
        """What is owed for a charge by the terms, and the usage, as known on a day; far beyond that day."""
        if charge == "setup":
            yield Due(self.start, self.start + dt.timedelta(1), self.start, self.setup)
            return
        for start, end, on in self._periods(charge, known):
            days = [start + dt.timedelta(count) for count in range((end - start).days)]
            if charge == "calls":
                cents = CALL * sum(self.calls(start, end, known, events))
            else:
                cents = sum(self.daily(charge, day, known, list_fee) for day in days)
            yield Due(start, end, on, cents)

    def daily(self, charge: str, day: dt.date, known: dt.date, list_fee: int) -> int:
        """The cents of a day of the fee, the seats or the insurance."""
        if charge in COVER:
            return COVER[charge]
        if charge == "fee":
            return self._value("fee", day, known, list_fee if self.listed else self.fee) // 7
        return self.quantity(day, known) * self.seat // 7

    def quantity(self, day: dt.date, known: dt.date) -> int:
        """The seats of a day."""
        return self._value("seats", day, known, self.seats)

    def buyer(self, day: dt.date, known: dt.date) -> str:
        """Who pays for a day."""
        return BUYERS[self._value("customer", day, known, BUYERS.index(self.customer))]

    def calls(self, start: dt.date, end: dt.date, known: dt.date, events: Mapping[str, Event]) -> list[int]:
        """The calls of a period."""
        mine = [one for one in events.values() if one.contract == self.name and start <= one.on() < end]
        return [one.calls for one in mine if one.received is None or one.received <= known]

    def _value(self, what: str, day: dt.date, known: dt.date, first: int) -> int:
        value = first
        for change in sorted(self.changes):
            if change.what == what and change.agreed <= known and change.effective <= day:
                value = change.value
        return value

    def _end(self, charge: str, known: dt.date) -> dt.date:
        end = known + FAR
        for change in self.changes:
            if change.what == f"stop {charge}" and change.agreed <= known:
                end = min(end, change.effective)
        if self.ends and self.ends[0] <= known:
            end = min(end, self.ends[1] + dt.timedelta(1))
        return end

    def _periods(self, charge: str, known: dt.date) -> Iterator[tuple[dt.date, dt.date, dt.date]]:
        """Start, end and bill date of each period; one that another buyer takes over is cut."""
        end = self._end(charge, known)
        handed = [one.effective for one in self.changes if one.what == "customer" and one.agreed <= known]
        handed = [day for day in handed if self.buyer(day, known) != self.buyer(day - dt.timedelta(1), known)]
        cuts = self._cadences(charge, known)
        for (start, cadence), (other, _) in zip(cuts, [*cuts[1:], (end, cadence_of(0))], strict=True):
            last = min(other, end)
            while start < last:
                until = min(start + dt.timedelta(7 * cadence.weeks), last)
                cut = sorted({start, until, *(day for day in handed if start < day < until)})
                for first, after in pairwise(cut):
                    yield first, after, first if cadence.advance else after
                start = until

    def _cadences(self, charge: str, known: dt.date) -> list[tuple[dt.date, Cadence]]:
        """From when which cadence counts."""
        if charge == "calls":
            return [(self.start, Cadence(2, False))]
        days = {self.start} | {one.effective for one in self.changes if one.what == "billing" and one.agreed <= known}
        found: list[tuple[dt.date, Cadence]] = []
        for day in sorted(days):
            cadence = cadence_of(self._value("billing", day, known, CADENCES.index(self.cadence)))
            if not found or found[-1][1] != cadence:
                found.append((day, cadence))
        return found


def cadence_of(value: int) -> Cadence:
    """The cadence that a change names."""
    return CADENCES[value]


def _money(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02}"
