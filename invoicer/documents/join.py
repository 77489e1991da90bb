"""documents: what is new beside what was billed: a supply of its own, or a correction of its charge."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from invoicer.documents.difference import Correction, Difference, Parties, Reason, parties_of
from invoicer.documents.later import is_later, placed_later
from invoicer.documents.positions import Position
from invoicer.documents.settle import amount_reason, settles
from invoicer.domain.entitlement import BilledLine, Component, Part
from invoicer.domain.money import Money
from invoicer.domain.period import Period
from invoicer.domain.supply import Treatment
from invoicer.domain.trace import Trace, add, given, greater

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
        for made in _placed(difference, anchors) if difference not in waiting else ():
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
            for made in _placed(difference, anchors):
                kept.append(made)
                anchors.append(_anchor(made))
    for difference in (one for one in found if one.is_supply and is_later(one) and one.bill_date <= through):
        held_by = [anchor.line for anchor in anchors if anchor.holds(difference)]
        later = placed_later(difference, kept, held_by, through)
        (loose if later is None else kept).append(later or difference)
    return kept, loose


@dataclass(frozen=True, slots=True)
class _Anchor:
    """Something of a charge that is billed for some days: by ``line``, or by a new supply of this comparison (None).
    ``carries`` is what is left of it; ``gone``: the line is credited whole."""

    line: BilledLine | None
    treatment: Treatment
    component: Component
    parties: Parties
    days: Period
    one_off: bool
    bill_date: dt.date
    billed_from: dt.date
    tax_point: dt.date
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


def _placed(difference: Difference, anchors: Sequence[_Anchor]) -> Sequence[Difference]:
    """A supply where its charge is one; else a correction of the line that it belongs to, the charge's own before
    others. A new period corrects no line of the schedule before it, but a reduction may have nothing else to be taken
    from. What is given back of a deposit may be taken from several lines."""
    holding = [anchor for anchor in anchors if anchor.holds(difference)]
    if settles(difference.component):
        return _settled(difference, holding, anchors) if difference.net.amount < 0 else (difference,)
    lines = [
        anchor.line
        for anchor in holding
        if anchor.line is not None and (difference.net.amount < 0 or not anchor.ends_before(difference))
    ]
    if _led(difference, anchors) or not lines:
        return (difference,)
    line = min(lines, key=lambda line: line.component.part is not Part.CHARGE)
    entitled = difference.entitled
    assert entitled is not None
    nothing = given(0, "billed", difference.net.currency, source=f"{line.document}/{line.line}")
    return (_of_line(difference, line, nothing, entitled.trace, amount_reason(entitled, line)),)


def _of_line(difference: Difference, line: BilledLine, before: Trace, after: Trace, reason: Reason) -> Difference:
    assert difference.entitled is not None
    correction = Correction(line, before, after, reason, difference.entitled.clause)
    return replace(difference, bill_date=line.bill_date, tax_point=line.tax_point, correction=correction)


def _settled(difference: Difference, holding: Sequence[_Anchor], anchors: Sequence[_Anchor]) -> Sequence[Difference]:
    """What is given back of a deposit: on the invoice of its instalment where that is a new one; else taken from its lines,
    the latest first, of each no more than it carries; and what is more than all of them, beside the latest. Lines with its
    VAT go before others."""
    paid = [anchor for anchor in holding if _is_paid(anchor.component, difference.component)]
    if not paid or difference.entitled is None:
        return (difference,)
    paid = [anchor for anchor in paid if anchor.treatment.key == difference.treatment.key] or paid
    for anchor in paid:
        if anchor.line is None:
            return (replace(difference, bill_date=anchor.bill_date, tax_point=anchor.tax_point),)
    lines = {anchor.line for anchor in paid if anchor.line}
    left = {line: _left_of(line, difference.component, anchors) for line in lines}
    return tuple(_taken(difference, {line: left[line] for line in sorted(lines, key=_latest, reverse=True)}))


def _latest(line: BilledLine) -> tuple[Period, dt.date, str, int]:
    return line.days, line.issue_date, line.document, line.line


def _left_of(deposit: BilledLine, settling: Component, anchors: Sequence[_Anchor]) -> Fraction:
    """What a line of a deposit carries, less what was given back of it when it was settled: now, on that line, or before, on
    a line of its own that corrects it."""
    key = deposit.document, deposit.line

    def counts(one: _Anchor) -> bool:
        if one.line == deposit:
            return one.component in (deposit.component, settling)
        return one.line is not None and one.line.corrects == key and one.line.component == one.component == settling

    return sum((one.carries.exact for one in anchors if counts(one)), Fraction(0))


def _taken(difference: Difference, carried: Mapping[BilledLine, Fraction]) -> Iterator[Difference]:
    """A reduction in parts, each taken from a line with what that carries."""
    entitled, currency = difference.entitled, difference.net.currency
    assert entitled is not None
    due, left = [entitled.trace], difference.net.exact
    for line, amount in carried.items():
        if amount > 0 and left:
            before = given(amount, "billed", currency, source=f"{line.document}/{line.line}")
            after = greater(add((before, *due), "due", currency), given(0, "nothing", currency), "due", currency)
            part = max(left, -amount)
            yield _of_line(replace(difference, net=Money.of(part, currency)), line, before, after, Reason.SETTLED)
            due.append(before)
            left -= part
    if left:
        line = next(iter(carried))
        nothing = given(0, "billed", currency, source=f"{line.document}/{line.line}")
        rest = replace(difference, net=Money.of(left, currency))
        yield _of_line(rest, line, nothing, add(due, "due", currency), Reason.SETTLED)


def _is_paid(component: Component, settling: Component) -> bool:
    """Whether it is the deposit (or the same levy on it) of which the other one gives something back."""
    return component == replace(settling, part=Part.DEPOSIT) or (
        component.part is Part.LEVY and component.name == f"{settling.name.removesuffix(Part.ADJUSTMENT)}{Part.DEPOSIT}"
    )


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
        whole = _anchor_of(line, parties_of(line), line.net, line)
        anchors.append(replace(whole, days=days, carries=change.due if change else position.left, gone=gone))
    return anchors


def _anchor(difference: Difference) -> _Anchor:
    line = difference.correction.line if difference.correction else None
    return _anchor_of(difference, difference.parties, difference.net, line)


def _anchor_of(one: Difference | BilledLine, parties: Parties, carries: Money, line: BilledLine | None) -> _Anchor:
    return _Anchor(
        line=line,
        treatment=one.treatment,
        component=one.component,
        parties=parties,
        days=one.days,
        one_off=one.one_off,
        bill_date=one.bill_date,
        billed_from=one.billed_from,
        tax_point=one.tax_point,
        carries=carries,
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
