"""domain: the paper. A draft has no number and no dates of issue; a document is complete and never changes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from invoicer.domain.contract import Premium
from invoicer.domain.correction import CONCESSIONS
from invoicer.domain.entitlement import BilledLine, Component, Detail
from invoicer.domain.money import Money, minor_digits, total
from invoicer.domain.party import BankAccount, Customer, Seller
from invoicer.domain.payment import PaymentTerms
from invoicer.domain.period import Period
from invoicer.domain.supply import Category, ExchangeRate, Treatment
from invoicer.domain.trace import Clause, Trace
from invoicer.errors import DefectError

FORMAT = 1


class Kind(StrEnum):
    """The kinds of document (UNTDID 1001: 380 and 381)."""

    INVOICE = "invoice"
    CREDIT_NOTE = "credit-note"


@dataclass(frozen=True, slots=True)
class LineReference:
    """A line of an earlier document that this one corrects. ``billed`` and ``due`` are the amounts before and after,
    ``reason`` a message key (``terms-changed``, ``usage-changed``, ``declaration-changed``, ``deposit-settled``,
    ``treatment-changed``, ``parties-changed``, ``cadence-changed``, ``billed-again``; ``service-credit`` is
    no error of it), or one of :class:`~invoicer.domain.correction.CreditReason`."""

    number: str
    issue_date: dt.date
    line: int
    billed: Money
    due: Money
    reason: str
    clause: Clause | None = None

    @property
    def is_later(self) -> bool:
        """Whether it reduces the line because of something that came later, and what was billed was right."""
        return self.reason == "service-credit" or self.reason in CONCESSIONS


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of a document. On a credit note amounts are positive where they are given back.

    net = quantity × unit_price ÷ price_base, rounded. Where the prices of the contract include VAT, that product is
    ``gross``, the amount that was promised, and ``net`` is what is left of it without VAT (None: prices are without VAT).
    A negative line (an allowance) has a negative quantity, never a negative price (EN 16931, BR-27). ``number`` counts
    from 1. ``charge`` is the title of the charge that a minimum, maximum, discount or levy belongs to, "" on the line of
    the charge itself. ``releases``, ``counts``, ``request``, ``basis``, ``rebills`` and
    ``carries`` as in :class:`~invoicer.domain.entitlement.BilledLine`. ``concedes`` is the line of the same document that
    such a concession is taken off (0: none).
    """

    number: int
    contract: str
    component: Component
    title: str
    kind: str
    days: Period
    one_off: bool
    quantity: Fraction
    unit: str
    unit_price: Decimal
    price_base: Decimal
    net: Money
    treatment: Treatment
    tax_point: dt.date
    bill_date: dt.date
    billed_from: dt.date
    trace: Trace
    clause: Clause
    details: tuple[Detail, ...] = ()
    proration: tuple[int, int] | None = None
    premium: Premium | None = None
    charge: str = ""
    corrects: LineReference | None = None
    releases: Period | None = None
    gross: Money | None = None
    counts: bool = True
    request: int = 0
    basis: str = ""
    rebills: tuple[int, ...] = ()
    carries: tuple[str, int] | None = None
    concedes: int = 0

    @property
    def agreed(self) -> Money:
        """The amount as the contract owes it: with VAT where its prices include it."""
        return self.net if self.gross is None else self.gross


BILLED_OF_LINES = tuple(one.name for one in fields(Line) if one.name in {of.name for of in fields(BilledLine)})
"""What a line and what it bills have in common, by the same names."""


@dataclass(frozen=True, slots=True)
class TaxRow:
    """VAT of one (category, rate, jurisdiction): ``tax`` is ``base`` × rate, rounded once. Where prices include VAT it is
    taken out of the sum of the agreed amounts: amount × rate ÷ (100 + rate), rounded once, and ``base`` is the rest (at
    21% a sixth of all amounts can't be reached from a net price; EN 16931 BR-CO-17 allows for the cent)."""

    treatment: Treatment
    base: Money
    tax: Money


@dataclass(frozen=True, slots=True)
class AccountingTax:
    """The VAT total in the seller's accounting currency, where it differs from that of the document (art. 230 of
    Directive 2006/112/EC)."""

    rate: ExchangeRate
    tax: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A document before its number and its dates of issue. ``provenance`` maps names (``terms:contracts/acme.terms``,
    ``customer``, ``settings``, ``quantities`` …) to the SHA-256 of content that the ledger keeps."""

    kind: Kind
    series: str
    seller: Seller
    registration: str
    customer: Customer
    currency: str
    language: str
    bill_date: dt.date
    tax_point: dt.date
    vat_period: str
    payment: PaymentTerms
    lines: tuple[Line, ...]
    breakdown: tuple[TaxRow, ...]
    net: Money
    tax: Money
    gross: Money
    accounting: AccountingTax | None = None
    purchase_order: str = ""
    reference: str = ""
    account: BankAccount | None = None
    notes: tuple[str, ...] = ()
    provenance: Mapping[str, str] = field(default_factory=dict)
    format: int = FORMAT

    def __post_init__(self) -> None:
        add_up(self)

    @property
    def days(self) -> Period:
        """The days of service from the first to the last of all lines."""
        return Period(min(line.days.start for line in self.lines), max(line.days.end for line in self.lines))


@dataclass(frozen=True, slots=True, kw_only=True)
class Document(Draft):
    """A numbered, dated, final document. ``posting_date`` never lies in a closed period; ``payment_reference`` is what
    the customer is asked to quote."""

    number: str
    issue_date: dt.date
    posting_date: dt.date
    due_date: dt.date
    payment_reference: str


def add_up(paper: Draft) -> None:
    """The sums of a paper, each exact to the cent (EN 16931 BR-CO-10, -13, -14, -15, -17; BR-O-11 to -14).

    Raises DefectError, which is never the fault of input: whoever builds a paper builds it so that it adds up.
    """
    currency = paper.currency
    if not paper.lines:
        raise DefectError("a document has at least one line (BR-16)")
    _require(total((line.net for line in paper.lines), currency) == paper.net, "lines do not add up to the net amount")
    _require(total((row.base for row in paper.breakdown), currency) == paper.net, "tax bases do not add up to the net")
    _require(total((row.tax for row in paper.breakdown), currency) == paper.tax, "tax rows do not add up to the tax")
    _require(paper.net + paper.tax == paper.gross, "net and tax do not add up to the total")
    for line in paper.lines:
        _require(_comes_out(line, currency), f"line {line.number}: quantity × price is not {line.agreed}")
        _require(line.unit_price >= 0, f"line {line.number}: the price is negative")
        _require(line.trace.result == line.agreed.exact, f"line {line.number}: its trace ends in another number")
    for row in paper.breakdown:
        _require(
            abs((row.tax - tax_of(row.treatment, row.base, row.tax)).exact) <= _tolerance(paper, row),
            f"VAT of {row.treatment.percent}% on {row.base} is not {row.tax}",
        )
    categories = {row.treatment.category for row in paper.breakdown}
    _require(
        Category.OUTSIDE_SCOPE not in categories or len(categories) == 1, "category O stands beside another category"
    )


def _comes_out(line: Line, currency: str) -> bool:
    """Whether quantity × unit price ÷ price base is the amount of a line by one of the ways to round: all of them answer one
    of the two whole numbers of minor units beside the exact one."""
    price, price_of = line.unit_price.as_integer_ratio()
    base, base_of = line.price_base.as_integer_ratio()
    exact = Fraction(line.quantity.numerator * price * base_of, line.quantity.denominator * price_of * base)
    agreed = line.agreed
    return agreed.currency == currency and abs(exact - agreed.exact) < Fraction(1, 10 ** minor_digits(currency))


def tax_of(treatment: Treatment, base: Money, tax: Money) -> Money:
    """The VAT that a row should carry: on its base, or out of base and VAT together where prices include it."""
    percent = Fraction(treatment.percent)
    if treatment.includes_tax:
        return Money.of((base + tax).exact * percent / (100 + percent), base.currency)
    return Money.of(base.exact * percent / 100, base.currency)


def _tolerance(paper: Draft, row: TaxRow) -> Fraction:
    """Nothing; but what corrects lines out of which VAT was taken corrects the VAT of these lines, and their shares of it
    were rounded together with those of other lines, and with those of other corrections: two minor units for each."""
    if not row.treatment.includes_tax:
        return Fraction(0)
    corrections = sum(line.corrects is not None for line in paper.lines)
    return Fraction(2 * corrections, 10 ** minor_digits(paper.currency))


def _require(condition: bool, message: str) -> None:
    if not condition:
        raise DefectError(message)
