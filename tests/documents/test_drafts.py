"""How differences become drafts, drafts documents, and documents what is billed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import permutations
from typing import Any

import pytest

from invoicer.documents import billed_lines, compare, fingerprint, finish
from invoicer.documents.totals import accounting_tax, breakdown
from invoicer.domain import canonical
from invoicer.domain.contract import Premium
from invoicer.domain.document import Document, Draft, Kind
from invoicer.domain.entitlement import Component, Part, Treated
from invoicer.domain.money import Money
from invoicer.domain.payment import PaymentRule, PaymentTerms
from invoicer.domain.supply import ExchangeRate
from invoicer.domain.timeline import Dated, Timeline
from invoicer.errors import DefectError
from tests.documents.world import (
    CLAUSE,
    EXEMPT,
    FEE,
    LAUNCH,
    LEVIED,
    MINIMUM,
    OUTSIDE,
    REVERSE,
    SEATS,
    SELLER,
    SETUP,
    VAT,
    Desk,
    contract,
    day,
    month,
    owed,
    span,
)

JANUARY = month(1)
VAT_9 = replace(VAT, percent=Decimal(9))


def drafted(entitled: Sequence[Treated], desk: Desk | None = None, on: str = "02-01") -> tuple[Draft, ...]:
    desk = desk or Desk()
    differences = [
        difference
        for name in desk.contracts
        for difference in compare(
            [one for one in entitled if one.entitlement.contract == name],
            [line for line in desk.billed if line.contract == name],
            through=day(on),
        ).differences
    ]
    return desk.drafts(differences, day(on))


def nets(paper: Draft) -> list[tuple[str, str]]:
    return [(str(line.component), str(line.net.amount)) for line in paper.lines]


def test_a_draft_says_who_sells_what_to_whom() -> None:
    (draft,) = drafted([owed(SEATS, JANUARY, "480.00", quantity=(40, "seat", "12.00"))])
    (line,) = draft.lines
    assert (draft.kind, draft.series, draft.seller, draft.registration) == (Kind.INVOICE, "host-invoice", SELLER, "NL")
    assert (draft.customer.id, draft.language, draft.currency) == ("acme", "nl", "EUR")
    assert (draft.purchase_order, draft.reference) == ("PO-1", "Cluster A")
    assert (draft.bill_date, draft.tax_point, draft.vat_period) == (day("01-01"), day("01-01"), "2026-01")
    assert (str(draft.net), str(draft.tax), str(draft.gross)) == ("480.00 EUR", "100.80 EUR", "580.80 EUR")
    assert draft.account == SELLER.accounts[0]
    assert draft.provenance == {"terms:cluster": "0" * 64}
    assert (line.number, str(line.quantity), line.unit, str(line.unit_price)) == (1, "40", "seat", "12.00")
    assert draft.days == JANUARY


def test_lines_stand_as_the_contract_names_its_charges() -> None:
    loyal, levy = Component("fee", Part.DISCOUNT, "loyal"), Component("fee", Part.LEVY, "ipt")
    maximum = Component("fee", Part.MAXIMUM)
    entitled = [
        owed(Component("added"), JANUARY, "1.00"),
        owed(SETUP, span("01-01", "01-01"), "500.00", one_off=True),
        owed(SEATS, JANUARY, "10.00"),
        owed(levy, JANUARY, "2.00"),
        owed(loyal, JANUARY, "-1.00"),
        owed(LAUNCH, JANUARY, "-2.00"),
        owed(maximum, JANUARY, "-3.00"),
        owed(MINIMUM, JANUARY, "4.00"),
        owed(FEE, JANUARY, "100.00"),
    ]
    expected = ["fee", "fee/minimum", "fee/maximum", "fee/discount/launch", "fee/discount/loyal", "fee/levy/ipt"]
    (draft,) = drafted(entitled)
    assert [str(line.component) for line in draft.lines] == [*expected, "seats", "setup", "added"]
    assert [line.number for line in draft.lines] == list(range(1, 10))


def test_a_part_of_a_charge_names_the_charge() -> None:
    levy = Component("fee", Part.LEVY, "ipt/discount/launch")
    entitled = [owed(part, JANUARY, net) for part, net in ((FEE, "9.00"), (LAUNCH, "-1.00"), (levy, "-0.10"))]
    (draft,) = drafted(entitled)
    assert [line.charge for line in draft.lines] == ["", "Fee", "Fee"]


def test_a_correction_of_a_discount_names_its_charge_even_when_the_terms_do_not_any_more() -> None:
    desk = Desk()
    desk.run([owed(FEE, JANUARY, "9.00"), owed(LAUNCH, JANUARY, "-2.00")], "01-01")
    desk.contracts = {"cluster": replace(contract(), charges=())}
    (paper,) = desk.run([owed(FEE, JANUARY, "9.00"), owed(LAUNCH, JANUARY, "-3.00")], "02-01")
    assert [(str(line.component), line.charge) for line in paper.lines] == [("fee/discount/launch", "Fee")]


def test_a_premium_is_told_whole() -> None:
    premium = Premium("MTPL-1", "Exemplum SE", "motor-liability", "FI")
    cover = owed(FEE, JANUARY, "9.00")
    desk = Desk()
    desk.run([replace(cover, entitlement=replace(cover.entitlement, premium=premium))], "01-01")
    (paper,) = desk.run([], "02-01")
    assert [line.premium for line in paper.lines] == [premium]


def test_a_period_stands_with_all_that_belongs_to_it() -> None:
    weeks = [span("01-01", "01-07"), span("01-08", "01-14")]
    entitled = [owed(part, week, net) for part, net in ((LAUNCH, "-1.00"), (FEE, "9.00")) for week in weeks]
    (draft,) = drafted(entitled)
    assert [(str(line.component), line.days) for line in draft.lines] == [
        ("fee", weeks[0]),
        ("fee/discount/launch", weeks[0]),
        ("fee", weeks[1]),
        ("fee/discount/launch", weeks[1]),
    ]


@pytest.mark.parametrize(
    "change",
    [
        {"registration": "BE"},
        {"customer": "beta"},
        {"currency": "USD"},
        {"treatment": OUTSIDE},
        {"tax_point": day("2025-12-31")},
    ],
    ids=lambda change: next(iter(change)),
)
def test_what_differs_never_shares_a_document(change: dict[str, Any]) -> None:
    desk = Desk(seller=replace(SELLER, accounting_currency="EUR"), rates={("EUR", "USD"): Decimal("1.10")})
    entitled = [owed(FEE, JANUARY, "100.00"), owed(SEATS, JANUARY, "50.00", **change)]
    assert sorted(map(str, (draft.net.amount for draft in drafted(entitled, desk)))) == ["100.00", "50.00"]
    assert len(drafted([owed(FEE, JANUARY, "100.00"), owed(SEATS, JANUARY, "50.00")], desk)) == 1


def test_category_o_stands_alone() -> None:
    entitled = [owed(FEE, JANUARY, "100.00", treatment=OUTSIDE), owed(SEATS, JANUARY, "50.00", treatment=REVERSE)]
    assert [[row.treatment.category.value for row in draft.breakdown] for draft in drafted(entitled)] in (
        [["O"], ["AE"]],
        [["AE"], ["O"]],
    )


def test_terms_of_payment_are_those_of_the_bill_date() -> None:
    start = day("2026-01-01")
    later = PaymentTerms(PaymentRule.DAYS, 45)
    payment = Timeline(
        (Dated(start, start, PaymentTerms(), CLAUSE), Dated(day("2026-01-15"), day("2026-01-10"), later, CLAUSE, 1))
    )
    desk = Desk({"cluster": replace(contract(), payment=payment)})
    weeks = [owed(FEE, span("01-08", "01-14"), "9.00"), owed(FEE, span("01-15", "01-21"), "9.00")]
    assert [draft.payment.number for draft in drafted(weeks, desk)] == [30, 45]
    early = drafted(weeks, desk, on="01-09")
    assert [draft.payment.number for draft in early] == [30]


def test_contracts_share_a_document_only_where_the_customer_wants_it() -> None:
    contracts = {name: replace(contract(name), reference=name.title()) for name in ("alpha", "beta")}
    entitled = [owed(FEE, JANUARY, "100.00", contract=name) for name in ("beta", "alpha")]
    apart = drafted(entitled, Desk(contracts))
    assert [draft.reference for draft in apart] == ["Alpha", "Beta"]
    (shared,) = drafted(entitled, Desk(contracts, shares=True))
    assert [line.contract for line in shared.lines] == ["alpha", "beta"]
    assert shared.reference == "Alpha, Beta"
    assert sorted(shared.provenance) == ["terms:alpha", "terms:beta"]


def test_corrections_never_share_a_document_with_supplies() -> None:
    desk = Desk()
    desk.run([owed(FEE, JANUARY, "100.00"), owed(SEATS, JANUARY, "50.00")], "01-01")
    entitled = [
        owed(FEE, JANUARY, "90.00"),
        owed(SEATS, JANUARY, "70.00"),
        owed(SETUP, span("01-20", "01-20"), "500.00", one_off=True),
    ]
    assert [(draft.kind.value, nets(draft)) for draft in drafted(entitled, desk)] == [
        ("credit-note", [("fee", "10.00")]),
        ("invoice", [("seats", "20.00")]),
        ("invoice", [("setup", "500.00")]),
    ]


def test_one_credit_note_names_every_original_of_the_month() -> None:
    desk = Desk()
    weeks = [span("01-01", "01-07"), span("01-08", "01-14")]
    desk.run([owed(FEE, weeks[0], "9.00")], "01-01")
    desk.run([owed(FEE, week, "9.00") for week in weeks], "01-08")
    (note,) = drafted([owed(FEE, week, "8.00") for week in weeks], desk)
    assert [line.corrects.number for line in note.lines if line.corrects] == ["I0001", "I0002"]


def test_notes_stand_once() -> None:
    entitled = [owed(part, JANUARY, "10.00", treatment=REVERSE) for part in (FEE, SEATS)]
    (draft,) = drafted(entitled)
    assert draft.notes == ("reverse-charge",)


def test_vat_is_taken_once_on_the_sum_of_the_lines() -> None:
    """Three lines of 0.35 at 21% carry 0.22 (0.2205), where each alone would carry 0.07; two of 0.02 carry 0.01 (0.0084),
    where each alone would carry nothing."""
    parts = [Component(f"c{number}") for number in range(5)]
    large = [owed(part, JANUARY, "0.35") for part in parts[:3]]
    small = [owed(part, JANUARY, "0.02", treatment=VAT_9) for part in parts[3:]]
    (draft,) = drafted([*small, *large])
    assert [(str(row.treatment.percent), str(row.base.amount), str(row.tax.amount)) for row in draft.breakdown] == [
        ("21", "1.05", "0.22"),
        ("9", "0.04", "0.00"),
    ]
    (draft,) = drafted([owed(part, JANUARY, "0.02") for part in parts[3:]])
    assert str(draft.tax) == "0.01 EUR"


def test_a_premium_tax_stays_in_the_row_of_its_premium() -> None:
    levy = Component("fee", Part.LEVY, "ipt")
    (draft,) = drafted([owed(levy, JANUARY, "24.00", treatment=LEVIED), owed(FEE, JANUARY, "100.00", treatment=EXEMPT)])
    (row,) = draft.breakdown
    assert (str(row.base), row.treatment.taxable_turnover) == ("124.00 EUR", True)
    assert [line.treatment.taxable_turnover for line in draft.lines] == [True, False]
    assert breakdown(draft.lines, "EUR") == breakdown(draft.lines[::-1], "EUR")


def test_vat_is_also_given_in_the_sellers_accounting_currency() -> None:
    desk = Desk({"cluster": contract(currency="USD")}, rates={("EUR", "USD"): Decimal("1.1750")})
    entitled = [owed(FEE, JANUARY, "100.00", currency="USD")]
    (draft,) = drafted(entitled, desk)
    assert draft.accounting is not None and draft.account == SELLER.accounts[1]
    assert str(draft.accounting.tax) == "17.87 EUR", "21.00 / 1.1750 = 17.8723"
    assert (draft.accounting.rate.day, draft.accounting.rate.source) == (day("01-01"), "test")


def test_a_correction_keeps_the_exchange_rate_of_its_original() -> None:
    desk = Desk({"cluster": contract(currency="USD")}, rates={("EUR", "USD"): Decimal("1.1750")})
    desk.run([owed(FEE, JANUARY, "100.00", currency="USD")], "01-01")
    desk.rates = {("EUR", "USD"): Decimal("1.2500")}
    (note,) = drafted([owed(FEE, JANUARY, "50.00", currency="USD")], desk)
    assert note.accounting is not None
    assert (str(note.accounting.rate.rate), str(note.accounting.tax)) == ("1.1750", "8.94 EUR")


def test_a_rate_converts_in_both_directions_and_no_other() -> None:
    tax = Money(Decimal("21.00"), "USD")
    rate = ExchangeRate("USD", "EUR", Decimal("0.85"), day("01-01"), "test")
    assert str(accounting_tax(tax, "EUR", rate).tax) == "17.85 EUR"
    with pytest.raises(DefectError, match="can't convert"):
        accounting_tax(tax, "GBP", rate)


def test_an_account_of_another_currency_is_the_one_for_the_books() -> None:
    desk = Desk({"cluster": contract(currency="GBP")}, rates={("EUR", "GBP"): Decimal("0.85")})
    (draft,) = drafted([owed(FEE, JANUARY, "1.00", currency="GBP")], desk)
    assert draft.account == SELLER.accounts[0]
    bare = Desk({"cluster": contract()}, seller=replace(SELLER, accounts=SELLER.accounts[1:]))
    (draft,) = drafted([owed(FEE, JANUARY, "1.00")], bare)
    assert draft.account is None


def test_the_order_of_differences_does_not_matter() -> None:
    entitled = [
        owed(FEE, JANUARY, "100.00"),
        owed(LAUNCH, JANUARY, "-10.00"),
        owed(SEATS, JANUARY, "5.00", treatment=OUTSIDE),
        owed(SETUP, span("01-02", "01-02"), "500.00", one_off=True, customer="beta"),
    ]
    differences = compare(entitled, [], through=day("01-31")).differences
    desk = Desk()
    expected = desk.drafts(differences, day("01-31"))
    assert len(expected) == 3
    assert all(desk.drafts(order, day("01-31")) == expected for order in permutations(differences))


def test_finish_adds_number_and_dates_only() -> None:
    (draft,) = drafted([owed(FEE, JANUARY, "100.00")])
    document = finish(draft, number="HN-2026-00001", issue_date=day("02-01"), payment_reference="RF18")
    assert (document.number, document.issue_date, document.posting_date) == (
        "HN-2026-00001",
        day("02-01"),
        day("02-01"),
    )
    assert (document.due_date, document.payment_reference) == (day("03-03"), "RF18")
    assert all(getattr(document, name) == getattr(draft, name) for name in Draft.__dataclass_fields__)
    closed = finish(draft, number="1", issue_date=day("02-01"), posting_date=day("03-01"), payment_reference="1")
    assert (closed.posting_date, closed.due_date) == (day("03-01"), day("03-03"))
    assert canonical.from_json(Document, canonical.to_json(document)) == document


def test_billed_lines_are_negative_where_a_credit_note_gives_back() -> None:
    desk = Desk()
    desk.run([owed(FEE, JANUARY, "100.00"), owed(LAUNCH, JANUARY, "-20.00")], "01-01")
    (note,) = desk.run([], "01-02")
    assert nets(note) == [("fee", "100.00"), ("fee/discount/launch", "-20.00")]
    first, second = billed_lines(note)
    assert (str(first.net), first.corrects, first.document, first.line) == ("-100.00 EUR", ("I0001", 1), "C0002", 1)
    assert (str(second.net), second.corrects) == ("20.00 EUR", ("I0001", 2))
    assert (first.seller, first.registration, first.customer, first.treatment) == ("host", "NL", "acme", VAT)
    assert (first.days, first.tax_point, first.issue_date) == (JANUARY, day("01-01"), day("01-02"))


def test_equal_drafts_have_equal_fingerprints() -> None:
    (one,), (same,) = drafted([owed(FEE, JANUARY, "100.00")]), drafted([owed(FEE, JANUARY, "100.00")])
    (other,) = drafted([owed(FEE, JANUARY, "100.01")])
    assert fingerprint(one) == fingerprint(same) != fingerprint(other)
    assert canonical.from_json(Draft, canonical.to_json(one)) == one


@pytest.mark.parametrize(
    ("breaking", "message"),
    [
        (lambda d: {"net": d.net + d.net}, "lines do not add up"),
        (lambda d: {"gross": d.net}, "net and tax do not add up"),
        (lambda d: {"tax": d.net}, "tax rows do not add up"),
        (lambda _: {"lines": ()}, "at least one line"),
        (lambda d: {"breakdown": (replace(d.breakdown[0], base=d.tax),)}, "tax bases do not add up"),
        (lambda d: {"breakdown": (replace(d.breakdown[0], treatment=VAT_9),)}, "VAT of 9% on 100.00 EUR"),
        (lambda d: {"lines": (replace(d.lines[0], quantity=d.lines[0].quantity * 2),)}, "quantity × price"),
        (lambda d: {"lines": (replace(d.lines[0], net=-d.lines[0].net),)}, "lines do not add up"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_draft_that_does_not_add_up_is_refused(breaking: Callable[[Draft], dict[str, Any]], message: str) -> None:
    (draft,) = drafted([owed(FEE, JANUARY, "100.00")])
    with pytest.raises(DefectError, match=message):
        replace(draft, **breaking(draft))


def test_a_charge_stands_before_a_discount_that_ends_within_its_period() -> None:
    half = span("01-01", "01-15")
    quarter = span("01-01", "03-31")
    (draft,) = drafted([owed(LAUNCH, half, "-10.00"), owed(FEE, quarter, "300.00"), owed(MINIMUM, quarter, "60.00")])
    assert [str(line.component) for line in draft.lines] == ["fee", "fee/minimum", "fee/discount/launch"]


def test_all_corrections_of_a_billing_period_share_a_document() -> None:
    desk, window = Desk(), span("01-15", "01-31")
    desk.run([owed(FEE, JANUARY, "100.00"), owed(LAUNCH, window, "-20.00", bill_date=day("01-01"))], "01-01")
    changed = [owed(FEE, JANUARY, "150.00"), owed(LAUNCH, window, "-30.00", bill_date=day("01-01"))]
    (paper,) = desk.run(changed, "02-01")
    assert (paper.kind, nets(paper)) == (Kind.INVOICE, [("fee", "50.00"), ("fee/discount/launch", "-10.00")])


def test_a_supply_names_the_customer_of_its_tax_point_and_a_correction_that_of_today() -> None:
    desk = Desk()
    entitled = [owed(FEE, JANUARY, "100.00", bill_date=day("02-01"), tax_point=day("01-31"))]
    (invoice,) = desk.run(entitled, "03-10")
    assert invoice.customer.name == "Acme on 2026-01-31"
    (note,) = desk.run([], "04-20")
    assert note.customer.name == "Acme on 2026-04-20"


def test_a_correction_is_paid_by_the_terms_of_today() -> None:
    start = day("2026-01-01")
    later = Dated(day("2026-03-01"), day("2026-02-10"), PaymentTerms(PaymentRule.DAYS, 45), CLAUSE, 1)
    payment = Timeline((Dated(start, start, PaymentTerms(), CLAUSE), later))
    desk = Desk({"cluster": replace(contract(), payment=payment)})
    desk.run([owed(FEE, JANUARY, "100.00")], "01-01")
    (supplement,) = drafted([owed(FEE, JANUARY, "120.00")], desk, on="03-05")
    assert supplement.payment.number == 45


def test_a_correction_says_nothing_for_the_books_where_its_original_did_not() -> None:
    at_home = replace(SELLER, accounting_currency="USD")
    desk = Desk({"cluster": contract(currency="USD")}, seller=at_home)
    desk.run([owed(FEE, JANUARY, "100.00", currency="USD")], "01-01")
    desk.seller = SELLER
    (note,) = drafted([owed(FEE, JANUARY, "50.00", currency="USD")], desk)
    assert note.accounting is None


def test_a_correction_undoes_what_the_books_said_then() -> None:
    desk = Desk({"cluster": contract(currency="USD")}, rates={("EUR", "USD"): Decimal("1.1750")})
    desk.run([owed(FEE, JANUARY, "100.00", currency="USD")], "01-01")
    desk.seller, desk.rates = replace(SELLER, accounting_currency="GBP"), {}
    (note,) = drafted([owed(FEE, JANUARY, "50.00", currency="USD")], desk)
    assert note.accounting is not None and str(note.accounting.tax) == "8.94 EUR"
