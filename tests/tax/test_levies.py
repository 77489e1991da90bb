"""Premium taxes become amounts of their own, each rounded once, beside whatever part of the charge they come with."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from invoicer.domain.entitlement import Component, Entitlement, Part, Treated
from invoicer.domain.supply import Category
from invoicer.domain.trace import replay
from invoicer.plugins import load
from invoicer.tax import treat
from tests.tax.samples import KINDS, cover, customer, entitlement, seller

MARKETS = load().markets


def levied(*owed: Entitlement, language: str = "en") -> tuple[Treated, ...]:
    got = treat(
        owed,
        seller=seller("EE"),
        customer=[customer("NL", language=language)],
        known_on=owed[0].tax_point,
        markets=MARKETS,
        kinds=KINDS,
    )
    assert got.holds == ()
    return got.treated


def premium(net: str, part: Part = Part.CHARGE, name: str = "", risk: str = "NL", currency: str = "EUR") -> Entitlement:
    return entitlement("cover", net, charge="motor", part=part, name=name, premium=cover(risk), currency=currency)


def test_the_levy_follows_its_amount_as_a_component_of_its_own() -> None:
    base, levy = levied(premium("80.00"))
    assert levy.entitlement.component == Component("motor", Part.LEVY, "ipt-nl")
    assert str(levy.entitlement.net) == "16.80 EUR"
    assert levy.entitlement.title == "Dutch insurance premium tax 21%"
    assert (levy.entitlement.days, levy.entitlement.tax_point) == (base.entitlement.days, base.entitlement.tax_point)
    assert (levy.registration, levy.customer) == (base.registration, base.customer)


def test_the_levy_is_exempt_beside_the_premium_and_no_turnover() -> None:
    base, levy = levied(premium("80.00"))
    assert (levy.treatment.category, levy.treatment.percent) == (Category.EXEMPT, Decimal(0))
    assert (base.treatment.taxable_turnover, levy.treatment.taxable_turnover) == (True, False)
    assert levy.treatment.law == "Wet op belastingen van rechtsverkeer, art. 20 to 26"
    assert levy.treatment.source.startswith("ipt/NL/general/2013-01-01")
    assert levy.treatment.reason_code == base.treatment.reason_code


def test_every_part_of_a_charge_has_its_levy_under_a_name_of_its_own() -> None:
    got = levied(
        premium("33.33"),
        premium("46.67", Part.MINIMUM),
        premium("-8.00", Part.DISCOUNT, "launch"),
        premium("-2.00", Part.MAXIMUM),
    )
    levies = {
        str(each.entitlement.component): str(each.entitlement.net)
        for each in got
        if not each.treatment.taxable_turnover
    }
    assert levies == {
        "motor/levy/ipt-nl": "7.00 EUR",
        "motor/levy/ipt-nl/minimum": "9.80 EUR",
        "motor/levy/ipt-nl/discount/launch": "-1.68 EUR",
        "motor/levy/ipt-nl/maximum": "-0.42 EUR",
    }
    assert [Component.parse(text) for text in levies] == [
        each.entitlement.component for each in got if each.entitlement.component.part is Part.LEVY
    ]


def test_a_negative_levy_has_a_negative_quantity_and_a_positive_price() -> None:
    (_, levy) = levied(premium("-8.00", Part.DISCOUNT, "launch"))
    assert (levy.entitlement.quantity, levy.entitlement.unit_price) == (Fraction(-1), Decimal("1.68"))


def test_nothing_is_levied_on_nothing() -> None:
    assert len(levied(premium("0.00"))) == 1


@pytest.mark.parametrize(
    ("language", "title"),
    [
        ("nl", "Zweedse belasting op WA-motorpremies 32%"),
        ("et", "Rootsi liikluskindlustuse maksete maks 32%"),
        ("sv", "Skatt på trafikförsäkringspremie 32 %"),
        ("pl", "Swedish tax on motor insurance premiums 32%"),
    ],
)
def test_the_title_is_in_the_customers_language(language: str, title: str) -> None:
    assert levied(premium("100.00", risk="SE"), language=language)[1].entitlement.title == title


def test_a_percentage_has_the_decimal_sign_of_the_language() -> None:
    assert levied(premium("100.00", risk="FI"), language="nl")[1].entitlement.title == "Finse assurantiebelasting 25,5%"


def test_a_currency_without_minor_unit_has_whole_levies() -> None:
    assert str(levied(premium("1003", currency="JPY"))[1].entitlement.net) == "211 JPY"


@settings(print_blob=True, deadline=None, derandomize=True)
@given(st.integers(-(10**9), 10**9).filter(bool))
def test_the_levy_is_its_percentage_rounded_once_and_its_trace_replays(cents: int) -> None:
    (_, levy) = levied(premium(str(Decimal(cents).scaleb(-2))))
    owed = levy.entitlement
    assert abs(owed.net.exact - Fraction(cents, 100) * 21 / 100) <= Fraction(1, 200)
    assert replay(owed.trace) == owed.net.exact
    assert owed.quantity * Fraction(owed.unit_price) / Fraction(owed.price_base) == owed.net.exact
    (_, turned) = levied(premium(str(Decimal(-cents).scaleb(-2))))
    assert turned.entitlement.net == -owed.net


@given(st.integers(1, 10_000_000), st.sampled_from(["NL", "DE", "FI", "EE"]))
@settings(deadline=None, derandomize=True, print_blob=True)
def test_a_premium_tax_that_the_price_includes_is_taken_out_of_it(cents: int, risk: str) -> None:
    promised = replace(premium(f"{Decimal(cents).scaleb(-2):.2f}", risk=risk), includes_tax=True)
    base, *levies = levied(promised)
    parts = [base, *levies]
    assert sum(part.entitlement.net.exact for part in parts) == Fraction(cents, 100)
    assert all(replay(part.entitlement.trace) == part.entitlement.net.exact for part in parts)
    assert all(part.treatment.includes_tax for part in parts)


def test_a_premium_of_121_with_dutch_premium_tax_is_100_and_21() -> None:
    base, levy = levied(replace(premium("121.00"), includes_tax=True))
    assert (str(base.entitlement.net), str(levy.entitlement.net)) == ("100.00 EUR", "21.00 EUR")
