"""Exchange rates: the previous publication, never one in between, never one that was not known yet."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from invoicer.domain.supply import ExchangeRate
from invoicer.errors import Problem, TaxError
from invoicer.tax import Exchange

FRIDAY, MONDAY, TUESDAY = dt.date(2026, 1, 2), dt.date(2026, 1, 5), dt.date(2026, 1, 6)
LATER = dt.date(2026, 12, 31)


def published(currency: str, rate: str, day: dt.date, base: str = "EUR", source: str = "ECB") -> ExchangeRate:
    return ExchangeRate(base, currency, Decimal(rate), day, source)


EXCHANGE = Exchange(
    [
        published("USD", "1.0953", TUESDAY),
        published("USD", "1.0919", FRIDAY),
        published("PLN", "4.3500", FRIDAY),
        published("PLN", "4.3600", MONDAY),
        published("USD", "1.0956", MONDAY),
    ]
)


def rate(base: str, currency: str, day: dt.date, known_on: dt.date = LATER, age: int = 7) -> ExchangeRate:
    return EXCHANGE.rate(base, currency, day, known_on=known_on, max_age_days=age)


def refused(base: str, currency: str, day: dt.date, known_on: dt.date = LATER, age: int = 7) -> Problem:
    with pytest.raises(TaxError) as raised:
        rate(base, currency, day, known_on, age)
    return raised.value.problems[0]


@pytest.mark.parametrize(
    ("day", "of"),
    [
        (FRIDAY, FRIDAY),
        (dt.date(2026, 1, 3), FRIDAY),
        (dt.date(2026, 1, 4), FRIDAY),
        (MONDAY, MONDAY),
        (LATER, TUESDAY),
    ],
)
def test_a_day_without_publication_takes_the_previous_one(day: dt.date, of: dt.date) -> None:
    assert rate("EUR", "USD", day, age=400).day == of


def test_a_rate_published_after_the_known_on_day_is_not_seen() -> None:
    assert rate("EUR", "USD", TUESDAY, known_on=MONDAY).rate == Decimal("1.0956")


def test_a_rate_older_than_the_policy_allows_is_refused() -> None:
    assert rate("EUR", "USD", dt.date(2026, 1, 13), age=7).day == TUESDAY
    problem = refused("EUR", "USD", dt.date(2026, 1, 14), age=7)
    assert problem.code == "X046"
    assert problem.cause.endswith("is of 2026-01-06, older than the 7 days that the policy allows")


def test_a_day_before_the_first_publication_is_refused() -> None:
    problem = refused("EUR", "USD", dt.date(2026, 1, 1))
    assert problem.cause == "no exchange rate from EUR to USD for 2026-01-01: the rates begin on 2026-01-02"


def test_an_unknown_currency_is_refused() -> None:
    assert refused("EUR", "XAU", MONDAY).cause.endswith("no source has these currencies")
    assert "no exchange rate from XAU to USD" in refused("XAU", "USD", MONDAY).cause


def test_the_same_currency_needs_no_source() -> None:
    assert Exchange([]).rate("EUR", "EUR", MONDAY, known_on=MONDAY, max_age_days=0).rate == 1


def test_a_pair_published_the_other_way_round_is_turned_over() -> None:
    assert rate("USD", "EUR", MONDAY) == ExchangeRate("USD", "EUR", Decimal("0.91274188"), MONDAY, "ECB")


def test_a_cross_rate_goes_over_the_euro_on_one_day() -> None:
    got = rate("PLN", "USD", TUESDAY)
    assert (got.rate, got.day) == (Decimal("0.25128440"), MONDAY)  # 1.0956 ÷ 4.3600: Tuesday has no zloty
    assert got.source == "ECB, over EUR: 1.0956 USD ÷ 4.3600 PLN"


def test_two_sources_that_disagree_are_refused_and_two_that_agree_are_not() -> None:
    with pytest.raises(TaxError, match=r"two rates for one EUR: 1\.09 \(ECB\) and 1\.10 \(bank\)"):
        Exchange([published("USD", "1.09", MONDAY), published("USD", "1.10", MONDAY, source="bank")])
    Exchange([published("USD", "1.09", MONDAY), published("USD", "1.090", MONDAY, source="bank")])


@settings(print_blob=True, deadline=None, derandomize=True)
@given(st.sets(st.dates(dt.date(2025, 1, 1), dt.date(2026, 12, 31)), min_size=1, max_size=20), st.data())
def test_the_rate_is_the_last_one_that_both_days_allow(days: set[dt.date], data: st.DataObject) -> None:
    day = data.draw(st.dates(dt.date(2025, 1, 1), dt.date(2026, 12, 31)))
    known_on = data.draw(st.dates(dt.date(2025, 1, 1), dt.date(2026, 12, 31)))
    exchange = Exchange([published("USD", f"1.{each:%y%m%d}", each) for each in days])
    fitting = [each for each in days if each <= day and each <= known_on]
    if not fitting:
        with pytest.raises(TaxError):
            exchange.rate("EUR", "USD", day, known_on=known_on, max_age_days=9999)
    else:
        got = exchange.rate("EUR", "USD", day, known_on=known_on, max_age_days=9999)
        assert (got.day, got.rate) == (max(fitting), Decimal(f"1.{max(fitting):%y%m%d}"))
