"""Documents to print: invented parties, real arithmetic; each satisfies ``domain.document.add_up``."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from itertools import groupby
from typing import Any

from invoicer.domain.contract import Premium
from invoicer.domain.document import AccountingTax, Document, Kind, Line, LineReference, TaxRow
from invoicer.domain.entitlement import Component, Detail, Part
from invoicer.domain.money import Money, total
from invoicer.domain.party import Address, BankAccount, Customer, PartyKind, Registration, Seller
from invoicer.domain.payment import PaymentTerms
from invoicer.domain.period import Period
from invoicer.domain.supply import Category, ExchangeRate, Treatment
from invoicer.domain.trace import Clause, Rounding, given, rounded

ISSUED = dt.date(2026, 2, 2)
JANUARY = Period(dt.date(2026, 1, 1), dt.date(2026, 2, 1))
CLAUSE = Clause("contracts/lindeboom.terms", 12, 3, 12, 27, "0" * 64)

HOSTING = Seller(
    id="hosting-nl",
    name="Breestraat Hosting B.V.",
    address=Address("Breestraat 105", "2311 CM", "Leiden", "NL"),
    company_number="68750110",
    registrations=(Registration(country="NL", vat_id="NL123456782B90", oss=True),),
    accounts=(BankAccount(iban="NL91ABNA0417164300", bic="ABNANL2A", bank="Voorbeeldbank", currency="EUR"),),
    time_zone="Europe/Amsterdam",
    accounting_currency="EUR",
    email="billing@breestraat.example",
    phone="+31 71 000 0000",
    website="breestraat.example",
)
INSURANCE = Seller(
    id="cover-ee",
    name="Kalda Kindlustus OÜ",
    address=Address("Telliskivi tn 60a", "10412", "Tallinn", "EE"),
    company_number="12345678",
    registrations=(Registration(country="EE", vat_id="EE100594102"),),
    accounts=(BankAccount(iban="EE382200221020145685", bic="HABAEE2X", bank="Näidispank", currency="EUR"),),
    time_zone="Europe/Tallinn",
    accounting_currency="EUR",
    email="arved@kalda.example",
    website="kalda.example",
)
BUSINESS = Customer(
    id="lindeboom",
    name="Lindeboom Logistiek B.V.",
    kind=PartyKind.BUSINESS,
    address=Address("Keizersgracht 241", "1016 EA", "Amsterdam", "NL"),
    language="nl",
    valid_from=dt.date(2025, 1, 1),
    recorded=dt.date(2025, 1, 1),
    vat_id="NL000099998B57",
    contact="Crediteurenadministratie",
    reference="KP-2210",
)
GERMAN = replace(
    BUSINESS,
    id="weinberg",
    name="Weinberg Maschinenbau GmbH",
    address=Address("Hauptstraße 12", "79098", "Freiburg im Breisgau", "DE"),
    language="en",
    vat_id="DE136695976",
    contact="",
    reference="",
)
ESTONIAN = replace(
    BUSINESS,
    id="ronk",
    name="Ronk Kullerid OÜ",
    address=Address("Põhja puiestee 27", "10415", "Tallinn", "EE", "Harju maakond"),
    language="et",
    vat_id="EE101234565",
    contact="Raamatupidamine",
    reference="",
)

DUTCH_VAT = Treatment("NL", Category.STANDARD, Decimal(21), "domestic", "Wet OB 1968 art. 9")
ESTONIAN_VAT = Treatment("EE", Category.STANDARD, Decimal(24), "domestic", "KMS § 15")
REVERSE = Treatment("NL", Category.REVERSE_CHARGE, Decimal(0), "b2b", "art. 196", "reverse_charge", "VATEX-EU-AE")
EXEMPT = Treatment("EE", Category.EXEMPT, Decimal(0), "insurance", "art. 135(1)(a)", "insurance", "VATEX-EU-135-1A")
PREMIUM_TAX = replace(EXEMPT, taxable_turnover=False)
OSS = Treatment("DE", Category.STANDARD, Decimal(19), "oss", "§ 12 UStG", scheme="oss")


def line(title: str, price: str, quantity: str = "1", unit: str = "month", **changes: Any) -> Line:
    """A line of January 2026 at a price in EUR, taxed at the Dutch standard rate where nothing else is said."""
    currency = changes.pop("currency", "EUR")
    base = changes.get("price_base", Decimal(1))
    exact = Fraction(quantity) * Fraction(price) / Fraction(base)
    trace = rounded(given(exact, "amount"), 2, Rounding.HALF_UP, "net", currency)
    usual: dict[str, Any] = {
        "number": 1,
        "contract": "lindeboom-2026",
        "component": Component("platform-fee"),
        "title": title,
        "kind": "electronic-service",
        "days": JANUARY,
        "one_off": False,
        "quantity": Fraction(quantity),
        "unit": unit,
        "unit_price": Decimal(price),
        "price_base": base,
        "net": Money.of(exact, currency),
        "treatment": DUTCH_VAT,
        "tax_point": JANUARY.start,
        "bill_date": JANUARY.start,
        "billed_from": JANUARY.start,
        "trace": trace,
        "clause": CLAUSE,
    }
    return Line(**(usual | changes))


def document(lines: Sequence[Line], **changes: Any) -> Document:
    """A document over those lines, numbered from 1, with its sums."""
    currency = lines[0].net.currency
    numbered = tuple(replace(one, number=i) for i, one in enumerate(lines, start=1))
    breakdown = tuple(_tax_rows(numbered, currency))
    net = total((one.net for one in numbered), currency)
    tax = total((row.tax for row in breakdown), currency)
    seller = changes.get("seller", HOSTING)
    usual: dict[str, Any] = {
        "kind": Kind.INVOICE,
        "series": "hosting-nl/invoice",
        "seller": seller,
        "registration": seller.address.country,
        "customer": BUSINESS,
        "currency": currency,
        "language": "en",
        "bill_date": ISSUED,
        "tax_point": JANUARY.start,
        "vat_period": "2026-01",
        "payment": PaymentTerms(),
        "lines": numbered,
        "breakdown": breakdown,
        "net": net,
        "tax": tax,
        "gross": net + tax,
        "purchase_order": "PO-77810",
        "account": seller.accounts[0],
        "number": "HN-2026-00042",
        "issue_date": ISSUED,
        "posting_date": ISSUED,
        "due_date": ISSUED + dt.timedelta(days=30),
        "payment_reference": "RF18539007547034",
    }
    return Document(**(usual | changes))


def many(count: int) -> Document:
    """An invoice of so many lines, no two amounts alike, every third with a longer title."""
    lines = [
        line(
            f"Server {i:03d}" + (", four cores, eight gigabytes of memory, nightly backup" if i % 3 == 0 else ""),
            f"{20 + i}.{i % 90 + 10}",
            str(i % 4 + 1),
            "server",
        )
        for i in range(1, count + 1)
    ]
    return document(lines)


def monthly_invoice(language: str = "en") -> Document:
    """What a month at a hosting group looks like: flat, seats, bands, proration, a discount, a minimum."""
    bands = (
        Detail("band", Fraction(100_000), "call", Decimal("0.0000"), Decimal(1), Fraction(0)),
        Detail("band", Fraction(900_000), "call", Decimal("0.0020"), Decimal(1), Fraction(1800)),
        Detail("band", Fraction(51_201), "call", Decimal("0.0015"), Decimal(1), Fraction("76.8015")),
    )
    lines = [
        line("Platform fee", "450.00"),
        line("Support seats", "12.00", "30", "seat", component=Component("seats")),
        line("Storage", "5.00", "2450", "GB", price_base=Decimal(100), component=Component("storage")),
        line("Extra cluster", "174.19", unit="", proration=(12, 31), days=Period(dt.date(2026, 1, 20), JANUARY.end)),
        line("API calls", "1876.80", component=Component("api"), details=bands, unit=""),
        line("Domain example.nl", "18.00", unit="year", days=Period(dt.date(2026, 1, 14), dt.date(2027, 1, 14))),
        line("Onboarding", "2500.00", unit="", one_off=True, days=Period(JANUARY.start, dt.date(2026, 1, 2))),
        line(
            "Launch discount",
            "90.00",
            "-1",
            unit="",
            component=Component("platform-fee", Part.DISCOUNT, "launch"),
            charge="Platform fee",
        ),
    ]
    return document(lines, language=language)


def premium_invoice(language: str = "et") -> Document:
    """Exempt premiums with a premium tax beside them, and a platform fee with VAT."""
    cover: dict[str, Any] = {
        "treatment": EXEMPT,
        "premium": Premium("MTPL-2026-101", "Voorbeeld Verzekeringen N.V.", "motor-liability", "NL"),
        "kind": "insurance",
        "contract": "ronk-2026",
    }
    lines = [
        line("Motor third-party cover", "0.42", "18250.5", "hour", component=Component("motor"), **cover),
        line(
            "Insurance premium tax, Finland",
            "766.52",
            unit="",
            component=Component("motor", Part.LEVY, "ipt-fi"),
            charge="Motor third-party cover",
            **(cover | {"treatment": PREMIUM_TAX}),
        ),
        line("Vehicle cover", "4.20", "61", "vehicle", component=Component("casco"), **cover),
        line("Platform fee", "199.00", treatment=ESTONIAN_VAT, contract="ronk-2026"),
    ]
    return document(
        lines,
        language=language,
        seller=INSURANCE,
        customer=ESTONIAN,
        number="KA-2026-00007",
        purchase_order="",
        notes=("Käibemaksust vabastatud: direktiivi 2006/112/EÜ art 135 lg 1 p a.",),
        payment_reference="2026000077",
    )


def credit_note(language: str = "nl") -> Document:
    """What a back-dated change of terms gives back."""
    original = LineReference(
        number="HN-2026-00012",
        issue_date=dt.date(2026, 1, 2),
        line=1,
        billed=Money.of("450.00", "EUR"),
        due=Money.of("400.00", "EUR"),
        reason="terms-changed",
        clause=replace(CLAUSE, reference="4.1"),
    )
    usage = replace(
        original,
        line=2,
        billed=Money.of("1214.10", "EUR"),
        due=Money.of("1199.00", "EUR"),
        reason="usage-changed",
        clause=None,
    )
    lines = [
        line("Platform fee", "50.00", unit="", corrects=original),
        line("API calls", "15.10", unit="", component=Component("api"), corrects=usage),
    ]
    return document(
        lines,
        kind=Kind.CREDIT_NOTE,
        language=language,
        number="HC-2026-00003",
        series="hosting-nl/credit-note",
        notes=("Correctie op factuur HN-2026-00012.",),
    )


def foreign_currency(language: str = "en") -> Document:
    """An invoice in zloty whose VAT is also given in euros."""
    lines = [
        line("Platform fee", "1899.00", currency="PLN"),
        line("Support seats", "51.00", "12", "seat", currency="PLN"),
    ]
    rate = ExchangeRate("EUR", "PLN", Decimal("4.2153"), dt.date(2026, 1, 30), "European Central Bank")
    paper = document(lines, language=language, payment_reference="HN-2026-00042")
    accounting = AccountingTax(rate, Money.of(paper.tax.exact / Fraction(rate.rate), "EUR"))
    return replace(paper, accounting=accounting)


def reverse_charge(language: str = "en") -> Document:
    """A service to a business in another member state."""
    lines = [
        line("Managed cluster", "1250.00", treatment=REVERSE),
        line("Traffic", "0.07", "5120", "GB", treatment=REVERSE),
    ]
    note = "Reverse charge: the recipient owes the VAT (article 196 of Directive 2006/112/EC)."
    return document(lines, language=language, customer=GERMAN, notes=(note,))


def consumer(language: str = "en") -> Document:
    """A consumer in another member state, by direct debit."""
    customer = replace(GERMAN, kind=PartyKind.CONSUMER, name="Muster Mann", vat_id="", iban="DE89370400440532013000")
    return document(
        [line("Domain example.de", "12.00", unit="year", treatment=OSS)],
        language=language,
        customer=customer,
        payment=PaymentTerms(direct_debit=True),
        purchase_order="",
    )


def endless_names() -> Document:
    """Names that no form expects, with and without places to break."""
    word = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
    sentence = "Internationale Vereniging voor het beheer van zeer lange namen in formulieren en op papier "
    customer = replace(
        BUSINESS,
        name=sentence * 3 + word * 3,
        contact=word * 2,
        address=Address(word + " " + sentence, "1016 EA", word, "NL", sentence),
        reference=word,
        vat_id="NL" + "0" * 60,
    )
    seller = replace(HOSTING, name=(sentence + word) * 2, email="x" * 80 + "@breestraat.example")
    lines = [
        line(sentence * 4 + word * 2, "98765432.10", "12345.678901", word),
        line(
            word * 4,
            "0.00000123",
            "9876543210.5",
            "GB",
            premium=Premium(word, "Voorbeeld Verzekeringen N.V.", "liability", "NL"),
            contract=word + "-2026",
        ),
    ]
    return document(
        lines,
        customer=customer,
        seller=seller,
        number="HN-" + "2026-" * 12 + "00042",
        purchase_order=word * 2,
        payment_reference="RF18539007547034",
        notes=(sentence * 5,),
    )


def _tax_rows(lines: Iterable[Line], currency: str) -> Iterable[TaxRow]:
    for _, group in groupby(sorted(lines, key=lambda one: one.treatment.key), key=lambda one: one.treatment.key):
        members = list(group)
        base = total((one.net for one in members), currency)
        treatment = members[0].treatment
        yield TaxRow(treatment, base, Money.of(base.exact * Fraction(treatment.percent) / 100, currency))
