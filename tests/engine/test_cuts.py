"""tests of the engine: where a change of billing cuts a period, no day costs twice and none comes free."""

from __future__ import annotations

from decimal import Decimal

import pytest

from invoicer.domain.contract import Aggregation, Anchor, Billing, Bound, Proration, ProrationRules, VolumeOff
from invoicer.domain.price import Model
from invoicer.domain.timeline import Timeline
from tests.engine.terms import (
    ANNIVERSARY,
    MONTH,
    QUARTER,
    YEAR,
    amounts,
    bands,
    billing,
    charge,
    contract,
    each,
    flat,
    in_arrears,
    meter,
    metered,
    rated,
    rows,
    seats,
    table,
    timeline,
)
from tests.engine.test_discounts import discount

MINIMUM = Bound(Decimal("120.00"), MONTH)


def changed(new: Billing, old: Billing | None = None) -> Timeline[Billing]:
    """Monthly billing that changes on 16 March: of its 31 days, 15 lie before the cut and 16 after it."""
    return timeline(old or billing(), ("2026-03-16", "2026-03-10", new))


ARREARS_BY_QUARTER = changed(in_arrears(QUARTER, Anchor(1, 1)), in_arrears())


def test_a_minimum_is_shared_by_days_where_billing_changes() -> None:
    """120.00 × 15 ÷ 31 are 58.06, of which the charge makes 48.39; 120.00 × 16 ÷ 31 are 61.94, of which 51.61."""
    bill = changed(in_arrears())
    found = rated(contract(charge(flat("100.00"), start="2026-03-01", bill=bill, minimum=MINIMUM)), "2026-04-01")
    assert table(found) == [
        ("fee", "2026-03-01 to 2026-03-15", "48.39"),
        ("fee/minimum", "2026-03-01 to 2026-03-15", "9.67"),
        ("fee", "2026-03-16 to 2026-03-31", "51.61"),
        ("fee/minimum", "2026-03-16 to 2026-03-31", "10.33"),
    ]


def test_full_periods_on_either_side_of_the_cut_have_their_whole_minimum() -> None:
    bill = changed(billing(QUARTER, anchor=Anchor(day=16)))
    found = rated(contract(charge(flat("100.00"), bill=bill, minimum=MINIMUM)), "2026-03-16")
    assert amounts(found) == ["100.00", "100.00", "48.39", "300.00"]
    assert amounts(found, "fee/minimum") == ["20.00", "20.00", "9.67", "60.00"]


@pytest.mark.parametrize(("prorated", "top_ups"), [(False, ["22.58", "10.33"]), (True, ["7.10", "10.33"])])
def test_a_late_start_before_the_cut_counts_as_it_would_without_the_cut(prorated: bool, top_ups: list[str]) -> None:
    """From 5 March on: a minimum that is not prorated is due whole, 15 and 16 of its 31 days (58.06 and 61.94); one that
    is prorated for 11 and 16 of them (42.58 and 61.94)."""
    bound = Bound(Decimal("120.00"), MONTH, prorated)
    fee = charge(flat("100.00"), start="2026-03-05", bill=changed(in_arrears()), minimum=bound)
    found = rated(contract(fee, start="2026-03-05"), "2026-04-01")
    assert amounts(found) == ["35.48", "51.61"]
    assert amounts(found, "fee/minimum") == top_ups


def test_a_stop_after_the_cut_leaves_the_rest_of_the_minimum_whole() -> None:
    fee = charge(flat("100.00"), start="2026-03-01", bill=changed(in_arrears()), minimum=MINIMUM)
    found = rated(contract(fee, start="2026-03-01", end="2026-03-20"), "2026-04-01")
    assert amounts(found) == ["48.39", "16.13"]
    assert amounts(found, "fee/minimum") == ["9.67", "45.81"]


def test_a_bound_of_a_year_that_is_cut_counts_its_days() -> None:
    """From monthly payment on, the minimum of a billing period is that of each month: 90 of 365 days of 3 650.00, and then
    3 650.00 for April."""
    bill = timeline(billing(YEAR, anchor=ANNIVERSARY), ("2026-04-01", "2026-03-10", billing()))
    found = rated(contract(charge(flat("100.00"), bill=bill, minimum=Bound(Decimal("3650.00")))), "2026-04-01")
    assert amounts(found) == ["300.00", "100.00"]
    assert amounts(found, "fee/minimum") == ["600.00", "3550.00"]


def test_a_maximum_is_shared_as_well() -> None:
    """310.00 a month is 150.00 for 15 days and 160.00 for 16."""
    maximum = Bound(Decimal("310.00"), MONTH)
    use = charge(each("1.00", per=MONTH), quantity="use", start="2026-03-01", bill=ARREARS_BY_QUARTER, maximum=maximum)
    found = rated(contract(use, start="2026-03-01", end="2026-03-31"), "2026-04-01", {"use": 200})
    assert amounts(found, "fee/maximum") == ["-50.00", "-40.00"]


def test_included_units_are_shared_where_usage_is_measured() -> None:
    """310 a month are 150 in 15 days and 160 in 16: of 200 in each part, 50 and 40 are billed."""
    use = charge(each("1.00", per=MONTH), quantity="use", start="2026-03-01", bill=ARREARS_BY_QUARTER, included=310)
    found = rated(contract(use, start="2026-03-01", end="2026-03-31"), "2026-04-01", {"use": 200})
    assert amounts(found) == ["50.00", "40.00"]
    assert rows(found[0]) == ["included: 150 unit at 0"]


def test_included_seats_are_shared_once_with_the_price() -> None:
    fee = charge(seats("31.00"), quantity=20, included=10, start="2026-03-01", bill=changed(in_arrears()))
    assert amounts(rated(contract(fee), "2026-04-01")) == ["150.00", "160.00"]
    level = charge(each("31.00", per=MONTH), quantity="peak", included=10, start="2026-03-01", bill=ARREARS_BY_QUARTER)
    terms = contract(level, start="2026-03-01", end="2026-03-31", meters=[meter("peak", Aggregation.MAX)])
    assert amounts(rated(terms, "2026-04-01", {"peak": 20})) == ["150.00", "160.00"]


@pytest.mark.parametrize(
    ("model", "table_of_bands", "used", "expected"),
    [
        # up to 150 and up to 160 at 1.00; what is above at 0.50, and 15.00 and 16.00 of the flat 31.00
        (Model.GRADUATED, ((310, "1.00"), (None, "0.50", "31.00")), 200, ["190.00", "196.00"]),
        (Model.GRADUATED, ((310, "1.00"), (None, "0.50", "31.00")), 150, ["150.00", "150.00"]),
        (Model.VOLUME, ((310, "2.00"), (None, "1.00", "31.00")), 160, ["175.00", "320.00"]),
        # whole packages stay whole: 50 and 40 above what is free are one package of 100 each
        (Model.PACKAGE, ((310, "0"), (None, "7.00", "0", "100")), 200, ["7.00", "7.00"]),
    ],
)
def test_bands_and_their_flat_parts_are_shared(
    model: Model, table_of_bands: tuple[tuple[object, ...], ...], used: int, expected: list[str]
) -> None:
    price = bands(model, *table_of_bands, per=MONTH)
    use = charge(price, quantity="use", start="2026-03-01", bill=ARREARS_BY_QUARTER)
    found = rated(contract(use, start="2026-03-01", end="2026-03-31"), "2026-04-01", {"use": used})
    assert amounts(found) == expected


def test_bands_of_the_months_beside_the_cut_stay_whole() -> None:
    price = bands(Model.GRADUATED, (310, "1.00"), (None, "0.50"), per=MONTH)
    use = charge(price, quantity="use", bill=ARREARS_BY_QUARTER, start="2026-02-01")
    found = rated(contract(use, start="2026-02-01", end="2026-06-30"), "2026-07-01", {"use": 400})
    assert amounts(found) == ["355.00", "275.00", "280.00", "1065.00"]


def test_a_start_or_a_stop_shares_no_bands() -> None:
    price = bands(Model.GRADUATED, (310, "1.00"), (None, "0.50"), per=MONTH)
    terms = contract(metered(price, start="2026-03-05"), start="2026-03-05", end="2026-03-20")
    assert amounts(rated(terms, "2026-04-01", {"use": 310})) == ["310.00"]


def test_the_bands_of_a_volume_discount_are_shared() -> None:
    """1 200.00 a month reaches the band above 1 000.00, and so do 580.65 and 619.35 in 15 and 16 of 31 days."""
    off = VolumeOff(((Decimal("1000.00"), Decimal(0)), (None, Decimal(5))))
    fee = charge(flat("1200.00"), start="2026-03-01", bill=changed(in_arrears()))
    found = rated(contract(fee, discounts=[discount(off, "fee")]), "2026-04-01")
    assert amounts(found, "fee/discount/off") == ["-29.03", "-30.97"]
    small = charge(flat("1000.00"), start="2026-03-01", bill=changed(in_arrears()))
    assert amounts(rated(contract(small, discounts=[discount(off, "fee")]), "2026-04-01"), "fee/discount/off") == []


def test_the_cut_counts_by_days_whatever_the_policy_for_starts_and_stops() -> None:
    whole = ProrationRules(start=Proration.FULL_PERIODS, stop=Proration.FULL_PERIODS)
    fee = charge(flat("310.00"), start="2026-03-01", bill=changed(in_arrears()), proration=whole)
    assert amounts(rated(contract(fee), "2026-04-01")) == ["150.00", "160.00"]
