"""Days, numbers and amounts as each language writes them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from fractions import Fraction

import pytest

from invoicer.domain.money import Money
from invoicer.domain.party import Address
from invoicer.domain.period import Period
from tests.render.test_translations import speech


@pytest.mark.parametrize(
    ("language", "amount", "currency", "text"),
    [
        ("en", "1234.50", "EUR", "€1,234.50"),
        ("en", "-1234.50", "EUR", "-€1,234.50"),
        ("en", "1234.50", "SEK", "SEK 1,234.50"),
        ("nl", "1234.50", "EUR", "€ 1.234,50"),
        ("nl", "1234.50", "PLN", "PLN 1.234,50"),
        ("et", "1234.50", "EUR", "1 234,50 €"),
        ("et", "1234.50", "SEK", "1 234,50 SEK"),
        ("en", "1234", "JPY", "JP¥1,234"),
    ],
)
def test_money_with_its_currency(language: str, amount: str, currency: str, text: str) -> None:
    assert speech(language).money(Money.of(amount, currency)).replace("\u00a0", " ") == text


@pytest.mark.parametrize(
    ("price", "currency", "text"),
    [
        ("12.00", "EUR", "12,00"),
        ("12", "EUR", "12,00"),
        ("0.0020", "EUR", "0,0020"),
        ("0.00000123", "EUR", "0,00000123"),
        ("1234.5", "EUR", "1.234,50"),
        ("1234", "JPY", "1.234"),
        ("1E+3", "EUR", "1.000,00"),
    ],
)
def test_a_price_shows_all_its_decimals(price: str, currency: str, text: str) -> None:
    assert speech("nl").price(Decimal(price), currency) == text


@pytest.mark.parametrize(
    ("number", "text"),
    [
        ("40", "40"),
        ("1234567", "1,234,567"),
        ("0.5", "0.5"),
        ("1/3", "0.333333"),
        ("-2/3", "-0.666667"),
        ("12.50", "12.5"),
    ],
)
def test_a_quantity_shows_at_most_six_decimals(number: str, text: str) -> None:
    assert speech("en").number(Fraction(number)) == text


@pytest.mark.parametrize(("percent", "text"), [("21", "21%"), ("25.5", "25.5%"), ("9.00", "9%"), ("0", "0%")])
def test_a_rate_of_tax(percent: str, text: str) -> None:
    assert speech("en").percent(Decimal(percent)) == text


@pytest.mark.parametrize(
    ("start", "end", "texts"),
    [
        ((2026, 1, 1), (2026, 2, 1), ("1–31 Jan 2026", "1–31 jan 2026", "1.–31. jaan 2026")),
        ((2026, 1, 15), (2026, 2, 15), ("15 Jan – 14 Feb 2026", "15 jan – 14 feb 2026", "15. jaan – 14. veebr 2026")),
        (
            (2025, 12, 31),
            (2026, 1, 2),
            ("31 Dec 2025 – 1 Jan 2026", "31 dec 2025 – 1 jan 2026", "31. dets 2025 – 1. jaan 2026"),
        ),
        ((2026, 3, 1), (2026, 3, 2), ("1 Mar 2026", "1 mrt 2026", "1. märts 2026")),
    ],
)
def test_a_period_is_read_with_its_last_day(
    start: tuple[int, int, int], end: tuple[int, int, int], texts: tuple[str, str, str]
) -> None:
    days = Period(dt.date(*start), dt.date(*end))
    said = tuple(speech(language).days(days).replace("\u00a0", " ") for language in ("en", "nl", "et"))
    assert said == texts


@pytest.mark.parametrize(
    ("address", "lines"),
    [
        (Address("Breestraat 105", "2311 CM", "Leiden", "NL"), ("Breestraat 105", "2311 CM Leiden", "Netherlands")),
        (
            Address("350 Fifth Avenue", "10118", "New York", "US", "NY"),
            ("350 Fifth Avenue", "New York, NY 10118", "United States"),
        ),
        (
            Address("10 Downing Street", "SW1A 2AA", "London", "GB"),
            ("10 Downing Street", "London", "SW1A 2AA", "United Kingdom"),
        ),
        (Address("", "", "Tallinn", "EE", "Harju"), ("Tallinn", "Harju", "Estonia")),
        (Address("Road 1", "", "", "ZZZ"), ("Road 1", "ZZZ")),
    ],
)
def test_an_address_in_the_order_of_its_country(address: Address, lines: tuple[str, ...]) -> None:
    assert speech("en").address(address) == lines
