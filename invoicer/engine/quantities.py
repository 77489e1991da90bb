"""engine: quantities, agreed or measured, and the answers that conditions get.

Decisions where terms leave room:

* A meter whose parts add up (a sum, a count, anything per day) is asked for each part of a rating period; its units are
  priced as used, and proration by days does not touch them. Any other meter (maximum, last, unique, average) measures a
  level, like an agreed number of seats: it is asked once for the days of service in the rating period and prorated.
* ``quantity`` in a condition is the quantity before included units, of the whole rating period where it is a sum.
* The name of another charge stands for its quantity: as agreed on the first day of the part in question, or as measured
  over the days of service in the same rating period; zero while that charge is out of service. Where none is agreed yet on
  that day, the first one of the rating period counts (a discount that begins with it, within a billing period).
* A declared input is asked for like a meter: for each part where its figures add up, else for the days of service in the
  rating period. In a condition its name stands for the figure of those days.
* The customer is the one in force on the first day of the billing period, as known on the day of the plan.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from invoicer.domain.contract import Charge, Contract, Discount, Fixed, Quantity, counter_of
from invoicer.domain.events import EventTerms, Tally
from invoicer.domain.evidence import NO_EVIDENCE, Evidence
from invoicer.domain.party import Customer
from invoicer.domain.party import in_force as customer_in_force
from invoicer.domain.period import Period
from invoicer.domain.timeline import Dated, in_force
from invoicer.domain.trace import Trace, add, given
from invoicer.domain.uncounted import counting
from invoicer.domain.usage import Measured, Measurements
from invoicer.engine.conditions import subjects, subjects_of
from invoicer.engine.declared import figure
from invoicer.engine.holds import NEGATIVE, NO_QUANTITY, UNKNOWN_CUSTOMER, UNMEASURED, HeldError, Where
from invoicer.engine.schedule import Slot
from invoicer.engine.segments import Part
from invoicer.engine.service import is_in_service
from invoicer.engine.steps import as_agreed
from invoicer.errors import Problem, Severity

Ask = tuple[str, Period]
"""The id of a meter or an input and the days for which its quantity is wanted."""


@dataclass(frozen=True, slots=True)
class Context:
    """What a rating is made from: the contract, its customer's rows (None: unresolved), what was measured, the day of
    knowledge, and further evidence."""

    contract: Contract
    known_on: dt.date
    customers: tuple[Customer, ...] | None
    measurements: Measurements
    evidence: Evidence = NO_EVIDENCE

    def is_flow(self, part: Part) -> bool:
        """Whether the part's quantity is measured or declared and adds up over time."""
        return part.counter is not None and self.contract.counter(part.counter).additive

    def unit(self, part: Part) -> str:
        """The unit of the part's quantity, "" without one."""
        quantity = part.values.quantity
        if quantity is None:
            return ""
        if isinstance(quantity.value, Fixed):
            return quantity.value.unit
        name = counter_of(quantity.value)
        assert name is not None
        return self.contract.counter(name).unit

    def quantity(self, part: Part, parts: Sequence[Part], where: Where) -> Trace | None:
        """The quantity of a part; None for a charge without one."""
        quantity = part.values.quantity
        if quantity is None:
            return None
        if isinstance(quantity.value, Fixed):
            return given(quantity.value.amount, "quantity", quantity.value.unit, quantity.clause)
        return self.measured(own_ask(self.contract, part, parts), where)

    def measured(self, ask: Ask, where: Where) -> Trace:
        """What was measured or declared; HeldError where it was not, or is below zero."""
        name, days = ask
        if asked := self.contract.input(name):
            declared = figure(asked, days, self.evidence, self.known_on, where)
            if isinstance(declared, Problem):
                raise HeldError(declared)
            return declared
        problem = self.missing(ask, where)
        if problem:
            raise HeldError(problem)
        found = self.measurements[self.contract.id, *ask]
        assert isinstance(found, Measured)
        return given(found.value, "quantity", self.contract.meter(ask[0]).unit, source=found.source)

    def tally(self, part: Part, parts: Sequence[Part], terms: EventTerms, where: Where) -> Tally:
        """How the events of a part are priced; HeldError where that was not measured."""
        meter, days = ask = own_ask(self.contract, part, parts)
        found = self.measurements.get((self.contract.id, *ask))
        tally = found.tally(terms) if isinstance(found, Measured) else None
        if tally is None:
            problem = self.missing(ask, where) or where.problem(
                UNMEASURED, f"the single events of meter {meter} from {days} are not known", "deliver the events"
            )
            raise HeldError(problem)
        return tally

    def missing(self, ask: Ask, where: Where) -> Problem | None:
        """Why a quantity can't be used, if it can't."""
        meter, days = ask
        if asked := self.contract.input(meter):
            declared = figure(asked, days, self.evidence, self.known_on, where)
            return declared if isinstance(declared, Problem) else None
        found = self.measurements.get((self.contract.id, meter, days))
        if isinstance(found, Problem):
            place = where.place(found.where.file, dated=False)
            return Problem(found.code, place, found.cause, found.mend, Severity.HOLD)
        if found is None:
            return where.problem(
                UNMEASURED,
                f"the usage of meter {meter} from {days} is not known",
                "deliver the usage, or state zero for these days",
            )
        if found.value < 0:
            return where.problem(
                NEGATIVE,
                f"meter {meter} measured {found.value} from {days}, less than nothing",
                "check the correcting events: they take back more than was used in these days",
            )
        return None

    def answer(self, subject: str, own: Trace | None, day: dt.date, days: Period, where: Where) -> Fraction | str:
        """What the subject of a condition is. ``own`` is the quantity of the charge itself, ``day`` the day on which agreed
        quantities of others are looked up, ``days`` those over which measured ones are."""
        if subject.startswith("customer."):
            return self._of_customer(subject, where)
        if subject == "quantity":
            if own is None:
                raise where.held(
                    NO_QUANTITY, "a condition asks for the quantity of a charge that has none", "state its quantity"
                )
            return own.result
        if self.contract.input(subject):
            return self.measured((subject, days), where).result
        asked = other_ask(self.contract, subject, day, days, self.known_on)
        other = self.contract.charge(subject)
        quantity = _agreed(other, day, days, self.known_on)
        if asked and quantity:
            return as_agreed(self.measured(asked, where), quantity).result
        if not is_in_service(self.contract, other, day, self.known_on):
            return Fraction(0)
        if quantity is None or not isinstance(quantity.value, Fixed):
            raise where.held(
                NO_QUANTITY,
                f"a condition asks for the quantity of {subject}, which has none on {day}",
                f"state a quantity for {subject}",
            )
        return quantity.value.amount

    def _of_customer(self, subject: str, where: Where) -> str:
        row = customer_in_force(self.customers or (), where.days.start, self.known_on)
        if row is None:
            raise where.held(
                UNKNOWN_CUSTOMER,
                f"a condition asks for {subject}, and customer {self.contract.customer} is not known on {where.days.start}",
                "add the customer's row that is valid on that day",
            )
        return row.address.country if subject == "customer.country" else str(row.kind)


def asks_of(
    contract: Contract, charge: Charge, slot: Slot, parts: Sequence[Part], known_on: dt.date
) -> tuple[Ask, ...]:
    """Every quantity that has to be measured or declared to rate a billing period, each once."""
    found: dict[Ask, None] = {}
    for part in parts:
        if part.counter:
            found[own_ask(contract, part, parts)] = None
        for ask in _others(contract, subjects_of(part.values.price.value), part, slot, known_on):
            found[ask] = None
    for discount in contract.discounts:
        for subject in (
            subjects(discount.when) if discount.when and counts_for(discount, charge, slot, known_on) else ()
        ):
            asked = other_ask(contract, subject, slot.days.start, slot.days, known_on)
            if asked:
                found[asked] = None
    return tuple(found)


def own_ask(contract: Contract, part: Part, parts: Sequence[Part]) -> Ask:
    """What to ask for a part: its own days where the quantity adds up, else the days of its whole rating period."""
    name = part.counter
    assert name is not None
    if contract.counter(name).additive:
        return name, part.days
    same = [other for other in parts if other.cell == part.cell and other.counter == name]
    return name, Period(same[0].days.start, same[-1].days.end)


def other_ask(contract: Contract, subject: str, day: dt.date, days: Period, known_on: dt.date) -> Ask | None:
    """What to ask for a condition on an input or another charge; None where its quantity is agreed or it is out of
    service."""
    if contract.input(subject):
        return subject, days
    charge = {charge.id: charge for charge in contract.charges}.get(subject)
    if charge is None or charge.quantity is None or not is_in_service(contract, charge, day, known_on):
        return None
    quantity = _agreed(charge, day, days, known_on)
    name = counter_of(quantity.value) if quantity else None
    return (name, days) if name else None


def _agreed(charge: Charge, day: dt.date, days: Period, known_on: dt.date) -> Dated[Quantity] | None:
    """The quantity in force on a day; where there is none yet, the first one that counts within the days."""
    known = charge.quantity.known_on(known_on) if charge.quantity else ()
    later = (entry for entry in known if day < entry.effective < days.end and counting(entry))
    return counting(in_force(known, day)) or next(later, None)


def served(slot: Slot, part: Part) -> Period:
    """The days of service in the rating period of a part."""
    days = slot.days & part.cell.days
    assert days is not None
    return days


def quantity_of_cell(part: Part, measured: Sequence[tuple[Part, Trace | None]], flow: bool) -> Trace | None:
    """The quantity that a condition sees: of the whole rating period where it is a sum."""
    if not flow:
        return next(quantity for other, quantity in measured if other is part)
    same = [q for other, q in measured if q is not None and other.cell == part.cell and other.counter == part.counter]
    return same[0] if len(same) == 1 else add(same, "quantity", same[0].unit)


def counts_for(discount: Discount, charge: Charge, slot: Slot, known_on: dt.date) -> bool:
    """Whether a discount is known, is meant for the charge and covers a day of the period; its condition apart."""
    named = discount.charges is None or charge.id in discount.charges
    window = discount.window(known_on)
    return named and discount.agreed <= known_on and window is not None and slot.days.overlaps(window)


def _others(contract: Contract, asked: Iterable[str], part: Part, slot: Slot, known_on: dt.date) -> Iterator[Ask]:
    for subject in asked:
        ask = other_ask(contract, subject, part.days.start, served(slot, part), known_on)
        if ask:
            yield ask
