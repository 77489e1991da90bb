"""runs: usage that another system has billed stands as it was billed, as long as nothing is known here of those days.

Whoever moves in mid-year has the events of earlier months in the old system only. That they are missing here is no reason
to hold the contract, and that there is no event no reason to give everything back.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from fractions import Fraction

from invoicer.domain.contract import Charge, Contract, counter_of
from invoicer.domain.entitlement import BilledLine, Entitlement, Part, Treated
from invoicer.domain.money import Money, total
from invoicer.domain.period import Period
from invoicer.domain.trace import given
from invoicer.engine import Rating


def billed_elsewhere(contract: Contract, billed: Iterable[BilledLine], foreign: Collection[str]) -> list[BilledLine]:
    """The lines of documents of another system (their numbers are ``foreign``) for what is measured or declared."""
    counted = {charge.id for charge in contract.charges if _is_counted(charge)} if foreign else set()
    return [line for line in billed if line.document in foreign and line.component.charge in counted]


def as_it_stands(
    contract: Contract, rating: Rating, lines: Collection[BilledLine]
) -> tuple[Rating, tuple[Treated, ...]]:
    """The rating without the periods of ``lines`` of which nothing is known here (no amount, or no event), and what is owed
    for them instead: what was billed."""
    unknown = [
        line
        for line in lines
        if line.corrects is None and (_unrated(line, rating) or not _amount(line, rating.entitlements))
    ]
    if not unknown:
        return rating, ()
    left = [
        one
        for one in rating.unrated
        if not any(_concerns(one.period.charge, one.period.days, line) for line in unknown)
    ]
    gone = {reason for one in rating.unrated if one not in left for reason in one.reasons}
    gone -= {reason for one in left for reason in one.reasons}
    kept = tuple(
        one
        for one in rating.entitlements
        if not any(_concerns(one.component.charge, one.days, line) for line in unknown)
    )
    holds = tuple(problem for problem in rating.holds if problem not in gone)
    return Rating(kept, holds, tuple(left)), tuple(_owed(contract, unknown, lines))


def _is_counted(charge: Charge) -> bool:
    return any(counter_of(entry.value) for entry in (charge.quantity.entries if charge.quantity else ()))


def _concerns(charge: str, days: Period, line: BilledLine) -> bool:
    return charge == line.component.charge and line.days.overlaps(days)


def _unrated(line: BilledLine, rating: Rating) -> bool:
    return any(_concerns(one.period.charge, one.period.days, line) for one in rating.unrated)


def _amount(line: BilledLine, entitlements: Iterable[Entitlement]) -> Fraction:
    """What is owed by what was measured here; the bounds and discounts beside it would be owed without any event."""
    own = (one for one in entitlements if one.component.part is Part.CHARGE)
    return sum((abs(one.net.exact) for one in own if _concerns(one.component.charge, one.days, line)), Fraction(0))


def _owed(contract: Contract, unknown: Iterable[BilledLine], lines: Collection[BilledLine]) -> Iterator[Treated]:
    for line in unknown:
        back = [one.net for one in lines if one.corrects == (line.document, line.line)]
        net = total([line.net, *back], line.net.currency)
        if net:
            yield Treated(
                entitlement=_entitlement(contract.charge(line.component.charge), line, net),
                treatment=line.treatment,
                seller=line.seller,
                registration=line.registration,
                customer=line.customer,
            )


def _entitlement(charge: Charge, line: BilledLine, net: Money) -> Entitlement:
    return Entitlement(
        contract=line.contract,
        component=line.component,
        title=charge.title,
        kind=charge.kind,
        days=line.days,
        one_off=line.one_off,
        bill_date=line.bill_date,
        billed_from=line.billed_from,
        tax_point=line.tax_point,
        net=net,
        quantity=Fraction(-1 if net.amount < 0 else 1),
        unit="",
        unit_price=abs(net.amount),
        price_base=Money.of(1, net.currency).amount,
        trace=given(net.exact, "imported", net.currency, source=f"{line.document}/{line.line}"),
        clause=charge.clause,
        agreed=line.issue_date,
        premium=charge.premium,
        includes_tax=charge.includes_tax,
    )
