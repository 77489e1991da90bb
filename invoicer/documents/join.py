"""documents: what is new beside what was billed: a supply of its own, or a correction of its charge."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from invoicer.documents.difference import Correction, Difference, Reason, parties_of
from invoicer.documents.positions import Position
from invoicer.domain.entitlement import BilledLine, Part
from invoicer.domain.trace import given


def joined(
    found: Sequence[Difference], positions: Sequence[Position]
) -> tuple[tuple[Difference, ...], tuple[Difference, ...]]:
    """The differences, with those that belong to a charge billed before made corrections of it; and apart from them the
    reductions that have neither a supply nor a billed line to be taken from.

    A discount or a minimum that was agreed backwards is no new supply: it corrects what was billed for its charge. One that
    comes together with its charge is one.
    """
    kept: list[Difference] = []
    loose: list[Difference] = []
    gone = {_line_of(other.correction.line) for other in found if other.correction and not other.correction.due}
    left = [position.line for position in positions if _line_of(position.line) not in gone]
    for difference in sorted(found, key=_rank):
        if difference.is_supply and not any(_leads(other, difference) for other in kept):
            lines = [line for line in left if parties_of(line) == difference.parties and _belong(difference, line)]
            if lines:
                difference = _corrects(difference, min(lines, key=lambda line: line.component.part is not Part.CHARGE))
            elif difference.net.amount < 0:
                loose.append(difference)
                continue
        kept.append(difference)
    return tuple(kept), tuple(loose)


def _rank(difference: Difference) -> tuple[bool, bool]:
    """Charges first, then what adds to them, then what reduces them."""
    return difference.net.amount < 0, difference.component.part is not Part.CHARGE


def _leads(other: Difference, difference: Difference) -> bool:
    """Whether the other one is a new supply that this one comes with."""
    return (
        other.is_supply and other.net.amount > 0 and other.parties == difference.parties and _belong(difference, other)
    )


def _belong(difference: Difference, other: Difference | BilledLine) -> bool:
    """Whether both are components of one charge, for the same days."""
    return (
        difference.component != other.component
        and difference.component.charge == other.component.charge
        and difference.one_off == other.one_off
        and (difference.one_off or difference.days.overlaps(other.days))
    )


def _corrects(difference: Difference, line: BilledLine) -> Difference:
    entitled = difference.entitled
    assert entitled is not None
    nothing = given(0, "billed", difference.net.currency, source=f"{line.document}/{line.line}")
    reason = Reason.TERMS if entitled.agreed > line.issue_date else Reason.USAGE
    return replace(difference, correction=Correction(line, nothing, entitled.trace, reason, entitled.clause))


def _line_of(line: BilledLine) -> tuple[str, int]:
    return line.document, line.line
