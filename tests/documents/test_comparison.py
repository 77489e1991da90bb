"""Each outcome of entitled minus billed, with numbers that a reader can check."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from invoicer.documents import Comparison, Reason, compare
from invoicer.domain.document import Kind
from invoicer.domain.entitlement import Component, Part, Treated
from invoicer.domain.trace import given, multiply, replay
from tests.documents.world import (
    AMENDED,
    FEE,
    LAUNCH,
    MINIMUM,
    REVERSE,
    SETUP,
    VAT,
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
