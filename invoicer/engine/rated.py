"""engine: a billing period while it is being rated, and the entitlements that stand beside its charge."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from invoicer.domain.commitment import Commitment
from invoicer.domain.contract import Charge, Contract
from invoicer.domain.entitlement import Component, Detail, Entitlement
from invoicer.domain.money import Money
from invoicer.domain.period import Period
from invoicer.domain.price import SimplePrice
from invoicer.domain.trace import Clause, Trace, add, divide, given, multiply
from invoicer.engine import segments
from invoicer.engine.covers import Cover
from invoicer.engine.daycount import Share, counted_by, part_of
from invoicer.engine.holds import Where
from invoicer.engine.pricing import Priced
from invoicer.engine.schedule import ScheduledPeriod, Slot
from invoicer.engine.segments import Seen


@dataclass(frozen=True, slots=True)
class RatedPart:
    """A part with its exact amount. ``priced`` is for the full period, ``share`` what counts of it (None: all, because
    units were measured as used)."""

    part: segments.Part
    price: SimplePrice
    quantity: Trace | None
    priced: Priced
    free: tuple[Detail, ...]
    share: Share | None

    @property
    def amount(self) -> Trace:
        """The exact amount of these days."""
        return times(self.priced.amount, () if self.share is None else (self.share,))


@dataclass(frozen=True, slots=True)
class Agreed:
    """The clause and the day of what was agreed last of all that made an amount, a stop included; and the day on which
    what is charged was concluded, which no stop, bound or discount moves."""

    clause: Clause
    day: dt.date
    concluded: dt.date


Key = tuple[str, dt.date]
"""What tells the billing periods of a contract apart: the charge and the first day."""


@dataclass(frozen=True, slots=True)
class RatedSlot:
    """A billing period with its parts and the entitlements of the charge itself; ``extra`` are those of its bounds.
    ``cover`` is the period with its deposit, where it has one."""

    contract: Contract
    slot: Slot
    seen: Seen
    where: Where
    parts: tuple[RatedPart, ...]
    lines: tuple[Entitlement, ...]
    quantity: Trace | None
    extra: list[Entitlement] = field(default_factory=list)
    cover: Cover | None = None

    @property
    def key(self) -> Key:
        """Its charge and its first day."""
        return self.seen.charge.id, self.slot.days.start

    @property
    def entitlements(self) -> tuple[Entitlement, ...]:
        """All entitlements so far, in the order in which they are computed."""
        return (*self.lines, *self.extra)


def entitled(
    contract: Contract,
    owed_for: Charge | Commitment,
    period: ScheduledPeriod,
    days: Period,
    net: Trace,
    agreed: Agreed,
    *,
    component: Component,
    title: str,
    face: Detail | None = None,
    details: tuple[Detail, ...] = (),
    proration: tuple[int, int] | None = None,
) -> Entitlement:
    """The entitlement of a component of a charge or a commitment for some days of a billing period. ``net`` ends in its
    amount; ``face`` is the row that the line itself shows (None: one times the amount)."""
    money = Money.of(net.result, contract.currency)
    row = face or whole(money)
    return Entitlement(
        contract=contract.id,
        component=component,
        title=title,
        kind=owed_for.kind,
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
        clause=agreed.clause,
        agreed=agreed.day,
        concluded=agreed.concluded,
        details=details,
        proration=proration,
        premium=owed_for.premium if isinstance(owed_for, Charge) else None,
        includes_tax=owed_for.includes_tax,
    )


def beside(
    rated: RatedSlot, component: Component, title: str, days: Period, net: Trace, clause: Clause, agreed: dt.date
) -> Entitlement:
    """The entitlement of a component that stands beside the charge: a bound or a discount. ``net`` ends in its amount. It
    belongs to the conclusion of what it stands beside: a discount agreed later concludes no new cover."""
    beneath = [concluded(one.part) for one in rated.parts if one.part.days.overlaps(days)]
    dates = Agreed(clause, agreed, max(beneath))
    period = rated.slot.period
    return entitled(rated.contract, rated.seen.charge, period, days, net, dates, component=component, title=title)


def concluded(part: segments.Part) -> dt.date:
    """The day of the latest agreement of the price, the quantity and the included units that count in a part."""
    return max(entry.agreed for entry in part.values.entries())


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
            counted.append(part_of(share.days, share.full, share.counting))
    periods = counted[0] if len(counted) == 1 else add(counted, "periods")
    if shares[0].of != 1:
        periods = divide(periods, given(shares[0].of, "parts-of-price-period"), "share")
    return amount if periods.result == 1 else multiply(amount, periods, "amount", amount.unit)


def cut_share(slot: Slot, full: Period) -> Trace | None:
    """How much a billing period gets of what is agreed for a whole period; None for all, where no change of billing cut
    it."""
    counted = slot.counted(full)
    return None if counted == full else part_of(counted, full, counted_by(slot.counting, slot.every))


def whole(net: Money) -> Detail:
    """A row of one times the amount (of minus one times, where it is negative: prices are never negative)."""
    sign = Fraction(-1 if net.amount < 0 else 1)
    return Detail("", sign, "", abs(net.amount), Decimal(1), net.exact)
