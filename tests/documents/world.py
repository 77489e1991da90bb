"""What the tests of this room have in common: a seller, customers, a contract, things owed, and issuing on a desk."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction

from invoicer.documents import Comparison, Context, Difference, Reason, billed_lines, compare, drafts, finish, finished
from invoicer.domain import canonical
from invoicer.domain.contract import AmountOff, Billing, Charge, Contract, Discount, InService, ProrationRules, Timing
from invoicer.domain.document import Document, Draft, Kind
from invoicer.domain.entitlement import BilledLine, Component, Entitlement, Part, Treated
from invoicer.domain.money import Money
from invoicer.domain.party import Address, BankAccount, Customer, PartyKind, Registration, Seller
from invoicer.domain.payment import PaymentTerms
from invoicer.domain.period import Period, Span, Unit
from invoicer.domain.price import Flat, Price
from invoicer.domain.supply import Category, ExchangeRate, Treatment
from invoicer.domain.timeline import Dated, Timeline
from invoicer.domain.trace import Clause, Rounding, Trace, given

CLAUSE = Clause("contracts/cluster.terms", 12, 3, 12, 30, "0" * 64, "4.1")
AMENDED = replace(CLAUSE, line=40, end_line=40, reference="A1")
FEE, SEATS, SETUP = Component("fee"), Component("seats"), Component("setup")
LAUNCH = Component("fee", Part.DISCOUNT, "launch")
MINIMUM = Component("fee", Part.MINIMUM)
VAT = Treatment("NL", Category.STANDARD, Decimal(21), "domestic", "art. 9 Wet OB")
REVERSE = Treatment(
    "NL", Category.REVERSE_CHARGE, Decimal(0), "b2b", "art. 196", note="reverse-charge", reason_code="VATEX-EU-AE"
)
OUTSIDE = Treatment("NL", Category.OUTSIDE_SCOPE, Decimal(0), "third", "art. 44", reason_code="VATEX-EU-O")
EXEMPT = Treatment("EE", Category.EXEMPT, Decimal(0), "premium", "art. 135", reason_code="VATEX-EU-135-1A")
LEVIED = replace(EXEMPT, rule="levy", taxable_turnover=False)


def day(text: str) -> dt.date:
    """``2026-01-31``, or ``01-31`` of 2026."""
    return dt.date.fromisoformat(text if len(text) > 5 else f"2026-{text}")


def span(first: str, last: str) -> Period:
    """From the first to the last day, both inclusive."""
    return Period(day(first), day(last) + dt.timedelta(days=1))


def month(number: int, year: int = 2026) -> Period:
    """A calendar month."""
    start = dt.date(year, number, 1)
    return Period(start, Span(1, Unit.MONTH).after(start))


def owed(
    component: Component,
    days: Period,
    net: str,
    *,
    treatment: Treatment = VAT,
    registration: str = "NL",
    customer: str = "acme",
    currency: str = "EUR",
    contract: str = "cluster",
    one_off: bool = False,
    bill_date: dt.date | None = None,
    billed_from: dt.date | None = None,
    tax_point: dt.date | None = None,
    agreed: dt.date = dt.date(2025, 12, 1),
    clause: Clause = CLAUSE,
    trace: Trace | None = None,
    quantity: tuple[int, str, str] | None = None,
) -> Treated:
    """Something owed; ``quantity`` is (number, unit, unit price)."""
    amount = Money(Decimal(net), currency)
    count, unit, price = quantity or (1 if amount.amount >= 0 else -1, "", str(abs(amount.amount)))
    billed = bill_date or days.start
    entitlement = Entitlement(
        contract=contract,
        component=component,
        title=f"Title of {component}",
        kind="electronic-service",
        days=days,
        one_off=one_off,
        bill_date=billed,
        billed_from=billed_from or day("2026-01-01"),
        tax_point=tax_point or billed,
        net=amount,
        quantity=Fraction(count),
        unit=unit,
        unit_price=Decimal(price),
        price_base=Decimal(1),
        trace=trace or given(amount.exact, "agreed", currency, CLAUSE),
        clause=clause,
        agreed=agreed,
    )
    return Treated(
        entitlement=entitlement, treatment=treatment, seller="host", registration=registration, customer=customer
    )


def contract(contract_id: str = "cluster", currency: str = "EUR", **changes: object) -> Contract:
    """A contract with the charges fee, seats and setup, in this order, and the discounts launch and loyal."""
    start = day("2026-01-01")
    flat: Timeline[Price] = Timeline((Dated(start, start, Flat(Decimal(10), Span(1, Unit.MONTH)), CLAUSE),))
    charges = tuple(
        Charge(
            name,
            name.title(),
            "electronic-service",
            CLAUSE,
            flat,
            Timeline((Dated(start, start, InService(True), CLAUSE),)),
            Timeline((Dated(start, start, Billing(Span(1, Unit.MONTH), Timing.ADVANCE), CLAUSE),)),
            ProrationRules(),
        )
        for name in ("fee", "seats", "setup")
    )
    discounts = tuple(
        Discount(name, name.title(), CLAUSE, AmountOff(Decimal(1)), None, start, start, None)
        for name in ("launch", "loyal")
    )
    made = Contract(
        id=contract_id,
        title="Managed cluster",
        seller="host",
        customer="acme",
        currency=currency,
        agreed=start,
        start=start,
        end=None,
        renewal=None,
        payment=Timeline((Dated(start, start, PaymentTerms(), CLAUSE),)),
        rounding=Rounding.HALF_UP,
        charges=charges,
        meters=(),
        discounts=discounts,
        amendments=(),
        clause=CLAUSE,
        sources=(),
        purchase_order="PO-1",
        reference="Cluster A",
    )
    return replace(made, **changes)  # type: ignore[arg-type]


SELLER = Seller(
    id="host",
    name="Hosting BV",
    address=Address("Kade 1", "2311 AB", "Leiden", "NL"),
    company_number="12345678",
    registrations=(Registration(country="NL", vat_id="NL000099998B57", oss=True),),
    accounts=(
        BankAccount(iban="NL91ABNA0417164300", bic="ABNANL2A", bank="Bank", currency="EUR"),
        BankAccount(iban="NL02ABNA0123456789", bic="ABNANL2A", bank="Bank", currency="USD"),
    ),
    time_zone="Europe/Amsterdam",
    accounting_currency="EUR",
)
ACME = Customer(
    id="acme",
    name="Acme Ltd",
    kind=PartyKind.BUSINESS,
    address=Address("Main 2", "1011", "Amsterdam", "NL"),
    language="nl",
    valid_from=day("2020-01-01"),
    recorded=day("2020-01-01"),
)


@dataclass
class Desk:
    """Issues what comes out of a comparison, and keeps what was issued."""

    contracts: Mapping[str, Contract] = field(default_factory=lambda: {"cluster": contract()})
    seller: Seller = SELLER
    documents: dict[str, Document] = field(default_factory=dict)
    rates: Mapping[tuple[str, str], Decimal] = field(default_factory=dict)
    shares: bool = False

    @property
    def billed(self) -> tuple[BilledLine, ...]:
        return tuple(line for document in self.documents.values() for line in billed_lines(document))

    def context(self, known_on: dt.date) -> Context:
        return Context(
            contracts=self.contracts,
            known_on=known_on,
            seller=lambda _: self.seller,
            customer=lambda name, on: replace(ACME, id=name, name=f"Acme on {on}"),
            original=self.documents.__getitem__,
            series=lambda seller, kind: f"{seller}-{kind}",
            exchange_rate=self._rate,
            notes=lambda treatment, *_: (treatment.note,),
            provenance=lambda contracts: {f"terms:{name}": "0" * 64 for name in contracts},
            shares_document=lambda _: self.shares,
        )

    def drafts(self, differences: Iterable[Difference], on: dt.date) -> tuple[Draft, ...]:
        return drafts(differences, self.context(on))

    def issue(self, differences: Iterable[Difference], on: dt.date) -> tuple[Document, ...]:
        made = []
        for draft in self.drafts(differences, on):
            prefix = "C" if draft.kind is Kind.CREDIT_NOTE else "I"
            number = f"{prefix}{len(self.documents) + 1:04}"
            document = finish(draft, number=number, issue_date=on, payment_reference=f"RF{number}")
            stored = json.loads(canonical.to_json(draft))
            data, billed = finished(stored, number=number, issue_date=on, payment_reference=f"RF{number}")
            assert canonical.text_of(data) == canonical.to_json(document)
            assert canonical.text_of(billed) == canonical.to_json(list(billed_lines(document)))
            self.documents[number] = document
            made.append(document)
        return tuple(made)

    def run(self, entitled: Sequence[Treated], on: str, horizon: str | None = None) -> tuple[Document, ...]:
        """Compare and issue what a contract owes on that day; then nothing may be left."""
        result = self.compare(entitled, on, horizon)
        assert not result.holds
        issued = self.issue(result.differences, day(on))
        assert self.compare(entitled, on, horizon) == Comparison((), ())
        return issued

    def compare(self, entitled: Sequence[Treated], on: str, horizon: str | None = None) -> Comparison:
        return compare(entitled, self.billed, through=day(on), horizon=day(horizon) if horizon else None)

    def _rate(self, base: str, currency: str, on: dt.date) -> ExchangeRate:
        return ExchangeRate(base, currency, self.rates[base, currency], on, "test")


YEAR = span("2026-01-01", "2026-12-31")
APRIL = day("2026-04-01")


def brief(documents: tuple[Document, ...]) -> list[tuple[str, str, str, str]]:
    """(kind, component, days, net) of every line."""
    return [
        (document.kind.value, str(line.component), str(line.days), str(line.net.amount))
        for document in documents
        for line in document.lines
    ]


def reasons(differences: tuple[Difference, ...]) -> list[Reason]:
    return [difference.correction.reason for difference in differences if difference.correction]


def monthly(first: int, last: int, net: str, billed_from: dt.date | None = None) -> list[Treated]:
    return [owed(FEE, month(number), net, billed_from=billed_from) for number in range(first, last + 1)]


def annual_then_monthly(split: str = "300.00", net: str = "100.00") -> list[Treated]:
    return [owed(FEE, span("01-01", "03-31"), split), *monthly(4, 12, net, billed_from=APRIL)]
