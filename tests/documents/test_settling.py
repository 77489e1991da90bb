"""What is set against what, what a correction is taken from, and what it names: the cases that are easily confused."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from invoicer.documents import Comparison, Difference, Reason, compare
from invoicer.domain.document import Kind
from invoicer.domain.entitlement import BilledLine, Component, Part
from invoicer.domain.money import Money
from tests.documents.world import (
    APRIL,
    FEE,
    LAUNCH,
    MINIMUM,
    REVERSE,
    SETUP,
    YEAR,
    Desk,
    annual_then_monthly,
    brief,
    day,
    month,
    monthly,
    owed,
    reasons,
    span,
)


def supplies(differences: tuple[Difference, ...]) -> list[str]:
    return [str(difference.days) for difference in differences if difference.is_supply]


def test_a_change_of_cadence_bills_periods_that_nothing_was_paid_for(desk: Desk) -> None:
    """What was billed pays for the days before the change alone."""
    desk.run([owed(FEE, YEAR, "300.00")], "01-01")
    found = desk.compare(annual_then_monthly(), "12-20").differences
    assert supplies(found) == [str(month(number)) for number in range(4, 13)]
    assert not reasons(found)


def test_a_change_of_cadence_credits_what_stands_beside_periods_that_were_billed(desk: Desk) -> None:
    annual = [owed(FEE, YEAR, "1200.00")]
    desk.run(annual, "01-01")
    desk.run(annual_then_monthly(), "06-01")
    (supplement,) = desk.run(annual, "06-15")
    found = desk.compare(annual_then_monthly(), "12-20").differences
    assert [(one.correction.line.document, str(one.net.amount)) for one in found if one.correction] == [
        (supplement.number, "-600.00")
    ]
    assert supplies(found) == [str(month(number)) for number in range(7, 13)]


def test_a_change_of_cadence_that_reaches_beyond_what_was_billed_bills_its_periods(desk: Desk) -> None:
    desk.run([owed(FEE, YEAR, "1200.00")], "01-01")
    begins, quarter = day("11-01"), span("11-01", "2027-01-31")
    moved = [owed(FEE, span("01-01", "10-31"), "1000.00"), owed(FEE, quarter, "300.00", billed_from=begins)]
    found = desk.compare(moved, "12-20").differences
    assert [(one.is_supply, str(one.net.amount)) for one in found] == [(False, "-200.00"), (True, "300.00")]
    assert reasons(found) == [Reason.CADENCE]


def test_a_change_of_cadence_is_past_on_the_day_on_which_its_last_period_is_due(desk: Desk) -> None:
    desk.run([owed(FEE, YEAR, "1200.00")], "01-01")
    assert desk.compare(annual_then_monthly(), "12-01") == Comparison((), ())
    assert reasons(desk.compare(annual_then_monthly(), "11-30").differences) == [Reason.CADENCE]


def test_a_change_of_cadence_in_the_past_lies_within_all_that_was_billed(desk: Desk) -> None:
    """Two quarters were billed; it was to be four months at once, and months from May on. That is as much."""
    desk.run([owed(FEE, span("01-01", "03-31"), "300.00"), owed(FEE, span("04-01", "06-30"), "300.00")], "04-01")
    moved = [owed(FEE, span("01-01", "04-30"), "400.00"), *monthly(5, 6, "100.00", billed_from=day("05-01"))]
    assert desk.compare(moved, "07-01") == Comparison((), ())


def test_a_change_of_cadence_in_the_past_at_other_prices_is_one_supplement(desk: Desk) -> None:
    """Also where the days before it alone come to more than was billed."""
    desk.run([owed(FEE, YEAR, "1200.00")], "01-01")
    (found,) = desk.compare(annual_then_monthly("1300.00", "200.00"), "12-20").differences
    assert (found.days, str(found.net.amount), found.is_supply) == (YEAR, "1900.00", False)


def test_what_the_days_before_a_billed_change_of_cadence_cost_less_is_taken_from_their_line(desk: Desk) -> None:
    """300.00 were billed for the year, and paid for its first quarter; then 900.00 for the rest. The quarter is 290.00."""
    rest = owed(FEE, span("04-01", "12-31"), "900.00", billed_from=APRIL)
    (first,) = desk.run([owed(FEE, YEAR, "300.00")], "01-01")
    desk.run([owed(FEE, span("01-01", "03-31"), "300.00"), rest], "12-20")
    (found,) = desk.compare([owed(FEE, span("01-01", "03-31"), "290.00"), rest], "12-21").differences
    assert found.correction is not None
    assert (found.correction.line.document, str(found.net.amount)) == (first.number, "-10.00")


def test_one_offs_of_equal_days_belong_together(desk: Desk) -> None:
    early, late = (owed(SETUP, span(on, on), "500.00", one_off=True) for on in ("02-01", "03-01"))
    desk.run([late], "03-01")
    assert brief(desk.run([early, late], "03-02")) == [("invoice", "setup", "2026-02-01 to 2026-02-01", "500.00")]


def test_an_increase_over_several_lines_is_a_supplement_to_the_latest(desk: Desk) -> None:
    desk.run(monthly(1, 3, "100.00"), "03-01")
    (supplement,) = desk.run([owed(FEE, span("01-01", "03-31"), "350.00")], "03-02")
    (line,) = supplement.lines
    assert line.corrects is not None
    assert (str(line.corrects.billed.amount), str(line.corrects.due.amount)) == ("100.00", "150.00")
    (named,) = [one for one in desk.billed if (one.document, one.line) == (line.corrects.number, line.corrects.line)]
    assert named.days == month(3)


def fabricated(desk: Desk, *amounts: tuple[str, str]) -> list[BilledLine]:
    """Lines of the fee from January to the last day named, by amount."""
    desk.run(monthly(1, 1, "100.00"), "01-01")
    (line,) = desk.billed
    return [
        replace(line, line=number, days=span("01-01", last), net=Money(Decimal(net), "EUR"))
        for number, (last, net) in enumerate(amounts, 1)
    ]


def amounts(result: Comparison) -> list[tuple[int, str]]:
    return [(one.correction.line.line, str(one.net.amount)) for one in result.differences if one.correction]


def test_a_line_never_gives_back_more_than_it_carries(desk: Desk) -> None:
    billed = fabricated(desk, ("03-31", "300.00"), ("06-30", "100.00"))
    result = compare([owed(FEE, span("01-01", "03-31"), "200.00")], billed, through=day("03-01"))
    assert sorted(amounts(result)) == [(1, "-100.00"), (2, "-100.00")]


def test_lines_that_cancel_out_stay_when_nothing_is_owed(desk: Desk) -> None:
    billed = fabricated(desk, ("01-31", "100.00"), ("01-31", "-100.00"))
    assert compare([], billed, through=day("02-01")) == Comparison((), ())


def test_lines_of_both_signs_are_brought_to_what_is_due(desk: Desk) -> None:
    billed = fabricated(desk, ("01-31", "100.00"), ("01-31", "-20.00"))
    assert amounts(compare(monthly(1, 1, "50.00"), billed, through=day("02-01"))) == [(1, "-30.00")]


def test_a_new_period_corrects_no_line_of_the_schedule_before(desk: Desk) -> None:
    """All is due and no amount changed, so the year stands for its months; a minimum of a month is new."""
    desk.run([owed(FEE, YEAR, "1200.00")], "01-01")
    minimum = owed(MINIMUM, month(5), "10.00", billed_from=APRIL)
    assert supplies(desk.compare([*annual_then_monthly(), minimum], "12-20").differences) == [str(month(5))]
    discount = owed(LAUNCH, month(5), "-10.00", billed_from=APRIL)
    (found,) = desk.compare([*annual_then_monthly(), discount], "12-20").differences
    assert found.correction is not None and found.correction.line.days == YEAR


def test_a_discount_corrects_the_line_of_its_charge_before_others(desk: Desk) -> None:
    desk.run([owed(MINIMUM, month(1), "50.00")], "02-01")
    entitled = [owed(FEE, month(1), "20.00"), owed(MINIMUM, month(1), "30.00")]
    (paper,) = desk.run(entitled, "02-02")
    assert brief((paper,)) == [
        ("invoice", "fee", str(month(1)), "20.00"),
        ("invoice", "fee/minimum", str(month(1)), "-20.00"),
    ]
    (note,) = desk.run([*entitled, owed(LAUNCH, month(1), "-5.00")], "02-03")
    (line,) = note.lines
    assert line.corrects is not None and (line.corrects.number, line.corrects.line) == (paper.number, 1)


def test_a_discount_is_taken_from_no_line_that_is_gone(desk: Desk) -> None:
    desk.run(monthly(1, 1, "100.00"), "01-01")
    result = desk.compare([owed(LAUNCH, month(1), "-5.00")], "02-01")
    assert [hold.code for hold in result.holds] == ["D002"]


def test_usage_names_the_minimum_whose_place_it_takes(desk: Desk) -> None:
    (invoice,) = desk.run([owed(MINIMUM, month(1), "50.00"), owed(LAUNCH, month(1), "-5.00")], "02-01")
    (paper,) = desk.run([owed(FEE, month(1), "100.00"), owed(LAUNCH, month(1), "-10.00")], "02-10")
    assert brief((paper,)) == [
        ("invoice", "fee", str(month(1)), "100.00"),
        ("invoice", "fee/minimum", str(month(1)), "-50.00"),
        ("invoice", "fee/discount/launch", str(month(1)), "-5.00"),
    ]
    minimum = next(line.number for line in invoice.lines if line.component == MINIMUM)
    assert [line.corrects.line for line in paper.lines[:2] if line.corrects] == [minimum, minimum]


@pytest.mark.parametrize("part", [Part.DISCOUNT, Part.LEVY])
def test_a_charge_or_minimum_never_corrects_a_discount_or_levy(desk: Desk, part: Part) -> None:
    beside = owed(Component("fee", part, "x"), month(1), "-5.00" if part is Part.DISCOUNT else "5.00")
    (invoice,) = desk.run([*monthly(1, 1, "100.00"), beside], "01-01")
    left = [replace(line, line=1) for line in desk.billed if line.component.part is part]
    for added in (FEE, MINIMUM):
        (found,) = compare([owed(added, month(1), "40.00"), beside], left, through=day("02-01")).differences
        assert found.is_supply and invoice.number == left[0].document


def test_another_treatment_is_no_correction_of_the_minimum_that_went(desk: Desk) -> None:
    desk.run([owed(MINIMUM, month(1), "50.00")], "02-01")
    found = desk.compare([owed(FEE, month(1), "100.00", treatment=REVERSE)], "02-10").differences
    assert [(str(one.component), one.is_supply) for one in found] == [("fee", True), ("fee/minimum", False)]


def test_what_is_not_due_is_not_held_for_its_age(desk: Desk) -> None:
    later = owed(FEE, month(1), "100.00", bill_date=day("06-01"))
    assert desk.compare([later], "05-01", horizon="03-01") == Comparison((), ())
    assert [hold.code for hold in desk.compare([later], "06-01", horizon="03-01").holds] == ["D001"]


def test_corrections_that_cancel_out_are_an_honest_document_of_nothing(desk: Desk) -> None:
    maximum = Component("fee", Part.MAXIMUM)
    desk.run([*monthly(1, 1, "275.00"), owed(maximum, month(1), "-75.00")], "02-01")
    (paper,) = desk.run([*monthly(1, 1, "575.00"), owed(maximum, month(1), "-375.00")], "02-10")
    assert (paper.kind, str(paper.gross)) == (Kind.INVOICE, "0.00 EUR")
    assert brief((paper,)) == [
        ("invoice", "fee", str(month(1)), "300.00"),
        ("invoice", "fee/maximum", str(month(1)), "-300.00"),
    ]
    assert sum(line.net.amount for line in desk.billed) == 200
