"""tests of the engine: worked examples that other billing systems publish, with their sources.

Where another convention differs from ours, the test states both numbers and the reason.
"""

from __future__ import annotations

import datetime as dt
import tomllib
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from invoicer.domain.contract import Aggregation, AmountOff, Anchor, Bound, Discount
from invoicer.domain.money import Money
from invoicer.domain.price import AllOf, Compare, Comparison, Conditional, Free, Model, Option, Percent
from invoicer.engine import schedule
from tests.engine.terms import (
    LATER,
    MONTH,
    QUARTER,
    SIGNED,
    WEEK,
    YEAR,
    amounts,
    bands,
    billing,
    charge,
    clause,
    contract,
    day,
    each,
    flat,
    in_arrears,
    meter,
    metered,
    prices,
    rated,
    service,
    sum_of,
)

HERE = Path(__file__).parent
CASES: dict[str, Any] = tomllib.loads((HERE / "cases.toml").read_text("utf-8"))
LATER_CASES: dict[str, dict[str, list[str]]] = tomllib.loads((HERE / "cases_later.toml").read_text("utf-8"))


def _named(family: str) -> pytest.MarkDecorator:
    rows = CASES[family]
    return pytest.mark.parametrize("case", rows, ids=[row["id"] + row.get("part", "") for row in rows])


def _bands(case: dict[str, Any]) -> Any:
    rows = [(None if up_to == "" else up_to, *rest) for up_to, *rest in CASES["bands"][case["bands"]]]
    return bands(Model(case["model"]), *rows)


@_named("tiered")
@pytest.mark.parametrize("agreed", [False, True], ids=["measured", "agreed"])
def test_bands(case: dict[str, Any], agreed: bool) -> None:
    """Bands price measured usage and agreed quantities alike."""
    terms = (charge if agreed else metered)(_bands(case), included=case.get("included"), **_quantity(case, agreed))
    found = rated(contract(terms), "2026-02-01" if not agreed else "2026-01-01", {"use": case["quantity"]})
    expected = case.get("ours", case["amount"])
    assert case["source"] in CASES["sources"]
    assert amounts(found) == ([expected] if Decimal(expected) or not agreed else [])
    assert ("ours" in case) is ("why" in case)
    if "rows" in case:
        assert [row.amount for row in found[0].details] == [Fraction(row) for row in case["rows"]]
    if "packages" in case:
        assert found[0].quantity == Fraction(case["packages"])


def _quantity(case: dict[str, Any], agreed: bool) -> dict[str, Any]:
    return {"quantity": case["quantity"]} if agreed else {}


@_named("per-unit")
def test_units(case: dict[str, Any]) -> None:
    charges = [metered(each(case["price"]), included=case.get("included"))]
    if "flat" in case:
        charges.append(charge(flat(case["flat"]), name="base", bill=in_arrears()))
    found = rated(contract(*charges), "2026-02-01", {"use": case["quantity"]})
    assert str(sum_of(found)) == case["amount"]


@_named("percent")
def test_percentage(case: dict[str, Any]) -> None:
    found = rated(contract(metered(Percent(Decimal(case["percent"])))), "2026-02-01", {"use": case["quantity"]})
    assert amounts(found) == [case["amount"]]
    assert found[0].trace.operands[0].result == Fraction(case["exact"])


# Minimum and proration

LAGO_MINIMUM = "getlago/lago-doc@0cf60715 guide/revenue-recognition/how-it-works/minimum-commitments.mdx"
LAGO_SPENDING = "getlago/lago-doc@0cf60715 guide/plans/charges/spending-minimum.mdx"
LAGO_COMMITMENT = "getlago/lago-api@1b1c24a6 spec/scenarios/commitments/minimum/on_termination_spec.rb"
LAGO_SPENDING_SPEC = "getlago/lago-api@1b1c24a6 spec/scenarios/spending_minimum_spec.rb"


@pytest.mark.parametrize(
    ("case", "minimum", "usage", "top_up", "source"),
    [
        ("lago-commit-below", "500", "300", "200.00", LAGO_MINIMUM),
        ("lago-spending-minimum", "100", "50", "50.00", LAGO_SPENDING),
        ("lagospec-commitment-downgrade", "10000", "100", "9900.00", LAGO_COMMITMENT),
    ],
)
def test_minimum(case: str, minimum: str, usage: str, top_up: str, source: str) -> None:
    terms = contract(metered(each("0.010"), minimum=Bound(Decimal(minimum))))
    found = rated(terms, "2026-02-01", {"use": int(usage) * 100})
    assert amounts(found, "fee/minimum") == [top_up], (case, source)
    assert sum_of(found) == Decimal(minimum)


def test_minimum_prorated_at_a_stop() -> None:
    """lagospec-minimum-termination: 25 of 28 days of a minimum of 10.00 is 8.93, so 0.93 is added to 8.00 used; of a fee
    of 50.00 paid in advance 5.36 comes back."""
    stop = service("2026-02-01", ("2026-02-26", "2026-02-26", False))
    use = metered(each("8"), serving=stop, minimum=Bound(Decimal("10.00"), prorated=True))
    plan = charge(flat("50.00"), name="plan", serving=stop)
    found = rated(contract(use, plan, start="2026-02-01"), "2026-02-26", {"use": 1})
    assert amounts(found) == ["8.00"]
    assert amounts(found, "fee/minimum") == ["0.93"], LAGO_SPENDING_SPEC
    assert Decimal("50.00") - Decimal(amounts(found, "plan")[0]) == Decimal("5.36")


@pytest.mark.parametrize(
    ("case", "price", "every", "days", "unused", "credit"),
    [
        ("lagospec-creditnote-160", "160.00", MONTH, 30, 29, "154.67"),
        ("lagospec-creditnote-2999", "29.99", WEEK, 7, 6, "25.71"),
    ],
)
def test_unused_days_of_a_stop(case: str, price: str, every: Any, days: int, unused: int, credit: str) -> None:
    """getlago/lago-api@1b1c24a6 spec/scenarios/credit_notes/credit_note_rounding_spec.rb"""
    last = dt.date(2026, 4, 1) + dt.timedelta(days=days - unused)
    stopped = service("2026-04-01", (last.isoformat(), last.isoformat(), False))
    terms = contract(charge(flat(price, every), serving=stopped, bill=billing(every)), start="2026-04-01")
    assert rated(terms, "2026-04-30", known_on="2026-04-01")[0].net == Money.of(price, "EUR"), case
    kept = Decimal(amounts(rated(terms, "2026-04-30"))[0])
    assert Decimal(price) - kept == Decimal(credit)


def test_change_of_price_within_a_period() -> None:
    """autumn-proration (https://docs.useautumn.com/documentation/modelling-pricing/proration.md): 20 to 50 half-way costs
    15 more. kb-plan-change (killbill/killbill-docs@891f5131 includes/invoicing-invoice-items.adoc): 20 to 30 half-way
    gives 10 back and charges 15. lago-upgrade-arrears (getlago/lago-doc@0cf60715
    guide/subscriptions/upgrades-downgrades.mdx): 100 to 200 after 14 of 31 days is 45.16 and 109.68."""
    half = charge(prices(flat("20"), ("2026-04-16", flat("50"))), start="2026-04-01")
    assert amounts(rated(contract(half, start="2026-04-01"), "2026-04-01")) == ["10.00", "25.00"]
    assert Decimal("10.00") + Decimal("25.00") - Decimal("20.00") == 15

    bill_day_11 = billing(anchor=Anchor(day=11))
    plan = charge(prices(flat("20"), ("2013-04-26", flat("30"))), start="2013-04-11", bill=bill_day_11)
    assert amounts(rated(contract(plan, start="2013-04-11"), "2013-04-11")) == ["10.00", "15.00"]

    upgrade = charge(prices(flat("100"), ("2026-01-15", flat("200"))), bill=in_arrears())
    found = rated(contract(upgrade), "2026-02-01")
    assert amounts(found) == ["45.16", "109.68"]
    assert [one.proration for one in found] == [(14, 31), (17, 31)]


def test_incomplete_periods() -> None:
    """lago-revrec-seat (getlago/lago-doc@0cf60715 how-it-works/usage-based-charges.mdx): 16 of 31 days of 30.00 is 15.48.
    lagospec-quarter-anniversary (getlago/lago-api@1b1c24a6 spec/scenarios/subscriptions/upgrade_proration_spec.rb): 32 of 91
    days of 910.00 is 320.00. silver-cross-month-proration (https://github.com/silverapp/silver/issues/200): from 25 January
    to 2 February is 7/31 and 2/28 of a month. erpnext-quarter-stub (https://github.com/frappe/erpnext/pull/36880): three
    months at 3 950.00 from 8 April are 10 928.33."""
    seat = charge(flat("30"), start="2026-01-16")
    assert amounts(rated(contract(seat, start="2026-01-16"), "2026-01-16")) == ["15.48"]

    quarter = charge(flat("910", QUARTER), start="2024-05-20", bill=billing(QUARTER, anchor=Anchor(15, 4)))
    found = rated(contract(quarter, start="2024-05-20", end="2024-06-20"), "2024-05-20")
    assert (amounts(found), found[0].proration) == (["320.00"], (32, 91))

    crossing = contract(charge(flat("868"), start="2015-01-25"), start="2015-01-25", end="2015-02-02")
    found = rated(crossing, "2015-02-28")
    assert [one.proration for one in found] == [(7, 31), (2, 28)]

    stub = charge(flat("3950"), start="2023-04-08", bill=billing(QUARTER, anchor=Anchor(1, 1)))
    assert amounts(rated(contract(stub, start="2023-04-08"), "2023-06-30")) == ["10928.33"]


def test_calendar_quarters() -> None:
    """erpnext-follow-calendar (frappe/erpnext@037d190c accounts/doctype/subscription/test_subscription.py)."""
    terms = contract(
        charge(flat("1"), start="2018-01-15", bill=billing(QUARTER, anchor=Anchor(1, 1))), start="2018-01-15"
    )
    assert schedule(terms, LATER, day("2018-01-15"))[0].days.last_day == day("2018-03-31")


@dataclass(frozen=True)
class Cycles:
    """Fractions of a full period that are billed in advance up to and including a day."""

    id: str
    start: str
    end: str | None
    until: str
    day: int
    every: Any
    fractions: tuple[str, ...]


KILLBILL = "killbill/killbill@cb60779c invoice proRations/inAdvance"
CYCLES = [
    Cycles("kbtest-cycles-m-trail-start", "2010-06-17", "2010-07-24", "2010-06-17", 17, MONTH, ("1",)),
    Cycles("kbtest-cycles-m-lead-start", "2011-02-01", None, "2011-02-01", 13, MONTH, ("12/31",)),
    Cycles("kbtest-cycles-m-lead-apr", "2011-02-01", None, "2011-04-13", 13, MONTH, ("12/31", "1", "1", "1")),
    Cycles("kbtest-cycles-m-leap", "2012-02-01", "2012-02-14", "2012-02-19", 1, MONTH, ("14/29",)),
    Cycles("kbtest-cycles-m-double", "2011-01-01", "2011-02-26", "2011-02-27", 15, MONTH, ("14/31", "1", "12/28")),
    Cycles("kbtest-cycles-m-half", "2011-02-10", "2011-02-23", "2011-03-06", 10, MONTH, ("1/2",)),
    Cycles("kbtest-cycles-q-lead", "2011-02-01", None, "2011-02-13", 13, QUARTER, ("12/92", "1")),
    Cycles("kbtest-cycles-q-lead-jun", "2011-02-01", None, "2011-06-13", 13, QUARTER, ("12/92", "1", "1")),
    Cycles("kbtest-cycles-y-lead", "2011-02-01", None, "2011-02-13", 13, YEAR, ("12/365", "1")),
]


@pytest.mark.parametrize("case", CYCLES, ids=[case.id for case in CYCLES])
def test_billing_cycles_in_advance(case: Cycles) -> None:
    bill = billing(case.every, anchor=Anchor(day=case.day))
    terms = contract(charge(flat("1000000", case.every), start=case.start, bill=bill), start=case.start, end=case.end)
    periods = schedule(terms, LATER, day(case.until))
    assert [Fraction(p.days.days, p.full.days) for p in periods] == [Fraction(f) for f in case.fractions], KILLBILL
    expected = [str(Money.of(1_000_000 * Fraction(f), "EUR").amount) for f in case.fractions]
    assert amounts(rated(terms, case.until)) == expected


# Discounts, conditions, running totals


def test_an_amount_off_several_charges() -> None:
    """lagospec-coupon-allocation (getlago/lago-api@1b1c24a6 spec/scenarios/taxes_on_invoice_spec.rb): 10.00 off is shared in
    proportion: 5.00, 2.50, 1.50 and 1.00. Ours reduces a charge together with its minimum: 5.00, 2.50 and 2.50."""
    off = Discount("coupon", "Coupon", clause(40), AmountOff(Decimal(10)), None, SIGNED, day("2026-01-01"), None)
    terms = contract(
        charge(flat("100"), name="subscription", bill=in_arrears()),
        charge(flat("50"), name="fx", bill=in_arrears()),
        metered(each("1"), name="cards", minimum=Bound(Decimal(50))),
        discounts=[off],
    )
    found = rated(terms, "2026-02-01", {"use": 30})
    assert amounts(found, "cards/minimum") == ["20.00"]
    assert [amounts(found, f"{name}/discount/coupon") for name in ("subscription", "fx", "cards")] == [
        ["-5.00"],
        ["-2.50"],
        ["-2.50"],
    ]
    assert sum_of(found) == Decimal("190.00")


def test_the_peak_of_two_meters_decides_the_price() -> None:
    """kb-capacity (killbill/killbill-docs@891f5131 includes/catalog-usage.adoc): 5.00 while bandwidth is at most 100 and
    members are at most 500; with 501 members the second tier counts, whose price the source does not print."""

    def at_most(subject: str, value: int) -> Compare:
        return Compare(subject, Comparison.AT_MOST, Fraction(value))

    within = AllOf((at_most("bandwidth", 100), at_most("members", 500)))
    price = Conditional((Option(within, flat("5.00")), Option(None, flat("9.00"))))
    terms = contract(
        charge(price, bill=in_arrears()),
        metered(Free(), "bandwidth", name="bandwidth"),
        metered(Free(), "members", name="members"),
        meters=[meter("bandwidth", Aggregation.MAX), meter("members", Aggregation.MAX)],
    )
    assert amounts(rated(terms, "2026-02-01", {"bandwidth": 50, "members": 350})) == ["5.00"]
    assert amounts(rated(terms, "2026-02-01", {"bandwidth": 50, "members": 501})) == ["9.00"]


def test_graduated_percentage_in_a_row() -> None:
    """lago-gradpct-sequence (https://getlago.com/docs/guide/plans/charges/charge-models/graduated-percentage): transactions
    of 500, 550 and 4 000 cost 205.00, 306.00 and 80.00. As three parts of a period at equal bands they cost the same."""
    rows = bands(Model.GRADUATED, (1000, "1", "200", "100"), (10000, "2", "300", "100"), (None, "3", "400", "100"))
    totals = [amounts(rated(contract(metered(rows)), "2026-02-01", {"use": use}))[0] for use in (500, 1050, 5050)]
    steps = [Decimal(totals[0]), *(Decimal(b) - Decimal(a) for a, b in pairwise(totals))]
    assert steps == [Decimal("205.00"), Decimal("306.00"), Decimal("80.00")]


IN_CODE = {
    "lago-commit-below", "lago-spending-minimum", "lagospec-commitment-downgrade", "lagospec-minimum-termination",
    "lagospec-creditnote-160", "lagospec-creditnote-2999", "autumn-proration", "kb-plan-change", "lago-upgrade-arrears",
    "lago-revrec-seat", "lagospec-quarter-anniversary", "silver-cross-month-proration", "erpnext-quarter-stub",
    "erpnext-follow-calendar", "lagospec-coupon-allocation", "kb-capacity", "lago-gradpct-sequence",
}  # fmt: skip


def test_every_example_is_carried_or_listed() -> None:
    """92 examples were collected: 63 are above, 29 wait or belong elsewhere; none is in both, all have a source."""
    carried = {row["id"] for family in ("tiered", "per-unit", "percent") for row in CASES[family]}
    carried |= IN_CODE | {case.id for case in CYCLES}
    waiting = [one for reasons in LATER_CASES.values() for listed in reasons.values() for one in listed]
    source = Path(__file__).read_text("utf-8")
    assert all(one in source for one in IN_CODE)
    assert len(waiting) == len(set(waiting))
    assert not carried & set(waiting)
    assert (len(carried), len(waiting)) == (63, 29)
