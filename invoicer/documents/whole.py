"""documents: the cent that rounding alone makes, when a line that was billed whole is owed in parts by several contracts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

from invoicer.documents.difference import parties_of
from invoicer.domain.entitlement import BilledLine, Part, Treated
from invoicer.domain.money import minor_digits, total
from invoicer.domain.period import Period
from invoicer.domain.trace import Op, Rounding, Trace, given, subtract

_HALVES = (Rounding.HALF_UP, Rounding.HALF_EVEN)


@dataclass(slots=True)
class _Group:
    owed: list[Treated] = field(default_factory=list)
    billed: list[BilledLine] = field(default_factory=list)


def kept_whole(
    treated: Sequence[Treated], billed: Iterable[BilledLine], windows: Mapping[str, Iterable[Period]]
) -> list[Treated]:
    """What is owed, where parts and whole differ by their roundings alone: the last part gets what is left of the whole.

    Each line was rounded once, and so is each part that is owed of it now. In each of the ``windows`` of a charge, where
    the exact amounts are no further from what was billed than those roundings, only the number of parts has changed. A
    discount, minimum or maximum is worked out from rounded amounts, so that its parts may be off by theirs, too.
    """
    spans = {charge: _hulls(days) for charge, days in windows.items()}
    groups: dict[Any, _Group] = defaultdict(_Group)
    for one in treated:
        owed = one.entitlement
        if not owed.one_off and (span := _span(owed.days, spans.get(owed.component.charge, ()))):
            groups[owed.component, parties_of(one), one.treatment.key, span].owed.append(one)
    for line in billed:
        span = _span(line.days, spans.get(line.component.charge, ()))
        if span and line.counts and not line.one_off:
            groups[line.component, parties_of(line), line.treatment.key, span].billed.append(line)
    changed = {id(last): mended for group in groups.values() for last, mended in _mended(group)}
    return [changed.get(id(one), one) for one in treated]


def _mended(group: _Group) -> Iterable[tuple[Treated, Treated]]:
    """The last part of a group with what is left for it; nothing where it has that already, or where more has changed."""
    schedules = {line.billed_from for line in group.billed}
    contracts = {one.entitlement.contract for one in group.owed}
    if len(contracts) < 2 or any(one.entitlement.billed_from not in schedules for one in group.owed):
        return
    *others, last = sorted(group.owed, key=lambda one: (one.entitlement.days, one.entitlement.contract))
    owed = last.entitlement
    currency = owed.net.currency
    whole = total((line.net for line in group.billed), currency)
    rest = whole - total((one.entitlement.net for one in others), currency)
    exact = sum((_exact(one.entitlement.trace) for one in group.owed), Fraction(0))
    if rest == owed.net or abs(exact - whole.exact) > _allowed(group) or not rest:
        return
    before = given(whole.exact - rest.exact, "others", currency, source="the contracts that have the rest of it")
    trace = subtract(given(whole.exact, "billed", currency), before, "net", currency)
    mended = replace(
        owed,
        net=rest,
        trace=trace,
        quantity=Fraction(-1 if rest.amount < 0 else 1),
        unit="",
        unit_price=abs(rest.amount),
        price_base=Decimal(1),
    )
    yield last, replace(last, entitlement=mended)


def _allowed(group: _Group) -> Fraction:
    """How far what was rounded may be off: half of the smallest unit for each rounding, a whole one for those up or down."""
    traces = [one.entitlement.trace for one in group.owed]
    halves = all(rounding in _HALVES for rounding in map(_rounding, traces))
    first = group.owed[0].entitlement
    times = len([line for line in group.billed if line.corrects is None])
    times += 0 if first.component.part is Part.CHARGE else len(group.owed)
    return Fraction(times, (2 if halves else 1) * 10 ** minor_digits(first.net.currency))


def _exact(trace: Trace) -> Fraction:
    """The amount before its rounding, where the trace tells it."""
    if trace.op is Op.ROUND:
        return trace.operands[0].result
    if trace.op is Op.SUBTRACT and trace.operands[0].op is Op.ROUND:
        running = trace.operands[0].operands[0]
        if running.op is Op.ADD and running.operands[0].label == "earlier-amount":
            return running.result - running.operands[0].result
    return trace.result


def _rounding(trace: Trace) -> Rounding:
    while trace.op is not Op.ROUND and trace.operands:
        trace = trace.operands[0]
    return trace.rounding or Rounding.HALF_UP


def _span(days: Period, spans: Sequence[Period]) -> Period | None:
    return next((span for span in spans if span.overlaps(days)), None)


def _hulls(windows: Iterable[Period]) -> list[Period]:
    """Periods that overlap, taken together."""
    found: list[Period] = []
    for window in sorted(windows):
        if found and window.overlaps(found[-1]):
            found[-1] = Period(found[-1].start, max(found[-1].end, window.end))
        else:
            found.append(window)
    return found
