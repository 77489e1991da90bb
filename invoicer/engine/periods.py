"""engine: every period of a contract with what it bills: charges at their price, deposits, adjustments."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from invoicer.domain.contract import Charge, Contract
from invoicer.engine.covers import covers
from invoicer.engine.schedule import ScheduledPeriod, slots


def schedule(contract: Contract, known_on: dt.date, until: dt.date) -> tuple[ScheduledPeriod, ...]:
    """Every period of every charge with a bill date up to and including ``until``, by the terms as known on a day.

    Ordered by bill date, then as the charges stand in the contract.
    """
    found = [
        (period.bill_date, number, period.days, period)
        for number, charge in enumerate(contract.charges)
        for period in _periods(contract, charge, known_on, until)
        if period.bill_date <= until
    ]
    return tuple(period for *_, period in sorted(found, key=lambda entry: entry[:3]))


def _periods(contract: Contract, charge: Charge, known_on: dt.date, until: dt.date) -> Iterator[ScheduledPeriod]:
    if charge.deposit is None:
        yield from (slot.period for slot in slots(contract, charge, known_on, until))
        return
    for cover in covers(contract, charge, known_on, until):
        yield from cover.instalments
        yield cover.settled.period
