"""Entitlements get the treatment of their own tax point; what nobody knows is held with contract, charge and days."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

import pytest

from invoicer.domain.entitlement import Entitlement
from invoicer.domain.party import Customer, Seller
from invoicer.domain.period import Period
from invoicer.domain.supply import Market, Supply, Treatment
from invoicer.errors import DefectError, Severity
from invoicer.plugins import load
from invoicer.tax import Assessment, treat
from tests.tax.samples import JANUARY, KINDS, cover, customer, entitlement, seller

MARKETS = load().markets
LATER = dt.date(2026, 12, 31)


def assess(
    *entitlements: Entitlement,
    rows: Sequence[Customer] = (customer("NL"),),
    by: Seller | None = None,
    known_on: dt.date = LATER,
    markets: Mapping[str, Market] = MARKETS,
    accepted: Mapping[str, str] | None = None,
) -> Assessment:
    return treat(
        entitlements,
        seller=by or seller(),
        customer=rows,
        known_on=known_on,
        markets=markets,
        kinds=KINDS,
        accepted=accepted or {},
    )


def month(number: int) -> Period:
    return Period(dt.date(2026, number, 1), dt.date(2026, number + 1, 1))


def test_an_entitlement_is_treated_by_the_sellers_market_for_the_customer() -> None:
    owed = entitlement()
    (got,) = assess(owed).treated
    assert (got.entitlement, got.seller, got.registration, got.customer) == (owed, "seller-nl", "NL", "acme")
    assert (got.treatment.category, got.treatment.percent) == ("S", Decimal(21))
    assert got.treatment.source.startswith("vat/NL/standard/2018-01-01: European Commission")


def test_vat_of_a_country_without_a_scheme_belongs_to_the_registration_there() -> None:
    consumer = (customer("DE", "consumer"),)
    (scheme,) = assess(entitlement(), rows=consumer, by=seller("NL", also=("DE",))).treated
    (registered,) = assess(entitlement(), rows=consumer, by=seller("NL", oss=False, also=("DE",))).treated
    assert (scheme.registration, scheme.treatment.scheme) == ("NL", "oss")
    assert (registered.registration, registered.treatment.scheme) == ("DE", "")
    assert scheme.treatment.key != registered.treatment.key


def test_a_reverse_charge_stays_with_the_establishment() -> None:
    (got,) = assess(entitlement(), rows=(customer("DE"),), by=seller("NL", also=("DE",))).treated
    assert (got.registration, got.treatment.category) == ("NL", "AE")


def test_a_vat_id_confirmed_later_counts_from_when_it_is_known() -> None:
    doubtful = customer("DE", "unconfirmed")
    proved = customer(
        "DE", valid_from=dt.date(2026, 2, 1), recorded=dt.date(2026, 3, 10), confirmed_on=dt.date(2026, 3, 10)
    )
    months = [entitlement("consulting", days=month(number)) for number in (1, 2, 3)]

    def categories(known_on: dt.date) -> list[str]:
        return [
            str(each.treatment.category) for each in assess(*months, rows=(doubtful, proved), known_on=known_on).treated
        ]

    assert categories(dt.date(2026, 3, 9)) == ["S", "S", "S"]
    assert categories(dt.date(2026, 3, 10)) == ["S", "AE", "AE"]


def test_a_confirmation_after_the_known_on_day_is_not_seen() -> None:
    rows = (customer("DE", confirmed_on=dt.date(2026, 6, 1)),)
    (got,) = assess(entitlement("consulting"), rows=rows, known_on=dt.date(2026, 5, 31)).treated
    assert got.treatment.category == "S"


def test_a_move_changes_the_treatment_from_its_day() -> None:
    rows = (customer("NL"), customer("GB", valid_from=dt.date(2026, 2, 1)))
    got = assess(entitlement(days=month(1)), entitlement(days=month(2)), rows=rows).treated
    assert [each.treatment.jurisdiction for each in got] == ["NL", "GB"]


def test_an_unknown_supply_kind_is_held_with_the_one_that_was_meant() -> None:
    (hold,) = assess(entitlement("hostng")).holds
    assert (hold.code, hold.severity) == ("X008", Severity.HOLD)
    assert hold.mend.startswith("did you mean hosting?")
    assert str(hold.where) == "contract acme-2026, charge fee, 2026-01-01 to 2026-01-31"


def test_a_customer_unknown_at_the_tax_point_is_held() -> None:
    rows = (customer("NL", valid_from=dt.date(2026, 1, 2)),)
    (hold,) = assess(entitlement(), rows=rows).holds
    assert (hold.code, hold.cause) == (
        "X009",
        "the customer is not known at the tax point 2026-01-01: its first row counts from 2026-01-02",
    )


def test_the_other_entitlements_of_a_held_contract_are_treated_and_alike_holds_are_one() -> None:
    owed = [entitlement("juggling", days=month(number)) for number in (1, 2, 3)]
    got = assess(*owed, entitlement("hosting", charge="other"), entitlement("juggling", charge="second"))
    assert [each.entitlement.component.charge for each in got.treated] == ["other"]
    assert [str(hold.where) for hold in got.holds] == [
        "contract acme-2026, charge fee, 2026-01-01 to 2026-03-31",
        "contract acme-2026, charge second, 2026-01-01 to 2026-01-31",
    ]


def test_a_seller_without_registration_or_with_an_unknown_market_is_held() -> None:
    (bare,) = assess(entitlement(), by=replace(seller(), registrations=())).holds
    assert bare.cause == "seller seller-nl has no VAT registration"
    (abroad,) = assess(entitlement(), markets={"EE": MARKETS["EE"]}).holds
    assert abroad.cause == "no plugin knows the market NL of seller seller-nl"
    (third,) = assess(entitlement(), by=seller("NL"), markets={**MARKETS, "NL": MARKETS["CH"]}).holds
    assert third.code == "X001"


class Broken:
    """A market whose treat() does what it is told."""

    code = "NL"

    def __init__(self, answer: object) -> None:
        self.answer = answer

    def treat(self, supply: Supply, markets: Mapping[str, Market]) -> object:  # noqa: ARG002
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.mark.parametrize(
    ("answer", "cause"),
    [
        (ZeroDivisionError("division by zero"), "failed on this supply: ZeroDivisionError: division by zero"),
        (None, "it answered with NoneType, not a Treatment"),
    ],
)
def test_a_market_that_fails_is_a_hold_for_its_contract_only(answer: object, cause: str) -> None:
    (hold,) = assess(entitlement(), markets={**MARKETS, "NL": Broken(answer)}).holds  # type: ignore[dict-item]
    assert hold.code == "X041"
    assert hold.cause.endswith(cause)


def test_a_defect_is_never_hidden_as_a_hold() -> None:
    with pytest.raises(DefectError):
        assess(entitlement(), markets={**MARKETS, "NL": Broken(DefectError("a law is broken"))})  # type: ignore[dict-item]


def test_accepted_facts_reach_the_market() -> None:
    owed = entitlement("cover", premium=cover("LV"))
    assert [hold.code for hold in assess(owed, by=seller("EE")).holds] == ["X011"]
    (got,) = assess(owed, by=seller("EE"), accepted={"ipt/LV/*": "our adviser"}).treated
    assert got.treatment.category == "E"


@pytest.mark.parametrize(
    ("agreed", "concluded", "amounts"),
    [
        (dt.date(2025, 12, 12), None, ["100.00"]),
        (dt.date(2026, 1, 10), None, ["100.00", "10.00"]),
        (dt.date(2026, 1, 10), dt.date(2025, 12, 12), ["100.00"]),
        (dt.date(2026, 1, 20), dt.date(2026, 1, 10), ["100.00", "10.00"]),
    ],
)
def test_a_premium_tax_follows_the_conclusion_and_no_later_agreement(
    agreed: dt.date, concluded: dt.date | None, amounts: list[str]
) -> None:
    """Lithuania taxes cover that is concluded from 2026 on: the days of cover don't matter, nor does a stop or a discount
    that is agreed in 2026 about a cover of 2025."""
    owed = entitlement("cover", premium=cover("LT", "motor-hull"), agreed=agreed, concluded=concluded)
    got = assess(owed, by=seller("EE"), rows=(customer("LT"),), accepted={"*": "our adviser"})
    assert got.holds == ()
    assert [str(each.entitlement.net.amount) for each in got.treated] == amounts


def test_the_rate_is_that_of_each_entitlements_own_tax_point() -> None:
    turn = [entitlement(days=Period(dt.date(2025, m, 1), dt.date(2025, m + 1, 1))) for m in (6, 7)]
    got = assess(*turn, rows=(customer("EE"),), by=seller("EE")).treated
    assert [each.treatment.percent for each in got] == [22, 24]


def test_levies_never_stay_in_the_treatment_of_the_line() -> None:
    got = assess(entitlement("cover", premium=cover("NL")), by=seller("EE"), rows=(customer("NL"),)).treated
    assert [isinstance(each.treatment, Treatment) and each.treatment.levies for each in got] == [(), ()]
    assert [each.entitlement.days for each in got] == [JANUARY, JANUARY]
