"""engine: a billing period while it is being rated, and the entitlements that stand beside its charge."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from invoicer.domain.contract import Contract
from invoicer.domain.entitlement import Component, Detail, Entitlement
from invoicer.domain.money import Money
from invoicer.domain.period import Period
from invoicer.domain.price import SimplePrice
from invoicer.domain.trace import Clause, Trace, add, divide, given, multiply
from invoicer.engine import segments
from invoicer.engine.holds import Where
from invoicer.engine.pricing import Priced
from invoicer.engine.schedule import Slot
from invoicer.engine.segments import Seen, Share


@dataclass(frozen=True, slots=True)
class RatedPart:
    """A part with its exact amount. ``priced`` is for the full period, ``share`` what counts of it (None: all, because
    units were measured as used)."""

    part: segments.Part
    price: SimplePrice
    quantity: Trace | None
    priced: Priced
    free: Detail | None
    share: Share | None

    @property
    def amount(self) -> Trace:
        """The exact amount of these days."""
        return times(self.priced.amount, () if self.share is None else (self.share,))


@dataclass(frozen=True, slots=True)
class RatedSlot:
    """A billing period with its parts and the entitlements of the charge itself; ``extra`` are those of its bounds."""

    contract: Contract
    slot: Slot
    seen: Seen
    where: Where
    parts: tuple[RatedPart, ...]
    lines: tuple[Entitlement, ...]
    quantity: Trace | None
    extra: list[Entitlement] = field(default_factory=list)

    @property
    def entitlements(self) -> tuple[Entitlement, ...]:
        """All entitlements so far, in the order in which they are computed."""
        return (*self.lines, *self.extra)


def beside(
    rated: RatedSlot, component: Component, title: str, days: Period, net: Trace, clause: Clause, agreed: dt.date
) -> Entitlement:
    """The entitlement of a component that stands beside the charge: a bound or a discount. ``net`` ends in its amount."""
    money = Money.of(net.result, rated.contract.currency)
    row, charge, period = whole(money), rated.seen.charge, rated.slot.period
    return Entitlement(
        contract=rated.contract.id,
        component=component,
        title=title,
        kind=charge.kind,
        days=days,
        one_off=period.one_off,
        bill_date=period.bill_date,
        billed_from=period.billed_from,
        tax_point=period.tax_point,
        net=money,
        quantity=row.quantity,
        unit=row.unit,
        unit_price=row.unit_price,
        price_base=row.price_base,
        trace=net,
        clause=clause,
        agreed=agreed,
        premium=charge.premium,
    )


def line_amount(entitlement: Entitlement) -> Trace:
    """The amount of another line, to compute on with: that line carries the trace of it."""
    source = f"line {entitlement.component} from {entitlement.days}"
    return given(entitlement.net.exact, "line-net", entitlement.net.currency, source=source)


def times(amount: Trace, shares: Sequence[Share]) -> Trace:
    """An amount per full period × how many periods and parts of periods count."""
    if not shares:
        return amount
    whole = sum(share.whole for share in shares)
    counted = [given(whole, "periods")] if whole else []
    for share in shares:
        if not share.whole:
            days = given(share.days, "days-in-service", "day")
            counted.append(divide(days, given(share.full, "days-in-period", "day"), "share"))
    periods = counted[0] if len(counted) == 1 else add(counted, "periods")
    if shares[0].of != 1:
        periods = divide(periods, given(shares[0].of, "parts-of-price-period"), "share")
    return amount if periods.result == 1 else multiply(amount, periods, "amount", amount.unit)


def whole(net: Money) -> Detail:
    """A row of one times the amount (of minus one times, where it is negative: prices are never negative)."""
    sign = Fraction(-1 if net.amount < 0 else 1)
    return Detail("", sign, "", abs(net.amount), Decimal(1), net.exact)
