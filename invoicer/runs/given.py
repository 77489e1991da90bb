"""runs: quantities that a person gives, in the place of measured ones."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from fractions import Fraction

from invoicer import engine
from invoicer.domain.contract import Contract
from invoicer.domain.example import Given
from invoicer.domain.period import Period
from invoicer.domain.usage import Demand, Measured, Measurements
from invoicer.errors import Place, Problem, Severity

EARLIER = Measured(Fraction(0), "an earlier period, for which no quantity is given", 0)
NEUTRAL_ZONE = "UTC"
MISSING_QUANTITY = "L203"


def everywhere(given: Mapping[str, Fraction]) -> tuple[Given, ...]:
    """Quantities by meter, for the period that is billed."""
    return tuple(Given(meter, value) for meter, value in given.items())


def answers(contract: Contract, on: dt.date, known_on: dt.date, given: Iterable[Given], mend: str) -> Measurements:
    """What rating the contract for an invoice on a day asks of usage, answered with given quantities.

    A quantity for stated days answers for those days. One without days is that of the period billed on the day of the
    invoice. Where a price changes within the period, the quantity of a meter that adds up is shared among its parts by
    days. Earlier periods count as zero. A quantity that is not given is a hold (L203) with that ``mend``, in which ``{}``
    stands for the meter.
    """
    quantities = tuple(given)
    demands = engine.demands(contract, NEUTRAL_ZONE, known_on, on)
    return {demand.key: _answer(demand, contract, on, known_on, quantities, mend) for demand in demands}


def _answer(
    demand: Demand, contract: Contract, on: dt.date, known_on: dt.date, given: tuple[Given, ...], mend: str
) -> Measured | Problem:
    mine = [one for one in given if one.meter == demand.meter.id]
    dated = [(one.value, one.days) for one in mine if one.days and one.days.overlaps(demand.days)]
    if dated:
        return Measured(_for_days(demand, dated), "given by hand", 0)
    billed_now = _billed_now(contract, demand, on, known_on)
    if billed_now is None:
        return EARLIER
    undated = [one.value for one in mine if one.days is None]
    if not undated:
        name = demand.meter.id
        place = Place(part=f"contract {contract.id}, meter {name}")
        cause = f"no quantity was given for {name} in {demand.days}"
        return Problem(MISSING_QUANTITY, place, cause, mend.format(name), Severity.HOLD)
    return Measured(_for_days(demand, [(undated[0], billed_now)]), "given by hand", 0)


def _for_days(demand: Demand, given: Iterable[tuple[Fraction, Period]]) -> Fraction:
    """The given quantities for the days asked for: shares of those that add up, the largest of others."""
    if not demand.meter.additive:
        return max(value for value, _ in given)
    parts = ((value, days, days & demand.days) for value, days in given)
    return sum((value * Fraction(both.days, days.days) for value, days, both in parts if both), Fraction(0))


def _billed_now(contract: Contract, demand: Demand, on: dt.date, known_on: dt.date) -> Period | None:
    """The period billed on the day that the demanded days belong to, or None when they were billed earlier."""
    periods = [
        one.days
        for one in engine.schedule(contract, known_on, on)
        if one.bill_date == on and one.days.overlaps(demand.days)
    ]
    return min(periods, key=lambda days: days.days, default=None)
