"""engine: the amounts of deposits, and of the adjustments that settle them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
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


def settled(rated: RatedSlot, cover: Cover) -> RatedSlot:
    """A period that was rated, with one line in place of all others: what it came to, less its deposit. What is given back
    of a deposit has the tax point, and so the VAT, with which that was paid."""
    contract, charge = rated.contract, rated.seen.charge
    currency = contract.currency
    paid = tuple(_of_cover(contract, charge, cover, rated.seen.known_on))
    earned = _sum(rated.entitlements, "earned", currency)
    net = subtract(earned, _sum(paid, "deposit", currency), "net", currency)
    lines: tuple[Entitlement, ...] = ()
    if net.result:
        rows = tuple(row for one in rated.entitlements for row in _rows(one))
        rows += tuple(_row("deposit", -one.net) for one in paid if one.net)
        line = entitled(
            contract,
            charge,
            cover.settled.period,
            cover.slot.days,
            net,
            _agreed_last(rated.entitlements or paid, charge),
            component=Component(charge.id, Part.ADJUSTMENT),
            title=charge.title,
            details=rows,
        )
        given_back = [one for one in paid if one.net] if net.result < 0 else []
        lines = (replace(line, tax_point=given_back[-1].tax_point) if given_back else line,)
    return replace(rated, lines=lines, extra=[])


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
