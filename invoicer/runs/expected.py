"""runs: what was expected to be billed, and the four things that can have become of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from invoicer.domain.deadline import IssueDeadline
from invoicer.domain.money import Money, total
from invoicer.domain.period import Period


class Status(StrEnum):
    """What became of something that was expected."""

    ISSUED = "issued"
    HELD = "held"  # and it is known why
    LATE = "late"  # its bill date has passed, and nothing explains it
    TO_COME = "to come"


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """Something that was to be billed: a component of a contract for some days of service. ``net`` is None where the amount
    depends on what is not known. ``late`` counts days behind the bill date, ``late_by_law`` behind ``last_day``, the last
    day on which the fact ``law`` allows to issue it (None: no deadline is known, or none is set)."""

    contract: str
    customer: str
    seller: str
    component: str
    days: Period
    bill_date: dt.date
    status: Status
    net: Money | None
    document: str = ""
    issued: dt.date | None = None
    late: int = 0
    last_day: dt.date | None = None
    law: IssueDeadline | None = None
    late_by_law: int = 0
    why: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Tally:
    """What is expected in a currency, and what became of it: ``expected`` is the sum of all."""

    currency: str
    expected: Money
    by_status: Mapping[Status, Money]


def tallies(rows: Iterable[Expected]) -> Iterator[Tally]:
    """The sums of rows by currency: what is expected is what was issued, what is held, late and to come."""
    amounts = [(row.status, row.net) for row in rows if row.net is not None]
    for currency in sorted({net.currency for _, net in amounts}):
        mine = [(status, net) for status, net in amounts if net.currency == currency]
        sums = {each: total((net for status, net in mine if status is each), currency) for each in Status}
        yield Tally(currency, total((net for _, net in mine), currency), sums)
