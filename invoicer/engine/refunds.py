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
* An amount off several charges stays one amount: what is kept of it for a stopped charge was given, and the charges that
  go on get what is left of it. They are rated once more for that; where charges are stopped under different rules, those
  under the second get what the first left, and so on.
* As with ``no refund``, only what was billed before the day on which the end was agreed is kept in part: a period billed
  later ends with the service.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from invoicer.domain.contract import Contract, InService
from invoicer.domain.entitlement import Component, Detail, Entitlement, Part
from invoicer.domain.money import Money, minor_digits
from invoicer.domain.period import Period
from invoicer.domain.refund import Refund, kept
from invoicer.domain.timeline import Dated
from invoicer.domain.trace import Trace, add, divide, given, multiply, rounded, subtract
from invoicer.engine.rated import Agreed, Key, RatedSlot, concluded, entitled
from invoicer.engine.service import Keep, stretches

Rule = Decimal | None
_HUNDRED = given(100, "hundred")


def refunds_in_part(contract: Contract, known_on: dt.date) -> bool:
    """Whether some service ends, as known on a day, with a refund of a part of what was billed."""
    return next(_partial_stops(contract, known_on), None) is not None


@dataclass(frozen=True, slots=True)
class InPart:
    """A billing period with what is kept of it; what was ``used`` of it (None: nothing), and the days that were not."""

    rated: RatedSlot
    used: RatedSlot | None
    unused: Period

    def given_off(self, discount: str) -> Iterator[tuple[Period, Fraction]]:
        """What a discount of that id takes off it, and for which days: at most what it took off the used days, for those."""
        kept, earned = _off(self.rated, discount), _off(self.used, discount) if self.used else Fraction(0)
        if self.used and (for_used := min(kept, earned)):
            yield self.used.slot.days, for_used
        if kept > earned:
            yield self.unused, kept - earned


InParts = Mapping[Key, InPart]


def rules(contract: Contract, known_on: dt.date) -> tuple[Rule, ...]:
    """The rules by which a part of something comes back, each once: a percentage, or by a table (None). Of charges under
    one rule the amounts, each as used or as the same share between used and whole, come to no more than either rating."""
    found = (one.value.refund for one in _partial_stops(contract, known_on))
    return tuple(dict.fromkeys(map(_rule, found)))


def in_part(used: Sequence[RatedSlot], uncut: Sequence[RatedSlot], rule: Rule) -> InParts:
    """The ``uncut`` billing periods of which a part is kept by one of the :func:`rules`."""
    cut = {one.key: one for one in used}
    found = {}
    for whole in uncut:
        stop = whole.slot.beyond
        if stop is not None and stop.value.refund.partial and _rule(stop.value.refund) == rule:
            shown = cut.get(whole.key)
            blended = _blended(whole, shown, stop)
            if blended is not shown:
                days = whole.slot.days
                unused = Period(max(days.start, min(stop.effective, days.last_day)), days.end)
                found[whole.key] = InPart(blended, shown, unused)
    return found


def retained(used: Sequence[RatedSlot], kept: InParts) -> list[RatedSlot]:
    """The billing periods that are ``used``, with those in place of which a part is ``kept``; in the same order."""
    cut = {one.key: one for one in used} | {key: one.rated for key, one in kept.items()}
    order = {charge.id: number for one in [*cut.values()][:1] for number, charge in enumerate(one.contract.charges)}

    def place(one: RatedSlot) -> tuple[object, ...]:
        return one.slot.period.bill_date, order.get(one.seen.charge.id, 0), one.slot.days

    return sorted(cut.values(), key=place)


def _partial_stops(contract: Contract, known_on: dt.date) -> Iterator[Dated[InService]]:
    for charge in contract.charges:
        for one in stretches(contract, charge, known_on, Keep.UNCUT) if not charge.deposit else ():
            if one.stop is not None and one.stop.value.refund.partial:
                yield one.stop


def _rule(refund: Refund) -> Rule:
    return None if refund.short_rate else refund.percent


def _off(rated: RatedSlot, discount: str) -> Fraction:
    lines = (
        one for one in rated.entitlements if one.component.part is Part.DISCOUNT and one.component.name == discount
    )
    return -sum((line.net.exact for line in lines), Fraction(0))


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
