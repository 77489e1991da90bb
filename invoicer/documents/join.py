"""documents: what is new beside what was billed: a supply of its own, or a correction of its charge."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from invoicer.documents.difference import Correction, Difference, Parties, Reason, parties_of
from invoicer.documents.instalments import shared_out
from invoicer.documents.later import is_later, placed_later
from invoicer.documents.positions import Position
from invoicer.documents.settle import amount_reason, settles
from invoicer.domain.entitlement import BilledLine, Component, Part
from invoicer.domain.money import Money
from invoicer.domain.period import Period
from invoicer.domain.supply import Treatment
from invoicer.domain.trace import add, given

_BESIDE = (Part.DISCOUNT, Part.CREDIT, Part.LEVY)


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
    supplies = sorted((one for one in found if one.is_supply and not is_later(one)), key=_rank)
    waiting = [difference for difference in supplies if difference.bill_date > through]
    for difference in supplies:
        if difference not in waiting:
            made = _placed(difference, anchors)
            if made.is_supply and made.net.amount < 0 and not _led(made, anchors):
                loose.append(made)
                continue
            for one in _shared_out(made, kept):
                kept.append(one)
                anchors.append(_anchor(one))
    while ready := [
        one for one in waiting if any(anchor.holds(one) and not anchor.ends_before(one) for anchor in anchors)
    ]:
        waiting = [one for one in waiting if one not in ready]
        for difference in ready:
            kept.append(_placed(difference, anchors))
            anchors.append(_anchor(kept[-1]))
    for difference in (one for one in found if one.is_supply and is_later(one) and one.bill_date <= through):
        held_by = [anchor.line for anchor in anchors if anchor.holds(difference)]
        later = placed_later(difference, kept, held_by, through)
        (loose if later is None else kept).append(later or difference)
    return kept, loose


@dataclass(frozen=True, slots=True)
class _Anchor:
    """Something of a charge that is billed for some days: by ``line``, or by a new supply of this comparison (None).
    ``carries``
    is what is left of it; ``gone``: the line is credited whole."""

    line: BilledLine | None
    treatment: Treatment
    component: Component
    parties: Parties
    days: Period
    one_off: bool
    billed_from: dt.date
    carries: Money
    gone: bool = False

    def holds(self, difference: Difference) -> bool:
        """Whether both are components of one charge, for the same days and parties, and the one may stand for the other:
        a charge or bound is no part of a discount or levy; a line that is gone whole stands only for the amount that
        took its place (usage for its minimum); a deposit is no part of what settled it."""
        amount = difference.component.part not in _BESIDE
        return (
            not (amount and self.component.part in _BESIDE)
            and not (self.gone and not (amount and self.treatment.key == difference.treatment.key))
            and self.component != difference.component
            and (self.component.part, difference.component.part) != (Part.ADJUSTMENT, Part.DEPOSIT)
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
    holding = [anchor for anchor in anchors if anchor.holds(difference)]
    if settles(difference.component):
        return _settled(difference, holding) if difference.net.amount < 0 else difference
    lines = [
        anchor.line
        for anchor in holding
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


def _settled(difference: Difference, holding: Sequence[_Anchor]) -> Difference:
    """What is given back of a deposit, taken from the last line of it; of one that carries less, beside it. Where no line
    has its VAT, an instalment that is invoiced only now may have it."""
    kinds = (Part.DEPOSIT,) if difference.component.part is Part.ADJUSTMENT else (Part.LEVY, Part.DEPOSIT)
    paid = [anchor for anchor in holding if anchor.line and anchor.component.part in kinds]
    alike = [anchor for anchor in paid if anchor.treatment.key == difference.treatment.key]
    if not paid or difference.entitled is None or (not alike and _new_and_alike(difference, holding)):
        return difference
    last = max(alike or paid, key=lambda anchor: (-kinds.index(anchor.component.part), anchor.days))
    line, currency = last.line, difference.net.currency
    assert line is not None
    enough = last.component.part is kinds[0] and last.carries.exact + difference.net.exact >= 0
    source = f"{line.document}/{line.line}"
    before = given(last.carries.exact if enough else 0, "billed", currency, source=source)
    after = add((before, difference.entitled.trace), "due", currency) if enough else difference.entitled.trace
    return replace(
        difference,
        bill_date=line.bill_date,
        tax_point=line.tax_point,
        correction=Correction(line, before, after, Reason.SETTLED, difference.entitled.clause),
    )


def _shared_out(difference: Difference, kept: Sequence[Difference]) -> Iterable[Difference]:
    """What is given back of a deposit that is invoiced only now, in parts on the invoices of its instalments: of those with
    its VAT, where they come to enough."""
    if not (difference.is_supply and difference.net.amount < 0 and settles(difference.component)):
        return (difference,)
    paid = [one for one in kept if one.is_supply and _is_paid(one, difference) and _anchor(one).holds(difference)]
    alike = [one for one in paid if one.treatment.key == difference.treatment.key]
    enough = sum(one.net.exact for one in alike) + difference.net.exact >= 0
    return shared_out(difference, alike if enough else paid)


def _new_and_alike(difference: Difference, holding: Sequence[_Anchor]) -> bool:
    """Whether instalments that are invoiced only now, with the same VAT, come to what is given back."""
    key = difference.treatment.key
    new = [one for one in holding if one.line is None and _is_paid(one, difference) and one.treatment.key == key]
    return sum(one.carries.exact for one in new) + difference.net.exact >= 0


def _is_paid(one: Difference | _Anchor, difference: Difference) -> bool:
    """Whether it is a deposit (or the levy on one) of which the other gives something back."""
    kind = Part.DEPOSIT if difference.component.part is Part.ADJUSTMENT else Part.LEVY
    return one.component.part is kind and not settles(one.component)


def _led(difference: Difference, anchors: Sequence[_Anchor]) -> bool:
    """Whether it comes with a new supply of its charge."""
    return any(anchor.line is None and anchor.holds(difference) for anchor in anchors)


def _left(corrections: Sequence[Difference], positions: Sequence[Position]) -> list[_Anchor]:
    """The positions as the corrections leave them, without days that are released."""
    changes = {one.correction.key: one.correction for one in corrections if one.correction and not _carries(one)}
    anchors = []
    for position in positions:
        line, days, change = position.line, position.days, changes.get(position.key)
        if change and change.releases:
            days = Period(days.start, change.releases.start)
        gone = change is not None and not change.due
        parties = parties_of(line)
        carries = change.due if change else position.left
        anchors.append(
            _Anchor(line, line.treatment, line.component, parties, days, line.one_off, line.billed_from, carries, gone)
        )
    return anchors


def _anchor(difference: Difference) -> _Anchor:
    line = difference.correction.line if difference.correction else None
    return _Anchor(
        line=line,
        treatment=difference.treatment,
        component=difference.component,
        parties=difference.parties,
        days=difference.days,
        one_off=difference.one_off,
        billed_from=difference.billed_from,
        carries=difference.net,
    )


def _carries(difference: Difference) -> bool:
    """Whether a correction stands beside the line that it names, as a supplement, and takes nothing from it."""
    correction = difference.correction
    return correction is not None and correction.line.net.amount * difference.net.amount > 0


def _rank(difference: Difference) -> tuple[bool, bool, Component, Period]:
    """Charges first, then what adds to them, then what reduces them."""
    return (
        difference.net.amount < 0,
        difference.component.part is not Part.CHARGE,
        difference.component,
        difference.days,
    )
