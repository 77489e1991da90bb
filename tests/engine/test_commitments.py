"""tests of the engine: what charges fall short of a commitment."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from invoicer.domain.commitment import Commitment
from invoicer.domain.contract import Charge, Contract, Discount, PercentOff
from invoicer.domain.ending import Termination
from invoicer.domain.entitlement import Entitlement, Part
from invoicer.domain.money import Money
from invoicer.domain.period import Period, Span, Unit
from invoicer.domain.price import Flat, Once
from invoicer.domain.refund import Refund
from invoicer.domain.stop import Stopped
from invoicer.engine import Rating, rate, settlements
from tests.engine.terms import (
    LATER,
    QUARTER,
    SIGNED,
    YEAR,
    billing,
    charge,
    clause,
    contract,
    day,
    each,
    flat,
    in_arrears,
    measured,
    metered,
    rated,
    service,
    sum_of,
)
from tests.engine.test_laws import LAW

START = "2026-01-01"


def commitment(amount: str = "12000.00", per: Span | None = YEAR, **more: Any) -> Commitment:
    return Commitment(
        **{
            "id": "annual",
            "title": "Annual",
            "clause": clause(60),
            "amount": Decimal(amount),
            "per": per,
            "charges": None,
            "kind": "consulting",
            "agreed": SIGNED,
            "amendment": 0,
            "start": day(START),
            **more,
        }
    )


def committed(*parts: Charge | Commitment, **more: Any) -> Contract:
    charges = tuple(part for part in parts if isinstance(part, Charge))
    commitments = tuple(part for part in parts if isinstance(part, Commitment))
    return replace(contract(*charges, **more), commitments=commitments)


def shortfalls(terms: Contract, through: str, **more: Any) -> list[tuple[str, str, str]]:
    """Bill date, days and amount of each."""
    found = (one for one in rated(terms, through, **more) if one.component.part is Part.COMMITMENT)
    return [(str(one.bill_date), str(one.days), str(one.net.amount)) for one in found]


def the_shortfall(terms: Contract, through: str, **more: Any) -> Entitlement:
    (found,) = (one for one in rated(terms, through, **more) if one.component.part is Part.COMMITMENT)
    return found


def test_what_is_missing_is_due_on_the_day_after_the_period() -> None:
    terms = committed(charge(flat("900.00")), commitment())
    assert shortfalls(terms, "2026-12-31") == []
    assert shortfalls(terms, "2028-01-01") == [
        ("2027-01-01", "2026-01-01 to 2026-12-31", "1200.00"),
        ("2028-01-01", "2027-01-01 to 2027-12-31", "1200.00"),
    ]


def test_the_shortfall_is_a_line_of_its_own() -> None:
    line = the_shortfall(committed(charge(flat("900.00")), commitment()), "2027-01-01")
    assert (str(line.component), line.title, line.kind) == ("annual/commitment", "Annual", "consulting")
    assert (line.tax_point, line.one_off, line.clause, line.agreed) == (day("2026-12-31"), False, clause(60), SIGNED)
    assert (line.quantity, line.unit_price, line.proration) == (Fraction(1), Decimal("1200.00"), None)


def test_nothing_is_missing_where_the_charges_come_to_it() -> None:
    """The amount of nothing is kept, to be compared with what documents carry."""
    for price in ("1000.00", "1001.00"):
        assert shortfalls(committed(charge(flat(price)), commitment()), "2027-01-01")[0][2] == "0.00"


def test_only_the_named_charges_count() -> None:
    both = charge(flat("900.00")), charge(flat("500.00"), name="other")
    assert the_shortfall(committed(*both, commitment(charges=("fee",))), "2027-01-01").net == Money.of(1200, "EUR")
    assert the_shortfall(committed(*both, commitment("20000.00")), "2027-01-01").net == Money.of(3200, "EUR")


def test_bounds_count_and_discounts_are_taken_off() -> None:
    off = Discount("d", "Off", clause(4), PercentOff(Decimal(10)), None, SIGNED, day(START), None)
    terms = committed(charge(flat("1000.00")), commitment(), discounts=[off])
    assert the_shortfall(terms, "2027-01-01").net == Money.of(1200, "EUR")


def test_a_one_off_counts_on_its_day() -> None:
    setup = charge(Once(Decimal("500.00")), name="setup", start="2026-12-31")
    late = charge(Once(Decimal("500.00")), name="setup", start="2027-01-01")
    assert the_shortfall(committed(setup, charge(flat("900.00")), commitment()), "2027-01-01").net == Money.of(
        700, "EUR"
    )
    assert the_shortfall(committed(late, charge(flat("900.00")), commitment()), "2027-01-01").net == Money.of(
        1200, "EUR"
    )


def test_a_line_that_spans_two_periods_counts_by_days() -> None:
    """365.00 from July to June: 184 days of it lie in 2026, 181 in 2027."""
    yearly = charge(Flat(Decimal("365.00"), YEAR), start="2026-07-01", bill=billing(YEAR))
    terms = committed(yearly, commitment("400.00"), end="2027-12-31")
    assert [row[2] for row in shortfalls(terms, "2028-01-01")] == ["216.00", "35.50"]  # 181 + 184 × 365 ÷ 366


def test_the_settlement_waits_for_the_last_bill_of_the_period() -> None:
    """A quarter from mid-November on is billed on 15 February."""
    quarterly = charge(flat("900.00"), start="2025-11-15", bill=in_arrears(QUARTER, anchor=billing().anchor))
    terms = committed(charge(flat("900.00"), bill=in_arrears(QUARTER, _anchor(15))), commitment(), start=START)
    assert shortfalls(terms, "2027-01-14") == []
    found = the_shortfall(terms, "2027-01-15")
    assert (found.bill_date, found.tax_point) == (day("2027-01-15"), day("2026-12-31"))
    assert quarterly.id == "fee"


def _anchor(number: int) -> Any:
    from invoicer.domain.contract import Anchor

    return Anchor(day=number)


def test_usage_of_the_last_month_counts_on_the_day_on_which_it_is_billed() -> None:
    terms = committed(metered(each("1.00")), commitment("1300.00"))
    rating = rate(terms, None, measured(terms, day("2027-01-01"), {"use": 100}), LATER, day("2027-01-01"))
    (found,) = (one for one in rating.entitlements if one.component.part is Part.COMMITMENT)
    assert found.net == Money.of(100, "EUR")


def test_it_is_held_while_something_that_counts_is_not_known() -> None:
    terms = committed(metered(each("1.00")), charge(flat("10.00"), name="other"), commitment("1300.00"))
    rating = rate(terms, None, {}, LATER, day("2027-01-01"))
    assert [one for one in rating.entitlements if one.component.part is Part.COMMITMENT] == []
    assert "annual" in {one.period.charge for one in rating.unrated}
    other = committed(metered(each("1.00")), charge(flat("10.00"), name="other"), commitment(charges=("other",)))
    held: Rating = rate(other, None, {}, LATER, day("2027-01-01"))
    assert [one for one in held.entitlements if one.component.part is Part.COMMITMENT]


def test_an_incomplete_last_period_is_due_whole_or_by_days() -> None:
    for prorated, amount in ((False, "6600.00"), (True, "550.68")):  # 12000 × 181 ÷ 365 − 6 × 900
        terms = committed(charge(flat("900.00")), commitment(prorated=prorated), end="2027-06-30")
        found = shortfalls(terms, "2027-07-01")
        assert found[1] == ("2027-07-01", "2027-01-01 to 2027-06-30", amount)


def test_a_stop_ends_the_running_period() -> None:
    stop = Stopped(day("2027-07-01"), day("2027-05-03"), clause(70), 1)
    for prorated, amount in ((False, "6600.00"), (True, "550.68")):
        terms = committed(charge(flat("900.00")), commitment(prorated=prorated, stops=(stop,)))
        found = [one for one in rated(terms, "2029-01-01") if one.component.part is Part.COMMITMENT]
        assert [str(one.net.amount) for one in found] == ["1200.00", amount]
        assert (found[1].clause, found[1].agreed, found[1].bill_date) == (
            clause(70),
            day("2027-05-03"),
            day("2027-07-01"),
        )
        assert len(shortfalls(terms, "2029-01-01", known_on="2027-05-02")) == 3
    on_the_edge = Stopped(day("2027-01-01"), SIGNED, clause(70), 1)
    terms = committed(charge(flat("900.00")), commitment(stops=(on_the_edge,)))
    assert shortfalls(terms, "2029-01-01") == [("2027-01-01", "2026-01-01 to 2026-12-31", "1200.00")]
    assert the_shortfall(terms, "2029-01-01").clause == clause(60), "the period was over, the stop cut nothing off"
    never = Stopped(day(START), SIGNED, clause(70), 1)
    assert shortfalls(committed(charge(flat("900.00")), commitment(stops=(never,))), "2029-01-01") == []


def test_a_stop_and_the_end_of_the_contract_on_one_day_are_the_stop() -> None:
    stop = Stopped(day("2026-07-01"), day("2026-05-03"), clause(70), 1)
    ended = Termination(stop.effective, day("2026-05-20"), clause(90), Refund.NONE)
    terms = replace(committed(charge(flat("900.00")), commitment(stops=(stop,))), endings=(ended,))
    assert the_shortfall(terms, "2026-07-01").clause == clause(70)


def test_over_the_term_is_one_period() -> None:
    terms = replace(committed(charge(flat("900.00")), commitment("30000.00", None), end="2028-06-30"))
    terms = replace(terms, term_end=day("2028-07-01"))
    assert shortfalls(terms, "2028-07-01") == [("2028-07-01", "2026-01-01 to 2028-06-30", "3000.00")]
    renewing = replace(terms, end=None)
    assert shortfalls(renewing, "2031-07-01") == [("2028-07-01", "2026-01-01 to 2028-06-30", "3000.00")]


def test_over_a_term_that_ends_where_it_begins_to_count_there_is_nothing_to_settle() -> None:
    for start, expected in (("2028-07-01", []), ("2028-06-30", [("2028-07-01", "2028-06-30 to 2028-06-30", "70.00")])):
        made = commitment("100.00", None, start=day(start))
        terms = replace(committed(charge(flat("900.00")), made), term_end=day("2028-07-01"))
        assert shortfalls(terms, "2031-07-01") == expected


def test_it_is_not_seen_before_it_is_agreed() -> None:
    late = commitment(agreed=day("2026-09-01"), amendment=1, start=day("2026-09-01"))
    terms = committed(charge(flat("900.00")), late)
    assert shortfalls(terms, "2027-09-01", known_on="2026-08-31") == []
    assert len(shortfalls(terms, "2027-09-01", known_on="2026-09-01")) == 1
    assert shortfalls(terms, "2027-09-01") == [("2027-09-01", "2026-09-01 to 2027-08-31", "1200.00")]


def test_what_documents_carry_is_compared_whatever_the_day() -> None:
    terms = committed(charge(flat("900.00")), commitment(charges=("fee",)))
    waiting = replace(terms, charges=(charge(flat("900.00"), bill=in_arrears(QUARTER, _anchor(15))),))
    until = {"annual": day("2027-01-01"), "fee": day("2027-01-01")}
    assert [row[2] for row in shortfalls(waiting, "2027-01-01", billed_until=until)] == ["1204.42"]


def test_the_schedule_of_settlements() -> None:
    terms = committed(charge(flat("900.00")), commitment(), commitment("100.00", QUARTER, id="small"))
    found = [(one.charge, str(one.days), str(one.bill_date)) for one in settlements(terms, LATER, day("2027-01-01"))]
    assert found[-2:] == [
        ("annual", "2026-01-01 to 2026-12-31", "2027-01-01"),
        ("small", "2026-10-01 to 2026-12-31", "2027-01-01"),
    ]
    assert len(found) == 5


# Laws

MONEY = st.decimals(Decimal("0.00"), Decimal("2000.00"), places=2)
BILLS = st.sampled_from(
    [billing(), in_arrears(), billing(QUARTER), in_arrears(QUARTER), in_arrears(Span(1, Unit.WEEK))]
)
SPANS = st.sampled_from([QUARTER, YEAR, Span(5, Unit.MONTH), None])


@LAW
@given(st.lists(st.tuples(MONEY, BILLS), min_size=1, max_size=3), MONEY, SPANS, st.booleans(), st.integers(0, 30))
def test_charges_and_shortfall_come_to_the_commitment_at_least(
    charges: list[tuple[Decimal, Any]], amount: Decimal, per: Span | None, prorated: bool, percent: int
) -> None:
    """Where every line lies within one period: to it exactly where the charges fall short, and to the charges where not."""
    off = Discount("d", "Off", clause(4), PercentOff(Decimal(percent)), None, SIGNED, day(START), None)
    built = [charge(flat(str(price)), name=f"c{number}", bill=bill) for number, (price, bill) in enumerate(charges)]
    terms = committed(*built, commitment(str(amount), per, prorated=prorated), end="2027-11-19", discounts=[off])
    terms = replace(terms, term_end=terms.end)
    found = rated(terms, "2028-06-01")
    for short in (one for one in found if one.component.part is Part.COMMITMENT):
        counted = Fraction(0)
        for one in found:
            both = one.days & short.days
            if both and one.component.part is not Part.COMMITMENT:
                counted += one.net.exact * Fraction(both.days, one.days.days)
        owed = Fraction(amount)
        if prorated and per:
            full = next(one.full for one in settlements(terms, LATER, day("2028-06-01")) if one.days == short.days)
            owed *= Fraction(short.days.days, full.days)
        assert abs(short.net.exact - max(owed - counted, Fraction(0))) <= Fraction(1, 200)
        assert short.net.exact >= 0


@LAW
@given(MONEY, st.permutations(["a", "b", "c"]), SPANS)
def test_the_order_of_commitments_means_nothing(price: Decimal, order: list[str], per: Span | None) -> None:
    parts = {name: commitment(f"{number}000.00", per, id=name) for number, name in enumerate("abc", 1)}

    def found(names: list[str]) -> set[tuple[str, Period, Decimal]]:
        terms = committed(charge(flat(str(price))), *(parts[name] for name in names), end="2027-12-31")
        terms = replace(terms, term_end=terms.end)
        lines = rated(terms, "2028-02-01")
        return {
            (one.component.charge, one.days, one.net.amount) for one in lines if one.component.part is Part.COMMITMENT
        }

    assert found(order) == found(["a", "b", "c"])


@LAW
@given(MONEY, st.dates(dt.date(2026, 1, 2), dt.date(2028, 12, 30)))
def test_a_stop_owes_what_the_end_of_the_term_would(amount: Decimal, end: dt.date) -> None:
    stop = Stopped(end, SIGNED, clause(70), 1)
    short = charge(flat("10.00"), serving=service(START, (end.isoformat(), False)))
    stopped = committed(short, commitment(str(amount), prorated=True, stops=(stop,)))
    last = end - dt.timedelta(days=1)
    ended = committed(charge(flat("10.00")), commitment(str(amount), prorated=True), end=last.isoformat())
    assert shortfalls(stopped, "2029-06-01") == shortfalls(ended, "2029-06-01")
    assert sum_of(rated(stopped, "2029-06-01")) == sum_of(rated(ended, "2029-06-01"))


def test_the_rows_below_a_shortfall_come_to_it() -> None:
    one = the_shortfall(committed(charge(flat("100.00")), commitment("700.00", QUARTER)), "2026-04-01")
    assert [(row.label, str(row.quantity), str(row.amount)) for row in one.details] == [
        ("committed", "1", "700"),
        ("counted", "-1", "-300"),
    ]
    assert sum(row.amount for row in one.details) == one.net.exact
    assert all(row.quantity * Fraction(row.unit_price) / Fraction(row.price_base) == row.amount for row in one.details)


@pytest.mark.parametrize(("refund", "expected"), [(Refund.NONE, "0.00"), (Refund(Decimal(90)), "433.20")])
def test_what_is_kept_for_days_after_the_end_of_the_contract_counts_in_its_last_period(
    refund: Refund, expected: str
) -> None:
    """All of 1 200.00 is kept, or the 496.44 of 151 days and a tenth of the rest: 566.80 of 1 000.00."""
    ended = Termination(day("2026-06-01"), day("2026-05-20"), clause(90), refund)
    annual = charge(flat("1200.00", YEAR), bill=billing(YEAR))
    terms = replace(committed(annual, commitment("1000.00")), endings=(ended,))
    assert shortfalls(terms, "2026-06-01") == [("2026-06-01", "2026-01-01 to 2026-05-31", expected)]
