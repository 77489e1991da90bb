"""documents: what comes out when entitled is compared with billed."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from enum import StrEnum

from invoicer.domain.correction import CreditLine, CreditRequest
from invoicer.domain.entitlement import BilledLine, Component, Entitlement, Treated
from invoicer.domain.money import Money
from invoicer.domain.period import Period
from invoicer.domain.supply import Treatment
from invoicer.domain.trace import Clause, Trace
from invoicer.errors import Problem


class Reason(StrEnum):
    """Why something that was billed is corrected; the keys of :class:`~invoicer.domain.document.LineReference`."""

    TERMS = "terms-changed"
    USAGE = "usage-changed"
    DECLARED = "declaration-changed"
    SETTLED = "deposit-settled"
    CREDIT = "service-credit"
    TREATMENT = "treatment-changed"
    PARTIES = "parties-changed"
    CADENCE = "cadence-changed"
    INDEX = "index-revised"
    COUNTED = "counted-charges-changed"  # what counts towards a commitment comes to another amount
    REBILLED = "billed-again"  # what was credited as an error was right after all
    REQUESTED = "requested"  # someone asked for it, and the request says why


@dataclass(frozen=True, slots=True)
class Parties:
    """Who sells to whom, under which registration (ISO 3166) and in which currency (ISO 4217)."""

    seller: str
    registration: str
    customer: str
    currency: str


@dataclass(frozen=True, slots=True)
class Correction:
    """What a difference corrects: a billed line, its amount ``before`` and ``after`` (traces, signed, in the currency of
    the line). ``billed`` and ``due`` are the same two amounts as money. ``releases``: days of the line given back whole.
    ``request`` and its line ``credit`` are there where a person asked for it."""

    line: BilledLine
    before: Trace
    after: Trace
    reason: Reason
    clause: Clause | None = None
    releases: Period | None = None
    request: CreditRequest | None = None
    credit: CreditLine | None = None

    @property
    def key(self) -> tuple[str, int]:
        """Document and number of the line."""
        return self.line.document, self.line.line

    @property
    def billed(self) -> Money:
        return Money.of(self.before.result, self.line.net.currency)

    @property
    def due(self) -> Money:
        return Money.of(self.after.result, self.line.net.currency)


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """An amount between what a contract is owed and what documents carry, for one component.

    ``net`` is signed: above zero it is still to be billed, below zero it is to be given back. Without ``correction`` it is
    a new supply, and ``entitled`` is what it rests on; with one it adds to what was billed or takes from it, and
    ``entitled`` may be None: nothing is owed any more. ``treatment`` is that of the line corrected, or of the entitlement.
    ``rebills`` are correction requests that held back what is billed here. With ``carries`` it takes a concession off a new
    supply of the same invoice: that of this earlier line.
    """

    contract: str
    component: Component
    net: Money
    days: Period
    one_off: bool
    bill_date: dt.date
    billed_from: dt.date
    tax_point: dt.date
    parties: Parties
    treatment: Treatment
    entitled: Entitlement | None
    correction: Correction | None = None
    rebills: tuple[int, ...] = ()
    carries: tuple[str, int] | None = None

    @property
    def is_supply(self) -> bool:
        """Whether nothing was billed of it before."""
        return self.correction is None

    @property
    def billing_period(self) -> tuple[dt.date, dt.date]:
        """Bill date and tax point: what everything of a charge that is billed for one period has in common, and every
        correction of it with what it corrects. (Days may differ: those of a discount that ends within the period.)"""
        return self.bill_date, self.tax_point


@dataclass(frozen=True, slots=True)
class Comparison:
    """Differences in a fixed order, and problems that hold the contract instead of a difference. ``withheld`` is what was
    credited as an error and is not billed again as yet; it holds nothing else. ``apart`` are the amounts behind both: the
    line or the difference that each is about, and how much it is."""

    differences: tuple[Difference, ...]
    holds: tuple[Problem, ...]
    withheld: tuple[Problem, ...] = ()
    apart: tuple[tuple[BilledLine | Difference, Money], ...] = field(default=(), compare=False)


def parties_of(owed: Treated | BilledLine) -> Parties:
    """The parties of something owed or billed."""
    net = owed.net if isinstance(owed, BilledLine) else owed.entitlement.net
    return Parties(owed.seller, owed.registration, owed.customer, net.currency)


def corrected(correction: Correction, net: Money, days: Period, entitled: Entitlement | None = None) -> Difference:
    """The difference by which a billed line is corrected, between its parties and under its treatment."""
    line = correction.line
    return Difference(
        contract=line.contract,
        component=line.component,
        net=net,
        days=days,
        one_off=line.one_off,
        bill_date=line.bill_date,
        billed_from=line.billed_from,
        tax_point=line.tax_point,
        parties=parties_of(line),
        treatment=line.treatment,
        entitled=entitled,
        correction=correction,
    )


def supply(owed: Treated) -> Difference:
    """The difference of an entitlement of which nothing was billed."""
    entitled = owed.entitlement
    return Difference(
        contract=entitled.contract,
        component=entitled.component,
        net=entitled.net,
        days=entitled.days,
        one_off=entitled.one_off,
        bill_date=entitled.bill_date,
        billed_from=entitled.billed_from,
        tax_point=entitled.tax_point,
        parties=parties_of(owed),
        treatment=owed.treatment,
        entitled=entitled,
    )
