"""tests of the engine: minimum and maximum, as lines of their own."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

from invoicer.domain.contract import Anchor, Bound, Proration, ProrationRules
from invoicer.domain.price import Model
from invoicer.domain.usage import Measured
from invoicer.engine import demands, rate
from tests.engine.terms import (
    ANNIVERSARY,
    LATER,
    MONTH,
    QUARTER,
    WEEK,
    amounts,
    bands,
    billing,
    charge,
    contract,
    day,
    each,
    face,
    flat,
    holds_of,
    in_arrears,
    measured,
    metered,
    period,
    prices,
    rated,
    service,
    sum_of,
    table,
    timeline,
)

FIFTY = Bound(Decimal("50.00"), MONTH)
QUARTERLY = in_arrears(QUARTER, Anchor(1, 1))


@pytest.mark.parametrize(
    ("used", "expected"),
    [
        (0, [("fee", "0.00"), ("fee/minimum", "50.00")]),
        (20, [("fee", "20.00"), ("fee/minimum", "30.00")]),
        (50, [("fee", "50.00")]),
        (90, [("fee", "90.00")]),
        (130, [("fee", "130.00"), ("fee/maximum", "-30.00")]),
    ],
)
def test_up_to_the_minimum_and_down_to_the_maximum(used: int, expected: list[tuple[str, str]]) -> None:
    terms = contract(metered(each("1.00"), minimum=FIFTY, maximum=Bound(Decimal(100))))
    found = rated(terms, "2026-02-01", {"use": used})
    assert [(name, amount) for name, _, amount in table(found)] == expected
    assert all(one.days == period("2026-01-01", "2026-01-31") for one in found)
    if used == 130:
        assert face(found[1]) == "-1 at 30.00"


def test_a_contradiction_of_both_is_settled_by_the_minimum() -> None:
    terms = contract(metered(each("1.00"), minimum=FIFTY, maximum=Bound(Decimal(40), MONTH)))
    found = rated(terms, "2026-02-01", {"use": 90})
    assert [amounts(found, part) for part in ("fee", "fee/maximum", "fee/minimum")] == [
        ["90.00"],
        ["-50.00"],
        ["10.00"],
    ]


@pytest.mark.parametrize(("prorated", "top_up"), [(True, "15.81"), (False, "40.00")])
def test_in_a_stub_the_minimum_is_prorated_only_where_the_terms_say_so(prorated: bool, top_up: str) -> None:
    """16 of 31 days of 50.00 are 25.81."""
    bound = Bound(Decimal("50.00"), MONTH, prorated)
    terms = contract(metered(each("1.00"), start="2026-01-16", minimum=bound), start="2026-01-16")
    assert amounts(rated(terms, "2026-02-01", {"use": 10}), "fee/minimum") == [top_up]


def test_each_month_of_a_quarter_has_its_minimum() -> None:
    terms = contract(metered(each("1.00"), minimum=FIFTY, bill=QUARTERLY))
    months = [one.days for one in demands(terms, "Europe/Amsterdam", LATER, day("2026-04-01"))]
    answers = {
        ("c-1", "use", days): Measured(Fraction(used), "usage.csv", 1)
        for days, used in zip(months, (20, 80, 40), strict=True)
    }
    found = rate(terms, None, answers, LATER, day("2026-04-01")).entitlements
    assert [(name, amount) for name, _, amount in table(found)] == [("fee", "140.00"), ("fee/minimum", "40.00")]


def test_a_minimum_for_the_billing_period_counts_all_its_months() -> None:
    price = bands(Model.GRADUATED, (None, "1.00"), per=MONTH)
    terms = contract(metered(price, minimum=Bound(Decimal(50)), bill=QUARTERLY))
    assert len(demands(terms, "Europe/Amsterdam", LATER, day("2026-04-01"))) == 3
    assert amounts(rated(terms, "2026-04-01", {"use": 16}), "fee/minimum") == ["2.00"]


def test_bounds_run_on_across_a_price_step() -> None:
    """20 units at 1.00 and 20 at 2.00 are 60.00: no minimum is missing, though each part alone is below it."""
    step = prices(each("1.00"), ("2026-01-16", "2026-01-10", each("2.00")))
    found = rated(contract(metered(step, minimum=FIFTY)), "2026-02-01", {"use": 20})
    assert amounts(found) == ["20.00", "40.00"]
    assert amounts(found, "fee/minimum") == []
    capped = rated(contract(metered(step, maximum=FIFTY)), "2026-02-01", {"use": 20})
    assert amounts(capped, "fee/maximum") == ["-10.00"]


def test_charge_and_minimum_are_the_minimum_to_the_cent() -> None:
    """0.333 and 0.333 round to 0.33 twice; the minimum of 10.00 is 10.00."""
    step = prices(
        each("0.111"), ("2026-01-16", "2026-01-10", each("0.1110")), ("2026-01-20", "2026-01-11", each("0.37"))
    )
    found = rated(contract(metered(step, minimum=Bound(Decimal("10.00")))), "2026-02-01", {"use": 3})
    assert len(found) == 3
    assert sum_of(found) == Decimal("10.00")


@pytest.mark.parametrize(
    ("rule", "top_up"), [(Proration.BY_DAYS, "55.00"), (Proration.FULL_PERIODS, "40.00"), (Proration.NEVER, "71.00")]
)
def test_a_minimum_that_changes_within_its_period(rule: Proration, top_up: str) -> None:
    """50.00 for 16 of 31 days and 81.00 for 15 of them are 65.00."""
    bound = timeline(FIFTY, ("2026-01-17", "2026-01-10", Bound(Decimal("81.00"), MONTH)))
    terms = contract(metered(each("1.00"), minimum=bound, proration=ProrationRules(change=rule)))
    assert amounts(rated(terms, "2026-02-01", {"use": 10}), "fee/minimum") == [top_up]


def test_a_bound_that_is_new_within_a_period() -> None:
    """A minimum counts for its 16 days; a maximum from the next period on."""
    new = timeline(Bound(Decimal("31.00"), MONTH), start=day("2026-01-16"))
    low = rated(contract(metered(each("1.00"), minimum=new)), "2026-03-01", {"use": 1})
    assert amounts(low, "fee/minimum") == ["15.00", "30.00"]
    high = rated(contract(metered(each("1.00"), maximum=new)), "2026-03-01", {"use": 100})
    assert amounts(high, "fee/maximum") == ["-69.00"]


def test_a_minimum_on_a_flat_price_in_a_stub() -> None:
    terms = contract(
        charge(flat("31.00"), serving=service("2026-01-22"), minimum=Bound(Decimal("20.00"))), start="2026-01-22"
    )
    assert table(rated(terms, "2026-01-22")) == [
        ("fee", "2026-01-22 to 2026-01-31", "10.00"),
        ("fee/minimum", "2026-01-22 to 2026-01-31", "10.00"),
    ]


def test_a_minimum_that_begins_within_a_billing_period_counts_for_its_months() -> None:
    """20 in each month, and 50.00 at least in February and in March."""
    bound = timeline(FIFTY, start=day("2026-02-01"))
    price = bands(Model.GRADUATED, (None, "1.00"), per=MONTH)
    found = rated(contract(metered(price, minimum=bound, bill=QUARTERLY)), "2026-04-01", {"use": 20})
    assert [(name, amount) for name, _, amount in table(found)] == [("fee", "60.00"), ("fee/minimum", "60.00")]


def test_rounding_alone_makes_no_bound() -> None:
    """Lines of 0.334 and 0.3345 are 0.33 each; a maximum of 0.667 is 0.67 and adds nothing to them."""
    step = prices(each("0.334"), ("2026-01-16", "2026-01-10", each("0.3345")))
    found = rated(contract(metered(step, maximum=Bound(Decimal("0.667")))), "2026-02-01", {"use": 1})
    assert [(name, amount) for name, _, amount in table(found)] == [("fee", "0.33"), ("fee", "0.33")]


def test_a_full_period_needs_no_share_of_a_prorated_minimum() -> None:
    found = rated(
        contract(metered(each("1.00"), minimum=Bound(Decimal(50), MONTH, prorated=True))), "2026-02-01", {"use": 1}
    )
    assert amounts(found, "fee/minimum") == ["49.00"]
    assert "days-in-period" not in repr(found[1].trace)


def test_periods_that_do_not_fit_hold() -> None:
    yearly = Bound(Decimal(100), QUARTER)
    for terms in (
        contract(metered(each("1.00"), minimum=yearly)),
        contract(charge(flat("1.00"), minimum=yearly)),
        contract(charge(flat("1.00"), minimum=FIFTY, bill=billing(WEEK, anchor=ANNIVERSARY))),
        contract(metered(bands(Model.VOLUME, (None, "1"), per=QUARTER))),
        contract(metered(each("1.00", "hour", QUARTER))),
        contract(metered(each("1.00"), minimum=FIFTY, maximum=Bound(Decimal(100)), bill=QUARTERLY)),
    ):
        found = holds_of(terms, "2026-04-01", measured(terms, day("2026-04-01"), {"use": 1000}))
        assert {one.code for one in found} == {"E006"}, found
        assert "contract c-1, charge fee" in str(found[0].where)
        assert found[0].mend
