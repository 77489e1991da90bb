"""Why a correction is made, and the clause that it names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from invoicer.documents import Reason, compare
from invoicer.domain.contract import Billing, Bound, Charge, Contract, Fixed, InService, Metered, Timing
from invoicer.domain.entitlement import Component, Part, Treated
from invoicer.domain.period import Span, Unit
from invoicer.domain.price import Flat
from invoicer.domain.timeline import Dated, Timeline
from invoicer.domain.trace import Clause, given
from tests.documents.world import (
    AMENDED,
    CLAUSE,
    FEE,
    LAUNCH,
    MINIMUM,
    SETUP,
    Desk,
    contract,
    day,
    month,
    owed,
    span,
)

START = day("2026-01-01")
OWN = replace(CLAUSE, line=20, end_line=20)
LEVY = Component("fee", Part.LEVY, "ipt-fi")
METERED = given(400, "quantity", "call", source="usage")
Told = list[tuple[str, Reason, Clause | None]]


def amended(value: Any, effective: str, agreed: str, first: Any) -> Timeline[Any]:
    """A timeline with the first value and an amendment of it."""
    later = Dated(day(effective), day(agreed), value, AMENDED, 1)
    return Timeline((Dated(START, day("2025-12-01"), first, OWN), later))


def terms(charge_id: str = "fee", **changes: Any) -> Contract:
    """The contract with another charge of that id."""
    made = contract()
    charges: list[Charge] = [
        replace(charge, **changes) if charge.id == charge_id else charge for charge in made.charges
    ]
    return replace(made, charges=tuple(charges))


def told(desk: Desk, entitled: Sequence[Treated], on: str, agreed: Contract | None) -> Told:
    found = compare(entitled, desk.billed, through=day(on), contract=agreed)
    assert not found.holds
    return [
        (str(one.component), one.correction.reason, one.correction.clause)
        for one in found.differences
        if one.correction
    ]


@pytest.fixture
def desk() -> Desk:
    """Three months of 100.00 less 10.00."""
    made = Desk()
    made.run([one for number in (1, 2, 3) for one in of_month(number)], "03-01")
    return made


def of_month(number: int, net: str = "100.00", less: str = "-10.00") -> list[Treated]:
    return [owed(FEE, month(number), net), owed(LAUNCH, month(number), less)]


def test_a_stop_is_named_by_all_that_it_credits(desk: Desk) -> None:
    stopped = terms(service=amended(InService(False), "2026-02-01", "2026-03-05", InService(True)))
    assert told(desk, of_month(1), "03-05", stopped) == [
        ("fee", Reason.TERMS, AMENDED),
        ("fee", Reason.TERMS, AMENDED),
        ("fee/discount/launch", Reason.TERMS, AMENDED),
        ("fee/discount/launch", Reason.TERMS, AMENDED),
    ]
    assert {clause for _, _, clause in told(desk, of_month(1), "03-05", None)} == {None}


def test_a_start_that_moved_away_is_named(desk: Desk) -> None:
    later = terms(service=Timeline((Dated(day("02-01"), START, InService(True), OWN),)))
    assert told(desk, [*of_month(2), *of_month(3)], "03-05", later) == [
        ("fee", Reason.TERMS, OWN),
        ("fee/discount/launch", Reason.TERMS, OWN),
    ]


def test_a_stop_of_a_one_off_is_named() -> None:
    desk = Desk()
    desk.run([owed(SETUP, span("01-01", "01-01"), "500.00", one_off=True)], "01-01")
    stopped = terms("setup", service=amended(InService(False), "2026-01-01", "2026-01-10", InService(True)))
    assert told(desk, [], "01-10", stopped) == [("setup", Reason.TERMS, AMENDED)]


def test_a_price_of_nothing_is_named(desk: Desk) -> None:
    monthly = Span(1, Unit.MONTH)
    free = terms(price=amended(Flat(Decimal(0), monthly), "2026-02-15", "2026-03-05", Flat(Decimal(100), monthly)))
    assert told(desk, [*of_month(1), *of_month(2)], "03-05", free) == [
        ("fee", Reason.TERMS, AMENDED),
        ("fee/discount/launch", Reason.TERMS, AMENDED),
    ]
    assert told(desk, [*of_month(1), *of_month(2)], "03-04", free) == [
        ("fee", Reason.TERMS, OWN),
        ("fee/discount/launch", Reason.TERMS, CLAUSE),
    ], "what is agreed later is not known yet"


def test_a_change_after_the_days_is_not_named(desk: Desk) -> None:
    seats = terms(quantity=amended(Fixed(given(1, "").result, "seat"), "2026-04-01", "2026-03-05", None))
    assert told(desk, [*of_month(1), *of_month(2)], "03-05", seats)[0] == ("fee", Reason.TERMS, CLAUSE)


def test_the_end_of_the_term_is_named(desk: Desk) -> None:
    ended = replace(contract(), end=day("03-01"), clause=OWN)
    assert told(desk, [*of_month(1), *of_month(2)], "03-05", ended)[0] == ("fee", Reason.TERMS, OWN)


def test_of_a_charge_that_is_in_the_terms_no_more_no_clause_can_be_named(desk: Desk) -> None:
    gone = replace(contract(), charges=contract().charges[1:])
    assert told(desk, [*of_month(1), *of_month(2)], "03-05", gone) == [
        ("fee", Reason.TERMS, None),
        ("fee/discount/launch", Reason.TERMS, None),
    ]
    without = replace(contract(), discounts=())
    charges = [owed(FEE, month(number), "100.00") for number in (1, 2, 3)]
    assert told(desk, charges, "03-05", without) == [("fee/discount/launch", Reason.TERMS, None)] * 3


def test_a_minimum_that_late_usage_reaches_says_so() -> None:
    desk = Desk()
    desk.run([owed(MINIMUM, month(1), "50.00"), owed(LAUNCH, month(1), "-5.00")], "02-01")
    bound = Timeline((Dated(START, START, Bound(Decimal(50)), OWN),))
    calls = terms(minimum=bound, quantity=Timeline((Dated(START, START, Metered("calls"), CLAUSE),)))
    used = [owed(FEE, month(1), "100.00", trace=METERED), owed(LAUNCH, month(1), "-10.00")]
    assert told(desk, used, "02-10", calls) == [
        ("fee", Reason.USAGE, CLAUSE),
        ("fee/discount/launch", Reason.USAGE, CLAUSE),
        ("fee/minimum", Reason.USAGE, OWN),
    ]
    assert told(desk, [], "02-10", calls)[1] == ("fee/minimum", Reason.USAGE, OWN)


def test_what_follows_a_charge_names_the_clause_that_changed_it(desk: Desk) -> None:
    def changed(less_agreed: str, less_clause: Clause) -> list[Treated]:
        fee = owed(FEE, month(3), "80.00", agreed=day("03-05"), clause=AMENDED)
        less = owed(LAUNCH, month(3), "-8.00", agreed=day(less_agreed), clause=less_clause)
        return [*of_month(1), *of_month(2), fee, less]

    assert told(desk, changed("2025-12-01", OWN), "03-05", contract()) == [
        ("fee", Reason.TERMS, AMENDED),
        ("fee/discount/launch", Reason.TERMS, AMENDED),
    ]
    assert told(desk, changed("2026-03-05", OWN), "03-05", contract())[1] == ("fee/discount/launch", Reason.TERMS, OWN)


def test_what_follows_usage_keeps_its_own_clause() -> None:
    """The price was amended once, but it is not what changed now."""
    desk = Desk()
    desk.run([owed(FEE, month(1), "100.00"), owed(LAUNCH, month(1), "-10.00", clause=OWN)], "02-01")
    used = owed(FEE, month(1), "400.00", trace=METERED, agreed=day("01-10"), clause=AMENDED)
    assert told(desk, [used, owed(LAUNCH, month(1), "-40.00", clause=OWN)], "02-10", contract()) == [
        ("fee", Reason.USAGE, AMENDED),
        ("fee/discount/launch", Reason.USAGE, OWN),
    ]


def test_a_new_schedule_names_the_clause_that_began_it() -> None:
    desk = Desk()
    desk.run([owed(FEE, span("01-01", "12-31"), "1200.00")], "01-01")
    yearly, monthly = (Billing(Span(1, unit), Timing.ADVANCE) for unit in (Unit.YEAR, Unit.MONTH))
    moved = terms(billing=amended(monthly, "2026-04-01", "2026-03-10", yearly))
    entitled = [owed(FEE, span("01-01", "03-31"), "300.00")]
    entitled += [owed(FEE, month(number), "100.00", billed_from=day("04-01")) for number in range(4, 13)]
    assert told(desk, entitled, "03-20", moved) == [("fee", Reason.CADENCE, AMENDED)]
    assert told(desk, entitled, "03-20", None) == [("fee", Reason.CADENCE, CLAUSE)]


@pytest.mark.parametrize("entitled", [[], [owed(LEVY, month(1), "20.00")]], ids=["gone", "lower"])
def test_a_levy_that_changes_alone_is_a_matter_of_the_law(entitled: list[Treated]) -> None:
    desk = Desk()
    premium = [owed(FEE, month(1), "100.00")]
    desk.run([*premium, owed(LEVY, month(1), "24.00")], "01-01")
    ((_, reason, _),) = told(desk, [*premium, *entitled], "02-01", contract())
    assert reason is Reason.TREATMENT


@pytest.mark.parametrize(("agreed", "reason"), [("01-31", "usage"), ("02-01", "usage"), ("02-02", "terms")])
def test_what_was_agreed_by_the_day_of_issue_was_known_to_it(agreed: str, reason: str) -> None:
    desk = Desk()
    desk.run([owed(FEE, month(1), "100.00")], "02-01")
    changed = owed(FEE, month(1), "400.00", trace=METERED, agreed=day(agreed))
    assert told(desk, [changed], "02-05", None)[0][1] == f"{reason}-changed"
    gone = terms(quantity=Timeline((Dated(START, day(agreed), Metered("calls"), OWN),)))
    assert told(desk, [], "02-05", gone) == [("fee", Reason(f"{reason}-changed"), OWN)]


def test_the_agreed_day_of_a_bound_counts_only_for_the_bound(desk: Desk) -> None:
    bound = terms(minimum=amended(Bound(Decimal(0)), "2026-01-01", "2026-03-05", Bound(Decimal(50))))
    assert told(desk, [*of_month(1), *of_month(2)], "03-05", bound)[0] == ("fee", Reason.TERMS, CLAUSE)
    other = Desk()
    other.run([owed(FEE, month(1), "20.00"), owed(MINIMUM, month(1), "30.00")], "01-01")
    assert told(other, [owed(FEE, month(1), "20.00")], "03-05", bound) == [("fee/minimum", Reason.TERMS, AMENDED)]
