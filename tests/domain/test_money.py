"""tests of the domain: money and rounding."""

from __future__ import annotations

from decimal import ROUND_FLOOR, Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from invoicer.domain.money import AmountError, Money, is_currency, minor_digits, total
from invoicer.domain.trace import Rounding, round_fraction
from invoicer.errors import DefectError

LAW = settings(print_blob=True, deadline=None, derandomize=True)
NUMBERS = st.fractions(min_value=-(10**9), max_value=10**9, max_denominator=10_000)
RULES = st.sampled_from(Rounding)
PLACES = st.integers(0, 6)


@LAW
@given(NUMBERS, PLACES, RULES)
def test_rounding_is_symmetric_about_zero(value: Fraction, places: int, rule: Rounding) -> None:
    assert round_fraction(-value, places, rule) == -round_fraction(value, places, rule)


@LAW
@given(NUMBERS, PLACES, RULES)
def test_rounding_is_idempotent_and_moves_by_less_than_a_unit(value: Fraction, places: int, rule: Rounding) -> None:
    once = round_fraction(value, places, rule)
    assert round_fraction(once, places, rule) == once
    assert abs(once - value) < Fraction(1, 10**places)
    if rule in (Rounding.HALF_UP, Rounding.HALF_EVEN):
        assert abs(once - value) <= Fraction(1, 2 * 10**places)


@LAW
@given(NUMBERS, NUMBERS, PLACES, RULES)
def test_rounding_keeps_the_order(one: Fraction, two: Fraction, places: int, rule: Rounding) -> None:
    low, high = sorted((one, two))
    assert round_fraction(low, places, rule) <= round_fraction(high, places, rule)


@pytest.mark.parametrize(
    ("value", "rule", "expected"),
    [
        ("0.125", Rounding.HALF_UP, "0.13"),
        ("-0.125", Rounding.HALF_UP, "-0.13"),
        ("0.125", Rounding.HALF_EVEN, "0.12"),
        ("0.135", Rounding.HALF_EVEN, "0.14"),
        ("0.121", Rounding.UP, "0.13"),
        ("0.129", Rounding.DOWN, "0.12"),
        ("0.120", Rounding.UP, "0.12"),
        ("2.675", Rounding.HALF_UP, "2.68"),  # 2.67 where a binary fraction is rounded
    ],
)
def test_rules_of_rounding(value: str, rule: Rounding, expected: str) -> None:
    assert Money.of(value, "EUR", rule).amount == Decimal(expected)


@LAW
@given(st.lists(st.integers(-(10**12), 10**12), max_size=30), st.sampled_from(["EUR", "JPY", "KWD"]))
def test_sums_are_exact_and_need_no_order(minors: list[int], currency: str) -> None:
    parts = [Money.of(Fraction(minor, 10 ** minor_digits(currency)), currency) for minor in minors]
    assert total(parts, currency) == total(reversed(parts), currency)
    assert total(parts, currency).exact == Fraction(sum(minors), 10 ** minor_digits(currency))


@LAW
@given(st.integers(-(10**17) + 1, 10**17 - 1))
def test_large_amounts_keep_every_digit(minor: int) -> None:
    assert Money.of(Fraction(minor, 100), "EUR").exact == Fraction(minor, 100)


@pytest.mark.parametrize("amount", [10**15, -(10**15), Fraction(10**44, 3)])
def test_an_amount_beyond_any_invoice_is_refused(amount: Fraction) -> None:
    with pytest.raises(AmountError, match="15 are the most"):
        Money.of(amount, "EUR")


def test_the_minor_units_of_iso_4217() -> None:
    assert [minor_digits(code) for code in ("EUR", "SEK", "PLN", "JPY", "KWD")] == [2, 2, 2, 0, 3]
    assert is_currency("EUR")
    assert not is_currency("EURO")


def test_nothing_unrounded_passes_for_money() -> None:
    for amount in ("1", "1.0", "1.001"):
        with pytest.raises(DefectError, match="not rounded"):
            Money(Decimal(amount), "EUR")


def test_currencies_do_not_mix() -> None:
    with pytest.raises(DefectError, match="different currencies"):
        Money.of(1, "EUR") + Money.of(1, "SEK")
    with pytest.raises(DefectError, match="different currencies"):
        total([Money.of(1, "SEK")], "EUR")


def test_minus_nothing_is_nothing() -> None:
    with localcontext(rounding=ROUND_FLOOR):  # in which decimals know a minus zero
        assert str(-Money.zero("EUR")) == "0.00 EUR"
    assert str(abs(Money.of("-3.10", "EUR"))) == "3.10 EUR"
    assert Money.of("-3.10", "EUR") < Money.zero("EUR") <= Money.zero("EUR")
    assert not Money.zero("EUR")
