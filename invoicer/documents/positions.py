"""documents: what is left of each billed line after everything that took from it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from invoicer.domain.entitlement import BilledLine
from invoicer.domain.money import Money, total
from invoicer.domain.period import Period

Key = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Position:
    """A billed line that still carries an amount: ``remaining`` after its reductions, for the ``days`` that were not
    released."""

    line: BilledLine
    remaining: Money
    days: Period

    @property
    def key(self) -> Key:
        """Document and line number."""
        return self.line.document, self.line.line


def open_positions(billed: Iterable[BilledLine]) -> tuple[Position, ...]:
    """The lines that still carry an amount, by days and then by age, whatever the order they come in.

    A line that corrects another one of the same component downwards is taken from that one; one that raises it (a
    supplement) stands beside it with a position of its own, so that no line ever gives back more than it carried.
    Concessions do not count.
    """
    lines = {(line.document, line.line): line for line in billed if line.counts}
    taken: dict[Key, list[Money]] = defaultdict(list)
    released: dict[Key, list[Period]] = defaultdict(list)
    for key, line in lines.items():
        taken[_root(key, lines)].append(line.net)
        if line.corrects is not None and line.releases is not None:
            released[line.corrects].append(line.releases)
    positions = (
        Position(lines[key], total(nets, lines[key].net.currency), _kept(lines[key].days, released.get(key, ())))
        for key, nets in taken.items()
    )
    return tuple(sorted((position for position in positions if position.remaining), key=_age))


def _root(key: Key, lines: dict[Key, BilledLine]) -> Key:
    line = lines[key]
    corrected = lines.get(line.corrects) if line.corrects is not None else None
    if line.corrects is None or corrected is None or not _reduces(line, corrected):
        return key
    return _root(line.corrects, lines)


def _reduces(line: BilledLine, corrected: BilledLine) -> bool:
    return line.component == corrected.component and line.net.amount * corrected.net.amount <= 0


def _kept(days: Period, released: Iterable[Period]) -> Period:
    """The days up to the first one that was released."""
    end = min([days.end, *(period.start for period in released)])
    return Period(days.start, end) if end > days.start else days


def _age(position: Position) -> tuple[Period, object, str, int]:
    line = position.line
    return position.days, line.issue_date, line.document, line.line
