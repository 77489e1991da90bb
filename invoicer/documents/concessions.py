"""documents: concessions go along when a line is credited whole and billed anew under another treatment or to another party.

What was forgone of the old line is forgone of the new one, on the same invoice: else the seller would take it back without
having said so. In another currency it can't be known how much that is; it is told instead (D006).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from invoicer.documents.difference import Difference, parties_of
from invoicer.documents.positions import Position
from invoicer.domain.entitlement import BilledLine
from invoicer.errors import Place, Problem, Severity


def carried_over(
    differences: Sequence[Difference], positions: Iterable[Position], billed: Iterable[BilledLine]
) -> tuple[tuple[Difference, ...], tuple[Problem, ...]]:
    """A difference that takes off what was forgone before, for each new supply that takes the place of such a line; and
    D006 where the currency is another one."""
    listed = list(billed)
    done = {line.carries for line in listed if line.carries}
    errors = {line.corrects for line in listed if line.counts and line.request}
    gone = {one.correction.key for one in differences if one.correction and not one.correction.due}
    open_ = {number: one.net for number, one in enumerate(differences) if one.is_supply}
    made: list[Difference] = []
    problems: list[Problem] = []
    for position in positions:
        if not position.conceded or position.key in done or (position.left and position.key not in gone):
            continue
        conceded, anew = position.conceded, position.key in errors
        supplies = [number for number in open_ if _replaces(differences[number], position.line, anew)]
        same = [number for number in supplies if open_[number].currency == conceded.currency]
        if supplies and not same:
            problems.append(_told(position))
        for number in same:
            if open_[number].amount * conceded.amount > 0:
                share = conceded if abs(conceded) < abs(open_[number]) else open_[number]
                conceded, open_[number] = conceded - share, open_[number] - share
                made.append(replace(differences[number], net=-share, carries=position.key, rebills=()))
    return tuple(made), tuple(problems)


def _replaces(one: Difference, line: BilledLine, anew: bool) -> bool:
    """Whether a supply takes the place of a line: for the same, under another treatment or for other parties; or like
    before (``anew``), where somebody asked for it."""
    same = one.component == line.component and one.one_off == line.one_off
    other = (one.parties, one.treatment.key) != (parties_of(line), line.treatment.key)
    return same and (one.one_off or one.days.overlaps(line.days)) and (other or anew)


def _told(position: Position) -> Problem:
    line = position.line
    cause = (
        f"{position.conceded} was forgone of line {line.line} of {line.document}, which is billed anew in another currency: "
        "the new invoice asks for all of it"
    )
    mend = "if the customer is to keep it, ask for it again with `invoicer credit` when the new invoice is issued"
    place = Place(part=f"contract {line.contract}, document {line.document}")
    return Problem("D006", place, cause, mend, Severity.HOLD)
