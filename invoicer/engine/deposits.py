"""engine: the amounts of deposits, and of the adjustments that settle them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction

from invoicer.domain.contract import Charge, Contract
from invoicer.domain.deposit import Deposit
from invoicer.domain.entitlement import Component, Detail, Entitlement, Part
from invoicer.domain.money import Money, minor_digits
from invoicer.domain.timeline import Dated
from invoicer.domain.trace import Trace, add, divide, given, lesser, multiply, rounded, subtract
from invoicer.engine.covers import Cover, covers
from invoicer.engine.rated import Agreed, RatedSlot, entitled, whole


def deposits(
    contract: Contract, charge: Charge, known_on: dt.date, through: dt.date, ahead: dt.date
) -> Iterator[Entitlement]:
    """What a charge is owed as deposits by a day, or for days that begin before ``ahead``: that much was billed."""
    for cover in covers(contract, charge, known_on, max(through, ahead)):
        for one in _of_cover(contract, charge, cover, known_on):
            if one.net and (one.bill_date <= through or one.days.start < ahead):
                yield one


def settled(rated: RatedSlot, cover: Cover) -> tuple[Entitlement, ...]:
    """What a period came to at its price, less its deposit: what is still owed in one line. What is given back comes of the
    latest instalments first, of none more than it was: a line for each, with its days, and with its tax point, and so the
    VAT, with which it was paid."""
    contract, charge = rated.contract, rated.seen.charge
    currency = contract.currency
    paid = [one for one in _of_cover(contract, charge, cover, rated.seen.known_on) if one.net]
    earned = _sum(rated.entitlements, "earned", currency)
    net = subtract(earned, _sum(paid, "deposit", currency), "net", currency)
    rows = [row for one in rated.entitlements for row in _rows(one)]
    agreed = _agreed_last(rated.entitlements or paid, charge)

    def line(of: Entitlement | None, net: Trace, rows: Iterable[Detail]) -> Entitlement:
        period, days = cover.settled.period, cover.slot.days
        if of:
            period, days = replace(period, tax_point=of.tax_point), of.days
        component = Component(charge.id, Part.ADJUSTMENT)
        return entitled(
            contract, charge, period, days, net, agreed, component=component, title=charge.title, details=tuple(rows)
        )

    if net.result >= 0 or not paid:
        rows += (_row("deposit", -one.net) for one in paid)
        return (line(None, net, rows),) if net.result else ()
    whole = _given_back_whole(paid, -net.result)
    rest = add((net, *(one.trace.named("deposit") for one in whole)), "net", currency) if whole else net
    kept = paid[: len(paid) - len(whole)]
    told = line(kept[-1], rest, (*rows, *(_row("deposit", -one.net) for one in kept)))
    return (told, *(line(one, _nothing_less(one, currency), ()) for one in reversed(whole)))


def _given_back_whole(paid: Sequence[Entitlement], left: Fraction) -> list[Entitlement]:
    """The latest instalments that come to less than an amount, the latest first: the one before them gives back the rest,
    and tells how it came about. (It is the first one of all where more is given back than was paid.)"""
    whole = []
    for one in reversed(paid[1:]):
        if one.net.exact >= left:
            break
        whole.append(one)
        left -= one.net.exact
    return whole


def _nothing_less(deposit: Entitlement, currency: str) -> Trace:
    return subtract(given(0, "earned", currency), deposit.trace.named("deposit"), "net", currency)


def _of_cover(contract: Contract, charge: Charge, cover: Cover, known_on: dt.date) -> Iterator[Entitlement]:
    """The deposit of a period, one entitlement for each instalment; what rounds is their running total."""
    assert charge.deposit is not None
    start, currency, places = cover.slot.days.start, contract.currency, minor_digits(contract.currency)
    agreed = charge.deposit.at(start, known_on) or charge.deposit.entries[0]
    due = _due(agreed, cover.counted, currency)
    before: Trace | None = None
    for number, period in enumerate(cover.instalments, 1):
        exact = due
        if len(cover.parts) > 1:
            so_far = divide(given(number, "instalments"), given(len(cover.parts), "instalments-in-all"), "share")
            reached = multiply(_due(agreed, cover.whole, currency), so_far, "deposit-so-far", currency)
            exact = lesser(due, reached, "deposit-so-far", currency)
        net = rounded(exact, places, contract.rounding, "net" if before is None else "running-total-rounded", currency)
        so_far_net = net
        if before is not None:
            earlier = given(before.result, "earlier-net", currency, source="earlier instalments")
            net = subtract(net, earlier, "net", currency)
        before = so_far_net
        dates = _agreed(charge, cover, agreed, known_on)
        component = Component(charge.id, Part.DEPOSIT)
        yield entitled(contract, charge, period, period.days, net, dates, component=component, title=charge.title)


def _due(agreed: Dated[Deposit], share: Trace, currency: str) -> Trace:
    amount = given(Fraction(agreed.value.amount), "deposit", currency, agreed.clause)
    return amount if share.result == 1 else multiply(amount, share, "deposit", currency)


def _agreed(charge: Charge, cover: Cover, deposit: Dated[Deposit], known_on: dt.date) -> Agreed:
    """What was agreed last: the deposit, or the stop that cut its period; concluded with the price."""
    price = charge.price.at(cover.slot.days.start, known_on)
    concluded = max(deposit.agreed, price.agreed) if price else deposit.agreed
    stop = cover.slot.stopped
    if stop and cover.slot.days.end < cover.slot.period.full.end and stop.agreed > deposit.agreed:
        return Agreed(stop.clause, stop.agreed, concluded)
    return Agreed(deposit.clause, deposit.agreed, concluded)


def _agreed_last(lines: Sequence[Entitlement], charge: Charge) -> Agreed:
    """What was agreed last of all that made some lines; the charge itself where there is none."""
    if not lines:
        first = charge.service.entries[0]
        return Agreed(charge.clause, first.agreed, first.agreed)
    latest = max(lines, key=lambda one: one.agreed)
    return Agreed(latest.clause, latest.agreed, max(one.concluded or one.agreed for one in lines))


def _sum(lines: Sequence[Entitlement], label: str, currency: str) -> Trace:
    return lines[0].trace.named(label) if len(lines) == 1 else add((one.trace for one in lines), label, currency)


def _rows(line: Entitlement) -> Iterator[Detail]:
    """The rows that explain a line of the period, on the adjustment that stands for it."""
    if line.component.part is Part.CHARGE:
        yield from line.details or (
            Detail("", line.quantity, line.unit, line.unit_price, line.price_base, line.net.exact),
        )
    else:
        yield _row(str(line.component.part), line.net)


def _row(label: str, amount: Money) -> Detail:
    return replace(whole(amount), label=label)
