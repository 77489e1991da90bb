"""What tests of treatments share: a Dutch and an Estonian seller, customers anywhere, entitlements of any kind."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from fractions import Fraction

from invoicer.domain.contract import Premium
from invoicer.domain.entitlement import Component, Entitlement, Part
from invoicer.domain.money import Money
from invoicer.domain.party import Address, Customer, PartyKind, Registration, Seller
from invoicer.domain.period import Period
from invoicer.domain.supply import Supply
from invoicer.domain.trace import Clause, given

JANUARY = Period(dt.date(2026, 1, 1), dt.date(2026, 2, 1))
KINDS = {"hosting": "electronic-service", "consulting": "general-service", "cover": "insurance"}
VAT_IDS = {
    "NL": "NL123456782B90",
    "DE": "DE136695976",
    "EE": "EE100931558",
    "BE": "BE0403019261",
    "SE": "SE556188840401",
}


def seller(home: str = "NL", *, oss: bool = True, also: tuple[str, ...] = ()) -> Seller:
    """A seller established in ``home`` and registered in further countries."""
    first = Registration(country=home, vat_id=VAT_IDS[home], oss=oss)
    return Seller(
        id=f"seller-{home.lower()}",
        name="Seller",
        address=Address("Street 1", "1000", "Town", home),
        company_number="1",
        registrations=(first, *(Registration(country=each, vat_id=f"{each}1") for each in also)),
        accounts=(),
        time_zone="Europe/Amsterdam",
        accounting_currency="EUR",
    )


def customer(
    country: str,
    status: str = "confirmed",
    *,
    postcode: str = "10000",
    vat_id: str | None = None,
    language: str = "en",
    valid_from: dt.date = dt.date(2020, 1, 1),
    recorded: dt.date | None = None,
    confirmed_on: dt.date = dt.date(2020, 1, 2),
) -> Customer:
    """A customer in ``country``: ``confirmed``, ``unconfirmed`` (business without checked VAT id) or ``consumer``."""
    business = status != "consumer"
    return Customer(
        id="acme",
        name="Acme",
        kind=PartyKind.BUSINESS if business else PartyKind.CONSUMER,
        address=Address("Road 2", postcode, "City", country),
        language=language,
        valid_from=valid_from,
        recorded=recorded or valid_from,
        vat_id=(vat_id or VAT_IDS.get(country, f"{country}1")) if business else "",
        vat_id_confirmed=confirmed_on if status == "confirmed" else None,
    )


def supply(
    kind: str,
    buyer: Customer,
    by: Seller | None = None,
    *,
    premium: Premium | None = None,
    days: Period = JANUARY,
    tax_point: dt.date | None = None,
    concluded: dt.date = dt.date(2025, 12, 12),
    accepted: dict[str, str] | None = None,
) -> Supply:
    """What a market is asked about."""
    by = by or seller()
    return Supply(
        kind=kind,
        seller=by,
        registration=by.registrations[0],
        customer=buyer,
        tax_point=tax_point or days.start,
        days=days,
        concluded=concluded,
        premium=premium,
        accepted=accepted or {},
    )


def cover(risk: str = "NL", insurance_class: str = "motor-liability") -> Premium:
    """A policy whose risk lies in that country."""
    return Premium(policy="P-1", insurer="Insurer", insurance_class=insurance_class, risk=risk)


def entitlement(
    kind: str = "hosting",
    net: str = "100.00",
    *,
    charge: str = "fee",
    part: Part = Part.CHARGE,
    name: str = "",
    days: Period = JANUARY,
    premium: Premium | None = None,
    currency: str = "EUR",
    agreed: dt.date = dt.date(2025, 12, 12),
    concluded: dt.date | None = None,
) -> Entitlement:
    """An amount owed for the days, due in advance."""
    amount = Money(Decimal(net), currency)
    return Entitlement(
        contract="acme-2026",
        component=Component(charge, part, name),
        title="Fee",
        kind=kind,
        days=days,
        one_off=False,
        bill_date=days.start,
        billed_from=days.start,
        tax_point=days.start,
        net=amount,
        quantity=Fraction(-1 if amount.amount < 0 else 1),
        unit="",
        unit_price=abs(amount.amount),
        price_base=Decimal(1),
        trace=given(Fraction(amount.amount), "amount", currency),
        clause=Clause("contracts/acme.terms", 1, 1, 1, 5, "0" * 64),
        agreed=agreed,
        premium=premium,
        concluded=concluded,
    )
