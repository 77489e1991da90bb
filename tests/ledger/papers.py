"""Drafts and documents to store: invented parties, and the smallest `finish` that is true to the rules."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from invoicer import runs
from invoicer.domain import canonical
from invoicer.domain.document import Document, Draft, Kind, Line, LineReference, TaxRow
from invoicer.domain.entitlement import BilledLine, Component, Part
from invoicer.domain.money import Money, total
from invoicer.domain.party import Address, BankAccount, Customer, PartyKind, Registration, Seller
from invoicer.domain.payment import PaymentTerms
from invoicer.domain.period import Period, add_months
from invoicer.domain.supply import Category, Treatment
from invoicer.domain.trace import Clause, given
from invoicer.errors import Problem, RunError
from invoicer.ledger import Fault, Ledger, Point, Proposal, open_ledger
from invoicer.ledger.faults import no_fault

DATABASE = "database.txt"
"""The file of a workspace folder that names its database, where that is not in the ledger's folder."""
TODAY = dt.date(2026, 1, 31)
JANUARY = Period(dt.date(2026, 1, 1), dt.date(2026, 2, 1))
SERIES = {Kind.INVOICE: "HN-{year}-{number:5}", Kind.CREDIT_NOTE: "HC-{year}-{number:5}"}
CLAUSE = Clause("contracts/example.terms", 12, 3, 12, 27, "0" * 64)
FEE = Component("platform-fee")
TREATMENT = Treatment("NL", Category.STANDARD, Decimal(21), "nl-domestic", "art. 9 Wet OB 1968")


def month(index: int) -> Period:
    """A month; 0 is January 2026."""
    return Period(add_months(JANUARY.start, index), add_months(JANUARY.start, index + 1))


def seller(name: str = "hosting-nl") -> Seller:
    return Seller(
        id=name,
        name="Rapenburg Hosting B.V.",
        address=Address("Rapenburg 70", "2311 EZ", "Leiden", "NL"),
        company_number="68750110",
        registrations=(Registration(country="NL", vat_id="NL123456789B13"),),
        accounts=(BankAccount(iban="NL91ABNA0417164300", bic="ABNANL2A", bank="ABN AMRO", currency="EUR"),),
        time_zone="Europe/Amsterdam",
        accounting_currency="EUR",
    )


def customer(name: str = "acme") -> Customer:
    return Customer(
        id=name,
        name=f"{name} (example)",
        kind=PartyKind.BUSINESS,
        address=Address("Kade 1", "2312 AA", "Leiden", "NL"),
        language="nl",
        valid_from=JANUARY.start,
        recorded=JANUARY.start,
    )


def line(
    number: int,
    amount: Money,
    contract: str,
    days: Period = JANUARY,
    component: Component = FEE,
    corrects: LineReference | None = None,
    one_off: bool = False,
) -> Line:
    return Line(
        number=number,
        contract=contract,
        component=component,
        title="Platform fee",
        kind="electronic-service",
        days=days,
        one_off=one_off,
        quantity=Fraction(1 if amount.amount >= 0 else -1),
        unit="",
        unit_price=abs(amount.amount),
        price_base=Decimal(1),
        net=amount,
        treatment=TREATMENT,
        tax_point=days.start,
        bill_date=days.start,
        billed_from=JANUARY.start,
        trace=given(amount.exact, "price", amount.currency, CLAUSE),
        clause=CLAUSE,
        corrects=corrects,
    )


def draft(
    contract: str = "acme-2026",
    amounts: Sequence[str] = ("450.00",),
    *,
    kind: Kind = Kind.INVOICE,
    currency: str = "EUR",
    days: Period = JANUARY,
    series: str | None = None,
    sold_by: str = "hosting-nl",
    one_off: bool = False,
    corrects: LineReference | None = None,
) -> Draft:
    """A draft with a line for each amount; the first is the fee, the others its discounts and so on."""
    lines = tuple(
        line(
            number,
            Money.of(amount, currency),
            contract,
            days,
            FEE if number == 1 else Component("platform-fee", Part.LEVY, f"levy-{number}"),
            corrects,
            one_off,
        )
        for number, amount in enumerate(amounts, 1)
    )
    net = total((item.net for item in lines), currency)
    tax = Money.of(net.exact * 21 / 100, currency)
    return Draft(
        kind=kind,
        series=series or SERIES[kind],
        seller=seller(sold_by),
        registration="NL",
        customer=customer(contract.rsplit("-", 1)[0]),
        currency=currency,
        language="nl",
        bill_date=days.start,
        tax_point=days.start,
        vat_period="2026-01",
        payment=PaymentTerms(),
        lines=lines,
        breakdown=(TaxRow(TREATMENT, net, tax),),
        net=net,
        tax=tax,
        gross=net + tax,
        notes=("een noot met “tekens”",),
        provenance={"terms:contracts/example.terms": "1" * 64},
    )


def many(count: int, days: Period = JANUARY) -> list[tuple[Draft, str]]:
    """Drafts of different contracts with their fingerprints; every seventh is in another series."""
    return [
        (
            draft(f"c{index:04}-2026", (f"{10 + index}.50", "1.05"), days=days, kind=_kind(index)),
            f"fingerprint {index} {days}",
        )
        for index in range(count)
    ]


def _kind(index: int) -> Kind:
    return Kind.CREDIT_NOTE if index % 7 == 3 else Kind.INVOICE


def finish(paper: Mapping[str, Any], number: str, issue_date: dt.date) -> tuple[Any, Any, tuple[str, ...]]:
    """The document of a draft, what it bills, and the formats that are wanted of it, as plain data."""
    day = issue_date.isoformat()
    due = canonical.from_data(PaymentTerms, paper["payment"]).due_date(issue_date).isoformat()
    dates = {"issue_date": day, "posting_date": day, "due_date": due}
    document = {**paper, "number": number, **dates, "payment_reference": number}
    parties = {
        "seller": paper["seller"]["id"],
        "registration": paper["registration"],
        "customer": paper["customer"]["id"],
        "document": number,
        "issue_date": day,
    }
    same = "contract", "component", "days", "one_off", "treatment", "billed_from", "bill_date", "tax_point"
    billed = []
    for line in paper["lines"]:
        net = canonical.from_data(Money, line["net"])
        said = {name: line[name] for name in same}
        said |= {"line": line["number"], "net": canonical.to_data(-net if paper["kind"] == Kind.CREDIT_NOTE else net)}
        if "corrects" in line:
            said["corrects"] = [line["corrects"]["number"], line["corrects"]["line"]]
        billed.append(parties | said)
    return document, billed, ("json", "pdf")


def finished(
    paper: Draft, number: str, issue_date: dt.date
) -> tuple[Document, tuple[BilledLine, ...], tuple[str, ...]]:
    """The same of a draft that was not stored yet, not as plain data."""
    fields = {name: getattr(paper, name) for name in Draft.__dataclass_fields__}
    document = Document(
        **fields,
        number=number,
        issue_date=issue_date,
        posting_date=issue_date,
        due_date=paper.payment.due_date(issue_date),
        payment_reference=number,
    )
    sign = -1 if paper.kind is Kind.CREDIT_NOTE else 1
    billed = tuple(
        BilledLine(
            document=number,
            line=item.number,
            contract=item.contract,
            component=item.component,
            days=item.days,
            one_off=item.one_off,
            net=item.net if sign > 0 else -item.net,
            seller=paper.seller.id,
            registration=paper.registration,
            customer=paper.customer.id,
            treatment=item.treatment,
            billed_from=item.billed_from,
            bill_date=item.bill_date,
            tax_point=item.tax_point,
            issue_date=issue_date,
            corrects=(item.corrects.number, item.corrects.line) if item.corrects else None,
        )
        for item in paper.lines
    )
    return document, billed, ("json", "pdf")


def stored(ledger: Ledger, drafts: Sequence[tuple[Draft, str]], as_of: dt.date = TODAY) -> int:
    """A plan of these drafts, without holds."""
    return ledger.store_plan(as_of, as_of, proposed(drafts), {})


def proposed(drafts: Iterable[tuple[Draft, str]]) -> list[Proposal]:
    """Drafts with their fingerprints, as the ledger takes them."""
    return [Proposal.of(draft, fingerprint) for draft, fingerprint in drafts]


def confirmed(ledger: Ledger, drafts: Sequence[tuple[Draft, str]], as_of: dt.date = TODAY) -> int:
    """A plan of these drafts, all confirmed."""
    plan = stored(ledger, drafts, as_of)
    ledger.confirm(plan, "sales", "as agreed", as_of)
    return plan


def run(ledger: Ledger, drafts: Sequence[tuple[Draft, str]], batch: int = 50) -> None:
    """The whole story of a batch as a run tells it, and equally its resumption: whatever is done is skipped."""
    digest = ledger.put_content(b"the terms")
    assert ledger.content(digest) == b"the terms"
    done = {held.fingerprint for plan in ledger.plans() for held in ledger.plan(plan.id).drafts if held.document}
    rest = [(paper, fingerprint) for paper, fingerprint in drafts if fingerprint not in done]
    plan = stored(ledger, rest)
    ledger.confirm(plan, "sales", "as agreed", TODAY)
    ledger.issue(plan, finish, TODAY, batch=batch)
    make_files(ledger)


def make_files(ledger: Ledger) -> None:
    """Put back what is gone, and make what is wanted, one file at a time."""
    for gone in ledger.unpublished():
        ledger.files.publish(gone.sha256, gone.name)
    for wanted in ledger.missing_artifacts():
        made(ledger, wanted.document, wanted.format, paper_bytes(ledger, wanted.document, wanted.format))


def made(ledger: Ledger, document: str, file_format: str, data: bytes) -> Path:
    """A file from its bytes to its readable name."""
    paths, problems = ledger.save_artifacts([ledger.keep_artifact(document, file_format, data)], "sales")
    if problems:
        raise RunError(problems)
    return paths[0]


def paper_bytes(ledger: Ledger, number: str, file_format: str) -> bytes:
    """What a renderer would answer: the same bytes for the same document."""
    return f"{file_format}\n{ledger.document_json(number)}".encode()


def verified(folder: Path) -> list[Problem]:
    """What is wrong; but for the contents of these papers, which were never kept."""
    try:
        with reader(folder) as ledger:
            found = [problem for verdict in runs.verify(ledger) for problem in verdict.problems]
    except RunError as refusal:
        found = list(refusal.problems)
    return [problem for problem in found if problem.code != "L143"]


@contextmanager
def writer(folder: Path, fault: Fault = no_fault) -> Iterator[Ledger]:
    """The ledger of a workspace folder, opened for writing."""
    with open_ledger(folder / "ledger", writing=True, database=database_of(folder), fault=fault) as ledger:
        yield ledger


@contextmanager
def reader(folder: Path) -> Iterator[Ledger]:
    """The ledger of a workspace folder, opened for reading."""
    with open_ledger(folder / "ledger", writing=False, database=database_of(folder)) as ledger:
        yield ledger


def database_of(folder: Path) -> str:
    """The URL of a folder's database; "" for SQLite."""
    file = folder / DATABASE
    return file.read_text() if file.exists() else ""


@contextmanager
def by_hand(folder: Path) -> Iterator[sa.Connection]:
    """The database without the rules of the ledger, as somebody with a tool would open it."""
    url = database_of(folder)
    engine = sa.create_engine(
        url.replace("postgresql:", "postgresql+psycopg:") or f"sqlite:///{folder / 'ledger' / 'invoicer.db'}"
    )
    try:
        with engine.begin() as connection:
            if url:
                connection.exec_driver_sql("SET session_replication_role = replica")  # no foreign keys
            yield connection
    finally:
        engine.dispose()


def edit(folder: Path, *statements: str) -> None:
    """Change the database by hand."""
    with by_hand(folder) as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


class Breaks:
    """A fault that happens when a point is reached for the n-th time; ``reached`` counts every point. ``error`` is raised
    or, where it is something to do, called."""

    def __init__(self, point: Point, error: BaseException | Callable[[], None], times: int = 1) -> None:
        self.point = point
        self.error = error
        self.times = times
        self.reached = dict.fromkeys(Point, 0)

    def __call__(self, point: Point) -> None:
        self.reached[point] += 1
        if point is self.point and self.reached[point] == self.times:
            if isinstance(self.error, BaseException):
                raise self.error
            self.error()
