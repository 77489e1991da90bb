"""documents: what a cluster comes to: new supplies, corrections, or nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from invoicer.documents.clusters import Cluster, clusters, hull
from invoicer.documents.difference import Correction, Difference, Reason, corrected, parties_of, supply
from invoicer.documents.positions import Key, Position
from invoicer.domain.entitlement import BilledLine, Component, Entitlement, Part, Treated
from invoicer.domain.money import Money, minor_digits
from invoicer.domain.period import Period
from invoicer.domain.trace import Clause, Op, Rounding, Trace, add, divide, given, multiply, rounded, subtract

Share = tuple[Position, Trace]
_SOURCES = {
    "quantity": Reason.USAGE,
    "charged-amount": Reason.USAGE,
    "charged-events": Reason.USAGE,
    "events-at-minimum": Reason.USAGE,
    "events-at-maximum": Reason.USAGE,
    "declared": Reason.DECLARED,
    "index-value": Reason.INDEX,
    "counted-line": Reason.COUNTED,
    "judged-by-figures": Reason.DECLARED,
    "judged-by-usage": Reason.USAGE,
}


def settle(cluster: Cluster, owed: Sequence[Treated], through: dt.date) -> Iterator[Difference]:
    """The differences that bring what was billed for a cluster to what is owed for it; none where they agree.

    ``owed`` is everything owed for the component, with any parties and treatment: it tells why. Where nothing was billed,
    each entitlement is a supply, due or not (of an amount of nothing, nothing is supplied). An increase becomes a supplement
    to the latest line. A reduction is taken from the latest lines first, except that lines with days which are not owed
    any more give those days back, in proportion to what each still carries. A line that is credited whole or gives days
    back may leave parts that it held together: these are then settled apart, as the next comparison would see them.

    No line gives back more than it carries. What settles a deposit may turn from charging into giving back, and the other
    way: what was billed comes back whole, and the rest is billed as it would have been at first. More that is given back of
    a deposit is taken from its lines as well: a supplement to a credit note would not look what is left of them.
    """
    taken: dict[Key, _Taken] = {}
    grown: dict[Key, Position] = {}
    pending = [cluster]
    while pending:
        part = pending.pop()
        if not part.positions:
            yield from map(supply, (one for one in part.entitled if _net(one)))
            continue
        if more := _more_given_back(part):
            yield more
            continue
        positions = [reach.position for reach in part.positions]
        shares = {position.key: after for position, after in _shares(part, positions)}
        for position in positions:
            if position.key in shares and _grows(position, shares[position.key]):
                yield _supplement(position, shares[position.key], part, owed)
                amount = Money.of(shares[position.key].result, position.line.net.currency)
                grown[position.key] = replace(position, remaining=amount)
            elif position.key in shares:
                first = taken[position.key].before if position.key in taken else position
                taken[position.key] = _Taken(
                    first, _left(position, shares[position.key], part), shares[position.key], part
                )
        if any(key in taken for key in shares):
            after = grown | {key: one.left for key, one in taken.items()}
            left = [after.get(one.key, one) if one.key in shares else one for one in positions]
            pending.extend(clusters(part.entitled, [position for position in left if position.remaining], through))
    for one in taken.values():
        yield _reduction(one, owed)


@dataclass(frozen=True, slots=True)
class _Taken:
    """A line that gives something back: as it was, as it is left with the amount ``after``, and why."""

    before: Position
    left: Position
    after: Trace
    cluster: Cluster


def _shares(cluster: Cluster, positions: Sequence[Position]) -> Iterator[Share]:
    """The lines whose amount changes, each with what it is to carry."""
    billed, due = _remaining(positions), sum((_net(one).exact for one in cluster.entitled), Fraction(0))
    signs = {position.remaining.amount > 0 for position in positions}
    if billed == due:
        return
    settling = settles(positions[0].line.component) and all(one.line.net.exact * billed > 0 for one in positions)
    if not cluster.entitled or (settling and due * billed < 0):
        nothing = given(0, "due", positions[0].remaining.currency)
        yield from ((position, nothing) for position in positions)
    elif (due - billed) * billed > 0 or len(signs) > 1:
        yield from _supplemented(cluster, positions)
    else:
        yield from ((one, after) for one, after in _reduced(cluster, positions) if after.result != one.remaining.exact)


def _more_given_back(cluster: Cluster) -> Difference | None:
    """The rest of what is given back of a deposit, where some of it was given back before; None where it is not that."""
    positions, due = [reach.position for reach in cluster.positions], _due(cluster)
    billed = _remaining(positions)
    if len(cluster.entitled) > 1 or not settles(positions[0].line.component) or not due.result < billed < 0:
        return None
    [owed] = cluster.entitled
    rest = subtract(due, _billed(billed, due.unit), "net", due.unit)
    amount = Money.of(rest.result, due.unit)
    entitlement = replace(
        owed.entitlement,
        net=amount,
        quantity=Fraction(-1),
        unit="",
        unit_price=abs(amount.amount),
        price_base=Decimal(1),
        trace=rest,
        details=(),
    )
    return supply(replace(owed, entitlement=entitlement))


def settles(component: Component) -> bool:
    """Whether it is what is left of a deposit, or the levy on that."""
    return component.part is Part.ADJUSTMENT or (
        component.part is Part.LEVY and component.name.endswith(f"/{Part.ADJUSTMENT}")
    )


def _grows(position: Position, after: Trace) -> bool:
    return (after.result - position.remaining.exact) * position.line.net.exact > 0


def _left(position: Position, after: Trace, cluster: Cluster) -> Position:
    """A line after it gave something back."""
    released = _released(position, cluster)
    days = Period(position.days.start, released.start) if released else position.days
    return replace(position, remaining=Money.of(after.result, position.line.net.currency), days=days)


def _reduction(taken: _Taken, owed: Sequence[Treated]) -> Difference:
    before, left = taken.before, taken.left
    shorter = left.remaining and left.days.end < before.days.end
    released = Period(left.days.end, before.days.end) if shorter else None
    return _corrected(before, taken.after, taken.cluster, owed, released or before.days, released)


def _supplement(position: Position, after: Trace, cluster: Cluster, owed: Sequence[Treated]) -> Difference:
    """A supplement is billed for all the days that are owed, and belongs to the earliest schedule among them: it must
    never look like a period of a schedule that began later."""
    released = _released(position, cluster)
    difference = _corrected(position, after, cluster, owed, position.days, released)
    if difference.one_off:
        return difference
    schedules = [reach.position.line.billed_from for reach in cluster.positions]
    schedules += [one.entitlement.billed_from for one in cluster.entitled]
    owing = [one.entitlement.days for one in cluster.entitled]
    days = hull(owing) if owing else position.days  # nothing is owed, and more than the line was given back before
    return replace(difference, days=days, billed_from=min(schedules))


def _corrected(
    position: Position, after: Trace, cluster: Cluster, owed: Sequence[Treated], days: Period, released: Period | None
) -> Difference:
    line, source = position.line, f"{position.line.document}/{position.line.line}"
    witness = _witness(position, cluster, owed)
    carried = position.remaining - position.held if position.held else position.remaining
    correction = Correction(
        line=line,
        before=_billed(carried.exact, line.net.currency, source),
        after=_less(after, position.held.exact if position.held else Fraction(0)),
        reason=_reason(position, witness, released, owed),
        clause=_clause(witness),
        releases=released,
    )
    entitled = cluster.entitled[-1].entitlement if cluster.entitled else None
    return corrected(correction, correction.due - correction.billed, days, entitled)


def _supplemented(cluster: Cluster, positions: Sequence[Position]) -> Iterator[Share]:
    """The whole increase, on the oldest line of the latest days (of those that give days back, where some do)."""
    candidates = [position for position in positions if _released(position, cluster)] or positions
    latest = max(position.days.start for position in candidates)
    named = next(position for position in candidates if position.days.start == latest)
    yield named, _less(_due(cluster), _remaining(p for p in positions if p is not named))


def _reduced(cluster: Cluster, positions: Sequence[Position]) -> Iterator[Share]:
    """What each line that has to give back carries afterwards."""
    releasing = [position for position in positions if _released(position, cluster)]
    others = [position for position in positions if position not in releasing]
    due = _due(cluster)
    left = _less(due, _remaining(others))
    if left.result * _remaining(releasing) > 0:
        yield from _in_proportion(releasing, left)
    else:
        yield from _latest_first([*others, *releasing], due)


def _in_proportion(positions: Sequence[Position], due: Trace) -> Iterator[Share]:
    """Shares of what is due by what each line still carries, rounded together so that they add up."""
    if len(positions) == 1:
        yield positions[0], due
        return
    currency = positions[0].remaining.currency
    whole = given(_remaining(positions), "billed", currency)
    passed, reached = Fraction(0), given(0, "share", currency)
    for position in positions:
        passed += position.remaining.exact
        exact = divide(multiply(due, given(passed, "billed", currency), "share", currency), whole, "share", currency)
        upper = rounded(exact, minor_digits(currency), Rounding.HALF_UP, "share", currency)
        yield position, subtract(upper, reached, "due", currency)
        reached = upper


def _latest_first(positions: Sequence[Position], due: Trace) -> Iterator[Share]:
    """The early lines keep what they carry as far as what is due suffices; the first one that does not keep all of it
    gets what is left, the later ones nothing."""
    nothing = given(0, "due", due.unit)
    for index, position in enumerate(positions):
        left = due.result - _remaining(positions[:index])
        after = _less(due, _remaining(positions[:index]))
        if index and left * position.remaining.exact <= 0:
            yield position, nothing
        elif abs(left) < abs(position.remaining.exact) or left * position.remaining.exact < 0:
            yield position, after


def _due(cluster: Cluster) -> Trace:
    currency = cluster.positions[0].position.remaining.currency
    traces = [owed.entitlement.trace for owed in cluster.entitled]
    if not traces:
        return given(0, "due", currency)
    return traces[0].named(traces[0].label, currency) if len(traces) == 1 else add(traces, "due", currency)


def _less(due: Trace, others: Fraction) -> Trace:
    """What is due of one line, when other lines carry a part of it, or a part is held back."""
    return subtract(due, _billed(others, due.unit), "due", due.unit) if others else due


def _billed(amount: Fraction, currency: str, source: str = "") -> Trace:
    return given(amount, "billed", currency, source=source)


def _net(owed: Treated) -> Money:
    return owed.entitlement.net


def _remaining(positions: Iterable[Position]) -> Fraction:
    return sum((position.remaining.exact for position in positions), Fraction(0))


def _released(position: Position, cluster: Cluster) -> Period | None:
    """The last days of a line that are not owed any more, while earlier ones still are."""
    if position.line.one_off or not cluster.entitled:
        return None
    end = max(owed.entitlement.days.end for owed in cluster.entitled)
    return Period(end, position.days.end) if position.days.start < end < position.days.end else None


def _witness(position: Position, cluster: Cluster, owed: Sequence[Treated]) -> Treated | None:
    """What tells why: the latest of what is owed in this cluster, or else for the same days."""
    if cluster.entitled:
        return cluster.entitled[-1]
    same = (other for other in owed if position.line.one_off or other.entitlement.days.overlaps(position.days))
    return max(same, key=lambda other: other.entitlement.days, default=None)


def _clause(witness: Treated | None) -> Clause | None:
    return witness.entitlement.clause if witness else None


def _reason(position: Position, witness: Treated | None, released: Period | None, owed: Sequence[Treated]) -> Reason:
    line = position.line
    begun = [other for other in owed if released and _begins_schedule(other, released, position)]
    if begun:
        taken_over = all(parties_of(other).customer != line.customer for other in begun)
        return Reason.PARTIES if taken_over else Reason.CADENCE
    if witness is None:
        return Reason.TERMS
    if parties_of(witness) != parties_of(line):
        same_currency = witness.entitlement.net.currency == line.net.currency
        return Reason.PARTIES if same_currency else Reason.TERMS
    if witness.treatment.key != line.treatment.key:
        return Reason.TREATMENT
    return amount_reason(witness.entitlement, line)


def amount_reason(entitled: Entitlement, line: BilledLine) -> Reason:
    """Why another amount is due than a line carries: terms that were agreed after it was issued, else a measured or
    declared quantity where there is one."""
    found = None if entitled.agreed > line.issue_date else next(_from_elsewhere(entitled.trace), None)
    return found or Reason.TERMS


def _from_elsewhere(trace: Trace) -> Iterator[Reason]:
    """What in it came from elsewhere than the terms."""
    if trace.op is Op.GIVEN and trace.source and trace.label in _SOURCES:
        yield _SOURCES[trace.label]
    for operand in trace.operands:
        yield from _from_elsewhere(operand)


def _begins_schedule(owed: Treated, released: Period, position: Position) -> bool:
    entitlement = owed.entitlement
    return entitlement.days.start == released.start and entitlement.billed_from != position.line.billed_from
