"""tests of the engine: when what is billed."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from invoicer.domain.contract import Anchor, InService, Timing
from invoicer.domain.ending import Giver, Notice, NoticePeriod, Termination
from invoicer.domain.period import Period, Span, Unit
from invoicer.domain.price import Once
from invoicer.domain.refund import Refund
from invoicer.domain.timeline import Dated, Timeline
from invoicer.engine import ScheduledPeriod, in_service, schedule
from tests.engine.terms import (
    ANNIVERSARY,
    FIRST,
    LATER,
    MONTH,
    QUARTER,
    SIGNED,
    WEEK,
    YEAR,
    billing,
    charge,
    clause,
    contract,
    day,
    flat,
    in_arrears,
    period,
    rated,
    service,
    timeline,
)


def starts(periods: tuple[ScheduledPeriod, ...]) -> list[str]:
    return [one.days.start.isoformat() for one in periods]


def test_day_31_falls_on_the_last_day_of_shorter_months_and_comes_back() -> None:
    terms = contract(charge(flat("1"), start="2026-01-31", bill=billing(anchor=Anchor(day=31))), start="2026-01-31")
    assert starts(schedule(terms, LATER, day("2026-05-31"))) == [
        "2026-01-31",
        "2026-02-28",
        "2026-03-31",
        "2026-04-30",
        "2026-05-31",
    ]


def test_a_year_from_29_february() -> None:
    bill = billing(YEAR, anchor=ANNIVERSARY)
    terms = contract(charge(flat("18", YEAR), start="2024-02-29", bill=bill), start="2024-02-29")
    found = schedule(terms, LATER, day("2028-02-29"))
    assert starts(found) == ["2024-02-29", "2025-02-28", "2026-02-28", "2027-02-28", "2028-02-29"]
    assert all(one.days == one.full for one in found)


def test_in_advance_and_in_arrears() -> None:
    ahead = schedule(contract(charge(flat("1"), start="2026-01-15")), LATER, day("2026-02-01"))
    assert [(one.days, one.bill_date, one.tax_point) for one in ahead] == [
        (period("2026-01-15", "2026-01-31"), day("2026-01-15"), day("2026-01-15")),
        (period("2026-02-01", "2026-02-28"), day("2026-02-01"), day("2026-02-01")),
    ]
    after = schedule(contract(charge(flat("1"), start="2026-01-15", bill=in_arrears())), LATER, day("2026-02-28"))
    assert [(one.days, one.bill_date, one.tax_point) for one in after] == [
        (period("2026-01-15", "2026-01-31"), day("2026-02-01"), day("2026-01-31")),
    ]
    assert after[0].full == period("2026-01-01", "2026-01-31")


def test_an_end_within_a_period_is_billed_on_the_day_after_it() -> None:
    terms = contract(charge(flat("1"), bill=in_arrears()), end="2026-02-10")
    assert [one.bill_date for one in schedule(terms, LATER, LATER)] == [day("2026-02-01"), day("2026-02-11")]


def test_calendar_months_of_a_year_anchor_months() -> None:
    bill = billing(MONTH, anchor=Anchor(15, 1))
    terms = contract(charge(flat("1"), start="2026-03-20", bill=bill), start="2026-03-20")
    assert starts(schedule(terms, LATER, day("2026-05-15"))) == ["2026-03-20", "2026-04-15", "2026-05-15"]


@pytest.mark.parametrize(
    ("every", "anchor", "expected"),
    [
        (WEEK, 5, ["2026-01-07", "2026-01-08", "2026-01-15", "2026-01-22", "2026-01-29"]),
        (Span(10, Unit.DAY), 1, ["2026-01-07", "2026-01-12", "2026-01-22", "2026-02-01"]),
    ],
)
def test_weeks_and_days_take_their_rhythm_from_the_anchor(every: Span, anchor: int, expected: list[str]) -> None:
    """Also before the first anchor day (5 and 1 February): no stub is longer than a period."""
    bill = billing(every, anchor=Anchor(day=anchor))
    terms = contract(charge(flat("1"), start="2026-01-07", bill=bill), start="2026-01-07")
    assert starts(schedule(terms, LATER, day("2026-02-01"))) == expected


def test_a_change_of_cadence_cuts_the_running_period_and_anchors_anew() -> None:
    bill = timeline(billing(YEAR, anchor=ANNIVERSARY), ("2026-07-15", "2026-06-01", billing(MONTH, anchor=FIRST)))
    terms = contract(charge(flat("100"), bill=bill, start="2026-01-01"))
    before = schedule(terms, day("2026-05-31"), day("2026-08-01"))
    assert [one.days for one in before] == [period("2026-01-01", "2026-12-31")]
    found = schedule(terms, LATER, day("2026-08-01"))
    assert [one.days for one in found] == [
        period("2026-01-01", "2026-07-14"),
        period("2026-07-15", "2026-07-31"),
        period("2026-08-01", "2026-08-31"),
    ]
    assert [one.billed_from.isoformat() for one in found] == ["2000-01-01", "2026-07-15", "2026-07-15"]
    assert [one.bill_date for one in found] == [day("2026-01-01"), day("2026-07-15"), day("2026-08-01")]


def test_billing_that_is_agreed_again_cuts_nothing() -> None:
    bill = timeline(billing(), ("2026-01-15", "2026-01-10", billing()))
    found = schedule(contract(charge(flat("1"), bill=bill)), LATER, day("2026-02-01"))
    assert starts(found) == ["2026-01-01", "2026-02-01"]
    assert {one.billed_from.isoformat() for one in found} == {"2000-01-01"}


def test_a_pause_begins_a_new_schedule() -> None:
    serving = service("2026-01-10", ("2026-02-20", False), ("2026-04-05", True))
    bill = billing(anchor=ANNIVERSARY)
    found = schedule(contract(charge(flat("1"), serving=serving, bill=bill)), LATER, day("2026-05-05"))
    assert [one.days for one in found] == [
        period("2026-01-10", "2026-02-09"),
        period("2026-02-10", "2026-02-19"),
        period("2026-04-05", "2026-05-04"),
        period("2026-05-05", "2026-06-04"),
    ]


def test_the_days_in_service_are_those_of_the_term_between_starts_and_stops() -> None:
    serving = service("2026-01-10", ("2026-02-20", "2026-02-10", False), ("2026-04-05", "2026-03-01", True))
    terms = contract(charge(flat("1"), serving=serving), start="2026-01-01", end="2026-12-31")
    known = in_service(terms, terms.charges[0], LATER)
    assert [days for days, _ in known] == [period("2026-01-10", "2026-02-19"), period("2026-04-05", "2026-12-31")]
    assert [stop and stop.agreed for _, stop in known] == [day("2026-02-10"), None]
    ((early, stop),) = in_service(terms, terms.charges[0], day("2026-02-09"))
    assert (early, stop) == (period("2026-01-10", "2026-12-31"), None), "a stop is not known before it is agreed"


def test_no_refund_keeps_what_had_been_billed_in_advance() -> None:
    def days_of(effective: str, agreed: str, refund: Refund, timing: Timing = Timing.ADVANCE) -> list[Period]:
        serving = service("2026-01-01", (effective, agreed, False, refund))
        terms = contract(charge(flat("1"), serving=serving, bill=billing(timing=timing)))
        return [one.days for one in schedule(terms, LATER, LATER)]

    january, february = period("2026-01-01", "2026-01-31"), period("2026-02-01", "2026-02-28")
    cut = period("2026-02-01", "2026-02-10")
    assert days_of("2026-02-11", "2026-02-05", Refund.UNUSED) == [january, cut]
    assert days_of("2026-02-11", "2026-02-05", Refund.NONE) == [january, february]
    assert days_of("2026-02-11", "2026-01-20", Refund.NONE) == [january, cut], (
        "the bill of 1 February knows of the stop"
    )
    assert days_of("2026-02-11", "2026-02-01", Refund.NONE) == [january, cut], "and so does one of the same day"
    assert days_of("2026-01-11", "2026-02-05", Refund.NONE) == [january, february], "back-dated, February was billed"
    assert days_of("2026-02-11", "2026-02-15", Refund.NONE, Timing.ARREARS) == [january, cut]
    assert days_of("2026-01-01", "2026-01-05", Refund.UNUSED) == []
    assert days_of("2026-01-01", "2026-01-05", Refund.NONE) == [january]


def test_what_is_kept_ends_where_service_begins_again_and_with_the_term() -> None:
    serving = service(
        "2026-01-01", ("2026-02-11", "2026-02-05", False, Refund.NONE), ("2026-02-20", "2026-02-12", True)
    )
    found = schedule(contract(charge(flat("1"), serving=serving)), LATER, day("2026-03-01"))
    assert [one.days for one in found][1:3] == [period("2026-02-01", "2026-02-19"), period("2026-02-20", "2026-02-28")]
    stopped = service("2026-01-01", ("2026-02-11", "2026-02-05", False, Refund.NONE))
    term = schedule(contract(charge(flat("1"), serving=stopped), end="2026-02-15"), LATER, LATER)
    assert term[-1].days == period("2026-02-01", "2026-02-15")


def test_a_one_off_has_one_day() -> None:
    terms = contract(charge(Once(Decimal(100)), start="2026-03-04"))
    (found,) = schedule(terms, LATER, day("2026-03-04"))
    assert found.one_off
    assert found.days == period("2026-03-04", "2026-03-04")
    assert found.bill_date == found.tax_point == day("2026-03-04")
    assert schedule(terms, LATER, day("2026-03-03")) == ()


@pytest.mark.parametrize(("refund", "due"), [(Refund.UNUSED, 0), (Refund.NONE, 1)])
def test_a_one_off_that_is_stopped_on_its_day(refund: Refund, due: int) -> None:
    serving = service("2026-03-04", ("2026-03-04", "2026-03-10", False, refund))
    assert len(schedule(contract(charge(Once(Decimal(100)), serving=serving)), LATER, LATER)) == due


def test_the_term_of_the_contract_bounds_all_charges() -> None:
    early = charge(flat("1"), start="2025-11-01", bill=billing(QUARTER, anchor=Anchor(1, 1)))
    found = schedule(contract(early, end="2026-05-15"), LATER, LATER)
    assert [one.days for one in found] == [period("2026-01-01", "2026-03-31"), period("2026-04-01", "2026-05-15")]
    assert found[-1].full == period("2026-04-01", "2026-06-30")


def test_nothing_is_scheduled_before_it_is_agreed() -> None:
    assert schedule(contract(charge(flat("1"))), day("1999-12-31"), LATER) == ()


def test_the_order_is_by_bill_date_and_then_as_in_the_contract() -> None:
    terms = contract(
        charge(flat("1"), name="late", bill=in_arrears()), charge(flat("1"), name="b"), charge(flat("1"), name="a")
    )
    assert [one.charge for one in schedule(terms, LATER, day("2026-02-01"))] == ["b", "a", "late", "b", "a"]


def test_a_contract_that_is_ended_ends_every_charge() -> None:
    """A notice ends the contract on 31 March; the desk was to begin later, the lamp had stopped before."""
    lamp = charge(flat("10"), name="lamp", serving=service("2026-01-01", ("2026-02-01", "2026-01-10", False)))
    desk = charge(flat("10"), name="desk", start="2026-05-01")
    terms = replace(
        contract(charge(flat("10")), lamp, desk),
        notice=NoticePeriod(Span(1, Unit.MONTH)),
        endings=(Notice(day("2026-02-28"), Giver.SELLER, clause(50)),),
    )
    known = [one for one in schedule(terms, day("2026-02-28"), LATER) if one.bill_date >= day("2026-02-01")]
    assert [(one.charge, str(one.days)) for one in known] == [
        ("fee", "2026-02-01 to 2026-02-28"),
        ("fee", "2026-03-01 to 2026-03-28"),
    ]
    before = {one.charge for one in schedule(terms, day("2026-02-27"), day("2026-12-31"))}
    assert before == {"fee", "lamp", "desk"}


@pytest.mark.parametrize(
    ("own", "of_the_ending", "due"),
    [
        (Refund.UNUSED, None, "119.00"),
        (Refund.NONE, None, "365.00"),
        (Refund.NONE, Refund.UNUSED, "119.00"),
        (Refund.UNUSED, Refund(Decimal(50)), "242.00"),
    ],
)
def test_an_ending_gives_back_what_it_says_or_else_what_the_charge_says(
    own: Refund, of_the_ending: Refund | None, due: str
) -> None:
    serving = Timeline((Dated(day("2026-01-01"), SIGNED, InService(True, own), clause(30)),))
    yearly = charge(flat("365.00", YEAR), serving=serving, bill=billing(YEAR))
    ended = Termination(day("2026-04-30"), day("2026-04-02"), clause(50), of_the_ending)
    (one,) = rated(replace(contract(yearly), endings=(ended,)), "2026-12-31")
    assert str(one.net.amount) == due
    assert one.clause == (clause(1) if due == "365.00" else clause(50))
