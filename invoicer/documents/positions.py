"""documents: what is left of each billed line after everything that took from it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from invoicer.domain.entitlement import BilledLine
from invoicer.domain.money import Money, total
from invoicer.domain.period import Period

Key = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Position:
    """A billed line that still carries an amount: ``remaining`` after its reductions, for the ``days`` that were not
    released. Of that, ``conceded`` was forgone; ``held`` was taken from it by ``errors`` that are not billed again as yet.
    Both have the sign of the line (None: nothing). While a cluster is settled, ``remaining`` counts what is held."""

    line: BilledLine
    remaining: Money
    days: Period
    conceded: Money | None = None
    held: Money | None = None
    errors: tuple[BilledLine, ...] = ()

    @property
    def key(self) -> Key:
        """Document and line number."""
        return self.line.document, self.line.line

    @property
    def left(self) -> Money:
        """What the customer was asked for and not given back in any way."""
        return self.remaining - self.conceded if self.conceded else self.remaining


def open_positions(billed: Iterable[BilledLine], holding: Collection[Key] = ()) -> tuple[Position, ...]:
    """The lines that still carry an amount, by days and then by age, whatever the order they come in; and those that
    carry nothing because of a credit that is among those ``holding``.

    A line that corrects another one of the same component downwards is taken from that one; one that raises it (a
    supplement) stands beside it with a position of its own, so that no line ever gives back more than it carried.
    Concessions do not count; they are told apart.
    """
    lines = {(line.document, line.line): line for line in billed}
    conceded: dict[Key, list[Money]] = defaultdict(list)
    held: dict[Key, list[BilledLine]] = defaultdict(list)
    taken: dict[Key, list[Money]] = defaultdict(list)
    released: dict[Key, list[Period]] = defaultdict(list)
    for key, line in lines.items():
        root = _root(key, lines)
        (taken if line.counts else conceded)[root].append(line.net)
        if key in holding:
            held[root].append(line)
        if line.corrects is not None and line.releases is not None:
            released[line.corrects].append(line.releases)
    positions = (
        Position(
            lines[key],
            total(nets, lines[key].net.currency),
            _kept(lines[key].days, released.get(key, ())),
            _given_back(conceded.get(key)),
            _given_back([line.net for line in held.get(key, ())]),
            tuple(held.get(key, ())),
        )
        for key, nets in taken.items()
    )
    return tuple(sorted((position for position in positions if position.remaining or position.held), key=_age))


def promised_by(request: int) -> str:
    """What stands in place of a number on lines that a request will become."""
    return f"request {request}"


def waiting(errors: Iterable[BilledLine]) -> tuple[int, ...]:
    """The requests of which nothing is issued yet, among those that these credits are of."""
    return tuple(sorted({one.request for one in errors if one.document == promised_by(one.request)}))


def ways_out(document: str, errors: Sequence[BilledLine]) -> str:
    """What can be done about credits of a document that are held back as errors: what is issued may be billed again as it
    stands, and what waits can be cancelled."""
    asked, ways = waiting(errors), ["correct the terms, the usage or the customer"]
    if any(one.request not in asked for one in errors):
        ways.append(f'bill it as it stands with `invoicer rebill {document} --remark "…"`')
    ways += [f'cancel request {one} with `invoicer credits --cancel {one} --remark "…"`' for one in asked]
    return "; or ".join(ways)


def _given_back(nets: list[Money] | None) -> Money | None:
    return -total(nets, nets[0].currency) if nets else None


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
