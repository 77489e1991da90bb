"""domain: what is owed by the terms, and what documents already carry."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from invoicer.domain.contract import Premium
from invoicer.domain.money import Money
from invoicer.domain.period import Period
from invoicer.domain.supply import Treatment
from invoicer.domain.trace import Clause, Trace


class Part(StrEnum):
    """Which part of a charge a component is."""

    CHARGE = "charge"
    DEPOSIT = "deposit"
    ADJUSTMENT = "adjustment"
    MINIMUM = "minimum"
    MAXIMUM = "maximum"
    DISCOUNT = "discount"
    CREDIT = "credit"
    COMMITMENT = "commitment"
    LEVY = "levy"


@dataclass(frozen=True, slots=True, order=True)
class Component:
    """What an amount is for, within a contract: a charge, or its deposit, the adjustment of that, its minimum,
    maximum, one of its discounts, service credits or levies.

    ``name`` is the id of the discount, credit or levy, "" otherwise. The shortfall of a commitment has the commitment's id
    in the place of a charge's.
    """

    charge: str
    part: Part = Part.CHARGE
    name: str = ""

    def __str__(self) -> str:
        tail = "" if self.part is Part.CHARGE else f"/{self.part}"
        return self.charge + tail + (f"/{self.name}" if self.name else "")

    @classmethod
    def parse(cls, text: str) -> Component:
        """The component that ``str`` wrote."""
        charge, part, name = (*text.split("/", 2), "", "")[:3]
        return cls(charge, Part(part) if part else Part.CHARGE, name)


@dataclass(frozen=True, slots=True)
class Detail:
    """A row below a line that explains it, such as a band: ``label`` is a message key, ``amount`` exact and unrounded."""

    label: str
    quantity: Fraction
    unit: str
    unit_price: Decimal
    price_base: Decimal
    amount: Fraction


class Later(StrEnum):
    """How something that reduces a supply after it was made reaches the customer: on the invoice of its bill date, or on a
    credit note. Its VAT belongs to the month of that document; rate and treatment are those of the supply."""

    INVOICE = "invoice"
    NOTE = "credit-note"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entitlement:
    """What one component of a contract is owed for some days of service.

    ``net`` has had its one rounding; ``trace`` ends in that number. Where prices include tax (``includes_tax``), so does it,
    until a document takes the VAT out of it. ``days`` are the days of service (for a one-off, the
    day on which it falls due). ``bill_date`` comes from the schedule. ``billed_from`` is the effective day of the billing
    terms that made this period, so that a change of cadence can be told from a change of amount.

    ``quantity`` × ``unit_price`` ÷ ``price_base`` is what a reader may multiply; where the amount does not come out so
    (bands, proration), quantity is 1 and unit_price the net amount, and ``details`` tell how it came about.
    ``proration`` holds (days in service, days in the full period) where the amount was prorated.

    ``agreed`` is the day of the last agreement that made the amount, ``clause`` names it: a price, a stop, a discount.
    ``concluded`` is the day on which the supply itself was agreed, for taxes that follow the conclusion of the cover (None:
    the same as ``agreed``). ``later`` is set where the entitlement is a later event, such as a service credit.
    """

    contract: str
    component: Component
    title: str
    kind: str
    days: Period
    one_off: bool
    bill_date: dt.date
    billed_from: dt.date
    tax_point: dt.date
    net: Money
    quantity: Fraction
    unit: str
    unit_price: Decimal
    price_base: Decimal
    trace: Trace
    clause: Clause
    agreed: dt.date
    details: tuple[Detail, ...] = ()
    proration: tuple[int, int] | None = None
    premium: Premium | None = None
    concluded: dt.date | None = None
    includes_tax: bool = False
    later: Later | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Treated:
    """An entitlement with the treatment that the tax room gave it, from whom (``seller`` id and ``registration``, the
    country of the VAT registration) and for whom (``customer`` id)."""

    entitlement: Entitlement
    treatment: Treatment
    seller: str
    registration: str
    customer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BilledLine:
    """What one line of an issued document carries; credit notes carry negative amounts here. ``net`` is the amount as the
    contract owes it: with its VAT where ``treatment.includes_tax``.

    ``counts`` is False for concessions. ``corrects`` is (document number, line number) of the line that this one corrects.
    ``releases`` are days of the corrected line that this one gives back whole, so that they can be billed anew.
    ``request`` is the id of the correction request that it comes from (0: of none), ``basis`` the hash of the inputs until
    whose change what it credits is held back ("": nothing is), ``rebills`` are the requests that it ends such a hold of.
    ``carries`` is the line whose concession goes on in this one.
    """

    document: str
    line: int
    contract: str
    component: Component
    days: Period
    one_off: bool
    net: Money
    seller: str
    registration: str
    customer: str
    treatment: Treatment
    billed_from: dt.date
    bill_date: dt.date
    tax_point: dt.date
    issue_date: dt.date
    counts: bool = True
    corrects: tuple[str, int] | None = None
    releases: Period | None = None
    request: int = 0
    basis: str = ""
    rebills: tuple[int, ...] = ()
    carries: tuple[str, int] | None = None
