"""runs: what was invoiced of a contract before, as far as a new draft is to be compared with it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from invoicer.domain.document import Document, Line
from invoicer.domain.entitlement import BilledLine
from invoicer.domain.money import Money, total

_ALIKE = 4  # days by which two months differ at most, and then one


@dataclass(frozen=True, slots=True)
class Before:
    """The lines of a contract on an earlier document that bill something new; ``net`` is their sum, as agreed."""

    number: str
    issue_date: dt.date
    lines: tuple[Line, ...]
    net: Money


class History:
    """Billed lines by contract, the oldest first, and the documents that they stand on, read when they are asked for."""

    def __init__(self, billed: Mapping[str, Sequence[BilledLine]], document: Callable[[str], Document]) -> None:
        self._billed, self._document = billed, document

    def billed(self, contract: str) -> Sequence[BilledLine]:
        """What documents carry of a contract."""
        return self._billed.get(contract, ())

    def comparable(self, contract: str, lines: Sequence[Line], currency: str) -> Before | None:
        """The document that lines of a contract, which bill something new, are to be compared with: the last one in that
        currency that bills about as many days, else the last one. One that bills a part of a period is no measure."""
        wanted, last = _length(lines), None
        for before in self._before(contract, currency):
            if any(line.proration for line in before.lines):
                continue
            if abs(_length(before.lines) - wanted) <= _ALIKE:
                return before
            last = last or before
        return last

    def _before(self, contract: str, currency: str) -> Iterator[Before]:
        """The documents with something new of a contract, the latest first."""
        lines = self._billed.get(contract, ())
        numbers = dict.fromkeys(
            one.document for one in reversed(lines) if one.corrects is None and one.net.currency == currency
        )
        for number in numbers:
            document = self._document(number)
            mine = tuple(line for line in document.lines if line.contract == contract and line.corrects is None)
            yield Before(number, document.issue_date, mine, net_of(mine, currency))


def net_of(lines: Iterable[Line], currency: str) -> Money:
    """The sum of lines as agreed."""
    return total((line.agreed for line in lines), currency)


def _length(lines: Iterable[Line]) -> int:
    """From the first to the last day of service; 0 where nothing is for days."""
    days = [line.days for line in lines if not line.one_off]
    return (max(one.end for one in days) - min(one.start for one in days)).days if days else 0
