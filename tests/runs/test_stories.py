"""What the example contracts are there to show, in the documents that come out; numbers worked out by hand."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from invoicer.domain.document import Document, Kind
from invoicer.domain.supply import Category
from tests.runs.conftest import Batch

JANUARY, MARCH, APRIL, MAY, JUNE = (dt.date(2026, month, 1) for month in (1, 3, 4, 5, 6))


@pytest.mark.xdist_group("hosting")
class TestHosting:
    def test_a_back_dated_amendment_becomes_credit_notes_by_themselves(self, hosting: Batch) -> None:
        """Side letter 1, agreed 12 May, in force from 1 March: platform 139.00 → 120.00, seats 42 → 36 (10 included, 9.50
        each). March still has 20% off: 0.8 × (19.00 + 6 × 9.50) = 60.80; April and May: 76.00 each."""
        notes = [one for one in hosting.of("zebras-cluster") if one.kind is Kind.CREDIT_NOTE]
        assert [(one.issue_date, one.net.amount, one.tax.amount) for one in notes] == [
            (JUNE, Decimal("60.80"), Decimal("12.77")),
            (JUNE, Decimal("76.00"), Decimal("15.96")),
            (JUNE, Decimal("76.00"), Decimal("15.96")),
        ]
        for note in notes:
            for line in note.lines:
                assert line.corrects is not None
                original = _numbered(hosting, line.corrects.number)
                assert original.tax_point == note.tax_point
                assert line.corrects.reason == "terms-changed"

    def test_the_rest_of_a_year_is_credited_when_it_becomes_monthly(self, hosting: Batch) -> None:
        """Paid for 2026, monthly from 1 April: 275 of 365 days of 5 142.00 come back."""
        note = next(one for one in hosting.of("kraanvogels-desk") if one.kind is Kind.CREDIT_NOTE)
        assert (note.issue_date, note.net.amount) == (APRIL, Decimal("3874.11"))
        months = [one for one in hosting.of("kraanvogels-desk") if one.kind is Kind.INVOICE and one.issue_date >= APRIL]
        assert [one.issue_date for one in months] == [APRIL, MAY, JUNE, dt.date(2026, 7, 1)]

    def test_a_confirmed_vat_id_credits_what_bore_vat_and_bills_it_anew(self, hosting: Batch) -> None:
        papers = hosting.of("ezel-hosting")
        credited = [one for one in papers if one.kind is Kind.CREDIT_NOTE]
        assert [(one.net.amount, one.tax.amount, one.issue_date) for one in credited] == [
            (Decimal("183.00"), Decimal("38.43"), MARCH)
        ] * 2
        anew = [one for one in papers if one.kind is Kind.INVOICE and one.issue_date >= MARCH]
        assert {row.treatment.category for one in anew for row in one.breakdown} == {Category.REVERSE_CHARGE}
        assert sorted(one.tax_point for one in anew)[:2] == [JANUARY, dt.date(2026, 2, 1)]
        assert all("196" in " ".join(one.notes) for one in anew)

    def test_late_usage_becomes_an_additional_line(self, hosting: Batch) -> None:
        late = [(one, line) for one in hosting.of("herissons-edge") for line in one.lines if line.corrects is not None]
        assert [(one.issue_date, line.net.amount) for one, line in late] == [(MAY, Decimal("51.40"))]
        assert late[0][1].corrects is not None
        assert late[0][1].corrects.reason == "usage-changed"

    def test_prices_follow_an_index_from_april_on(self, hosting: Batch) -> None:
        """107.1 ÷ 104.2: 129.00 becomes 132.59, 8.75 for a seat 8.99 (8 of 11 are paid). The revision of June changes
        nothing."""
        lines = [
            line for one in hosting.of("tulpen-export") for line in one.lines if line.component.charge != "traffic"
        ]
        prices = {(line.component.charge, line.days.start.month): line.unit_price for line in lines}
        months = {"platform": ("129.00", "132.59"), "seats": ("8.75", "8.99")}
        for charge, (before, after) in months.items():
            shown = [prices[charge, month] for month in range(1, 7)]
            assert shown == [Decimal(before)] * 3 + [Decimal(after)] * 3
        assert all(line.corrects is None for line in lines)

    def test_what_a_quarter_falls_short_of_a_commitment_is_due(self, hosting: Batch) -> None:
        short = [
            line for one in hosting.of("girafes-analytics") for line in one.lines if line.component.part == "commitment"
        ]
        assert [(str(line.days), line.bill_date) for line in short][:1] == [("2026-01-01 to 2026-03-31", APRIL)]
        counted = sum(
            line.net.amount
            for one in hosting.of("girafes-analytics")
            for line in one.lines
            if line.component.part != "commitment" and line.days.start < APRIL
        )
        assert short[0].net.amount == 2000 - counted == Decimal("178.72")

    def test_vat_of_a_foreign_currency_is_given_in_euro(self, hosting: Batch) -> None:
        dollars = [one for one in hosting.documents if one.currency == "USD" and one.tax]
        assert dollars
        for one in dollars:
            assert one.accounting is not None
            assert one.accounting.tax.currency == "EUR"
            exact = Decimal(one.tax.amount) / one.accounting.rate.rate
            assert abs(exact - one.accounting.tax.amount) <= Decimal("0.005")
            assert one.accounting.rate.day <= one.tax_point

    def test_consumers_abroad_pay_the_vat_of_their_country(self, hosting: Batch) -> None:
        rates = {
            (one.customer.address.country, row.treatment.percent, row.treatment.scheme)
            for one in hosting.documents
            if one.customer.kind == "consumer"
            for row in one.breakdown
        }
        assert ("SE", Decimal(25), "oss") in rates
        assert ("DE", Decimal(19), "oss") in rates
        assert ("NL", Decimal(21), "") in rates

    def test_nothing_is_held_but_what_is_meant_to_be(self, hosting: Batch) -> None:
        held = hosting.planned[dt.date(2026, 7, 1)].plan.holds
        assert {contract: problems[0].code for contract, problems in held.items()} == {
            "household-4-site": "X007",
            "nergenshuizen-sites": "P901",
            "pinguine-lab": "U304",
        }


@pytest.mark.xdist_group("insurance")
class TestInsurance:
    def test_premiums_are_exempt_and_their_tax_is_a_line_outside_the_vat_base(self, insurance: Batch) -> None:
        levies = [(one, line) for one in insurance.documents for line in one.lines if line.component.part == "levy"]
        assert levies
        for one, line in levies:
            assert line.treatment.category is Category.EXEMPT
            assert not line.treatment.taxable_turnover
            premium = [
                other
                for other in one.lines
                if other.component.charge == line.component.charge and other.days == line.days and other is not line
            ]
            assert premium

    @pytest.mark.parametrize(
        ("levy", "percent"),
        [
            ("ipt-fi", Decimal("25.5")),  # vakuutusmaksuvero since 2024-09-01
            ("ipt-nl", Decimal(21)),  # assurantiebelasting since 2013-01-01
            ("ipt-de", Decimal(19)),  # § 6 VersStG
            ("ipt-lt", Decimal(10)),  # Law XV-283, contracts concluded or amended from 2026-01-01
        ],
    )
    def test_the_premium_tax_of_the_country_of_risk(self, levy: str, percent: Decimal, insurance: Batch) -> None:
        found = 0
        for one in insurance.documents:
            for line in one.lines:
                component = line.component
                if component.part == "levy" and component.name == levy and line.corrects is None:
                    base = next(
                        other.net.amount
                        for other in one.lines
                        if other.component.charge == component.charge
                        and other.component.part == "charge"
                        and other.days == line.days
                    )
                    assert abs(base * percent / 100 - line.net.amount) <= Decimal("0.005")
                    found += 1
        assert found

    def test_every_market_and_currency_is_billed(self, insurance: Batch) -> None:
        countries = {one.customer.address.country for one in insurance.documents}
        assert countries >= {"EE", "LV", "LT", "FI", "NL", "DE", "PL", "SE"}
        assert {one.currency for one in insurance.documents} == {"EUR", "PLN", "SEK"}

    def test_nothing_is_held_but_what_is_meant_to_be(self, insurance: Batch) -> None:
        held = insurance.planned[dt.date(2026, 7, 1)].plan.holds
        assert {contract: problems[0].code for contract, problems in held.items()} == {
            "eulen-france": "X020",
            "haren-couriers": "U304",
        }


def _numbered(batch: Batch, number: str) -> Document:
    return next(one for one in batch.documents if one.number == number)
