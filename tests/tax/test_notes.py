"""The sentences that the law wants, in the reader's language, each once."""

from __future__ import annotations

from decimal import Decimal

import pytest

from invoicer.domain.supply import Treatment
from invoicer.plugins import load
from invoicer.tax import country_name, notes, percent_text
from tests.tax.samples import customer, seller, supply

MARKETS = load().markets


def treatment(kind: str, country: str, status: str) -> Treatment:
    return MARKETS["NL"].treat(supply(kind, customer(country, status), seller("NL")), MARKETS)


def worded(language: str, *treatments: Treatment) -> tuple[str, ...]:
    return notes(treatments, markets=MARKETS, registration="NL", language=language)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Reverse charge: the customer accounts for the VAT (Article 196, Directive 2006/112/EC)"),
        ("nl", "Btw verlegd (artikel 196, Richtlijn 2006/112/EG)"),
        ("et", "Pöördmaksustamine: käibemaksu tasub ostja (direktiivi 2006/112/EÜ artikkel 196)"),
        ("de", "Steuerschuldnerschaft des Leistungsempfängers (Artikel 196, Richtlinie 2006/112/EG)"),
        ("pt", "Reverse charge: the customer accounts for the VAT (Article 196, Directive 2006/112/EC)"),
    ],
)
def test_reverse_charge_is_said_in_the_words_of_the_directive(language: str, text: str) -> None:
    assert worded(language, treatment("general-service", "DE", "confirmed")) == (text,)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "VAT of Finland at 25.5%, declared through the one-stop shop (Union scheme)"),
        ("nl", "Btw van Finland, 25,5%, aangegeven via het éénloketsysteem (Unieregeling)"),
        ("et", "Käibemaks 25,5% (Soome), deklareeritud liidu erikorra (OSS) kaudu"),
    ],
)
def test_country_and_rate_are_filled_in(language: str, text: str) -> None:
    assert worded(language, treatment("electronic-service", "FI", "consumer")) == (text,)


def test_the_one_stop_shop_names_the_country_whose_vat_it_is() -> None:
    """Also on the credit note for a consumer who lives in Sweden by now: nothing of the present address gets in."""
    (text,) = worded("en", treatment("electronic-service", "DE", "consumer"))
    assert text == "VAT of Germany at 19%, declared through the one-stop shop (Union scheme)"


def test_the_suppliers_country_is_named_outside_the_union() -> None:
    (text,) = worded("nl", treatment("general-service", "CH", "confirmed"))
    assert "geen btw van Nederland" in text


def test_each_note_is_said_once_and_lines_without_note_say_nothing() -> None:
    one, other = treatment("general-service", "DE", "confirmed"), treatment("electronic-service", "DE", "confirmed")
    at_home = treatment("general-service", "NL", "consumer")
    assert len(worded("en", one, at_home, other)) == 1
    assert worded("en", at_home) == ()


@pytest.mark.parametrize(
    ("percent", "language", "text"),
    [
        ("21", "nl", "21"),
        ("25.5", "et", "25,5"),
        ("25.5", "en-GB", "25.5"),
        ("9.25", "de", "9,25"),
        ("10", "klingon", "10"),
    ],
)
def test_percentages_are_written_as_the_language_does(percent: str, language: str, text: str) -> None:
    assert percent_text(Decimal(percent), language) == text


def test_an_unknown_country_is_named_by_its_code() -> None:
    assert (country_name("EE", "nl"), country_name("QQ", "nl"), country_name("EE", "??")) == (
        "Estland",
        "QQ",
        "Estonia",
    )
