"""Prices that include VAT: what was promised is what is invoiced, whatever is credited and billed anew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from invoicer.domain.document import Document, Kind
from invoicer.domain.entitlement import Component, Part, Treated
from invoicer.domain.money import Money
from invoicer.domain.supply import Category, Treatment
from tests.documents.world import FEE, SEATS, VAT, Desk, day, monthly, owed, span

DAYS = span("01-01", "01-31")
WITH = replace(VAT, includes_tax=True)
LOW = replace(WITH, percent=Decimal(9))
ZERO = Treatment("NL", Category.REVERSE_CHARGE, Decimal(0), "b2b", "art. 196", "", "VATEX-EU-AE", includes_tax=True)

amounts = st.integers(-9_999, 99_999).filter(bool).map(lambda cents: f"{Decimal(cents).scaleb(-2):.2f}")
positive = amounts.filter(lambda text: text[0] != "-")
treatments = st.sampled_from([WITH, LOW, ZERO])


def line(number: int, amount: str, treatment: Treatment = WITH) -> Treated:
    return owed(Component(f"charge-{number:02}"), DAYS, amount, treatment=treatment)


def signed(document: Document, money: Money) -> Decimal:
    return -money.amount if document.kind is Kind.CREDIT_NOTE else money.amount


def gross(documents: Sequence[Document]) -> Decimal:
    return sum((signed(one, one.gross) for one in documents), Decimal(0))


@pytest.mark.parametrize(
    ("amount", "percent", "net", "tax"),
    [
        (
            "9.99",
            "19",
            "8.39",
            "1.60",
        ),  # 9.99 × 19 ÷ 119 = 1.595…; from net prices: 8.39 → 9.98, 8.40 → 10.00
        ("121.00", "21", "100.00", "21.00"),
        ("0.01", "21", "0.01", "0.00"),
        ("10.00", "9", "9.17", "0.83"),
    ],
)
def test_the_promised_amount_is_invoiced(amount: str, percent: str, net: str, tax: str) -> None:
    treatment = replace(WITH, percent=Decimal(percent))
    (document,) = Desk().run([owed(FEE, DAYS, amount, treatment=treatment)], "2026-01-01")
    found = (document.net.amount, document.tax.amount, document.gross.amount)
    assert found == (Decimal(net), Decimal(tax), Decimal(amount))
    assert (document.lines[0].unit_price, document.lines[0].gross) == (Decimal(amount), document.gross)


@given(st.lists(st.tuples(amounts, treatments), min_size=1, max_size=8))
@settings(deadline=None, derandomize=True, print_blob=True)
def test_lines_and_vat_add_up_to_what_was_promised(promised: list[tuple[str, Treatment]]) -> None:
    lines = [line(number, amount, treatment) for number, (amount, treatment) in enumerate(promised)]
    desk = Desk()
    result = desk.compare(lines, "2026-01-01")
    for document in desk.issue(result.differences, DAYS.start):
        sign = -1 if document.kind is Kind.CREDIT_NOTE else 1
        assert document.gross.exact == sum(one.agreed.exact for one in document.lines)
        for row in document.breakdown:
            mine = [one for one in document.lines if one.treatment.key == row.treatment.key]
            whole = sum((one.agreed.exact for one in mine), Fraction(0))
            percent = Fraction(row.treatment.percent)
            assert row.tax == Money.of(whole * percent / (100 + percent), "EUR")
            assert sum(one.net.exact for one in mine) == row.base.exact
            for one in mine:  # the running total moves no line by more than a cent
                assert abs(one.net.exact - one.agreed.exact * 100 / (100 + percent)) <= Fraction(1, 100), sign


@given(st.lists(positive, min_size=1, max_size=6), st.data())
@settings(deadline=None, derandomize=True, print_blob=True)
def test_what_is_credited_is_what_was_invoiced(promised: list[str], data: st.DataObject) -> None:
    lines = [line(number, amount) for number, amount in enumerate(promised)]
    desk = Desk()
    issued = [*desk.run(lines, "2026-01-01")]
    kept = [one for one in lines if data.draw(st.booleans())]
    issued += desk.run(kept, "2026-02-01")
    assert gross(issued) == sum((one.entitlement.net.amount for one in kept), Decimal(0))
    issued += desk.run([], "2026-03-01")
    for of in ("gross", "net", "tax"):
        assert sum((signed(one, getattr(one, of)) for one in issued), Decimal(0)) == 0, of


def test_a_line_given_back_in_parts_gives_back_its_vat() -> None:
    """1.00 with 21% holds 0.17 of VAT; each half of it taken by itself would hold 0.09."""
    desk = Desk()
    issued = [one for price in ("1.00", "0.50") for one in desk.run([line(0, price)], "2026-01-01")]
    issued += desk.run([], "2026-02-01")
    assert [signed(one, one.tax) for one in issued] == [Decimal("0.17"), Decimal("-0.09"), Decimal("-0.08")]
    assert [signed(one, one.net) for one in issued] == [Decimal("0.83"), Decimal("-0.41"), Decimal("-0.42")]


def test_a_negative_line_taken_back_in_parts_takes_back_its_vat() -> None:
    """-1.00 with 21% holds -0.17 of VAT beside a deposit with 173.55; each half of it taken by itself would hold -0.09."""
    desk = Desk()
    documents = [desk.run(adjusted(amount), f"2026-{month:02}-01") for month, amount in enumerate(TAKEN_BACK, 2)]
    (first,), (half,), (rest,) = documents  # the first adjustment is beside the deposit
    assert [signed(one, one.tax) for one in (first, half, rest)] == [*map(Decimal, ("173.38", "0.09", "0.08"))]
    assert [signed(one, one.net) for one in (first, half, rest)] == [*map(Decimal, ("825.62", "0.41", "0.42"))]


@given(st.lists(amounts.map(lambda text: f"-{text.strip('-')}"), min_size=1, max_size=5), treatments)
@settings(deadline=None, derandomize=True, print_blob=True)
def test_of_a_negative_line_nothing_is_left_either(steps: list[str], treatment: Treatment) -> None:
    desk, issued = Desk(), list[Document]()
    for month, amount in enumerate([*steps, ""], 2):
        issued += desk.run(adjusted(amount, treatment), f"2026-{month:02}-01")
        assert gross(issued) == DEPOSIT + Decimal(amount or 0)
    (deposit,) = Desk().run(adjusted("", treatment), "2026-01-01")
    for of in ("net", "tax"):
        assert sum((signed(one, getattr(one, of)) for one in issued), Decimal(0)) == getattr(deposit, of).amount, of


@given(st.lists(st.lists(positive, min_size=2, max_size=2), min_size=2, max_size=6), treatments)
@settings(deadline=None, derandomize=True, print_blob=True)
def test_whatever_was_corrected_in_between_nothing_is_left(steps: list[list[str]], treatment: Treatment) -> None:
    desk, issued = Desk(), list[Document]()
    for month, prices in enumerate(steps, 1):
        owed_now = [line(number, price, treatment) for number, price in enumerate(prices)]
        issued += desk.run(owed_now, f"2026-{month:02}-01")
        assert gross(issued) == sum(Decimal(price) for price in prices)
    issued += desk.run([], "2026-08-01")
    for of in ("gross", "net", "tax"):
        assert sum((signed(one, getattr(one, of)) for one in issued), Decimal(0)) == 0, of


def test_a_lower_price_gives_back_the_difference_with_its_vat() -> None:
    desk = Desk()
    desk.run(monthly_with("12.10"), "2026-01-01")
    (note,) = desk.run(monthly_with("9.99"), "2026-02-01")
    assert (note.kind, note.gross.amount, note.tax.amount) == (Kind.CREDIT_NOTE, Decimal("2.11"), Decimal("0.37"))
    assert (note.lines[0].corrects and note.lines[0].corrects.billed.amount) == Decimal("12.10")


def test_prices_that_begin_to_include_vat_are_billed_anew() -> None:
    desk = Desk()
    desk.run([owed(FEE, DAYS, "12.10")], "2026-01-01")
    credit, anew = desk.run([owed(FEE, DAYS, "12.10", treatment=WITH)], "2026-02-01")
    assert (credit.kind, credit.gross.amount) == (Kind.CREDIT_NOTE, Decimal("14.64"))
    assert (anew.kind, anew.gross.amount) == (Kind.INVOICE, Decimal("12.10"))


def test_prices_with_and_without_vat_never_share_a_document() -> None:
    both = [owed(FEE, DAYS, "12.10", treatment=WITH), owed(SEATS, DAYS, "10.00")]
    assert [document.gross.amount for document in Desk().run(both, "2026-01-01")] == [
        Decimal("12.10"),
        Decimal("12.10"),
    ]


DEPOSIT = Decimal("1000.00")
TAKEN_BACK = ("-1.00", "-0.50", "")


def adjusted(amount: str, treatment: Treatment = WITH) -> list[Treated]:
    """A deposit and, unless "", its adjustment: the one line that may be negative by itself."""
    parts = ((Part.DEPOSIT, str(DEPOSIT), DAYS.start), (Part.ADJUSTMENT, amount, day("02-01")))
    return [
        owed(Component("fee", part), DAYS, net, treatment=treatment, bill_date=on) for part, net, on in parts if net
    ]


def monthly_with(net: str) -> list[Treated]:
    return [replace(one, treatment=WITH) for one in monthly(1, 1, net)]
