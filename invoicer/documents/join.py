"""documents: what is new beside what was billed: a supply of its own, or a correction of its charge."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

from invoicer.documents.difference import Correction, Difference, Parties, parties_of
from invoicer.documents.positions import Position
from invoicer.documents.settle import amount_reason
from invoicer.domain.entitlement import BilledLine, Component, Part
from invoicer.domain.period import Period
from invoicer.domain.trace import given


def joined(
    found: Sequence[Difference], positions: Sequence[Position], through: dt.date
) -> tuple[list[Difference], list[Difference]]:
    """The differences as they are to be issued; and apart from them the reductions that have neither a supply nor a
    billed line to be taken from.

    The components of a charge belong together. A discount or a minimum that was agreed backwards is no new supply: it
    corrects what was billed for its charge. One that comes together with its charge is a supply like that. What is not
    due yet waits, unless its charge was billed for those days already.
    """
    kept = [difference for difference in found if not difference.is_supply]
    anchors = [*_left(kept, positions), *(_anchor(difference) for difference in kept if _carries(difference))]
    loose: list[Difference] = []
    supplies = sorted((difference for difference in found if difference.is_supply), key=_rank)
    waiting = [difference for difference in supplies if difference.bill_date > through]
    for difference in supplies:
        if difference not in waiting:
            made = _placed(difference, [anchor for anchor in anchors if anchor.holds(difference)])
            if made.is_supply and made.net.amount < 0 and not _led(made, anchors):
                loose.append(made)
                continue
            kept.append(made)
            anchors.append(_anchor(made))
    while ready := [
        one for one in waiting if any(anchor.holds(one) and not anchor.ends_before(one) for anchor in anchors)
    ]:
        waiting = [one for one in waiting if one not in ready]
        for difference in ready:
            kept.append(_placed(difference, [anchor for anchor in anchors if anchor.holds(difference)]))
            anchors.append(_anchor(kept[-1]))
    return _told_alike(kept), loose


@dataclass(frozen=True, slots=True)
class _Anchor:
    """Something of a charge that is billed for some days: by ``line``, or by a new supply of this comparison (None)."""

    line: BilledLine | None
    component: Component
    parties: Parties
    days: Period
    one_off: bool
    billed_from: dt.date

    def holds(self, difference: Difference) -> bool:
        """Whether both are components of one charge, for the same days and parties."""
        return (
            self.component != difference.component
            and self.component.charge == difference.component.charge
            and self.parties == difference.parties
            and self.one_off == difference.one_off
            and (self.one_off or self.days.overlaps(difference.days))
        )

    def ends_before(self, difference: Difference) -> bool:
        """Whether the difference belongs to a schedule that begins inside of these days."""
        begins = difference.billed_from
        return self.billed_from != begins and self.days.start < begins < self.days.end


def _placed(difference: Difference, anchors: Sequence[_Anchor]) -> Difference:
    """A supply where its charge is one; else a correction of the line that it belongs to, the charge's own before
    others. A new period corrects no line of the schedule before it, but a reduction may have nothing else to be taken
    from."""
    lines = [
        anchor.line
        for anchor in anchors
        if anchor.line is not None and (difference.net.amount < 0 or not anchor.ends_before(difference))
    ]
    if _led(difference, anchors) or not lines:
        return difference
    line = min(lines, key=lambda line: line.component.part is not Part.CHARGE)
    entitled = difference.entitled
    assert entitled is not None
    nothing = given(0, "billed", difference.net.currency, source=f"{line.document}/{line.line}")
    reason = amount_reason(entitled, line)
    return replace(
        difference,
        bill_date=line.bill_date,
        tax_point=line.tax_point,
        correction=Correction(line, nothing, entitled.trace, reason, entitled.clause),
    )


def _led(difference: Difference, anchors: Sequence[_Anchor]) -> bool:
    """Whether it comes with a new supply of its charge."""
    return any(anchor.line is None and anchor.holds(difference) for anchor in anchors)


def _left(corrections: Sequence[Difference], positions: Sequence[Position]) -> list[_Anchor]:
    """The positions as the corrections leave them: without those that are credited whole, nor days that are released."""
    changes = {one.correction.key: one.correction for one in corrections if one.correction and not _carries(one)}
    anchors = []
    for position in positions:
        line, days, change = position.line, position.days, changes.get(position.key)
        if change and change.releases:
            days = Period(days.start, change.releases.start)
        if change is None or change.due:
            anchors.append(_Anchor(line, line.component, parties_of(line), days, line.one_off, line.billed_from))
    return anchors


def _anchor(difference: Difference) -> _Anchor:
    line = difference.correction.line if difference.correction else None
    return _Anchor(
        line, difference.component, difference.parties, difference.days, difference.one_off, difference.billed_from
    )


def _carries(difference: Difference) -> bool:
    """Whether a correction stands beside the line that it names, as a supplement, and takes nothing from it."""
    correction = difference.correction
    return correction is not None and correction.line.net.amount * difference.net.amount > 0


def _told_alike(differences: Sequence[Difference]) -> list[Difference]:
    """A discount, bound or levy that nobody touched changed because its charge did, and gives the same reason."""
    charges = {
        (one.component.charge, one.correction.line.days): one.correction.reason
        for one in differences
        if one.correction and one.component.part is Part.CHARGE
    }
    told = []
    for one in differences:
        entitled, correction = one.entitled, one.correction
        if entitled and correction and entitled.agreed <= correction.line.issue_date:
            reason = charges.get((one.component.charge, correction.line.days), correction.reason)
            one = replace(one, correction=replace(correction, reason=reason))
        told.append(one)
    return told


def _rank(difference: Difference) -> tuple[bool, bool, Component, Period]:
    """Charges first, then what adds to them, then what reduces them."""
    return (
        difference.net.amount < 0,
        difference.component.part is not Part.CHARGE,
        difference.component,
        difference.days,
    )
