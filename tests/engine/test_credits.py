"""tests of the engine: service credits."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from invoicer.domain.contract import Bound, Charge, Contract, Discount, PercentOff
from invoicer.domain.credit import CreditRow, ServiceCredit
from invoicer.domain.entitlement import Entitlement, Later, Part
from invoicer.domain.evidence import Declaration, Evidence
from invoicer.domain.inputs import Input
from invoicer.domain.money import Money
from invoicer.domain.period import Period, Span
from invoicer.domain.price import Compare, Comparison
from invoicer.domain.refund import Refund
from invoicer.domain.stop import Stopped
from invoicer.domain.trace import Trace
from invoicer.domain.usage import Measured
from invoicer.engine import Rating, asked_figures, demands, due_meters, rate
from tests.engine.terms import (
    LATER,
    MONTH,
    QUARTER,
    SIGNED,
    YEAR,
    amounts,
    billing,
    charge,
    clause,
    contract,
    day,
    flat,
    in_arrears,
    meter,
    metered,
    period,
    seats,
    service,
    sound,
    sum_of,
    table,
)

UPTIME = Input("uptime", "Availability", "percent", MONTH, clause(42), most=Fraction(100))


def below(limit: str, percent: str, charges: tuple[str, ...] | None = ("fee",), subject: str = "uptime") -> CreditRow:
    return CreditRow(Decimal(percent), charges, Compare(subject, Comparison.LESS, Fraction(limit)), clause(50))


def sla(
    *rows: CreditRow, name: str = "sla", per: Span | None = None, within: int = 0, note: bool = False
) -> ServiceCredit:
    rows = rows or (below("99", "25"), below("99.9", "10"))
    return ServiceCredit(
        name, name.upper(), clause(49), rows, SIGNED, day("2026-01-01"), per=per, within=within, as_note=note
    )


def terms(*charges: Charge, agreed: tuple[ServiceCredit, ...] = (), discounts: Iterable[Discount] = ()) -> Contract:
    one = contract(*charges or (charge(flat("450.00")),), discounts=discounts)
    return replace(one, inputs=(UPTIME,), credits=agreed or (sla(),))


def said(first: str, last: str, value: str, declared: dt.date = SIGNED) -> Declaration:
    return Declaration(period(first, last), Fraction(value), declared, "inputs/test.csv:2")


def rating(one: Contract, through: str, *declared: Declaration, known_on: dt.date = LATER) -> Rating:
    found = rate(one, None, {}, known_on, day(through), {}, Evidence(declarations={"uptime": declared}))
    sound(found, one)
    return found


def credits_of(found: Rating) -> list[Entitlement]:
    return [one for one in found.entitlements if one.component.part is Part.CREDIT]


JANUARY = said("2026-01-01", "2026-01-31", "98.7")


def test_the_first_row_that_holds_counts_once_the_period_is_over() -> None:
    assert not credits_of(rating(terms(), "2026-01-31", JANUARY))
    (one,) = credits_of(rating(terms(), "2026-02-01", JANUARY))
    assert (str(one.net), str(one.days), str(one.bill_date)) == (
        "-112.50 EUR",
        "2026-01-01 to 2026-01-31",
        "2026-02-01",
    )
    assert one.later is Later.INVOICE
    assert [(row.label, row.quantity, row.unit) for row in one.details] == [("judged-by", Fraction("98.7"), "percent")]
    for figure, amount in (("99", ["-45.00"]), ("99.9", []), ("0", ["-112.50"])):
        found = rating(terms(), "2026-02-01", said("2026-01-01", "2026-01-31", figure))
        assert [str(credit.net.amount) for credit in credits_of(found)] == amount


def test_the_trace_names_the_row_and_the_figure() -> None:
    (one,) = credits_of(rating(terms(), "2026-02-01", JANUARY))
    leaves = {leaf.label: leaf for leaf in _leaves(one.trace)}
    assert leaves["percent"].result == 25 and leaves["percent"].clause == clause(50)
    assert "uptime 98.7 percent (inputs/test.csv:2" in leaves["judged-by-figures"].source


def _leaves(trace: Trace) -> Iterator[Trace]:
    if not trace.operands:
        yield trace
    for operand in trace.operands:
        yield from _leaves(operand)


def test_a_missing_figure_holds_the_credit_and_names_it() -> None:
    assert not rating(terms(), "2026-01-31").holds
    found = rating(terms(), "2026-02-01")
    (held,) = found.holds
    assert held.code == "E015" and "2026-01-01 to 2026-01-31" in held.cause
    assert held.where.line == clause(49).line, "the credit asks for it, and not the charge"
    assert [one.period.charge for one in found.unrated] == ["fee/credit/sla"]
    assert amounts(found.entitlements) == ["450.00", "450.00"]


def test_it_is_a_share_of_what_bounds_and_discounts_left() -> None:
    off = Discount("d", "D", clause(3), PercentOff(Decimal(10)), None, SIGNED, day("2026-01-01"), None)
    one = terms(charge(flat("450.00"), maximum=Bound(Decimal("400.00"))), discounts=[off])
    found = rating(one, "2026-02-01", JANUARY)
    assert [str(credit.net.amount) for credit in credits_of(found)] == ["-90.00"]  # 25% of 400.00 − 40.00


def test_several_credits_together_give_back_no_more_than_there_is() -> None:
    both = (sla(below("99", "80")), sla(below("99", "80"), name="other"))
    found = rating(terms(agreed=both), "2026-02-01", JANUARY)
    assert [str(credit.net.amount) for credit in credits_of(found)] == ["-360.00", "-90.00"]


def test_rows_speak_of_their_own_charges() -> None:
    rows = (below("99", "50", ("seats",)), below("99.9", "10", None))
    one = terms(charge(flat("450.00")), charge(seats("12.00"), name="seats", quantity=10), agreed=(sla(*rows),))
    found = rating(one, "2026-02-01", JANUARY)
    assert [(str(c.component), str(c.net.amount)) for c in credits_of(found)] == [
        ("fee/credit/sla", "-45.00"),
        ("seats/credit/sla", "-60.00"),
    ]


def test_the_next_invoice_is_the_first_one_after_it_was_judged() -> None:
    cases = (
        (billing(), 0, "2026-02-01"),
        (billing(), 1, "2026-03-01"),
        (in_arrears(), 0, "2026-02-01"),
        (in_arrears(), 10, "2026-03-01"),
    )
    for bill, within, on in cases:
        one = terms(charge(flat("450.00"), bill=bill), agreed=(sla(within=within),))
        february = said("2026-02-01", "2026-02-28", "100")
        (credit,) = credits_of(rating(one, "2026-03-01", JANUARY, february))
        assert str(credit.bill_date) == on, (bill, within)


def test_where_there_is_no_next_invoice_it_is_due_when_it_is_judged() -> None:
    stopped = charge(flat("450.00"), serving=service("2026-01-01", ("2026-01-16", False)))
    (credit,) = credits_of(
        rating(terms(stopped, agreed=(sla(within=5),)), "2026-02-01", said("2026-01-01", "2026-01-15", "90"))
    )
    assert (str(credit.days), str(credit.bill_date)) == ("2026-01-01 to 2026-01-15", "2026-01-21")
    assert str(credit.net.amount) == "-54.44"  # 25% of 15 of 31 days: 217.74


@pytest.mark.parametrize("refund", [Refund.NONE, Refund(Decimal(90))])
def test_days_after_the_end_of_the_service_are_not_judged_though_their_price_is_kept(refund: Refund) -> None:
    """Nobody states how available a service was that had ended; what is kept for these days is kept."""
    stopped = charge(
        flat("90.00"), serving=service("2026-01-01", ("2026-04-11", "2026-04-05", False, refund)), bill=billing(QUARTER)
    )
    april = said("2026-04-01", "2026-04-10", "98.7")
    found = rating(
        terms(stopped, agreed=(sla(per=MONTH),)), "2026-08-01", said("2026-01-01", "2026-03-31", "100"), april
    )
    assert not found.holds
    (one,) = credits_of(found)
    kept = next(line for line in found.entitlements if line.days.start == day("2026-04-01"))
    share = Fraction(1) if kept.days.end == day("2026-04-11") else Fraction(10, kept.days.days)
    assert (str(one.days), str(one.bill_date)) == ("2026-04-01 to 2026-04-10", "2026-04-11")
    assert one.net == Money.of(-kept.net.exact * share / 4, "EUR")


@pytest.mark.parametrize("refund", [Refund.NONE, Refund(Decimal(90))])
def test_a_period_without_service_asks_for_no_figures(refund: Refund) -> None:
    """The quarter was billed before it was agreed that the service had ended before it."""
    stopped = charge(
        flat("90.00"), serving=service("2026-01-01", ("2026-03-25", "2026-04-05", False, refund)), bill=billing(QUARTER)
    )
    one = terms(stopped, agreed=(sla(per=MONTH),))
    assert not rating(one, "2026-08-01", said("2026-01-01", "2026-03-24", "100")).holds
    last = max(days.last_day for _, days, _ in asked_figures(one, LATER, day("2026-08-01")))
    assert last == day("2026-03-24")


def test_a_credit_note_waits_for_the_invoice_of_the_days_that_it_credits() -> None:
    """Rated ahead, because documents carry some of its days (the cadence has changed since), it is not billed yet."""
    one = terms(charge(flat("90.00"), bill=in_arrears(YEAR)), agreed=(sla(per=MONTH, note=True),))
    figures = Evidence(declarations={"uptime": (said("2026-01-01", "2026-12-31", "98.7"),)})
    found = rate(one, None, {}, LATER, day("2026-05-24"), {"fee": day("2026-01-08")}, figures)
    assert {str(line.bill_date) for line in found.entitlements} == {"2027-01-01"}
    assert len(credits_of(found)) == 4


def test_months_of_a_year_have_their_shares_by_days() -> None:
    one = terms(charge(flat("3650.00", YEAR), bill=billing(YEAR)), agreed=(sla(per=MONTH, note=True),))
    found = rating(one, "2026-03-01", JANUARY, said("2026-02-01", "2026-02-28", "99.5"))
    assert [row for row in table(found.entitlements) if "credit" in row[0]] == [
        ("fee/credit/sla", "2026-01-01 to 2026-01-31", "-77.50"),  # 25% of 310.00
        ("fee/credit/sla", "2026-02-01 to 2026-02-28", "-28.00"),  # 10% of 280.00
    ]
    assert [asked[1:] for asked in asked_figures(one, LATER, day("2026-03-01"))] == [
        (period("2026-01-01", "2026-01-31"), day("2026-02-01")),
        (period("2026-02-01", "2026-02-28"), day("2026-03-01")),
    ]


def test_a_stop_ends_the_credit() -> None:
    stop = Stopped(day("2026-02-01"), day("2026-01-20"), clause(60), 1)
    one = terms(agreed=(replace(sla(), stops=(stop,)),))
    bad = said("2026-02-01", "2026-02-28", "50")
    assert len(credits_of(rating(one, "2026-03-01", JANUARY, bad))) == 1
    assert len(credits_of(rating(one, "2026-03-01", JANUARY, bad, known_on=day("2026-01-19")))) == 2


def test_a_meter_may_be_what_it_is_judged_by() -> None:
    incidents = replace(meter("incidents", unit="incident"))
    rows = (CreditRow(Decimal(10), None, Compare("incidents", Comparison.MORE, Fraction(3)), clause(50)),)
    one = replace(contract(charge(flat("450.00")), meters=[incidents]), credits=(sla(*rows),))
    (wanted,) = demands(one, "Europe/Amsterdam", LATER, day("2026-02-01"))
    assert (wanted.meter.id, wanted.days) == ("incidents", period("2026-01-01", "2026-01-31"))
    assert due_meters(one, LATER, day("2026-02-01")) == {"incidents": wanted.days}
    assert due_meters(one, LATER, day("2026-01-31")) == {}
    for events, credited in ((3, []), (4, ["-45.00"])):
        answers = {wanted.key: Measured(Fraction(events), "usage/test.csv", events)}
        found = rate(one, None, answers, LATER, day("2026-02-01"))
        assert not found.holds
        assert [str(credit.net.amount) for credit in credits_of(found)] == credited
    assert [hold.code for hold in rate(one, None, {}, LATER, day("2026-02-01")).holds] == ["E001"]


def test_another_meter_beside_it_changes_nothing() -> None:
    incidents, calls = meter("incidents", unit="incident"), meter("calls", unit="call")
    rows = (CreditRow(Decimal(10), None, Compare("incidents", Comparison.MORE, Fraction(3)), clause(50)),)
    one = replace(contract(charge(flat("450.00")), meters=[calls, incidents]), credits=(sla(*rows),))
    assert [wanted.meter.id for wanted in demands(one, "Europe/Amsterdam", LATER, day("2026-02-01"))] == ["incidents"]


def test_a_credit_of_cents_is_given_too() -> None:
    small = terms(charge(flat("0.04")))
    assert amounts(rating(small, "2026-02-01", JANUARY).entitlements, "fee/credit/sla") == ["-0.01"]
    assert not credits_of(rating(terms(charge(flat("0.01"))), "2026-02-01", JANUARY)), "a quarter of a cent is none"


def test_the_quantity_of_the_charge_may_be_what_it_is_judged_by() -> None:
    rows = (CreditRow(Decimal(10), None, Compare("quantity", Comparison.MORE, Fraction(50)), clause(50)),)
    one = replace(contract(metered(flat("450.00"))), credits=(sla(*rows),))
    (wanted,) = demands(one, "Europe/Amsterdam", LATER, day("2026-02-01"))
    found = rate(one, None, {wanted.key: Measured(Fraction(60), "u", 1)}, LATER, day("2026-02-01"))
    assert [str(credit.net.amount) for credit in credits_of(found)] == ["-45.00"]


cents = st.integers(0, 10**6).map(lambda n: Decimal(n) / 100)
percents = st.integers(0, 100)
figures = st.integers(0, 1000).map(lambda n: Fraction(n, 10))
row_lists = st.lists(st.tuples(figures, percents), min_size=1, max_size=4)


@given(cents, st.lists(row_lists, min_size=1, max_size=3), st.lists(figures, min_size=3, max_size=3), st.booleans())
def test_credits_never_exceed_the_charge_and_are_nothing_without_a_row(
    price: Decimal, agreed: list[list[tuple[Fraction, int]]], found: list[Fraction], monthly: bool
) -> None:
    several = tuple(
        sla(*(below(str(limit), str(percent)) for limit, percent in rows), name=f"c{n}", per=MONTH if monthly else None)
        for n, rows in enumerate(agreed)
    )
    one = terms(charge(flat(str(price), MONTH)), agreed=several)
    rows = [Declaration(days, figure, SIGNED, "x:1") for days, figure in zip(MONTHS, found, strict=True)]
    rated = rating(one, "2026-04-01", *rows)
    assert not rated.holds
    for days, figure in zip(MONTHS, found, strict=True):
        here = [line for line in rated.entitlements if line.days == days]
        given_back = -sum_of(line for line in here if line.component.part is Part.CREDIT)
        assert 0 <= given_back <= price
        if all(figure >= limit for rows in agreed for limit, _ in rows):
            assert given_back == 0


MONTHS = [
    Period(day("2026-01-01"), day("2026-02-01")),
    Period(day("2026-02-01"), day("2026-03-01")),
    Period(day("2026-03-01"), day("2026-04-01")),
]


@given(st.lists(st.tuples(st.integers(0, 60), figures), min_size=1, max_size=6), st.integers(0, 60))
def test_a_figure_declared_later_never_changes_what_was_known_before(
    told: list[tuple[int, Fraction]], known: int
) -> None:
    rows = [
        Declaration(MONTHS[0], figure, day("2026-02-01") + dt.timedelta(days=n), f"x:{k}")
        for k, (n, figure) in enumerate(sorted(told))
    ]
    seen_from = day("2026-02-01") + dt.timedelta(days=known)
    before = [row for row in rows if row.declared <= seen_from]
    assert rating(terms(), "2026-02-01", *rows, known_on=seen_from) == rating(
        terms(), "2026-02-01", *before, known_on=seen_from
    )


@pytest.mark.parametrize("note", [False, True])
def test_a_credit_is_the_same_amount_however_it_reaches_the_customer(note: bool) -> None:
    (one,) = credits_of(rating(terms(agreed=(sla(note=note),)), "2026-02-01", JANUARY))
    assert str(one.net) == "-112.50 EUR"
