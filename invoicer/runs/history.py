"""runs: what was invoiced of a contract before, as far as a new draft is to be compared with it."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from invoicer.domain.document import Document, Line
from invoicer.domain.entitlement import BilledLine
from invoicer.domain.money import Money, total
from invoicer.domain.period import Period
from invoicer.runs.lineage import Names

_ALIKE = 4  # days by which two months differ at most, and then one


@dataclass(frozen=True, slots=True)
class Before:
    """The lines of a contract on an earlier document that bill something new; ``net`` is their sum, as agreed."""

    number: str
    issue_date: dt.date
    lines: tuple[Line, ...]
    net: Money


class History:
    """Billed lines by contract, the oldest first, and the documents that they stand on, read when they are asked for; all
    under the names of today."""

    def __init__(
        self, billed: Mapping[str, Sequence[BilledLine]], document: Callable[[str], Document], names: Names
    ) -> None:
        self._billed, self._document, self._names = billed, document, names

    def billed(self, contract: str) -> Sequence[BilledLine]:
        """What documents carry of a contract."""
        return self._billed.get(contract, ())

    def of_kin(self, contracts: Iterable[str]) -> bool:
        """Whether documents carry anything of these contracts."""
        return any(self._billed.get(one) for one in contracts)

    def party(self, number: str) -> tuple[str, str, str]:
        """Seller, country of the registration and customer of a document."""
        document = self._document(number)
        return document.seller.id, document.registration, document.customer.id

    def comparable(self, contract: str, lines: Sequence[Line], currency: str, *, whole: bool = False) -> Before | None:
        """The document that lines of a contract, which bill something new, are to be compared with: of those in that
        currency with some of the same components, one that bills about as many days before others, then the one with most
        of them in common, then the last one. With ``whole``, none that bills a part of a period.
        """
        wanted, length = {line.component for line in lines}, _length((line.days, line.one_off) for line in lines)
        found: list[tuple[bool, int, int, str]] = []
        for number, billed in self._supplies(contract, currency).items():
            there = {one.component for one in billed}
            if common := len(wanted & there):
                alike = abs(_length((one.days, one.one_off) for one in billed) - length) <= _ALIKE
                found.append((alike, common - len(wanted ^ there), len(found), number))
        for *_, number in sorted(found, reverse=True):
            document = self._document(number)
            now = map(self._names.now, document.lines)
            mine = tuple(line for line in now if line.contract == contract and line.corrects is None)
            if not (whole and any(line.proration for line in mine)):
                return Before(number, document.issue_date, mine, net_of(mine, currency))
        return None

    def _supplies(self, contract: str, currency: str) -> dict[str, list[BilledLine]]:
        """What documents bill newly of a contract, by their numbers in the order of issue."""
        found: dict[str, list[BilledLine]] = defaultdict(list)
        for one in self._billed.get(contract, ()):
            if one.corrects is None and one.net.currency == currency:
                found[one.document].append(one)
        return found


def net_of(lines: Iterable[Line], currency: str) -> Money:
    """The sum of lines as agreed."""
    return total((line.agreed for line in lines), currency)


def _length(lines: Iterable[tuple[Period, bool]]) -> int:
    """From the first to the last day of service; 0 where nothing is for days, as of what is billed once."""
    days = [period for period, one_off in lines if not one_off]
    return (max(one.end for one in days) - min(one.start for one in days)).days if days else 0
