"""What every market must be able to do. An author of a market calls :func:`check_market` from a test of its own."""

from __future__ import annotations

import datetime as dt
import itertools
import re
import string
from collections.abc import Iterator, Mapping

import pycountry

from invoicer.domain.party import Registration
from invoicer.domain.supply import Levy, Market, Supply, Treatment
from invoicer.errors import TaxError
from invoicer.facts import INSURANCE_CLASSES
from tests.tax.samples import cover, customer, seller, supply

LANGUAGES = ("en", "nl", "et")
PLACES = {"customer_country", "supplier_country", "rate"}
NUMBERS = ("HN-2026-00001", "2026/1234", "INV2026000000999")
CLASSES = (
    "general-service",
    "intangible-service",
    "electronic-service",
    "insurance",
    "insurance-intermediation",
    "juggling",
)
DAYS = (dt.date(2020, 8, 1), dt.date(2024, 9, 1), dt.date(2026, 1, 1), dt.date(2026, 6, 30))


def check_market(market: Market, markets: Mapping[str, Market]) -> None:
    """AssertionError for the first promise that the market breaks; ``markets`` are all that it may look up."""
    code = market.code
    assert pycountry.countries.get(alpha_2=code) is not None, f"{code} is no country of ISO 3166"
    check_rates(market)
    levies = check_premiums(market)
    treatments = check_treatments(market, markets)
    check_notes(market, {each.note for each in treatments if each.note})
    for levy in (*levies, *(levy for each in treatments for levy in each.levies)):
        check_notes(markets[levy.jurisdiction], {levy.name})
    check_references(market)


def check_rates(market: Market) -> None:
    """Every day has a standard rate with a source, or an error that says how to mend it."""
    day = dt.date(2019, 1, 1)
    while day < dt.date(2027, 1, 1):
        try:
            percent, source = market.vat_percent("standard", day)
        except TaxError as error:
            check_error(error)
        else:
            assert 0 < percent < 100
            assert source
        day += dt.timedelta(days=1)


def check_premiums(market: Market) -> list[Levy]:
    """Every class of insurance has its levies, or an error that says how to mend it."""
    levies: list[Levy] = []
    for insurance_class, status in itertools.product((*INSURANCE_CLASSES, "juggling"), ("confirmed", "consumer")):
        policy = cover(market.code, insurance_class)
        try:
            found = market.premium_levies(policy, supply("insurance", customer(market.code, status), premium=policy))
        except TaxError as error:
            check_error(error)
        else:
            assert insurance_class != "juggling", "an unknown class of insurance is taxed"
            assert all(levy.percent > 0 and levy.source and levy.law for levy in found)
            levies += found
    return levies


def check_treatments(market: Market, markets: Mapping[str, Market]) -> list[Treatment]:
    """Every supply has a treatment of a country that is known, or an error that says how to mend it; twice the same."""
    found: list[Treatment] = []
    for asked in supplies(market.code, markets):
        try:
            treatment = market.treat(asked, markets)
        except TaxError as error:
            check_error(error)
        else:
            assert asked.kind != "juggling", "an unknown class of supply is taxed"
            assert treatment == market.treat(asked, markets)
            assert treatment.jurisdiction in {market.code, asked.customer.address.country}
            assert treatment.rule and treatment.law
            assert bool(treatment.percent) == bool(treatment.source), "a rate has a source"
            found.append(treatment)
    return found


def supplies(code: str, markets: Mapping[str, Market]) -> Iterator[Supply]:
    """Every class of supply to every kind of customer in every known market and one unknown, on several days."""
    home = seller("NL")
    registrations = (
        Registration(country=code, vat_id=f"{code}1"),
        Registration(country=code, vat_id=f"{code}1", oss=True),
    )
    statuses = ("confirmed", "unconfirmed", "consumer")
    everything = itertools.product(CLASSES, (*markets, "AQ"), statuses, registrations, DAYS, (False, True))
    for kind, country, status, registration, day, with_premium in everything:
        yield Supply(
            kind=kind,
            seller=home,
            registration=registration,
            customer=customer(country, status),
            tax_point=day,
            days=supply(kind, customer(country)).days,
            concluded=day,
            premium=cover(country) if with_premium else None,
        )


def check_notes(market: Market, keys: set[str]) -> None:
    """Every key has a text in every language, with known places only; an unknown key is a KeyError."""
    for key, language in itertools.product(keys, (*LANGUAGES, "xx")):
        text = market.note(key, language)
        assert text.strip()
        assert {name for _, name, _, _ in string.Formatter().parse(text) if name} <= PLACES
    for key, language in itertools.product(keys, LANGUAGES[1:]):
        assert market.note(key, language) != market.note(key, "en"), f"{key} is not worded in {language}"
    try:
        market.note("no-such-note", "en")
    except KeyError:
        return
    raise AssertionError("an unknown note is worded")


def check_references(market: Market) -> None:
    """References differ for different numbers, hold what banks take, and refuse what can't become one."""
    references = {market.payment_reference(number) for number in NUMBERS}
    assert len(references) == len(NUMBERS)
    assert all(re.fullmatch(r"[0-9A-Z]{2,25}", reference) for reference in references)
    try:
        market.payment_reference("")
    except TaxError as error:
        check_error(error)
        return
    raise AssertionError("an empty number has a reference")


def check_error(error: TaxError) -> None:
    """An error says what is wrong, and how to mend it, in words without places left open."""
    for problem in error.problems:
        assert problem.code and problem.cause and problem.mend
        assert not re.search(r"\{\w*\}", problem.cause + problem.mend), f"a place is left open: {problem}"
