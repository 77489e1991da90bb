"""Every market keeps its promises; what the bundled ones decide, case by case."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import cast

import pytest

from invoicer import home
from invoicer.domain.contract import Premium
from invoicer.domain.deadline import IssueDeadline, deadline_for
from invoicer.domain.party import Customer, Seller
from invoicer.domain.period import Period
from invoicer.domain.supply import Category, Market, Supply, Treatment
from invoicer.errors import Problem, TaxError
from invoicer.plugins import load
from tests.plugins.conformance import check_market
from tests.tax.samples import JANUARY, cover, customer, seller, supply

MARKETS = load().markets


@pytest.mark.parametrize("code", MARKETS)
def test_a_market_conforms(code: str) -> None:
    check_market(MARKETS[code], MARKETS)


class Forgetful(type(MARKETS["EE"])):  # type: ignore[misc]
    """A market that gives every document one reference."""

    def payment_reference(self, number: str) -> str:  # noqa: ARG002
        return "121312952"


class Generous(type(MARKETS["EE"])):  # type: ignore[misc]
    """A market that taxes whatever it does not know at home."""

    def treat(self, asked: Supply, markets: Mapping[str, Market]) -> Treatment:
        try:
            return cast(Treatment, super().treat(asked, markets))
        except TaxError:
            percent, source = self.vat_percent("standard", asked.tax_point)
            return Treatment(self.code, Category.STANDARD, percent, "guess", "none", source=source)


@pytest.mark.parametrize("wrong", [Forgetful, Generous])
def test_a_market_that_breaks_a_promise_is_caught(wrong: type[Market]) -> None:
    market = wrong(home.folder("plugins") / "markets" / "ee")  # type: ignore[call-arg]
    with pytest.raises(AssertionError):
        check_market(market, {**MARKETS, "EE": market})


def treated(asked: Supply) -> Treatment:
    return MARKETS[asked.registration.country].treat(asked, MARKETS)


def refused(asked: Supply) -> Problem:
    with pytest.raises(TaxError) as raised:
        treated(asked)
    (problem,) = raised.value.problems
    return problem


OSS, NO_OSS, IN_DE, IN_GB = (
    seller("NL"),
    seller("NL", oss=False),
    seller("NL", oss=False, also=("DE",)),
    seller("NL", also=("GB",)),
)

# class, customer, seller -> category, percent, jurisdiction, scheme, note, rule
DECISIONS = [
    ("general-service", customer("NL"), OSS, "S 21 NL", "domestic"),
    ("electronic-service", customer("NL", "consumer"), OSS, "S 21 NL", "domestic"),
    ("electronic-service", customer("EE"), seller("EE"), "S 24 EE", "domestic"),
    ("electronic-service", customer("DE"), OSS, "AE 0 DE reverse-charge", "reverse-charge"),
    ("general-service", customer("BE"), OSS, "AE 0 BE reverse-charge", "reverse-charge"),
    ("general-service", customer("BE", "unconfirmed"), OSS, "S 21 NL", "business-unproved"),
    ("intangible-service", customer("BE", "unconfirmed"), OSS, "S 21 NL", "business-unproved"),
    ("electronic-service", customer("SE", "unconfirmed"), OSS, "S 25 SE oss oss", "electronic-one-stop-shop"),
    ("electronic-service", customer("DE", "consumer"), OSS, "S 19 DE oss oss", "electronic-one-stop-shop"),
    ("electronic-service", customer("FI", "consumer"), OSS, "S 25.5 FI oss oss", "electronic-one-stop-shop"),
    ("electronic-service", customer("DE", "consumer"), IN_DE, "S 19 DE", "electronic-registered"),
    ("general-service", customer("DE", "consumer"), OSS, "S 21 NL", "consumer-general"),
    ("electronic-service", customer("GB"), OSS, "O 0 GB outside-eu", "third-country-business"),
    ("electronic-service", customer("GB", "unconfirmed"), OSS, "O 0 GB outside-eu", "third-country-business"),
    ("general-service", customer("US"), OSS, "O 0 US outside-eu", "third-country-business"),
    ("intangible-service", customer("CH"), OSS, "O 0 CH outside-eu", "third-country-business"),
    ("electronic-service", customer("US", "consumer"), OSS, "O 0 US outside-eu", "united-states-consumer"),
    ("electronic-service", customer("GB", "consumer"), IN_GB, "S 20 GB", "third-country-registered"),
    ("intangible-service", customer("CH", "consumer"), OSS, "O 0 CH outside-eu", "third-country-consumer-intangible"),
    ("general-service", customer("CH", "consumer"), OSS, "S 21 NL", "third-country-consumer-general"),
    ("insurance-intermediation", customer("EE"), seller("EE"), "E 0 EE insurance-exempt", "intermediation"),
    ("insurance-intermediation", customer("CH"), seller("EE"), "E 0 EE insurance-exempt", "intermediation"),
]


@pytest.mark.parametrize(("kind", "buyer", "by", "told", "rule"), DECISIONS)
def test_the_table_decides(kind: str, buyer: Customer, by: Seller, told: str, rule: str) -> None:
    got = treated(supply(kind, buyer, by))
    words = (str(got.category), str(got.percent), got.jurisdiction, got.scheme, got.note)
    assert (" ".join(word for word in words if word), got.rule) == (told, f"eu/{rule}")


@pytest.mark.parametrize(
    ("kind", "buyer", "by", "code", "says"),
    [
        ("electronic-service", customer("DE", "consumer"), NO_OSS, "X006", "exceed EUR 10 000"),
        ("electronic-service", customer("DE", "unconfirmed"), NO_OSS, "X006", "confirm its VAT id"),
        ("electronic-service", customer("GB", "consumer"), OSS, "X007", "from the first sale"),
        ("electronic-service", customer("CH", "consumer"), OSS, "X007", "CHF 100 000"),
        ("electronic-service", customer("NO", "consumer"), OSS, "X007", "NOK 50 000"),
        ("intangible-service", customer("NO", "consumer"), OSS, "X007", "NOK 50 000"),
        ("electronic-service", customer("AQ"), OSS, "X003", "no plugin knows the market AQ"),
        ("goods", customer("NL"), OSS, "X002", "general-service, intangible-service, electronic-service, insurance"),
        ("insurance-intermediation", customer("NL"), OSS, "X022", "fees of intermediaries"),
        ("insurance", customer("NL"), OSS, "X023", "names no policy"),
        ("electronic-service", customer("DE", vat_id="NL123456782B90"), OSS, "X005", "belongs to another country"),
        ("general-service", customer("DE", postcode="27498"), OSS, "X004", "Helgoland"),
        ("general-service", customer("DE", postcode="D 78266".replace("D ", "DE-")), OSS, "X004", "Büsingen"),
        ("general-service", customer("FR", "consumer", postcode="97411"), OSS, "X004", "8.5%"),
        ("general-service", customer("FI", postcode="22100"), OSS, "X004", "Åland"),
        ("general-service", customer("GB", "consumer", postcode="JE2 3AB"), OSS, "X004", "Jersey"),
    ],
)
def test_what_nobody_knows_is_a_question(kind: str, buyer: Customer, by: Seller, code: str, says: str) -> None:
    problem = refused(supply(kind, buyer, by))
    assert problem.code == code
    assert says in f"{problem.cause} {problem.mend}"


def test_a_premium_that_is_not_supplied_as_insurance_is_a_question() -> None:
    assert refused(supply("electronic-service", customer("NL"), premium=cover())).code == "X023"


@pytest.mark.parametrize("postcode", ["BT1 5GS", "EC1A 1BB", "98000"])
def test_territories_where_the_countrys_rules_hold_are_no_question(postcode: str) -> None:
    country = "FR" if postcode.isdigit() else "GB"
    assert treated(supply("general-service", customer(country, postcode=postcode, vat_id="FR1"))).rule


def test_the_united_kingdom_was_treated_as_a_member_until_the_end_of_2020() -> None:
    before = supply("general-service", customer("GB"), tax_point=dt.date(2020, 12, 31))
    after = supply("general-service", customer("GB"), tax_point=dt.date(2021, 1, 1))
    assert (treated(before).category, treated(after).category) == ("AE", "O")


@pytest.mark.parametrize(
    ("day", "percent"),
    [("2023-12-31", "20"), ("2024-01-01", "22"), ("2025-06-30", "22"), ("2025-07-01", "24")],
)
def test_the_rate_follows_the_tax_point(day: str, percent: str) -> None:
    asked = supply("general-service", customer("EE"), seller("EE"), tax_point=dt.date.fromisoformat(day))
    assert treated(asked).percent == Decimal(percent)


def insured(risk: str, insurance_class: str = "motor-liability", **more: object) -> Supply:
    policy = cover(risk, insurance_class)
    buyer = more.pop("buyer", customer(risk))
    return supply("insurance", buyer, seller("EE"), premium=policy, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("risk", "insurance_class", "percent"),
    [
        ("EE", "motor-liability", None),
        ("PL", "motor-hull", None),
        ("NL", "motor-liability", "21"),
        ("NL", "accident", None),
        ("DE", "motor-hull", "19"),
        ("FI", "motor-liability", "25.5"),
        ("FI", "health", None),
        ("SE", "motor-liability", "32"),
        ("SE", "motor-hull", None),
        ("LT", "motor-hull", None),
    ],
)
def test_premiums_are_exempt_and_taxed_where_the_risk_lies(
    risk: str, insurance_class: str, percent: str | None
) -> None:
    got = treated(insured(risk, insurance_class))
    assert (got.category, got.jurisdiction, got.reason_code) == ("E", "EE", "VATEX-EU-135-1")
    assert [levy.percent for levy in got.levies] == ([Decimal(percent)] if percent else [])
    assert all(levy.jurisdiction == risk and levy.id == f"ipt-{risk.lower()}" for levy in got.levies)


def test_the_risk_decides_not_the_customer() -> None:
    (levy,) = treated(insured("FI", buyer=customer("EE"))).levies
    assert levy.jurisdiction == "FI"


def test_lithuania_goes_by_the_day_of_the_agreement_and_spares_private_motorists() -> None:
    late, early = dt.date(2026, 1, 1), dt.date(2025, 12, 31)
    (levy,) = treated(insured("LT", concluded=late)).levies
    assert levy.percent == 10
    assert treated(insured("LT", concluded=early)).levies == ()
    assert treated(insured("LT", concluded=late, buyer=customer("LT", "consumer"))).levies == ()
    assert treated(insured("LT", "motor-hull", concluded=late, buyer=customer("LT", "consumer"))).levies


def test_latvia_is_a_question_until_someone_vouches_for_it() -> None:
    problem = refused(insured("LV"))
    assert problem.code == "X011"
    assert "ipt/LV/all/2018-01-01" in problem.mend
    assert treated(insured("LV", accepted={"ipt/LV/*": "our adviser"})).levies == ()


def test_german_building_insurance_is_a_question_until_someone_vouches_for_it() -> None:
    assert refused(insured("DE", "building")).code == "X011"
    (levy,) = treated(insured("DE", "building", accepted={"ipt/DE/building": "our adviser"})).levies
    assert levy.percent == Decimal("16.34")
    assert "accepted: our adviser" in levy.source


@pytest.mark.parametrize("risk", ["GB", "FR", "US", "BE", "CH"])
def test_premium_taxes_that_are_not_covered_are_a_question(risk: str) -> None:
    assert refused(insured(risk)).code == "X020"


def test_a_finnish_term_from_before_the_change_is_a_question() -> None:
    policy = Premium("P-1", "Insurer", "motor-liability", "FI")
    asked = supply("insurance", customer("FI"), premium=policy, concluded=dt.date(2024, 8, 31))
    with pytest.raises(TaxError, match=r"24% .* or 25\.5%"):
        MARKETS["FI"].premium_levies(policy, asked)
    accepted = {"ipt/FI/general/2024-09-01": "the term was renewed on 2025-08-31"}
    asked = supply("insurance", customer("FI"), premium=policy, concluded=dt.date(2024, 8, 31), accepted=accepted)
    assert MARKETS["FI"].premium_levies(policy, asked)[0].percent == Decimal("25.5")


@pytest.mark.parametrize(
    ("code", "number", "reference"),
    [
        ("EE", "1213-1295", "121312952"),  # Estonian Banking Association, “Meetodi 7-3-1 kasutamise näide”
        ("FI", "123456", "1234561"),  # Finance Finland's example, as knowledge.xmldation.com cites it
        ("FI", "000123123", "1231234"),  # README of enberg/viite
        ("SE", "2019121", "201912193"),  # tests of zerodep/ocrgenerator, length digit and check digit
        ("SE", "2019-12-07200", "2019120720030"),  # the same
        ("NL", "5390 0754 7034", "RF18539007547034"),  # ISO 11649's usual example
    ],
)
def test_payment_references_of_published_examples(code: str, number: str, reference: str) -> None:
    assert MARKETS[code].payment_reference(number) == reference


@pytest.mark.parametrize(
    ("code", "number"), [("EE", "A"), ("EE", "1" * 20), ("FI", "12"), ("SE", "1" * 24), ("NL", "-")]
)
def test_numbers_that_no_reference_can_carry_are_refused(code: str, number: str) -> None:
    with pytest.raises(TaxError, match="can't become a payment reference"):
        MARKETS[code].payment_reference(number)


def test_days_of_service_before_the_agreement_count_as_agreed_late() -> None:
    asked = insured("LT", concluded=dt.date(2026, 3, 1), days=Period(dt.date(2025, 12, 1), JANUARY.start))
    assert treated(asked).levies[0].percent == 10


DEADLINES = {
    "EE": ("2026-04-07", "2026-04-15"),
    "NL": ("2026-04-15", "2026-04-15"),
    "DE": ("2026-09-20", "2026-04-15"),
    "BE": ("2026-04-15", "2026-04-15"),
    "PL": ("2026-04-15", "2026-04-15"),
    "FI": ("None", "2026-04-15"),
    "SE": ("unknown", "2026-04-15"),
    "LV": ("unknown", "2026-04-15"),
    "GB": ("unknown", "unknown"),
}
"""The last day on which a supply of 20 February to 20 March 2026 to a business is to be invoiced, by the market of the
seller: taxed there, and under reverse charge (Directive 2006/112/EC art. 222)."""


@pytest.mark.parametrize("code", DEADLINES)
def test_until_when_a_business_is_to_be_invoiced(code: str) -> None:
    facts: Sequence[IssueDeadline] = getattr(MARKETS[code], "issue_deadlines", ())
    days = Period(dt.date(2026, 2, 20), dt.date(2026, 3, 21))
    found = [deadline_for(facts, category, days.last_day) for category in (Category.STANDARD, Category.REVERSE_CHARGE)]
    assert tuple(str(one.last_day(days, False)) if one else "unknown" for one in found) == DEADLINES[code]


def test_from_july_2030_ten_days_are_left_under_reverse_charge() -> None:
    facts: Sequence[IssueDeadline] = getattr(MARKETS["SE"], "issue_deadlines", ())
    days = Period(dt.date(2030, 7, 1), dt.date(2030, 8, 1))
    found = deadline_for(facts, Category.REVERSE_CHARGE, days.last_day)
    assert found is not None
    assert found.last_day(days, False) == dt.date(2030, 8, 10)
