"""engine: which meters a contract counts on, found without cutting any period into parts."""

from __future__ import annotations

import datetime as dt

from invoicer.domain.contract import Charge, Contract, counter_of
from invoicer.domain.period import Period
from invoicer.engine.conditions import subjects, subjects_of
from invoicer.engine.credits import credit_asks
from invoicer.engine.schedule import slots
from invoicer.engine.service import in_service


def may_ask(contract: Contract, charge: Charge) -> bool:
    """Whether rating a charge can ever ask for a quantity of a meter or input, so that those which can't (most) need not
    be walked through for it: by its own quantity, or by a condition of its price or of a discount."""
    return bool(_own(charge)) or _asks_for_others(contract, charge)


def due_meters(contract: Contract, known_on: dt.date, through: dt.date) -> dict[str, Period]:
    """The meters whose quantity may be needed to rate what is due through that day, each with the days of the first billing
    period that needs it: all those of :func:`~invoicer.engine.demands`, and at most some that a condition names as well."""
    found: dict[str, Period] = {}
    meters = [meter.id for meter in contract.meters]
    for charge in contract.charges:
        asked = meters if _asks_for_others(contract, charge) else [name for name in _own(charge) if name in meters]
        if any(name not in found for name in asked):
            due = (slot for slot in slots(contract, charge, known_on, through) if slot.period.bill_date <= through)
            first = next(due, None)
            if first is not None:
                found |= {name: first.days for name in asked if name not in found}
    for (name, days), _ in credit_asks(contract, known_on, through) if contract.credits else ():
        if name in meters:
            found.setdefault(name, days)
    return found


def served_meters(contract: Contract, known_on: dt.date) -> dict[str, Period | None]:
    """Of each meter the days from the first to the last on which a charge that counts it is in service, by the terms as
    known on a day; None where no charge is. A level lasts, so what was measured before the first day takes part."""
    found: dict[str, Period | None] = {}
    for meter in contract.meters:
        served = [
            days
            for charge in contract.charges
            if meter.id in _own(charge)
            for days, _ in in_service(contract, charge, known_on)
        ]
        first = dt.date.min if meter.aggregation.weighted else min((days.start for days in served), default=dt.date.min)
        found[meter.id] = Period(first, max(days.end for days in served)) if served else None
    return found


def _own(charge: Charge) -> list[str]:
    entries = charge.quantity.entries if charge.quantity else ()
    return [name for entry in entries if (name := counter_of(entry.value))]


def _asks_for_others(contract: Contract, charge: Charge) -> bool:
    asked = [subject for entry in charge.price.entries for subject in subjects_of(entry.value)]
    asked += [subject for discount in contract.discounts if discount.when for subject in subjects(discount.when)]
    return any(subject != "quantity" and not subject.startswith("customer.") for subject in asked)
