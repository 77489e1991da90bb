"""Worked examples about tax, exchange and credit notes: from the text of terms over rating and tax to documents.

The market is one of the tests': it takes the percentage from the word for what is supplied (``supply vat-22``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

import pytest

from invoicer import tax
from invoicer.domain.contract import Contract, Premium
from invoicer.domain.document import Document, Kind
from invoicer.domain.entitlement import Treated
from invoicer.domain.supply import Category, ExchangeRate, Levy, Market, Supply, Treatment
from invoicer.runs.given import answers, parse_given
from invoicer.runs.rate import rate
from tests.documents.world import ACME, SELLER, Desk, day
from tests.runs.replaying import contract_of

REPLAYED = (
    *("odoo-round-globally", "odoo-line-10x", "odoo-line-10lines", "erpnext-fx-CAD", "erpnext-fx-GBP"),
    *("lagospec-coupon-allocation", "lagospec-creditnote-160", "lagospec-creditnote-2999"),
    *("lagopr-2643-credit-lines", "lagospec-minimum-termination"),
)
LAGO = "getlago/lago-api@1b1c24a6 spec/scenarios"
SOURCES = {
    "odoo-round-globally": "https://github.com/odoo/odoo/issues/37896",
    "odoo-line-10x": "https://github.com/odoo/odoo/issues/155833",
    "odoo-line-10lines": "https://github.com/odoo/odoo/issues/155833",
    "erpnext-fx-CAD": "https://github.com/frappe/erpnext/issues/31193",
    "erpnext-fx-GBP": "https://github.com/frappe/erpnext/issues/31193",
    "lagospec-coupon-allocation": f"{LAGO}/taxes_on_invoice_spec.rb",
    "lagospec-creditnote-160": f"{LAGO}/credit_notes/credit_note_rounding_spec.rb",
    "lagospec-creditnote-2999": f"{LAGO}/credit_notes/credit_note_rounding_spec.rb",
    "lagopr-2643-credit-lines": "https://github.com/getlago/lago-api/pull/2643",
    "lagospec-minimum-termination": f"{LAGO}/spending_minimum_spec.rb",
}


NOTHING: Mapping[str, str] = {}
KINDS = {f"vat-{rate.replace('.', '-')}": rate for rate in ("0", "5.5", "10", "20", "22", "23.33", "25")}


class Words:
    """A market whose rate stands in the word of the supply."""

    code = "NL"

    def treat(self, supply: Supply, markets: Mapping[str, Market]) -> Treatment:
        percent = Decimal(supply.kind)
        assert self.code in markets
        return Treatment("NL", Category.STANDARD if percent else Category.ZERO, percent, "test", "test")

    def vat_percent(self, category: str, day: dt.date, accepted: Mapping[str, str] = NOTHING) -> tuple[Decimal, str]:
        return Decimal(category), f"the word itself, on {day} {accepted or ''}".strip()

    def premium_levies(self, premium: Premium, supply: Supply) -> tuple[Levy, ...]:
        raise AssertionError(f"{premium} of {supply} is not asked for here")

    def note(self, key: str, language: str) -> str:
        return f"{key} ({language})"

    def payment_reference(self, number: str) -> str:
        return number


class Books:
    """A contract that is billed as of one day after the other."""

    def __init__(self, desk: Desk | None = None) -> None:
        self.desk = desk or Desk()

    def bill(self, terms: str, on: str, given: Sequence[str] = ()) -> tuple[Document, ...]:
        """What is issued on a day for the terms as they read then."""
        contract = replace(contract_of(terms), seller=self.desk.seller.id)
        self.desk.contracts = {contract.id: contract}
        return self.desk.run(self._treated(contract, day(on), given), on)

    def _treated(self, contract: Contract, on: dt.date, given: Sequence[str]) -> tuple[Treated, ...]:
        until = {line.component.charge: line.days.end for line in self.desk.billed}
        measured = answers(contract, on, on, map(parse_given, given), "give {}")
        rating = rate(contract, None, measured, on, on, until)
        assert not rating.holds, rating.holds
        assessed = tax.treat(
            rating.entitlements,
            seller=self.desk.seller,
            customer=(ACME,),
            known_on=on,
            markets={"NL": Words()},
            kinds=KINDS,
        )
        assert not assessed.holds, assessed.holds
        return assessed.treated


def cents(document: Document) -> tuple[str, str, str]:
    """Net, VAT and total."""
    return str(document.net.amount), str(document.tax.amount), str(document.gross.amount)


# VAT once for each rate, on the sum of the rounded lines


def test_vat_on_the_sum_of_rounded_lines() -> None:
    """odoo-round-globally: 16 × 348.35 less 4%, at 22%. Theirs computes on to the total: 5 350.656 × 1.22 = 6 527.80. Ours
    rounds each amount once, the discount too: 5 573.60 − 222.94 = 5 350.66, VAT 1 177.15, total 6 527.81, because lines
    that are printed add up to the total that is printed."""
    (invoice,) = Books().bill(
        """
        supply vat-22
        charge goods "Goods"
          quantity 16 units
          348.35 EUR per unit once
        discount rebate "Rebate"
          4% off goods
        """,
        "2026-01-01",
    )
    assert cents(invoice) == ("5350.66", "1177.15", "6527.81")


@pytest.mark.parametrize(
    ("charges", "theirs"),
    [
        (["  quantity 10 units\n  3.60 EUR per unit once"], "37.98"),
        (["  quantity 1 unit\n  3.60 EUR per unit once"] * 10, "38.00"),
    ],
    ids=["odoo-line-10x", "odoo-line-10lines"],
)
def test_vat_does_not_depend_on_how_many_lines_there_are(charges: list[str], theirs: str) -> None:
    """odoo-line-10x, odoo-line-10lines: 36.00 at 5.5%. Theirs rounds the VAT of each line, so ten lines of 3.60 come to
    38.00 and one line of 36.00 to 37.98. Ours computes VAT once for each rate of a document: 37.98 both times."""
    blocks = "\n".join(f'charge goods-{at} "Goods"\n{lines}' for at, lines in enumerate(charges))
    (invoice,) = Books().bill(f"supply vat-5-5\n{blocks}", "2026-01-01")
    assert cents(invoice) == ("36.00", "1.98", "37.98")
    assert (theirs == "37.98") is (len(charges) == 1)


def test_a_discount_is_shared_before_tax() -> None:
    """lagospec-coupon-allocation: 10.00 off charges of 100.00 at 10%, 50.00 at 0% and 30.00 with a minimum of 50.00 at 20%.
    Theirs splits it 5.00, 2.50, 1.50 and 1.00; ours takes a charge and its minimum together: 5.00, 2.50 and 2.50. VAT and
    total are the same."""
    (invoice,) = Books().bill(
        """
        bill monthly in arrears on day 1
        supply vat-20
        charge subscription "Subscription"
          100.00 EUR per month
          supply vat-10
        charge fx "Foreign exchange"
          50.00 EUR per month
          supply vat-0
        charge cards "Cards"
          usage of cards
          1.00 EUR per card
          minimum 50.00 EUR per month
        discount coupon "Coupon"
          10.00 EUR off everything once
        meter cards "Cards"
          sum of amount
          unit cards
        """,
        "2026-02-01",
        ["cards=30"],
    )
    assert [str(line.net.amount) for line in invoice.lines if "coupon" in str(line.component)] == [
        "-5.00",
        "-2.50",
        "-2.50",
    ]
    assert {str(row.treatment.percent): str(row.tax.amount) for row in invoice.breakdown} == {
        "10": "9.50",
        "0": "0.00",
        "20": "9.50",
    }
    assert cents(invoice) == ("190.00", "19.00", "209.00")


# Credit notes


@pytest.mark.parametrize(
    ("kind", "price", "stop", "invoiced", "credited"),
    [
        ("vat-25", "160.00 EUR per month", 1, ("160.00", "40.00", "200.00"), ("154.67", "38.67", "193.34")),
        ("vat-23-33", "29.99 EUR per week", 1, ("29.99", "7.00", "36.99"), ("25.71", "6.00", "31.71")),
    ],
    ids=["lagospec-creditnote-160", "lagospec-creditnote-2999"],
)
def test_unused_days_come_back_with_their_vat(
    kind: str, price: str, stop: int, invoiced: tuple[str, ...], credited: tuple[str, ...]
) -> None:
    """lagospec-creditnote-160, lagospec-creditnote-2999: after one day of 30, and of 7, the rest is credited. As theirs."""
    weekly = "bill weekly in advance" if "week" in price else "bill monthly in advance on day 1"
    terms = f'agreed 2026-04-01\nterm open from 2026-04-01\n{weekly}\nsupply {kind}\ncharge plan "Plan"\n  {price}\n'
    stopped = f"amendment 1 from 2026-04-0{1 + stop} agreed 2026-04-02\n  stop plan\n    refund unused\n"
    books = Books()
    (invoice,) = books.bill(terms, "2026-04-01")
    (note,) = books.bill(terms + stopped, "2026-04-02")
    assert (invoice.kind, note.kind) == (Kind.INVOICE, Kind.CREDIT_NOTE)
    assert (cents(invoice), cents(note)) == (invoiced, credited)


def test_a_minimum_and_a_refund_at_the_end() -> None:
    """lagospec-minimum-termination: 8.00 used in 25 of 28 days with a minimum of 10.00, and a plan of 50.00 in advance of
    which three days come back. Theirs rounds the VAT of each fee, 1.60 and 0.19; ours computes it once on 8.93: 1.79 both
    times. What is to be paid in the end (4.29) is a matter of open items."""
    terms = """
        agreed 2026-02-01
        term open from 2026-02-01
        supply vat-20
        charge use "Usage"
          usage of use
          8.00 EUR per unit
          minimum 10.00 EUR per month prorated
          bill monthly in arrears on day 1
        charge plan "Plan"
          50.00 EUR per month
        meter use "Usage"
          sum of units
    """
    stop = (
        "amendment 1 from 2026-02-26 agreed 2026-02-26\n  stop use\n    refund unused\n  stop plan\n    refund unused\n"
    )
    books = Books()
    (plan,) = books.bill(terms, "2026-02-01")
    assert cents(plan) == ("50.00", "10.00", "60.00")
    issued = {document.kind: document for document in books.bill(terms + stop, "2026-02-26", ["use=1"])}
    assert [str(line.net.amount) for line in issued[Kind.INVOICE].lines] == ["8.00", "0.93"]
    assert cents(issued[Kind.INVOICE]) == ("8.93", "1.79", "10.72")
    assert cents(issued[Kind.CREDIT_NOTE]) == ("5.36", "1.07", "6.43")


def test_credit_notes_of_single_lines() -> None:
    """lagopr-2643-credit-lines: four lines at 20% are invoiced at 334.99. Credited one by one, VAT rounded on each, they
    come to 335.00; theirs takes the cent off the last note. Ours gives back 334.99 on one note where they are taken
    back together. One by one the notes come to 335.00: each of them is VAT on its own net amount."""
    amounts = ("68.33", "68.33", "57.50", "85.00")
    charges = [f'charge line-{at} "Line"\n  {amount} EUR once\n' for at, amount in enumerate(amounts)]
    other = 'charge other "Other"\n  free\n'

    def terms(first: int) -> str:
        return "supply vat-20\n" + "".join(charges[first:]) + other

    together = Books()
    (invoice,) = together.bill(terms(0), "2026-01-01")
    assert cents(invoice) == ("279.16", "55.83", "334.99")
    (note,) = together.bill(terms(4), "2026-01-02")
    assert cents(note) == cents(invoice)
    apart = Books()
    apart.bill(terms(0), "2026-01-01")
    notes = [apart.bill(terms(at), f"2026-01-0{at + 1}")[0] for at in range(1, 5)]
    assert [str(one.gross.amount) for one in notes] == ["82.00", "82.00", "69.00", "102.00"]
    assert sum(one.gross.amount for one in notes) == Decimal("335.00")


# Exchange


@pytest.mark.parametrize(
    ("currency", "amount", "rate_of", "expected"),
    [("CAD", "400.00", "0.80", "80.00"), ("GBP", "306.00", "1.26", "96.39")],
    ids=["erpnext-fx-CAD", "erpnext-fx-GBP"],
)
def test_an_amount_in_another_currency(currency: str, amount: str, rate_of: str, expected: str) -> None:
    """erpnext-fx-CAD, erpnext-fx-GBP: 100.00 CAD at 0.80 are 80.00 USD, 76.50 GBP at 1.26 are 96.39. What ours converts is
    the VAT, for books in US dollars: here 25% of the amount, which is 100.00 CAD and 76.50 GBP."""
    seller = replace(SELLER, accounting_currency="USD")
    published = ExchangeRate(currency, "USD", Decimal(rate_of), day("2026-01-01"), "test")
    desk = _Converting(seller=seller, published=published)
    terms = f'currency {currency}\nsupply vat-25\ncharge fee "Fee"\n  {amount} {currency} per month\n'
    (invoice,) = Books(desk).bill(terms, "2026-01-01")
    assert invoice.tax.exact == Fraction(amount) / 4
    assert invoice.accounting is not None
    assert str(invoice.accounting.tax) == f"{expected} USD"


@dataclass
class _Converting(Desk):
    published: ExchangeRate | None = None

    def _rate(self, base: str, currency: str, on: dt.date) -> ExchangeRate:
        assert self.published is not None
        assert (self.published.base, self.published.currency, self.published.day) in (
            (base, currency, on),
            (currency, base, on),
        )
        return self.published


def test_every_source_is_named() -> None:
    assert set(SOURCES) == set(REPLAYED)
