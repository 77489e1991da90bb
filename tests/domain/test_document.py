"""tests of the domain: a paper that doesn't add up is never made."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest

from invoicer.domain.document import Draft, Kind, Line, TaxRow
from invoicer.domain.entitlement import Component
from invoicer.domain.money import Money, total
from invoicer.domain.party import Address, Customer, PartyKind, Registration, Seller
from invoicer.domain.payment import PaymentTerms
from invoicer.domain.period import Period
from invoicer.domain.supply import Category, Treatment
from invoicer.domain.trace import Clause, given
from invoicer.errors import DefectError

DAY = dt.date(2026, 1, 1)
JANUARY = Period(DAY, dt.date(2026, 2, 1))
CLAUSE = Clause("contracts/test.terms", 1, 1, 1, 2, "0" * 64)
STANDARD = Treatment("NL", Category.STANDARD, Decimal(21), "domestic", "art. 9")
OUTSIDE = Treatment("NL", Category.OUTSIDE_SCOPE, Decimal(0), "third", "art. 44", reason_code="VATEX-EU-O")
EXEMPT = Treatment("NL", Category.EXEMPT, Decimal(0), "premium", "art. 135", reason_code="VATEX-EU-135-1A")
ADDRESS = Address("Road 1", "1000", "Town", "NL")
SELLER = Seller(
    id="seller",
    name="Seller",
    address=ADDRESS,
    company_number="1",
    registrations=(Registration(country="NL", vat_id="NL123456782B90"),),
    accounts=(),
    time_zone="Europe/Amsterdam",
    accounting_currency="EUR",
)
BUYER = Customer(
    id="acme", name="Acme", kind=PartyKind.BUSINESS, address=ADDRESS, language="en", valid_from=DAY, recorded=DAY
)


def line(number: int, treatment: Treatment) -> Line:
    return Line(
        number=number,
        contract="c-1",
        component=Component("fee"),
        title="Fee",
        kind="hosting",
        days=JANUARY,
        one_off=False,
        quantity=Fraction(1),
        unit="",
        unit_price=Decimal("100.00"),
        price_base=Decimal(1),
        net=Money.of(100, "EUR"),
        treatment=treatment,
        tax_point=DAY,
        bill_date=DAY,
        billed_from=DAY,
        trace=given(100, "net", "EUR"),
        clause=CLAUSE,
    )


def draft(*treatments: Treatment) -> Draft:
    """A line of 100.00 for each treatment."""
    net = Money.of(100 * len(treatments), "EUR")
    rows = tuple(TaxRow(one, Money.of(100, "EUR"), Money.of(one.percent, "EUR")) for one in treatments)
    tax = total((one.tax for one in rows), "EUR")
    return Draft(
        kind=Kind.INVOICE,
        series="{n}",
        seller=SELLER,
        registration="NL",
        customer=BUYER,
        currency="EUR",
        language="en",
        bill_date=DAY,
        tax_point=DAY,
        vat_period="2026-01",
        payment=PaymentTerms(),
        lines=tuple(line(number, one) for number, one in enumerate(treatments, 1)),
        breakdown=rows,
        net=net,
        tax=tax,
        gross=net + tax,
    )


def test_what_adds_up_is_made() -> None:
    assert str(draft(STANDARD, EXEMPT).gross) == "221.00 EUR"
    assert str(draft(OUTSIDE).gross) == "100.00 EUR"


@pytest.mark.parametrize("others", [(OUTSIDE, STANDARD), (EXEMPT, OUTSIDE)])
def test_what_is_outside_the_scope_of_vat_stands_beside_nothing_else(others: tuple[Treatment, ...]) -> None:
    """BR-O-11 to BR-O-14 of EN 16931."""
    with pytest.raises(DefectError, match="category O stands beside another"):
        draft(*others)


def test_a_cent_too_many_is_found() -> None:
    good, cent = draft(STANDARD), Money.of("0.01", "EUR")
    with pytest.raises(DefectError, match="lines do not add up"):
        replace(good, net=good.net + cent)
    with pytest.raises(DefectError, match="tax rows do not add up"):
        replace(good, tax=good.tax + cent)
    with pytest.raises(DefectError, match="net and tax do not add up"):
        replace(good, gross=good.gross + cent)
