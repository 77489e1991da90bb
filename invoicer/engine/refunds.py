"""engine: what is kept of a billing period that was billed in advance and is cut short, where the terms refund a part.

Everything is rated twice: with the service ending on its day (what was used), and as if nothing were refunded (the whole).
Between the two lies what was not used, and the terms say how much of it comes back.

Decisions where terms leave room:

* The rule is for all that a billing period costs: the charge, its minimum and maximum and its discounts each keep their
  part. Their sum is rounded as one amount, so that what is kept in all is the agreed share to the cent.
* ``refund 90% of unused``: what was used is due, and a tenth of what was not.
* A short-rate table keeps its share of the whole, but never less than what was used: a refund is at most what the unused
  days cost. Time on cover counts from the first day of the billing period that is cut. A period that had no day of cover
  is given back whole.
* As with ``no refund``, only what was billed before the day on which the end was agreed is kept in part: a period billed
  later ends with the service.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from invoicer.domain.contract import Contract, InService
from invoicer.domain.entitlement import Component, Detail, Entitlement
from invoicer.domain.money import Money, minor_digits
from invoicer.domain.period import Period
from invoicer.domain.refund import kept
from invoicer.domain.timeline import Dated
from invoicer.domain.trace import Trace, add, divide, given, multiply, rounded, subtract
from invoicer.engine.rated import Agreed, RatedSlot, concluded, entitled
from invoicer.engine.service import Keep, stretches

_HUNDRED = given(100, "hundred")


def refunds_in_part(contract: Contract, known_on: dt.date) -> bool:
    """Whether some service ends, as known on a day, with a refund of a part of what was billed."""
    stops = (
        one.stop
        for charge in contract.charges
        if not charge.deposit
        for one in stretches(contract, charge, known_on, Keep.UNCUT)
    )
    return any(stop is not None and stop.value.refund.partial for stop in stops)


def retained(used: Sequence[RatedSlot], uncut: Sequence[RatedSlot]) -> list[RatedSlot]:
    """The billing periods that are ``used``, with what is kept of the ``uncut`` ones; in the same order."""
    cut = {(one.seen.charge.id, one.slot.days.start): one for one in used}
    order = {charge.id: number for one in uncut[:1] for number, charge in enumerate(one.contract.charges)}
    for whole in uncut:
        stop = whole.slot.beyond
        if stop is not None and stop.value.refund.partial:
            key = whole.seen.charge.id, whole.slot.days.start
            cut[key] = _blended(whole, cut.get(key), stop)

    def place(one: RatedSlot) -> tuple[object, ...]:
        return one.slot.period.bill_date, order.get(one.seen.charge.id, 0), one.slot.days

    return sorted(cut.values(), key=place)


@dataclass(frozen=True, slots=True)
class _Kept:
    """What is kept of one component: the exact amount, what that is made of, and the days of service."""

    component: Component
    title: str
    exact: Trace
    rows: tuple[Detail, ...]
    days: Period


def _blended(whole: RatedSlot, used: RatedSlot | None, stop: Dated[InService]) -> RatedSlot:
    """The billing period with what is kept of it in place of its lines."""
    shown = used or replace(whole, lines=(), extra=[])
    refund = stop.value.refund
    rule = _by_table if refund.short_rate else _by_share
    components = list(rule(whole, shown, stop))
    if refund.short_rate and sum(one.exact.result for one in components) <= _sum(shown):
        return shown
    lines = tuple(line for line in _lines(shown, components, stop) if line.net)
    return replace(shown, lines=lines, extra=[])


def _by_share(whole: RatedSlot, used: RatedSlot, stop: Dated[InService]) -> Iterator[_Kept]:
    """What was used, and what is kept of the unused."""
    refund, currency = stop.value.refund, whole.contract.currency
    rate = divide(given(100 - Fraction(refund.percent), "kept-percent", "%", refund.clause), _HUNDRED, "rate")
    for component in _components(whole, used):
        all_of_it, earned = _amount(whole, component), _amount(used, component)
        unused = subtract(all_of_it, earned, "unused", currency)
        share = multiply(unused, rate, "kept-of-unused", currency)
        rows = (*_row("used", Fraction(1), earned), *_row("kept-of-unused", rate.result, unused))
        yield _of(whole, used, component, add((earned, share), "kept", currency), rows)


def _by_table(whole: RatedSlot, used: RatedSlot, stop: Dated[InService]) -> Iterator[_Kept]:
    """The table's share of everything."""
    refund, currency = stop.value.refund, whole.contract.currency
    start = whole.slot.days.start
    on_cover = Period(start, stop.effective) if start < stop.effective else None
    percent = given(Fraction(kept(refund.short_rate, on_cover)), "short-rate", "%", refund.clause)
    rate = divide(percent, _HUNDRED, "rate")
    for component in _components(whole, used):
        all_of_it = _amount(whole, component)
        rows = tuple(_row("short-rate", rate.result, all_of_it))
        yield _of(whole, used, component, multiply(all_of_it, rate, "kept", currency), rows)


def _of(whole: RatedSlot, used: RatedSlot, component: Component, exact: Trace, rows: tuple[Detail, ...]) -> _Kept:
    lines = _with(used, component) or _with(whole, component)
    days = Period(lines[0].days.start, lines[-1].days.end)
    return _Kept(component, lines[0].title, exact, rows, days & used.slot.days or used.slot.days)


def _lines(rated: RatedSlot, components: Sequence[_Kept], stop: Dated[InService]) -> Iterator[Entitlement]:
    """Their entitlements; what rounds is the running total, so that together they are the agreed share to the cent."""
    contract, charge = rated.contract, rated.seen.charge
    currency, places = contract.currency, minor_digits(contract.currency)
    exact_before, net_before = Fraction(0), Fraction(0)
    for one in components:
        before = given(exact_before, "earlier-amount", currency, source="what is kept of other lines")
        total = add((before, one.exact), "running-total", currency) if exact_before else one.exact
        net = rounded(
            total, places, contract.rounding, "net" if not exact_before else "running-total-rounded", currency
        )
        exact_before, so_far = total.result, net.result
        if net_before:
            source = "what is kept of other lines, rounded"
            net = subtract(net, given(net_before, "earlier-net", currency, source=source), "net", currency)
        net_before = so_far
        beneath = max(concluded(part.part) for part in rated.parts)
        dates = Agreed(stop.clause, stop.agreed, beneath)
        yield entitled(
            contract, charge, rated.slot.period, one.days, net, dates, component=one.component, title=one.title,
            details=one.rows,
        )  # fmt: skip


def _components(whole: RatedSlot, used: RatedSlot) -> list[Component]:
    """Each component of either, in the order of the calculation."""
    return list(dict.fromkeys(line.component for line in (*whole.entitlements, *used.entitlements)))


def _with(rated: RatedSlot, component: Component) -> list[Entitlement]:
    return [line for line in rated.entitlements if line.component == component]


def _amount(rated: RatedSlot, component: Component) -> Trace:
    """What a component comes to in a billing period; the trace is that of its lines."""
    traces = [line.trace for line in _with(rated, component)]
    return traces[0] if len(traces) == 1 else add(traces, "lines-net", rated.contract.currency)


def _sum(rated: RatedSlot) -> Fraction:
    return sum((line.net.exact for line in rated.entitlements), Fraction(0))


def _row(label: str, quantity: Fraction, amount: Trace) -> Iterator[Detail]:
    """A row that explains a line: so much of an amount; none of nothing."""
    if amount.result:
        price = Money.of(abs(amount.result), amount.unit).amount
        signed = quantity if amount.result > 0 else -quantity
        yield Detail(label, signed, "", price, Decimal(1), quantity * amount.result)
