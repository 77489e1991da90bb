"""engine: service credits, a share of what a charge came to that is given back where the service fell short.

Decisions where terms leave room:

* A credit is judged once for each billing period (or each part of it that the terms state), as soon as that is over, or so
  many days later as the terms leave for the figures. The first row for the charge whose condition holds counts.
* It is a percentage of what the charge came to with its bounds and discounts, without other credits. A part of a billing
  period has its share of each line by days. All credits together never give back more than is left.
* Days after the end of the service are not judged, though their price may be kept: there was nothing to fall short.
* The figures that a condition asks for are those of the days that are judged. Where one is missing when the credit is due,
  the contract is held: nothing says that the service was as promised.
* A charge with a deposit is settled after its period: it has no credits.
* On the next invoice: on the first bill date of the charge on which the credit has been judged. Where there is none any
  more, because the charge has ended, and on a credit note, the credit is due on the day on which it is judged; on a
  credit note not before its days are billed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from itertools import takewhile

from invoicer.domain.contract import Charge, Contract
from invoicer.domain.credit import CreditRow, ServiceCredit
from invoicer.domain.entitlement import Component, Detail, Entitlement, Later, Part
from invoicer.domain.money import minor_digits, total
from invoicer.domain.period import Period
from invoicer.domain.trace import Trace, add, divide, given, lesser, multiply, rounded, subtract
from invoicer.engine.conditions import holds, subjects
from invoicer.engine.holds import Held, HeldError
from invoicer.engine.quantities import Ask, Context, other_ask
from invoicer.engine.rated import RatedSlot, beside, line_amount
from invoicer.engine.schedule import Slot, slots
from invoicer.engine.segments import cell_at, goes_into


@dataclass(frozen=True, slots=True)
class _Due:
    """Days that are judged together, and the day on which their credit falls due."""

    days: Period
    bill_date: dt.date


def credit(context: Context, rated: Sequence[RatedSlot], through: dt.date) -> Held:
    """Add the service credits that have been judged by ``through`` to rated billing periods. The answer is what holds, by
    the days of the credit; in the place of the charge stands the component."""
    held: Held = {}
    contract = context.contract
    bill_dates = {charge.id: _bill_dates(contract, charge, context.known_on, through) for charge in _named(contract)}
    for agreed in contract.credits:
        for one in rated:
            for due in _dues(agreed, one.slot, one.seen.charge, context.known_on, through, bill_dates):
                try:
                    _judge(context, agreed, one, due)
                except HeldError as error:
                    if due.bill_date <= through:
                        name = str(Component(one.seen.charge.id, Part.CREDIT, agreed.id))
                        period = replace(one.slot.period, charge=name, days=due.days, bill_date=due.bill_date)
                        held[period] = error.problems
    return held


def credit_asks(contract: Contract, known_on: dt.date, through: dt.date) -> Iterator[tuple[Ask, dt.date]]:
    """Everything that has to be measured or declared to judge the credits up to a day, with the bill dates."""
    for charge in _named(contract):
        bill_dates = {charge.id: _bill_dates(contract, charge, known_on, through)}
        for slot in slots(contract, charge, known_on, through):
            for agreed in contract.credits:
                for due in _dues(agreed, slot, charge, known_on, through, bill_dates):
                    for row in agreed.rows_for(charge.id):
                        for subject in subjects(row.when):
                            if asked := _ask(contract, subject, due.days, known_on):
                                yield asked, due.bill_date


def _named(contract: Contract) -> Iterator[Charge]:
    """The charges that a service credit speaks of."""
    for charge in contract.charges:
        if charge.deposit is None and any(agreed.rows_for(charge.id) for agreed in contract.credits):
            yield charge


def _bill_dates(contract: Contract, charge: Charge, known_on: dt.date, through: dt.date) -> tuple[dt.date, ...]:
    """The bill dates of a charge up to a day, and the first one after it, if there is one."""
    found: list[dt.date] = []
    for slot in slots(contract, charge, known_on, dt.date.max):
        found.append(slot.period.bill_date)
        if slot.period.bill_date > through:
            break
    return tuple(found)


def _dues(
    agreed: ServiceCredit,
    slot: Slot,
    charge: Charge,
    known_on: dt.date,
    through: dt.date,
    bill_dates: dict[str, tuple[dt.date, ...]],
) -> Iterator[_Due]:
    """What of a billing period can be judged by a day."""
    window = agreed.window(known_on)
    if slot.period.one_off or window is None or charge.id not in bill_dates or not agreed.rows_for(charge.id):
        return
    within = dt.timedelta(days=agreed.within)
    for days in takewhile(lambda days: days.end + within <= through, _judged_apart(agreed, slot)):
        if counted := days & window:
            judged = days.end + within
            following = (day for day in bill_dates[charge.id] if day >= judged)
            noted = max(judged, slot.period.bill_date)  # nothing is there to credit before its days are billed
            yield _Due(counted, noted if agreed.as_note else next(following, judged))


def _judged_apart(agreed: ServiceCredit, slot: Slot) -> Iterator[Period]:
    """The days of a billing period that are judged together."""
    served = slot.served
    if served is None:
        return
    if agreed.per is None or not goes_into(agreed.per, slot.every):
        yield served
        return
    day = served.start
    while day < served.end:
        end = min(cell_at(slot, agreed.per, day).days.end, served.end)
        yield Period(day, end)
        day = end


def _ask(contract: Contract, subject: str, days: Period, known_on: dt.date) -> Ask | None:
    """What to measure or to declare for a subject of a condition; the quantity of the charge itself is known."""
    if _is_meter(contract, subject):
        return subject, days
    return None if subject == "quantity" else other_ask(contract, subject, days.start, days, known_on)


def _is_meter(contract: Contract, subject: str) -> bool:
    """Whether it is a meter, and no charge of that name, whose quantity would be meant."""
    is_charge = any(charge.id == subject for charge in contract.charges)
    return not is_charge and any(meter.id == subject for meter in contract.meters)


def _judge(context: Context, agreed: ServiceCredit, rated: RatedSlot, due: _Due) -> None:
    """Add the line of a credit, if a row holds and something is left to give back."""
    contract, charge = context.contract, rated.seen.charge
    figures: dict[str, Trace] = {}
    where = replace(rated.where, days=due.days, clause=agreed.clause)

    def answer(subject: str) -> Fraction | str:
        if not (_is_meter(contract, subject) or contract.input(subject)):
            return context.answer(subject, rated.quantity, due.days.start, due.days, where)
        figures[subject] = context.measured((subject, due.days), where)
        return figures[subject].result

    row = next((row for row in agreed.rows_for(charge.id) if holds(row.when, answer)), None)
    if row is None:
        return
    currency = contract.currency
    wanted = rounded(
        _wanted(rated, row, due.days, figures), minor_digits(currency), contract.rounding, "credit", currency
    )
    left = total((line.net for line in rated.entitlements), currency)
    if wanted.result > left.exact:
        lines = [line_amount(line) for line in rated.entitlements]
        wanted = lesser(wanted, add(lines, "left", currency), "credit", currency)
    if wanted.result <= 0:
        return
    net = subtract(given(0, "nothing", currency), wanted, "net", currency)
    component = Component(charge.id, Part.CREDIT, agreed.id)
    line = beside(rated, component, agreed.title, due.days, net, row.clause, agreed.agreed)
    rated.extra.append(_later(line, agreed, due, figures))


def _wanted(rated: RatedSlot, row: CreditRow, days: Period, figures: dict[str, Trace]) -> Trace:
    """The percentage of what the charge came to in the days, exact."""
    currency = rated.contract.currency
    lines = [line for line in rated.entitlements if line.component.part is not Part.CREDIT]
    parts = [_part(line, days) for line in lines if line.days.overlaps(days)]
    base = parts[0] if len(parts) == 1 else add(parts, "charged", currency)
    rate = divide(given(Fraction(row.percent), "percent", "%", row.clause), given(100, "hundred"), "rate")
    amount = multiply(base, rate, "credit", currency)
    if not figures:
        return amount
    stated = "; ".join(
        f"{name} {_number(figure.result)} {figure.unit} ({figure.source})" for name, figure in figures.items()
    )
    label = "judged-by-figures" if any(rated.contract.input(name) for name in figures) else "judged-by-usage"
    return multiply(amount, given(1, label, source=stated), "credit", currency)


def _part(line: Entitlement, days: Period) -> Trace:
    """What of a line belongs to some of its days."""
    both = line.days & days
    assert both is not None
    if both == line.days:
        return line_amount(line)
    share = divide(given(both.days, "days-judged", "day"), given(line.days.days, "days-in-service", "day"), "share")
    return multiply(line_amount(line), share, "line-net", line.net.currency)


def _number(value: Fraction) -> str:
    """An exact number in few signs."""
    decimal = Decimal(value.numerator) / Decimal(value.denominator)
    return f"{decimal:f}" if Fraction(decimal) == value else str(value)


def _later(line: Entitlement, agreed: ServiceCredit, due: _Due, figures: dict[str, Trace]) -> Entitlement:
    details = tuple(
        Detail("judged-by", figure.result, figure.unit, Decimal(0), Decimal(1), Fraction(0))
        for figure in figures.values()
    )
    return replace(
        line, bill_date=due.bill_date, later=Later.NOTE if agreed.as_note else Later.INVOICE, details=details
    )
