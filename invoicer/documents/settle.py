"""documents: what a cluster comes to: new supplies, corrections, or nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction

from invoicer.documents.clusters import Cluster, hull
from invoicer.documents.difference import Correction, Difference, Reason, parties_of
from invoicer.documents.positions import Position
from invoicer.domain.entitlement import Treated
from invoicer.domain.money import minor_digits
from invoicer.domain.period import Period
from invoicer.domain.trace import Clause, Op, Rounding, Trace, add, divide, given, multiply, rounded, subtract

Share = tuple[Position, Trace]


def corrections(cluster: Cluster, owed: Sequence[Treated]) -> Iterator[Difference]:
    """The corrections that bring the positions of a cluster to what is owed for it; none where they agree.

    ``owed`` is everything owed for the component, with any parties and treatment: it tells why. A reduction is taken
    from the latest lines first, except that lines with days which are not owed any more give those days back, in
    proportion to what each still carries. An increase becomes a supplement to the latest line.
    """
    currency = cluster.positions[0].position.remaining.currency
    billed, due = cluster.billed(currency), cluster.owed(currency)
    if billed == due:
        return
    for position, after in _shares(cluster, rises=(due - billed).amount * billed.amount > 0):
        difference = _correction(position, after, cluster, owed)
        if difference.net:
            yield difference


def _shares(cluster: Cluster, *, rises: bool) -> Iterator[Share]:
    positions = [reach.position for reach in cluster.positions]
    signs = {position.remaining.amount > 0 for position in positions}
    if not cluster.entitled:
        nothing = _due(cluster)
        yield from ((position, nothing) for position in positions)
    elif rises or len(signs) > 1:
        yield from _supplemented(cluster, positions)
    else:
        yield from _reduced(cluster, positions)


def _correction(position: Position, after: Trace, cluster: Cluster, owed: Sequence[Treated]) -> Difference:
    line, released = position.line, _released(position, cluster)
    before = _billed(position.remaining.exact, line.net.currency, f"{line.document}/{line.line}")
    entitled = cluster.entitled[-1].entitlement if cluster.entitled else None
    witness = _witness(position, cluster, owed)
    correction = Correction(
        line=line,
        before=before,
        after=after,
        reason=_reason(position, witness, released, owed),
        clause=_clause(witness),
        releases=released,
    )
    net = correction.due - correction.billed
    difference = Difference(
        contract=line.contract,
        component=line.component,
        net=net,
        days=released or position.days,
        one_off=line.one_off,
        bill_date=line.bill_date,
        billed_from=line.billed_from,
        tax_point=line.tax_point,
        parties=parties_of(line),
        treatment=line.treatment,
        entitled=entitled,
        correction=correction,
    )
    if net.amount * line.net.amount > 0:
        return _supplement(difference, cluster)
    return difference


def _supplement(difference: Difference, cluster: Cluster) -> Difference:
    """A supplement is billed for all the days that are owed, and belongs to the earliest schedule among them: it must
    never look like a period of a schedule that began later."""
    if difference.one_off:
        return difference
    schedules = [reach.position.line.billed_from for reach in cluster.positions]
    schedules += [owed.entitlement.billed_from for owed in cluster.entitled]
    days = hull(owed.entitlement.days for owed in cluster.entitled)
    return replace(difference, days=days, billed_from=min(schedules))


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
    """What is due of one line, when other lines carry a part of it."""
    return subtract(due, _billed(others, due.unit), "due", due.unit) if others else due


def _billed(amount: Fraction, currency: str, source: str = "") -> Trace:
    return given(amount, "billed", currency, source=source)


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
    if released and any(_begins_schedule(other, released, position) for other in owed):
        return Reason.CADENCE
    if witness is None:
        return Reason.TERMS
    if parties_of(witness) != parties_of(line):
        same_currency = witness.entitlement.net.currency == line.net.currency
        return Reason.PARTIES if same_currency else Reason.TERMS
    if witness.treatment.key != line.treatment.key:
        return Reason.TREATMENT
    newer = witness.entitlement.agreed > line.issue_date
    return Reason.USAGE if not newer and _is_measured(witness.entitlement.trace) else Reason.TERMS


def _begins_schedule(owed: Treated, released: Period, position: Position) -> bool:
    entitlement = owed.entitlement
    return entitlement.days.start == released.start and entitlement.billed_from != position.line.billed_from


def _is_measured(trace: Trace) -> bool:
    """Whether a number in it came from elsewhere than the terms."""
    if trace.op is Op.GIVEN:
        return bool(trace.source)
    return any(_is_measured(operand) for operand in trace.operands)
