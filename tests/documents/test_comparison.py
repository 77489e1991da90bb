"""Each outcome of entitled minus billed, with numbers that a reader can check."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest

from invoicer.documents import Comparison, Difference, Reason, compare
from invoicer.domain.document import Document, Kind
from invoicer.domain.entitlement import BilledLine, Component, Part, Treated
from invoicer.domain.money import Money
from invoicer.domain.trace import given, multiply, replay
from tests.documents.world import (
    AMENDED,
    FEE,
    LAUNCH,
    MINIMUM,
    REVERSE,
    SETUP,
    VAT,
    Desk,
    day,
    month,
    owed,
    span,
)

YEAR = span("2026-01-01", "2026-12-31")
APRIL = day("2026-04-01")


@pytest.fixture
def desk() -> Desk:
    return Desk()


def brief(documents: tuple[Document, ...]) -> list[tuple[str, str, str, str]]:
    """(kind, component, days, net) of every line."""
    return [
        (document.kind.value, str(line.component), str(line.days), str(line.net.amount))
        for document in documents
        for line in document.lines
    ]


def reasons(differences: tuple[Difference, ...]) -> list[Reason]:
    return [difference.correction.reason for difference in differences if difference.correction]


def monthly(first: int, last: int, net: str, billed_from: dt.date | None = None) -> list[Treated]:
    return [owed(FEE, month(number), net, billed_from=billed_from) for number in range(first, last + 1)]


def test_nothing_billed_is_a_new_supply_for_each_entitlement_that_is_due(desk: Desk) -> None:
    entitled = monthly(1, 4, "100.00")
    assert brief(desk.run(entitled, "02-01")) == [
        ("invoice", "fee", "2026-01-01 to 2026-01-31", "100.00"),
        ("invoice", "fee", "2026-02-01 to 2026-02-28", "100.00"),
    ]


def test_equal_amounts_are_nothing(desk: Desk) -> None:
    entitled = monthly(1, 4, "100.00")
    desk.run(entitled, "02-01")
    assert desk.compare(entitled, "02-28") == Comparison((), ())
    assert brief(desk.run(entitled, "03-01")) == [("invoice", "fee", "2026-03-01 to 2026-03-31", "100.00")]


def test_an_amount_of_nothing_is_no_supply(desk: Desk) -> None:
    assert desk.run([owed(FEE, month(1), "0.00")], "02-01") == ()


def test_metered_usage_that_falls_to_nothing_is_credited(desk: Desk) -> None:
    desk.run([owed(FEE, month(1), "30.00")], "02-01")
    assert brief(desk.run([owed(FEE, month(1), "0.00")], "02-02")) == [
        ("credit-note", "fee", "2026-01-01 to 2026-01-31", "30.00")
    ]


def test_a_lower_amount_becomes_a_credit_note_that_names_the_original(desk: Desk) -> None:
    (invoice,) = desk.run(monthly(1, 1, "450.00"), "01-01")
    lowered = [owed(FEE, month(1), "400.00", agreed=day("05-12"), clause=AMENDED)]
    (note,) = desk.run(lowered, "05-13")
    (line,) = note.lines
    assert (note.kind, note.net.amount, note.tax.amount, note.gross.amount) == (
        Kind.CREDIT_NOTE,
        Decimal("50.00"),
        Decimal("10.50"),
        Decimal("60.50"),
    )
    assert line.corrects is not None
    assert (line.corrects.number, line.corrects.line, line.corrects.issue_date) == (
        invoice.number,
        1,
        invoice.issue_date,
    )
    assert (str(line.corrects.billed), str(line.corrects.due)) == ("450.00 EUR", "400.00 EUR")
    assert (line.corrects.reason, line.corrects.clause) == ("terms-changed", AMENDED)
    assert replay(line.trace) == line.net.exact == 50
    assert note.tax_point == invoice.tax_point


def test_a_higher_amount_becomes_a_supplementary_invoice(desk: Desk) -> None:
    (invoice,) = desk.run(monthly(1, 1, "450.00"), "01-01")
    (supplement,) = desk.run(monthly(1, 1, "520.00"), "05-13")
    assert brief((supplement,)) == [("invoice", "fee", "2026-01-01 to 2026-01-31", "70.00")]
    (line,) = supplement.lines
    assert line.corrects is not None and line.corrects.number == invoice.number
    assert (line.corrects.billed.amount, line.corrects.due.amount) == (Decimal("450.00"), Decimal("520.00"))


def test_a_reduction_after_a_supplement_takes_from_the_supplement_first(desk: Desk) -> None:
    (invoice,) = desk.run(monthly(1, 1, "450.00"), "01-01")
    (supplement,) = desk.run(monthly(1, 1, "520.00"), "02-01")
    (note,) = desk.run(monthly(1, 1, "400.00"), "03-01")
    named = [(line.corrects.number, str(line.net.amount)) for line in note.lines if line.corrects]
    assert named == [(invoice.number, "50.00"), (supplement.number, "70.00")]


def test_usage_that_changed_says_so(desk: Desk) -> None:
    def used(calls: int) -> Treated:
        trace = multiply(given(calls, "quantity", "call", source="usage"), given("0.5", "unit-price"), "net", "EUR")
        return owed(FEE, month(1), f"{calls / 2:.2f}" if calls % 2 else f"{calls // 2}.00", trace=trace)

    desk.run([used(20)], "02-01")
    late = desk.compare([used(30)], "02-15")
    assert reasons(late.differences) == [Reason.USAGE]
    assert brief(desk.run([used(30)], "02-15")) == [("invoice", "fee", "2026-01-01 to 2026-01-31", "5.00")]


def test_what_follows_its_charge_gives_the_same_reason(desk: Desk) -> None:
    desk.run([*monthly(1, 1, "450.00"), owed(LAUNCH, month(1), "-90.00")], "01-01")
    used = given(400, "quantity", "call", source="usage")
    changed = [owed(FEE, month(1), "400.00", trace=used), owed(LAUNCH, month(1), "-80.00")]
    assert reasons(desk.compare(changed, "02-01").differences) == [Reason.USAGE] * 2
    amended = [changed[0], owed(LAUNCH, month(1), "-60.00", agreed=day("01-20"))]
    assert reasons(desk.compare(amended, "02-01").differences) == [Reason.USAGE, Reason.TERMS]


def test_another_treatment_credits_whole_and_bills_anew(desk: Desk) -> None:
    invoices = desk.run(monthly(1, 2, "100.00"), "02-01")
    confirmed = [replace(one, treatment=REVERSE) for one in monthly(1, 2, "100.00")]
    assert reasons(desk.compare(confirmed, "02-10").differences) == [Reason.TREATMENT] * 2
    issued = desk.run(confirmed, "02-10")
    assert [(d.kind.value, str(d.net.amount), str(d.tax.amount)) for d in issued] == [
        ("credit-note", "100.00", "21.00"),
        ("credit-note", "100.00", "21.00"),
        ("invoice", "100.00", "0.00"),
        ("invoice", "100.00", "0.00"),
    ]
    assert [line.corrects.number for note in issued[:2] for line in note.lines if line.corrects] == [
        invoice.number for invoice in invoices
    ]


def test_another_rule_or_source_with_the_same_outcome_changes_nothing(desk: Desk) -> None:
    desk.run(monthly(1, 1, "100.00"), "01-01")
    elsewhere = replace(VAT, rule="other", source="another gazette")
    assert desk.run([replace(one, treatment=elsewhere) for one in monthly(1, 1, "100.00")], "01-02") == ()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"customer": "beta"}, Reason.PARTIES),
        ({"registration": "BE"}, Reason.PARTIES),
        ({"seller": "other"}, Reason.PARTIES),
    ],
)
def test_another_buyer_or_registration_credits_whole_and_bills_anew(
    desk: Desk, change: dict[str, str], reason: Reason
) -> None:
    desk.run(monthly(1, 1, "100.00"), "01-01")
    changed = [replace(one, **change) for one in monthly(1, 1, "100.00")]  # type: ignore[arg-type]
    found = desk.compare(changed, "01-05").differences
    assert [(str(one.net.amount), one.is_supply) for one in found] in (
        [("-100.00", False), ("100.00", True)],
        [("100.00", True), ("-100.00", False)],
    )
    assert reasons(found) == [reason]


def test_another_currency_credits_whole_and_bills_anew(desk: Desk) -> None:
    desk.run(monthly(1, 1, "100.00"), "01-01")
    found = desk.compare([owed(FEE, month(1), "110.00", currency="USD")], "01-05").differences
    assert sorted(str(one.net) for one in found) == ["-100.00 EUR", "110.00 USD"]
    assert reasons(found) == [Reason.TERMS]


def test_what_is_not_owed_any_more_is_credited_with_quantity_and_price(desk: Desk) -> None:
    seats = Component("seats")
    desk.run([owed(seats, month(1), "480.00", quantity=(40, "seat", "12.00"))], "01-01")
    (note,) = desk.run([], "01-05")
    (line,) = note.lines
    assert (str(line.quantity), line.unit, str(line.unit_price), str(line.net)) == ("40", "seat", "12.00", "480.00 EUR")
    assert line.title == "Title of seats"


def test_a_discount_agreed_backwards_is_credited_from_its_charge(desk: Desk) -> None:
    (invoice,) = desk.run(monthly(1, 1, "100.00"), "01-01")
    entitled = [*monthly(1, 1, "100.00"), owed(LAUNCH, month(1), "-20.00", agreed=day("02-01"))]
    (note,) = desk.run(entitled, "02-02")
    assert brief((note,)) == [("credit-note", "fee/discount/launch", "2026-01-01 to 2026-01-31", "20.00")]
    (line,) = note.lines
    assert line.corrects is not None and (line.corrects.number, line.corrects.reason) == (
        invoice.number,
        "terms-changed",
    )
    assert (str(line.corrects.billed), str(line.corrects.due)) == ("0.00 EUR", "-20.00 EUR")


def test_a_discount_that_ends_backwards_is_invoiced_again(desk: Desk) -> None:
    desk.run([*monthly(1, 1, "100.00"), owed(LAUNCH, month(1), "-20.00")], "01-01")
    assert brief(desk.run(monthly(1, 1, "100.00"), "02-01")) == [
        ("invoice", "fee/discount/launch", "2026-01-01 to 2026-01-31", "20.00")
    ]


def test_a_discount_follows_its_charge_onto_the_credit_note(desk: Desk) -> None:
    desk.run([*monthly(1, 1, "450.00"), owed(LAUNCH, month(1), "-90.00")], "01-01")
    entitled = [*monthly(1, 1, "400.00"), owed(LAUNCH, month(1), "-80.00")]
    (note,) = desk.run(entitled, "02-01")
    assert brief((note,)) == [
        ("credit-note", "fee", "2026-01-01 to 2026-01-31", "50.00"),
        ("credit-note", "fee/discount/launch", "2026-01-01 to 2026-01-31", "-10.00"),
    ]
    assert note.net.amount == 40


def test_a_minimum_that_is_reached_later_turns_into_usage_on_one_paper(desk: Desk) -> None:
    desk.run([owed(FEE, month(1), "20.00"), owed(MINIMUM, month(1), "30.00")], "02-01")
    issued = desk.run([owed(FEE, month(1), "60.00"), owed(MINIMUM, month(1), "0.00")], "02-05")
    assert brief(issued) == [
        ("invoice", "fee", "2026-01-01 to 2026-01-31", "40.00"),
        ("invoice", "fee/minimum", "2026-01-01 to 2026-01-31", "-30.00"),
    ]


def test_a_reduction_of_nothing_is_held(desk: Desk) -> None:
    result = desk.compare([owed(LAUNCH, month(1), "-20.00")], "01-01")
    assert result.differences == ()
    (hold,) = result.holds
    assert str(hold) == (
        "contracts/cluster.terms:12:3, contract cluster, fee/discount/launch: hold[D002]: a reduction of -20.00 EUR for "
        "2026-01-01 to 2026-01-31 has nothing to be taken from: its charge was not billed for those days and is not due "
        "with it (check from when the discount or the maximum counts, and whether its charge is in service on those days)"
    )


def test_a_one_off_is_known_by_its_charge_and_not_by_its_day(desk: Desk) -> None:
    def setup(on: str, net: str) -> list[Treated]:
        return [owed(SETUP, span(on, on), net, one_off=True)]

    desk.run(setup("01-01", "500.00"), "01-01")
    assert desk.run(setup("03-01", "500.00"), "01-02") == ()
    assert brief(desk.run(setup("03-01", "600.00"), "01-03")) == [
        ("invoice", "setup", "2026-01-01 to 2026-01-01", "100.00")
    ]
    assert brief(desk.run(setup("04-01", "450.00"), "01-04")) == [
        ("credit-note", "setup", "2026-01-01 to 2026-01-01", "50.00"),
        ("credit-note", "setup", "2026-01-01 to 2026-01-01", "100.00"),
    ]
    assert sum(line.net.amount for line in desk.billed) == 450


def test_a_stop_gives_the_unused_days_back(desk: Desk) -> None:
    desk.run([owed(FEE, YEAR, "1200.00")], "01-01")
    (note,) = desk.run([owed(FEE, span("01-01", "06-30"), "595.07")], "07-01")
    (line,) = note.lines
    assert brief((note,)) == [("credit-note", "fee", "2026-07-01 to 2026-12-31", "604.93")]
    assert line.releases == span("07-01", "12-31")


def annual_then_monthly(split: str = "300.00", net: str = "100.00") -> list[Treated]:
    return [owed(FEE, span("01-01", "03-31"), split), *monthly(4, 12, net, billed_from=APRIL)]


def test_a_change_of_cadence_credits_the_unused_days_and_bills_the_new_periods(desk: Desk) -> None:
    (invoice,) = desk.run([owed(FEE, YEAR, "1200.00")], "01-01")
    found = desk.compare(annual_then_monthly(), "03-20").differences
    assert reasons(found) == [Reason.CADENCE]
    (note,) = desk.run(annual_then_monthly(), "03-20")
    assert brief((note,)) == [("credit-note", "fee", "2026-04-01 to 2026-12-31", "900.00")]
    assert note.lines[0].corrects is not None and note.lines[0].corrects.number == invoice.number
    for number in range(4, 13):
        on = f"{number:02}-01"
        assert brief(desk.run(annual_then_monthly(), on)) == [("invoice", "fee", str(month(number)), "100.00")]


def test_a_change_of_cadence_known_a_little_late_bills_what_is_due_at_once(desk: Desk) -> None:
    desk.run([owed(FEE, YEAR, "1200.00")], "01-01")
    assert brief(desk.run(annual_then_monthly(), "05-20")) == [
        ("credit-note", "fee", "2026-04-01 to 2026-12-31", "900.00"),
        ("invoice", "fee", str(month(4)), "100.00"),
        ("invoice", "fee", str(month(5)), "100.00"),
    ]


def test_a_change_of_cadence_in_the_past_that_changes_no_amount_is_nothing(desk: Desk) -> None:
    desk.run([owed(FEE, YEAR, "1200.00")], "01-01")
    assert desk.run(annual_then_monthly(), "12-20") == ()


def test_a_change_of_cadence_in_the_past_is_corrected_over_the_whole_span(desk: Desk) -> None:
    desk.run([owed(FEE, YEAR, "1200.00")], "01-01")
    assert brief(desk.run(annual_then_monthly("295.89"), "12-20")) == [("credit-note", "fee", str(YEAR), "4.11")]


def test_a_change_of_cadence_at_the_edge_compares_the_sums(desk: Desk) -> None:
    desk.run(monthly(1, 3, "100.00"), "03-01")
    quarter = [owed(FEE, span("01-01", "03-31"), "300.00")]
    assert desk.run(quarter, "03-02") == ()
    assert brief(desk.run([owed(FEE, span("01-01", "03-31"), "250.00")], "03-03")) == [
        ("credit-note", "fee", str(month(3)), "50.00")
    ]


def test_a_change_of_cadence_taken_back_bills_what_is_missing(desk: Desk) -> None:
    annual = [owed(FEE, YEAR, "1200.00")]
    desk.run(annual, "01-01")
    desk.run(annual_then_monthly(), "06-01")
    assert brief(desk.run(annual, "06-15")) == [("invoice", "fee", str(YEAR), "600.00")]
    assert brief(desk.run(annual_then_monthly(), "06-20")) == [("credit-note", "fee", str(YEAR), "600.00")]
    assert brief(desk.run(annual_then_monthly(), "07-01")) == [("invoice", "fee", str(month(7)), "100.00")]


def test_the_unused_days_of_a_supplement_come_back_with_those_of_its_line(desk: Desk) -> None:
    desk.run([owed(FEE, YEAR, "1200.00")], "01-01")
    desk.run([owed(FEE, YEAR, "2400.00")], "01-10")
    note, *_ = desk.run(annual_then_monthly("600.00", "200.00"), "03-20")
    assert [(str(line.net.amount), line.releases) for line in note.lines] == [
        ("900.00", span("04-01", "12-31")),
        ("900.00", span("04-01", "12-31")),
    ]


def test_what_is_not_due_yet_takes_part_when_it_was_billed(desk: Desk) -> None:
    desk.run(monthly(1, 3, "100.00"), "03-01")
    assert brief(desk.run([*monthly(1, 2, "100.00"), *monthly(3, 5, "90.00")], "02-10")) == [
        ("credit-note", "fee", str(month(3)), "10.00")
    ]


def test_differences_older_than_the_horizon_are_held(desk: Desk) -> None:
    desk.run(monthly(1, 4, "100.00"), "04-01")
    result = desk.compare(monthly(1, 4, "90.00"), "05-01", horizon="03-01")
    assert [str(one.days) for one in result.differences] == [str(month(3)), str(month(4))]
    (hold,) = result.holds
    assert str(hold) == (
        "contracts/cluster.terms:12:3, contract cluster, fee: hold[D001]: 2 differences that come to -20.00 EUR for "
        "2026-01-01 to 2026-02-28 lie before the correction horizon, 2026-03-01 (check the terms and the usage of those "
        "days; if they are right and are to be billed, raise correction_horizon_months under [policy] in invoicer.toml)"
    )


def test_concessions_do_not_count(desk: Desk) -> None:
    desk.run(monthly(1, 1, "100.00"), "01-01")
    (line,) = desk.billed
    goodwill = replace(line, document="C9", net=-line.net, counts=False, corrects=(line.document, line.line))
    assert compare(monthly(1, 1, "100.00"), [line, goodwill], through=day("01-01")) == Comparison((), ())


def test_a_credit_note_that_was_taken_back_counts_for_the_line_it_named(desk: Desk) -> None:
    desk.run(monthly(1, 1, "100.00"), "01-01")
    (line,) = desk.billed
    wrong = replace(line, document="C9", net=-line.net, corrects=(line.document, line.line))
    taken_back = replace(line, document="I9", corrects=("C9", 1))
    assert compare(monthly(1, 1, "100.00"), [taken_back, wrong, line], through=day("01-01")) == Comparison((), ())


def test_a_levy_changes_with_its_premium(desk: Desk) -> None:
    levy = Component("fee", Part.LEVY, "ipt-fi")
    desk.run([*monthly(1, 1, "100.00"), owed(levy, month(1), "24.00")], "01-01")
    (note,) = desk.run([*monthly(1, 1, "50.00"), owed(levy, month(1), "12.00")], "02-01")
    assert brief((note,)) == [
        ("credit-note", "fee", str(month(1)), "50.00"),
        ("credit-note", "fee/levy/ipt-fi", str(month(1)), "12.00"),
    ]


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
