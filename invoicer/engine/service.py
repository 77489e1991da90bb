"""engine: the days on which a charge is in service, within the term of the contract."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum
from typing import TypeVar

from invoicer.domain.contract import Charge, Contract, InService
from invoicer.domain.period import Period
from invoicer.domain.timeline import Dated

T = TypeVar("T")
DAY = dt.timedelta(days=1)
FOREVER = dt.date.max


class Keep(Enum):
    """What stays whole of what was billed in advance, when service ends."""

    SAID = 1  # what the end refunds nothing of
    UNCUT = 2  # also what it refunds a part of: the refund is a part of the difference
    NOTHING = 3  # nothing, whatever it refunds


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days of uninterrupted service, up to and without ``end``. ``stop`` ended it; ``keeps`` says whether what was billed
    in advance stays whole nevertheless, up to ``ceiling``: what no refund can reach beyond. ``goes_back`` and ``goes_on``:
    another contract has the days before the first, or after the last one."""

    start: dt.date
    end: dt.date
    stop: Dated[InService] | None
    keeps: bool
    ceiling: dt.date
    goes_back: bool = False
    goes_on: bool = False


def stretches(contract: Contract, charge: Charge, known_on: dt.date, keep: Keep = Keep.SAID) -> tuple[Stretch, ...]:
    """When the charge is in service. ``keep`` is what is to stay whole of what was billed beyond its end."""
    term_end = contract.end or FOREVER
    ending = contract.ending(known_on)
    turns = _turns(charge, known_on, keep)
    found = []
    for number, turn in enumerate(turns):
        if not turn.value.active:
            continue
        stop = turns[number + 1] if number + 1 < len(turns) else None
        if ending and (stop is None or ending.end < stop.effective):
            refund = ending.refund or turn.value.refund
            stop = Dated(ending.end, ending.agreed, InService(False, refund), ending.clause)
        again = turns[number + 2].effective if number + 2 < len(turns) else FOREVER
        start = max(turn.effective, contract.start)
        end = max(start, min(stop.effective if stop else FOREVER, term_end))
        ended_by = stop if stop and stop.effective <= term_end else None
        if start < end or (start == end and ended_by):
            keeps = ended_by is not None and _keeps(ended_by, keep)
            back = charge.id in contract.goes_back and start == contract.start
            on = charge.id in contract.goes_on and end == term_end
            ended_by, keeps = (None, False) if on else (ended_by, keeps)
            found.append(Stretch(start, end, ended_by, keeps, min(again, term_end), back, on))
    return tuple(found)


def is_in_service(contract: Contract, charge: Charge, day: dt.date, known_on: dt.date) -> bool:
    """Whether the charge is in service on a day, by the terms as known on another."""
    return any(stretch.start <= day < stretch.end for stretch in stretches(contract, charge, known_on))


def in_service(
    contract: Contract, charge: Charge, known_on: dt.date
) -> tuple[tuple[Period, Dated[InService] | None], ...]:
    """The days of service of a charge within the term, by the terms as known on a day, each with the stop that ends it
    (None: the term does, or nothing; service without end ends on the last day that there is)."""
    found = (one for one in stretches(contract, charge, known_on) if one.start < one.end)
    return tuple((Period(one.start, one.end), one.stop) for one in found)


def distinct(entries: Iterable[Dated[T]], key: Callable[[Dated[T]], object]) -> tuple[Dated[T], ...]:
    """The entries without those that say the same as the one before."""
    kept: list[Dated[T]] = []
    for entry in entries:
        if not kept or key(kept[-1]) != key(entry):
            kept.append(entry)
    return tuple(kept)


def _turns(charge: Charge, known_on: dt.date, keep: Keep) -> tuple[Dated[InService], ...]:
    """When service begins and ends, in turn. A stop on or before the first day undoes the whole service; where it refunds
    nothing, the undone start comes first, because what was billed from it is kept."""
    turns = distinct(charge.service.known_on(known_on), lambda entry: entry.value.active)
    if turns and not turns[0].value.active and _keeps(turns[0], keep):
        before = charge.service.known_on(turns[0].agreed - DAY)
        return (*[entry for entry in before if entry.value.active][:1], *turns)
    return turns


def _keeps(stop: Dated[InService], keep: Keep) -> bool:
    refund = stop.value.refund
    return keep is not Keep.NOTHING and (refund.nothing or (keep is Keep.UNCUT and refund.partial))
