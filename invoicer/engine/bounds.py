"""engine: minimum and maximum of a charge, as components with lines of their own.

A bound compares with the exact amount of each of its periods; the line brings the *rounded* lines of the charge to the
rounded bounded amount, so that charge and bound together are the agreed amount to the cent. First the maximum, then the
minimum: where they contradict each other, the minimum is due.

Decisions where terms leave room:

* A bound that changes within its period counts by days (or as ``prorate change`` says). One that is agreed for the first
  time within a period: a minimum counts for its days; a maximum counts from the next period, since nothing says how much
  of the amount before it it should hold back.
* ``prorated`` counts days of service over days of the full period; otherwise the whole bound counts, also in a stub.
* Of a charge with a deposit a bound counts as the deposit does.
* Where a change of billing cuts a period, each side has its share of the bound by days, prorated or not: otherwise the
  days of that period would owe the minimum twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from invoicer.domain.contract import Bound, Proration
from invoicer.domain.entitlement import Component, Entitlement, Part
from invoicer.domain.money import minor_digits
from invoicer.domain.period import Period
from invoicer.domain.timeline import Dated
from invoicer.domain.trace import Trace, add, given, greater, lesser, multiply, rounded, subtract
from invoicer.engine.daycount import counted_by, part_of
from invoicer.engine.holds import PERIODS_DISAGREE
from invoicer.engine.rated import RatedSlot, beside, line_amount
from invoicer.engine.segments import in_force
from invoicer.engine.service import DAY


@dataclass(frozen=True, slots=True)
class _Bounded:
    """The amount of one period of a bound: its days of service, its full days, the exact amount so far."""

    days: Period
    full: Period
    amount: Trace


def bounds(rated: RatedSlot) -> Iterator[Entitlement]:
    """The maximum (negative) and the minimum (a top-up) of a billing period, where they change its amount."""
    periods = _periods(rated)
    for entries, part, choose in (
        (rated.seen.maximum, Part.MAXIMUM, lesser),
        (rated.seen.minimum, Part.MINIMUM, greater),
    ):
        if not entries:
            continue
        if not any(bound and bound.value.per for bound in (in_force(entries, p.days.last_day) for p in periods)):
            periods = _as_one(rated, periods)
        elif len(periods) == 1 and len({one.part.cell for one in rated.parts}) > 1:
            raise rated.where.held(
                PERIODS_DISAGREE,
                "the maximum is stated for the billing period and the minimum for a shorter one",
                "state both for the same period",
            )
        before = periods
        periods = [_apply(rated, entries, period, choose) for period in before]
        if any(new.amount.result != old.amount.result for new, old in zip(periods, before, strict=True)):
            yield from _line(rated, entries, part, periods)


def _periods(rated: RatedSlot) -> list[_Bounded]:
    """The rating periods of a billing period, with the exact amounts of their parts."""
    found: list[_Bounded] = []
    for one in rated.parts:
        cell = one.part.cell.days
        if found and found[-1].full == cell:
            last = found[-1]
            amount = add((last.amount, one.amount), "amount", rated.contract.currency)
            found[-1] = _Bounded(Period(last.days.start, one.part.days.end), cell, amount)
        else:
            found.append(_Bounded(one.part.days, cell, one.amount))
    return found


def _as_one(rated: RatedSlot, periods: Sequence[_Bounded]) -> list[_Bounded]:
    """The whole billing period as one, for a bound that is stated for it."""
    amounts = [period.amount for period in periods]
    total = amounts[0] if len(amounts) == 1 else add(amounts, "amount", rated.contract.currency)
    return [_Bounded(rated.slot.days, rated.slot.period.full, total)]


def _apply(
    rated: RatedSlot,
    entries: Sequence[Dated[Bound]],
    period: _Bounded,
    choose: Callable[[Trace, Trace, str, str], Trace],
) -> _Bounded:
    """The period with its amount held to the bound."""
    is_maximum = entries is rated.seen.maximum
    bound = _bound(rated, entries, period, is_maximum)
    if bound is None:
        return period
    held = choose(period.amount, bound, "bounded-amount", rated.contract.currency)
    return period if held.result == period.amount.result else _Bounded(period.days, period.full, held)


def _bound(rated: RatedSlot, entries: Sequence[Dated[Bound]], period: _Bounded, is_maximum: bool) -> Trace | None:
    """The bound of one period in the contract's currency; None where it has none."""
    label, currency = "maximum" if is_maximum else "minimum", rated.contract.currency
    rule = rated.seen.charge.proration.change
    if rule.counts:
        spans = list(period.days.cut_at(entry.effective for entry in entries))
    else:
        day = period.days.start if rule is Proration.FULL_PERIODS else period.days.end - DAY
        spans = [Period(day, day + DAY)]
    counting = [(span, in_force(entries, span.start)) for span in spans]
    if all(entry is None for _, entry in counting) or (is_maximum and counting[0][1] is None):
        return None
    if len({entry.value if entry else None for _, entry in counting}) == 1:
        entry = counting[0][1]
        assert entry is not None
        return _prorated(rated, given(Fraction(entry.value.amount), label, currency, entry.clause), entry.value, period)
    parts = []
    for span, entry in counting:
        if entry is not None:
            amount = given(Fraction(entry.value.amount), label, currency, entry.clause)
            share = part_of(span, period.days, _counting(rated))
            parts.append(_prorated(rated, multiply(amount, share, label, currency), entry.value, period))
    return add(parts, label, currency)


def _prorated(rated: RatedSlot, amount: Trace, bound: Bound, period: _Bounded) -> Trace:
    if rated.cover is not None:
        share = rated.cover.counted
        return amount if share.result == 1 else multiply(amount, share, amount.label, amount.unit)
    days = period.days if bound.prorated else rated.slot.counted(period.full)
    if days == period.full:
        return amount
    return multiply(amount, part_of(days, period.full, _counting(rated)), amount.label, amount.unit)


def _counting(rated: RatedSlot) -> Proration:
    return counted_by(rated.slot.counting, rated.slot.every)


def _line(
    rated: RatedSlot, entries: Sequence[Dated[Bound]], part: Part, periods: Sequence[_Bounded]
) -> Iterator[Entitlement]:
    """The difference between the bounded amount and the lines so far; none where that rounds away or to the wrong side."""
    contract, charge = rated.contract, rated.seen.charge
    currency = contract.currency
    amounts = [period.amount for period in periods]
    exact = amounts[0] if len(amounts) == 1 else add(amounts, "bounded-amount", currency)
    target = rounded(exact, minor_digits(currency), contract.rounding, "bounded-net", currency)
    lines = [line_amount(line) for line in rated.entitlements]
    net = subtract(target, lines[0] if len(lines) == 1 else add(lines, "lines-net", currency), "net", currency)
    if net.result == 0 or (net.result < 0) is not (part is Part.MAXIMUM):
        return
    entry = in_force(entries, rated.slot.days.last_day)
    assert entry is not None
    yield beside(rated, Component(charge.id, part), charge.title, rated.slot.days, net, entry.clause, entry.agreed)
