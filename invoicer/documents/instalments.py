"""documents: what is given back of a deposit whose instalments are invoiced only now, on their own invoices."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from invoicer.documents.difference import Difference
from invoicer.domain.entitlement import Detail, Entitlement
from invoicer.domain.money import Money
from invoicer.domain.trace import Trace, add, given, subtract


def shared_out(given_back: Difference, deposits: Iterable[Difference]) -> Iterator[Difference]:
    """A new supply below zero, in parts beside the ``deposits`` that it is taken from, new supplies of its charge: of the
    latest first, and of each no more than it is. So no invoice comes to less than zero, and every part has the tax point
    of its deposit. What is more than all of them stands beside the latest; without deposits it stays as it is."""
    latest = sorted(deposits, key=lambda one: one.days, reverse=True)
    left, whole = -given_back.net.exact, []
    for one in latest:
        if left <= one.net.exact:
            break
        whole.append(one)
        left -= one.net.exact
    if len(whole) == len(latest):
        yield _beside(latest[0], given_back) if latest else given_back
        return
    for one in whole:
        yield _beside(one, replace(given_back, net=-one.net, entitled=_all_of(one, given_back)))
    rest = replace(given_back, net=Money.of(-left, given_back.net.currency), entitled=_but_for(whole, given_back))
    yield _beside(latest[len(whole)], rest)


def _beside(deposit: Difference, part: Difference) -> Difference:
    return replace(part, bill_date=deposit.bill_date, tax_point=deposit.tax_point)


def _all_of(deposit: Difference, given_back: Difference) -> Entitlement:
    """The part that gives back a deposit whole."""
    currency = deposit.net.currency
    trace = subtract(given(0, "nothing", currency), _owed(deposit).trace.named("deposit"), "net", currency)
    return _part(_owed(given_back), trace, ())


def _but_for(deposits: Iterable[Difference], given_back: Difference) -> Entitlement:
    """What is left to be given back beside those deposits that come back whole; it has no row for them."""
    owed, rows = _owed(given_back), list(_owed(given_back).details)
    back = [_owed(one) for one in deposits]
    if not back:
        return owed
    for one in back:
        row = next((row for row in rows if (row.label, row.amount) == ("deposit", -one.net.exact)), None)
        if row is not None:
            rows.remove(row)
    trace = add((owed.trace, *(one.trace.named("deposit") for one in back)), "net", owed.net.currency)
    return _part(owed, trace, tuple(rows))


def _part(owed: Entitlement, net: Trace, rows: tuple[Detail, ...]) -> Entitlement:
    amount = Money.of(net.result, owed.net.currency)
    return replace(
        owed,
        net=amount,
        quantity=Fraction(-1),
        unit="",
        unit_price=abs(amount.amount),
        price_base=Decimal(1),
        trace=net,
        details=rows,
    )


def _owed(one: Difference) -> Entitlement:
    assert one.entitled is not None, "a supply rests on what is owed"
    return one.entitled
