"""The contracts of the example workspaces: what they must show, asserted so that the list stays true."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import pytest

from invoicer import engine, home, language, usage, workspace
from invoicer.domain.contract import (
    Aggregation,
    AmountOff,
    Charge,
    Contract,
    Fixed,
    Metered,
    PercentOff,
    Premium,
    Proration,
    Timing,
    VolumeOff,
)
from invoicer.domain.inputs import Declared
from invoicer.domain.party import PartyKind
from invoicer.domain.payment import PaymentRule
from invoicer.domain.period import Span, Unit
from invoicer.domain.price import Conditional, Flat, Model, Once, Percent, PerUnit, Price, Tiered
from invoicer.domain.refund import Refund
from invoicer.domain.trace import Rounding
from invoicer.domain.usage import Measured
from invoicer.errors import Problem

HOSTING, INSURANCE = "managed-hosting", "mobility-insurance"
LAST = dt.date(2026, 7, 1)  # the day on which June is billed
both = pytest.mark.parametrize("name", [HOSTING, INSURANCE])

MONTHLY, QUARTERLY, YEARLY = Span(1, Unit.MONTH), Span(1, Unit.QUARTER), Span(1, Unit.YEAR)


@cache
def _space(name: str) -> workspace.Workspace:
    return workspace.load(home.folder("rules") / name)


@cache
def _loaded(name: str) -> language.Loaded:
    space = _space(name)
    files = [(shown, language.read(path, shown)) for shown, path in (*space.contract_files, *space.price_list_files)]
    settings = space.settings
    return language.load(files, customers=space.customer_ids, sellers=settings.sellers, kinds=settings.supply)


@cache
def _contracts(name: str) -> dict[str, Contract]:
    return {contract.id: contract for contract in _loaded(name).contracts}


def _charges(contracts: Iterable[Contract]) -> Iterator[Charge]:
    for contract in contracts:
        yield from contract.charges


def _prices(charge: Charge) -> Iterator[Price]:
    for entry in charge.price.entries:
        price = entry.value
        yield from (option.price for option in price.options) if isinstance(price, Conditional) else (price,)


def _text(name: str) -> str:
    return "\n".join(_loaded(name).texts.values())


@both
def test_they_check_without_a_word_but_that_an_amendment_is_back_dated(name: str) -> None:
    loaded = _loaded(name)
    assert not loaded.refused
    assert not loaded.problems
    assert [one.problem.code for one in loaded.acknowledged] == ["C025"]  # one in each, on purpose


@both
def test_every_customer_has_a_contract(name: str) -> None:
    assert {contract.customer for contract in _contracts(name).values()} == _space(name).customer_ids


# ------------------------------------------------------------------ hosting


def test_hosting_has_40_contracts_or_more() -> None:
    assert len(_contracts(HOSTING)) >= 40


def test_hosting_bills_customers_of_every_kind() -> None:
    customers = _space(HOSTING).customers
    parties = {
        (row.kind, row.address.country)
        for contract in _contracts(HOSTING).values()
        for row in customers[contract.customer]
    }
    businesses = {country for kind, country in parties if kind is PartyKind.BUSINESS}
    assert businesses >= {"NL", "BE", "DE", "FR", "EE", "SE", "GB", "CH", "US"}
    assert {country for kind, country in parties if kind is PartyKind.CONSUMER} >= {"NL", "DE", "SE"}
    assert {contract.currency for contract in _contracts(HOSTING).values()} == {"EUR", "USD", "GBP"}


def test_hosting_bills_monthly_quarterly_and_annually_in_advance_and_in_arrears() -> None:
    billings = {entry.value for charge in _charges(_contracts(HOSTING).values()) for entry in charge.billing.entries}
    assert {(billing.every, billing.timing) for billing in billings} >= {
        (MONTHLY, Timing.ADVANCE),
        (MONTHLY, Timing.ARREARS),
        (QUARTERLY, Timing.ADVANCE),
        (QUARTERLY, Timing.ARREARS),
        (YEARLY, Timing.ADVANCE),
        (Span(2, Unit.WEEK), Timing.ARREARS),
    }
    mixed = _contracts(HOSTING)["zebras-cluster"]
    assert {charge.billing.entries[0].value.timing for charge in mixed.charges} == set(Timing)


def test_most_of_hosting_builds_on_a_price_list() -> None:
    sources = [{source.path for source in contract.sources} for contract in _contracts(HOSTING).values()]
    main = sum("price-lists/hosting-2026.terms" in paths for paths in sources)
    any_list = sum(any(path.startswith("price-lists/") for path in paths) for paths in sources)
    assert main >= 18
    assert any_list > len(sources) / 2
    assert sum("price-lists/hosting-2024.terms" in paths for paths in sources) == 1


def test_hosting_uses_every_price_model_and_every_way_to_measure() -> None:
    contracts = _contracts(HOSTING).values()
    prices = [price for charge in _charges(contracts) for price in _prices(charge)]
    assert {type(price) for price in prices} >= {Flat, Once, PerUnit, Tiered, Percent}
    assert {price.model for price in prices if isinstance(price, Tiered)} == set(Model)
    assert any(isinstance(e.value, Conditional) for charge in _charges(contracts) for e in charge.price.entries)
    meters = [meter for contract in contracts for meter in contract.meters]
    assert {meter.aggregation for meter in meters} == set(Aggregation)
    assert any(charge.events for charge in _charges(contracts))
    assert any(meter.per_day for meter in meters)
    assert any(meter.only for meter in meters)
    measured = {charge.id for charge in _charges(contracts) if charge.quantity}
    assert measured >= {"seats", "nodes", "storage", "traffic", "api", "backup", "mail"}
    assert any(charge.minimum for charge in _charges(contracts))
    assert any(charge.maximum for charge in _charges(contracts))
    assert any(charge.included for charge in _charges(contracts))


def test_hosting_discounts_in_every_way() -> None:
    contracts = _contracts(HOSTING).values()
    discounts = [discount for contract in contracts for discount in contract.discounts]
    assert {type(discount.off) for discount in discounts} == {PercentOff, AmountOff, VolumeOff}
    first_months = _contracts(HOSTING)["zebras-cluster"].discounts[0]
    assert (first_months.start, first_months.end) == (dt.date(2026, 1, 1), dt.date(2026, 4, 1))
    assert any(discount.charges is None for discount in discounts)
    assert any(discount.when for discount in discounts)


def test_a_domain_of_29_february_renews_on_the_last_day_and_comes_back() -> None:
    contract = _contracts(HOSTING)["huis-29-name"]
    periods = engine.schedule(contract, LAST, until=dt.date(2032, 3, 31))
    assert [period.bill_date for period in periods] == [
        dt.date(2026, 2, 28),
        dt.date(2027, 2, 28),
        dt.date(2028, 2, 29),
        dt.date(2029, 2, 28),
        dt.date(2030, 2, 28),
        dt.date(2031, 2, 28),
        dt.date(2032, 2, 29),
    ]


def test_domains_renew_yearly_without_refund() -> None:
    domains = [charge for charge in _charges(_contracts(HOSTING).values()) if "domei" in charge.title.lower()[:5]]
    assert len(domains) >= 6
    recurring = [charge for charge in domains if not isinstance(charge.price.entries[0].value, Once)]
    assert all(charge.billing.entries[0].value.every == YEARLY for charge in recurring)
    assert all(charge.service.entries[0].value.refund == Refund.NONE for charge in recurring)


def test_contracts_start_and_end_within_a_month() -> None:
    campaign = _contracts(HOSTING)["ziekenhuis-campaign"]
    assert (campaign.start, campaign.end) == (dt.date(2026, 1, 12), dt.date(2026, 3, 21))
    assert sum(contract.start.day > 1 for contract in _contracts(HOSTING).values()) >= 10
    policies = {charge.proration for charge in _charges(_contracts(HOSTING).values())}
    assert {rules.stop for rules in policies} >= {Proration.BY_DAYS, Proration.NEVER}
    assert {rules.start for rules in policies} >= {Proration.BY_DAYS, Proration.FULL_PERIODS}


def test_an_amendment_agreed_in_may_takes_effect_in_march() -> None:
    (amendment,) = _contracts(HOSTING)["zebras-cluster"].amendments
    assert (amendment.agreed, amendment.effective) == (dt.date(2026, 5, 12), dt.date(2026, 3, 1))


def test_a_contract_moves_from_annual_to_monthly() -> None:
    contract = _contracts(HOSTING)["kraanvogels-desk"]
    for charge in contract.charges:
        before, after = charge.billing.entries
        assert (before.value.every, after.value.every) == (YEARLY, MONTHLY)
        assert after.effective == dt.date(2026, 4, 1)
    assert {entry.value.direct_debit for entry in contract.payment.entries} == {True, False}


def test_hosting_is_paid_in_every_way() -> None:
    payments = {entry.value for contract in _contracts(HOSTING).values() for entry in contract.payment.entries}
    assert {payment.rule for payment in payments} == set(PaymentRule)
    assert {payment.calendar for payment in payments} >= {"NL", "target2"}
    roundings = {contract.rounding for contract in _contracts(HOSTING).values()}
    assert roundings >= {Rounding.HALF_UP, Rounding.HALF_EVEN}


def test_who_pays_by_direct_debit_has_an_account() -> None:
    for name in (HOSTING, INSURANCE):
        for contract in _contracts(name).values():
            if any(entry.value.direct_debit for entry in contract.payment.entries):
                assert all(row.iban for row in _space(name).customers[contract.customer]), contract.id


# ------------------------------------------------------------------ insurance


def _premiums() -> list[tuple[Contract, Charge, Premium]]:
    return [
        (contract, charge, charge.premium)
        for contract in _contracts(INSURANCE).values()
        for charge in contract.charges
        if charge.premium
    ]


def test_insurance_has_20_contracts_or_more() -> None:
    assert len(_contracts(INSURANCE)) >= 20


def test_insurance_covers_fleets_couriers_and_car_sharing_in_eight_countries() -> None:
    by_risk: dict[str, set[str]] = {}
    for contract, _, premium in _premiums():
        by_risk.setdefault(premium.risk, set()).add(contract.id)
    assert set(by_risk) == {"EE", "LV", "LT", "FI", "NL", "DE", "PL", "SE", "FR"}
    for risk in set(by_risk) - {"FR", "SE"}:  # one contract for a risk in France is held on purpose
        for business in ("couriers", "sharing"):
            assert any(business in contract for contract in by_risk[risk]), (risk, business)
    fleets = {contract.id for contract, _, _ in _premiums() if contract.id.endswith(("-fleet", "-pool"))}
    assert len(fleets) >= 7


def test_premiums_say_policy_insurer_class_and_risk() -> None:
    premiums = [premium for _, _, premium in _premiums()]
    assert all(premium.policy and premium.insurer for premium in premiums)
    assert len({premium.policy for premium in premiums}) == len(premiums)
    classes = {premium.insurance_class for premium in premiums}
    assert classes >= {"motor-liability", "motor-hull", "liability", "accident", "goods-in-transit"}


def test_premiums_go_by_hour_by_kilometre_and_by_vehicle_and_month() -> None:
    units = set()
    for _, charge, _ in _premiums():
        for price in _prices(charge):
            if isinstance(price, PerUnit):
                units.add((price.unit.removesuffix("s"), price.per))
    assert units >= {("hour", None), ("km", None), ("vehicle", MONTHLY), ("vehicle-day", None)}
    assert sum(charge.minimum is not None for _, charge, _ in _premiums()) >= 10
    assert any(charge.maximum for _, charge, _ in _premiums())
    kinds = {type(entry.value) for _, charge, _ in _premiums() if charge.quantity for entry in charge.quantity.entries}
    assert kinds == {Declared, Fixed, Metered}


def test_a_platform_fee_goes_with_most_covers() -> None:
    contracts = _contracts(INSURANCE).values()
    supply = _space(INSURANCE).settings.supply
    with_fee = [c for c in contracts if any(supply[charge.kind] == "electronic-service" for charge in c.charges)]
    assert len(with_fee) >= len(contracts) - 3
    assert {supply[charge.kind] for charge in _charges(contracts)} == {
        "insurance",
        "insurance-intermediation",
        "electronic-service",
    }


def test_insurance_bills_in_three_currencies_that_have_an_account() -> None:
    currencies = {contract.currency for contract in _contracts(INSURANCE).values()}
    assert currencies == {"EUR", "PLN", "SEK"}
    for name in (HOSTING, INSURANCE):
        for contract in _contracts(name).values():
            accounts = _space(name).sellers[contract.seller].accounts
            assert contract.currency in {account.currency for account in accounts}, contract.id


# ------------------------------------------------------------------ usage


HELD = {HOSTING: {"pinguine-lab"}, INSURANCE: {"haren-couriers"}}


@cache
def _measured(name: str, known_on: dt.date) -> tuple[dict[tuple[str, str, str], Measured | Problem], list[Problem]]:
    space, contracts = _space(name), _contracts(name).values()
    demands = [
        demand
        for contract in contracts
        for demand in engine.demands(contract, space.sellers[contract.seller].time_zone, LAST, LAST)
    ]
    measurements, problems = usage.measure(
        space.usage_folder,
        demands,
        known_on=known_on,
        contracts=_contracts(name),
        meters={meter.id for contract in contracts for meter in contract.meters},
    )
    return {(c, meter, str(days)): found for (c, meter, days), found in measurements.items()}, list(problems)


@both
def test_all_usage_can_be_read_and_is_complete_but_for_one_contract(name: str) -> None:
    answers, problems = _measured(name, LAST)
    assert problems == []
    doubtful = {contract for (contract, _, _), found in answers.items() if isinstance(found, Problem)}
    assert doubtful == HELD[name]
    assert len(answers) > 100


@both
def test_nothing_that_is_measured_is_empty(name: str) -> None:
    answers, _ = _measured(name, LAST)
    empty = [key for key, found in answers.items() if isinstance(found, Measured) and found.events == 0]
    assert empty == []


@pytest.mark.parametrize(
    "name, contract, meter, days, before, after",
    [
        (HOSTING, "herissons-edge", "traffic", "2026-02-01 to 2026-02-28", dt.date(2026, 4, 2), dt.date(2026, 4, 3)),
        (
            INSURANCE,
            "ezis-couriers",
            "kilometres",
            "2026-03-01 to 2026-03-31",
            dt.date(2026, 5, 19),
            dt.date(2026, 5, 20),
        ),
    ],
)
def test_late_usage_is_seen_from_the_day_it_was_received(
    name: str, contract: str, meter: str, days: str, before: dt.date, after: dt.date
) -> None:
    key = contract, meter, days
    early, late = _measured(name, before)[0][key], _measured(name, after)[0][key]
    assert isinstance(early, Measured)
    assert isinstance(late, Measured)
    assert late.value > early.value
    assert late.events - early.events in (9, 100)


def test_an_example_is_copied_whole(tmp_path: Path) -> None:
    workspace.copy_example("insurance", tmp_path / "mine")
    copied = workspace.load(tmp_path / "mine")
    assert len(copied.contract_files) == 8
    assert (copied.templates_folder / "document.html").is_file()
