"""The plugin of the hosting workspace: no large invoice without a purchase order."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from fractions import Fraction

import pytest

from invoicer import home, plugins, workspace
from invoicer.domain.document import Draft, Kind, Line, TaxRow
from invoicer.domain.entitlement import Component
from invoicer.domain.money import Money
from invoicer.domain.party import in_force
from invoicer.domain.payment import PaymentTerms
from invoicer.domain.period import Period
from invoicer.domain.supply import Category, Treatment
from invoicer.domain.trace import Clause, Rounding, given, rounded
from invoicer.errors import Severity

FOLDER = home.folder("rules") / "managed-hosting"
DAY = dt.date(2026, 1, 1)
DUTCH = Treatment("NL", Category.STANDARD, Decimal(21), rule="dom", law="art. 44")
CLAUSE = Clause("contracts/nergenshuizen.terms", 1, 1, 1, 1, "0" * 64)


def _draft(net: str, *, kind: Kind = Kind.INVOICE, currency: str = "EUR", order: str = "") -> Draft:
    loaded = workspace.load(FOLDER)
    customer = in_force(loaded.customers["nergenshuizen"], DAY, DAY)
    assert customer
    money = Money.of(net, currency)
    tax = Money.of(money.exact * Fraction(21, 100), currency)
    line = Line(
        number=1,
        contract="nergenshuizen-sites",
        component=Component("sites"),
        title="Municipal web sites",
        kind="electronic-service",
        days=Period(DAY, dt.date(2027, 1, 1)),
        one_off=False,
        quantity=Fraction(1),
        unit="year",
        unit_price=money.amount,
        price_base=Decimal(1),
        net=money,
        treatment=DUTCH,
        tax_point=DAY,
        bill_date=DAY,
        billed_from=DAY,
        trace=rounded(given(money.exact, "price", currency), 2, Rounding.HALF_UP, "net"),
        clause=CLAUSE,
    )
    return Draft(
        kind=kind,
        series="HN-2026",
        seller=loaded.sellers["hosting-nl"],
        registration="NL",
        customer=customer,
        currency=currency,
        language="nl",
        bill_date=DAY,
        tax_point=DAY,
        vat_period="2026-01",
        payment=PaymentTerms(),
        lines=(line,),
        breakdown=(TaxRow(DUTCH, money, tax),),
        net=money,
        tax=tax,
        gross=money + tax,
        purchase_order=order,
    )


@pytest.mark.parametrize("net, currency", [("50000.01", "EUR"), ("55000.01", "USD"), ("43000.01", "GBP")])
def test_a_large_invoice_without_purchase_order_is_held(net: str, currency: str) -> None:
    (problem,) = plugins.load(FOLDER / "plugins").problems(_draft(net, currency=currency))
    assert problem.severity is Severity.HOLD
    assert problem.where.part == "nergenshuizen-sites"
    assert net in problem.cause
    assert "purchase order" in problem.mend


@pytest.mark.parametrize(
    "draft",
    [
        pytest.param({"net": "50000.00"}, id="at the limit"),
        pytest.param({"net": "90000.00", "order": "PO 1"}, id="with its order"),
        pytest.param({"net": "90000.00", "kind": Kind.CREDIT_NOTE}, id="a credit note"),
    ],
)
def test_everything_else_goes_out(draft: dict[str, str]) -> None:
    assert plugins.load(FOLDER / "plugins").problems(_draft(**draft)) == ()  # type: ignore[arg-type]
