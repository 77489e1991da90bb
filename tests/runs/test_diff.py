"""Two versions in money: the differences are exact, each has its cause, and nothing is called unchanged that is not."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from invoicer import runs
from invoicer.domain.contract import (
    AmountOff,
    Anchor,
    Billing,
    Bound,
    Contract,
    Discount,
    PercentOff,
    Proration,
    ProrationRules,
    Timing,
)
from invoicer.domain.ending import Termination
from invoicer.domain.money import Money
from invoicer.domain.payment import PaymentTerms
from invoicer.domain.period import Span, Unit
from invoicer.domain.price import Flat, Model, Once
from invoicer.domain.refund import Refund, ShortRate
from invoicer.domain.timeline import Dated, Timeline
from invoicer.engine import rate
from invoicer.errors import RunError
from invoicer.runs import ContractDiff, Version
from tests.engine.terms import (
    LATER,
    MONTH,
    SIGNED,
    YEAR,
    bands,
    billing,
    charge,
    clause,
    contract,
    day,
    each,
    flat,
    in_arrears,
    metered,
    period,
    prices,
    seats,
    service,
)
from tests.engine.test_commitments import commitment
from tests.engine.test_credits import below, sla
from tests.engine.test_credits import terms as uptime_terms
from tests.engine.test_indexation import CPI, cpi

TODAY = day("2026-06-15")
ENDS = "2026-12-31"


def discount(off: PercentOff | AmountOff, start: str) -> Discount:
    """A discount off everything."""
    return Discount("off", "Off", clause(40), off, None, SIGNED, day(start), None)


def version(*contracts: Contract) -> Version:
    return Version("test", {one.id: one for one in contracts}, {}, {})


def compared(old: Contract | None, new: Contract | None, **options: Any) -> ContractDiff:
    sides = (version(*([old] if old else [])), version(*([new] if new else [])))
    (found,) = runs.diff(*sides, TODAY, **options).contracts
    return found


def figure(net: Money | None) -> str:
    return "?" if net is None else str(net.amount)


def amounts(found: ContractDiff) -> list[tuple[str, str, str, str]]:
    return [(str(row.component), str(row.days), figure(row.old), figure(row.new)) for row in found.rows]


def reasons(found: ContractDiff) -> set[tuple[str, str, str]]:
    return {(change.name, change.old, change.new) for row in found.rows for change in row.because}


# ------------------------------------------------------------------ by hand


def test_a_price_from_a_day_on_names_the_periods_and_the_clause() -> None:
    old = contract(charge(flat("450.00")), end=ENDS)
    new = contract(charge(prices(flat("450.00"), ("2026-10-16", flat("480.00")))), end=ENDS)
    found = compared(old, new)
    # 15 of 31 days at 450 and 16 at 480: 217.74 and 247.74
    assert amounts(found) == [
        ("fee", "2026-10-01 to 2026-10-31", "450.00", "465.48"),
        ("fee", "2026-11-01 to 2026-11-30", "450.00", "480.00"),
        ("fee", "2026-12-01 to 2026-12-31", "450.00", "480.00"),
    ]
    assert {row.because for row in found.rows} == {found.rows[0].because}
    (cause,) = found.rows[0].because
    assert (cause.name, cause.old, cause.new) == ("fee price", "450.00 EUR per month", "480.00 EUR per month")
    assert (cause.old_clause, cause.new_clause) == (clause(1), clause(2))
    assert cause.days == period("2026-10-16", ENDS)
    assert found.same == {"EUR": (9, Money.of(4050, "EUR"))}
    assert found.totals == {"EUR": (Money.of(5400, "EUR"), Money.of("5475.48", "EUR"))}
    assert found.besides == ()


def test_only_the_value_that_changed_is_named() -> None:
    old = contract(charge(seats("12.00"), quantity=40, included=2, minimum=Bound(Decimal("30.00"))), end="2026-01-31")
    new = contract(charge(seats("12.00"), quantity=60, included=2, minimum=Bound(Decimal("30.00"))), end="2026-01-31")
    found = compared(old, new)
    assert amounts(found) == [("fee", "2026-01-01 to 2026-01-31", "456.00", "696.00")]
    assert reasons(found) == {("fee quantity", "40 seat", "60 seat")}


def test_another_cadence_is_compared_where_both_agree_and_moves_no_money() -> None:
    old = contract(charge(Flat(Decimal("1200.00"), YEAR), bill=billing(YEAR)), end=ENDS)
    new = contract(charge(Flat(Decimal("1200.00"), YEAR), bill=billing()), end=ENDS)
    found = compared(old, new)
    assert found.rows == ()
    assert found.same == {"EUR": (1, Money.of(1200, "EUR"))}
    (change,) = found.besides
    assert (change.name, change.old, change.new) == (
        "fee billing",
        "annually in advance on day 1",
        "monthly in advance on day 1",
    )


def test_rows_reach_over_the_horizon_to_the_next_common_edge() -> None:
    old = contract(charge(flat("100.00"), bill=billing(YEAR)))
    new = contract(charge(flat("110.00"), bill=billing()))
    found = compared(old, new, until=day("2026-03-31"))
    assert amounts(found) == [("fee", "2026-01-01 to 2026-12-31", "1200.00", "1320.00")]


def test_periods_that_never_meet_again_are_cut_at_the_horizon() -> None:
    old = contract(charge(flat("100.00"), bill=billing(anchor=Anchor(day=1))))
    new = contract(charge(flat("100.00"), bill=billing(anchor=Anchor(day=15))))
    found = compared(old, new, until=day("2026-02-28"))
    # by 28 February: 1 January and 1 February; 1 January (14 of 31 days), 15 January, 15 February
    (row,) = found.rows
    assert (row.days.start, str(row.old), str(row.new)) == (day("2026-01-01"), "200.00 EUR", "245.16 EUR")
    assert reasons(found) == {("fee billing", "monthly in advance on day 1", "monthly in advance on day 15")}


def test_a_stop_and_a_shorter_term() -> None:
    running = contract(charge(flat("10.00")), end=ENDS)
    stopped = contract(charge(flat("10.00"), serving=service("2026-01-01", ("2026-11-01", False))), end=ENDS)
    found = compared(running, stopped)
    assert amounts(found) == [
        ("fee", "2026-11-01 to 2026-11-30", "10.00", "0.00"),
        ("fee", "2026-12-01 to 2026-12-31", "10.00", "0.00"),
    ]
    assert reasons(found) == {("fee service", "in service", "not in service")}
    shorter = compared(running, replace(running, end=day("2026-12-01"), term_end=day("2026-12-01")))
    assert amounts(shorter) == [("fee", "2026-12-01 to 2026-12-31", "10.00", "0.00")]
    assert ("term", "2026-01-01 to 2026-12-31", "2026-01-01 to 2026-11-30") in reasons(shorter)


def test_an_end_that_one_version_only_has_is_pointed_at() -> None:
    running = contract(charge(flat("10.00")), end=ENDS)
    ended = replace(running, endings=(Termination(day("2026-11-01"), SIGNED, clause(70)),))
    (change,) = compared(ended, running).rows[0].because
    assert (change.name, change.old, change.new) == ("fee service", "not in service", "in service")
    assert change.old_clause == clause(70), "what ends service, and not the heading of the charge"


def test_of_two_tables_the_rows_that_differ_are_named() -> None:
    rows = [ShortRate(Span(30, Unit.DAY), Decimal(20)), ShortRate(Span(1, MONTH.unit), Decimal(40))]
    tables = (*rows, ShortRate(None, Decimal(100))), (rows[0], ShortRate(None, Decimal(90)))
    old, new = (
        contract(
            charge(
                flat("120.00", YEAR),
                bill=billing(YEAR),
                serving=service("2026-01-01", ("2026-01-15", "2026-01-10", False, Refund(short_rate=table))),
            ),
            end=ENDS,
        )
        for table in tables
    )
    found = compared(old, new)
    ends = {change for row in found.rows for change in row.because} | set(found.besides)
    assert [(one.name, one.old, one.new) for one in ends] == [
        ("fee end", "short-rate up to 1 month 40%, above 100%", "short-rate above 90%")
    ]


def test_a_shortfall_that_follows_from_a_service_credit_says_so() -> None:
    old, new = (
        replace(judged(percent), commitments=(commitment("1000.00", MONTH),), end=day("2026-02-01"))
        for percent in ("25", "30")
    )
    found = compared(old, new, given={"uptime": Fraction(98)})
    assert amounts(found) == [
        ("fee/credit/sla", "2026-01-01 to 2026-01-31", "-112.50", "-135.00"),
        ("annual/commitment", "2026-01-01 to 2026-01-31", "662.50", "685.00"),
    ]
    words = "{}% of fee when uptime is less than 99"
    assert reasons(found) == {("credit sla", words.format(25), words.format(30))}


def test_another_amount_of_a_commitment_is_told_in_words() -> None:
    old, new = (
        replace(contract(charge(flat("10.00")), end=ENDS), commitments=(commitment(amount),))
        for amount in ("2500.00", "3000.00")
    )
    assert reasons(compared(old, new)) == {
        (
            "commitment annual",
            "2 500.00 EUR per year, counts everything",
            "3 000.00 EUR per year, counts everything",
        )
    }
    (gone,) = compared(old, replace(old, commitments=())).rows[0].because
    assert gone.new == "", "none"


def test_bounds_and_discounts_have_rows_of_their_own() -> None:
    def terms(least: str, off: str) -> Contract:
        fee = charge(flat("10.00"), minimum=Bound(Decimal(least)))
        return contract(fee, end="2026-01-31", discounts=[discount(PercentOff(Decimal(off)), start="2026-01-01")])

    found = compared(terms("12.00", "10"), terms("15.00", "20"))
    # 10.00 + 2.00 less 1.20; 10.00 + 5.00 less 3.00
    assert [(str(row.component), str(row.old), str(row.new)) for row in found.rows] == [
        ("fee/minimum", "2.00 EUR", "5.00 EUR"),
        ("fee/discount/off", "-1.20 EUR", "-3.00 EUR"),
    ]
    assert {change.name for change in found.rows[0].because} == {"fee minimum"}
    assert {change.name for change in found.rows[1].because} == {"fee minimum", "discount off"}
    assert found.same == {"EUR": (1, Money.of(10, "EUR"))}


def test_a_one_off_on_another_day_is_the_same_amount() -> None:
    def terms(on: str, price: str) -> Contract:
        return contract(charge(Once(Decimal(price)), serving=service(on)), end=ENDS)

    moved = compared(terms("2026-01-01", "250.00"), terms("2026-03-01", "250.00"))
    assert moved.rows == ()
    assert [change.name for change in moved.besides] == ["fee service"]
    dearer = compared(terms("2026-01-01", "250.00"), terms("2026-03-01", "300.00"))
    assert [(str(row.old), str(row.new)) for row in dearer.rows] == [("250.00 EUR", "300.00 EUR")]


def test_what_depends_on_usage_is_listed_not_counted() -> None:
    old, new = contract(metered(each("1.00")), end="2026-02-28"), contract(metered(each("2.00")), end="2026-02-28")
    found = compared(old, new)
    assert [(str(row.days), row.old, row.new, row.difference, row.depends) for row in found.rows] == [
        ("2026-01-01 to 2026-01-31", None, None, None, "usage of use"),
        ("2026-02-01 to 2026-02-28", None, None, None, "usage of use"),
    ]
    assert found.totals == {}
    assert found.moves_money
    counted = compared(old, new, given={"use": Fraction(31)})
    assert [(str(row.old), str(row.new)) for row in counted.rows] == [("31.00 EUR", "62.00 EUR")] * 2


def test_usage_that_is_priced_alike_needs_no_quantity() -> None:
    old = contract(metered(each("1.00")), charge(flat("5.00"), name="other"), end="2026-02-28")
    new = contract(metered(each("1.00")), charge(flat("6.00"), name="other"), end="2026-02-28")
    found = compared(old, new)
    assert [str(row.component) for row in found.rows] == ["other", "other"]
    assert found.same_usage == 2


def test_a_given_quantity_is_the_same_usage_for_both_versions() -> None:
    old = contract(metered(each("1.00"), bill=in_arrears()), end="2026-03-31")
    new = contract(metered(each("1.00"), bill=in_arrears(Span(1, Unit.QUARTER))), end="2026-03-31")
    found = compared(old, new, given={"use": Fraction(30)})
    assert found.rows == ()
    assert found.same == {"EUR": (1, Money.of(90, "EUR"))}


def judged(percent: str, price: str = "450.00") -> Contract:
    """January at a price, of which a service credit gives back a percentage when the uptime is below 99."""
    agreed = uptime_terms(charge(flat(price)), agreed=(sla(below("99", percent)),))
    return replace(agreed, end=day("2026-02-01"))


def test_a_service_credit_without_its_figure_is_a_row_of_its_own() -> None:
    old, new = judged("25"), judged("30")
    (row,) = compared(old, new).rows
    assert (str(row.component), row.title, str(row.days)) == ("fee/credit/sla", "SLA", "2026-01-01 to 2026-01-31")
    assert row.difference is None and "uptime" in row.doubt and not row.depends
    counted = compared(old, new, given={"uptime": Fraction(98)})
    assert amounts(counted) == [("fee/credit/sla", "2026-01-01 to 2026-01-31", "-112.50", "-135.00")]


def test_a_service_credit_that_one_version_only_has_is_unknown_and_its_charge_is_not() -> None:
    found = compared(judged("25"), replace(judged("25", "460.00"), credits=()))
    assert [(str(row.component), figure(row.difference)) for row in found.rows] == [
        ("fee", "10.00"),
        ("fee/credit/sla", "?"),
    ]


def test_a_commitment_to_usage_that_is_not_known_has_its_title() -> None:
    old, new = (
        replace(contract(metered(each("1.00")), end=ENDS), commitments=(commitment(amount),)) for amount in ("10", "20")
    )
    rows = compared(old, new).rows
    assert {(str(row.component), row.title, row.difference) for row in rows} == {("annual", "Annual", None)}


def test_agreed_and_measured_quantities_beside_each_other() -> None:
    old = contract(charge(each("1.00"), quantity=10, bill=in_arrears()), end="2026-01-31")
    new = contract(metered(each("1.00"), bill=in_arrears()), end="2026-01-31")
    (row,) = compared(old, new).rows
    assert (str(row.old), row.new, row.difference, row.depends) == ("10.00 EUR", None, None, "usage of use")


def test_the_value_of_an_index_can_be_given() -> None:
    def raised(percent: str) -> Contract:
        by = cpi(at_most=Decimal(percent))
        return replace(contract(charge(flat("100.00"))), indexations=(by,), end=day("2027-02-01"))

    old, new = raised("3"), raised("2")
    (row,) = [row for row in compared(old, new).rows if row.days.start.year == 2027]
    assert row.difference is None and CPI in row.doubt
    known = {f"{CPI}:2025-10": Fraction(100), f"{CPI}:2026-10": Fraction(110)}
    counted = compared(old, new, given=known)
    assert [one for one in amounts(counted) if "2027" in one[1]] == [
        ("fee", "2027-01-01 to 2027-01-31", "103.00", "102.00")
    ]
    with pytest.raises(RunError) as refused:
        compared(old, new, given={"other:2026-10": Fraction(110)})
    (problem,) = refused.value.problems
    assert (problem.code, problem.mend) == ("L204", f"these terms follow {CPI}")


def test_an_amount_off_several_charges_is_unknown_where_one_of_them_is() -> None:
    def terms(off: str) -> Contract:
        shared = discount(AmountOff(Decimal(off), MONTH), start="2026-01-01")
        fee, usage = charge(flat("100.00"), name="fixed"), metered(each("1.00"), bill=billing())
        return contract(fee, usage, end="2026-01-31", discounts=[shared])

    found = compared(terms("10.00"), terms("20.00"))
    assert {(str(row.component), row.difference) for row in found.rows} == {("fixed", None), ("fee", None)}


def test_a_contract_in_one_version_only_is_all_of_it() -> None:
    terms = contract(charge(flat("10.00")), end="2026-02-28")
    assert amounts(compared(None, terms)) == [
        ("fee", "2026-01-01 to 2026-01-31", "0.00", "10.00"),
        ("fee", "2026-02-01 to 2026-02-28", "0.00", "10.00"),
    ]
    assert compared(terms, None).totals == {"EUR": (Money.of(20, "EUR"), Money.of(0, "EUR"))}
    assert reasons(compared(terms, None)) == {("contract", "Contract", "")}


def test_what_moves_no_money_is_told_in_words() -> None:
    old = contract(charge(flat("10.00")), end="2026-02-28")
    fee = replace(old.charges[0], title="Platform", kind="consulting")
    pay = Timeline((Dated(SIGNED, SIGNED, PaymentTerms(number=45), clause(9)),))
    new = replace(old, charges=(fee,), payment=pay, purchase_order="PO-2", customer="other", title="Another")
    found = compared(old, new)
    assert found.rows == ()
    assert {(change.name, change.old, change.new) for change in found.besides} == {
        ("title", "Contract", "Another"),
        ("customer", old.customer, "other"),
        ("payment", "within 30 days", "within 45 days"),
        ("purchase order", "", "PO-2"),
        ("fee title", "Fee", "Platform"),
        ("fee supply", "electronic-service", "consulting"),
    }


def test_another_currency_is_compared_with_nothing() -> None:
    old = contract(charge(flat("10.00")), end="2026-01-31")
    found = compared(old, replace(old, currency="USD"))
    assert found.totals == {
        "EUR": (Money.of(10, "EUR"), Money.zero("EUR")),
        "USD": (Money.zero("USD"), Money.of(10, "USD")),
    }
    assert reasons(found) == {("currency", "EUR", "USD")}


def test_a_change_of_bands_tells_both_tables() -> None:
    def terms(amount: str) -> Contract:
        return contract(metered(bands(Model.GRADUATED, (100, "0"), (None, amount))), end="2026-01-31")

    found = compared(terms("1.00"), terms("2.00"), given={"use": Fraction(150)})
    assert reasons(found) == {
        (
            "fee price",
            "graduated: up to 100 free, above 1.00 EUR each",
            "graduated: up to 100 free, above 2.00 EUR each",
        )
    }


def test_an_agreement_of_tomorrow_counts_unless_asked_otherwise() -> None:
    old = contract(charge(flat("10.00")), end="2026-12-31")
    step = prices(flat("10.00"), ("2026-11-01", "2026-07-01", flat("20.00")))
    new = contract(charge(step), end="2026-12-31")
    assert len(compared(old, new).rows) == 2
    assert compared(old, new, known_on=TODAY).rows == ()


def test_the_days_compared_can_be_chosen() -> None:
    old, new = contract(charge(flat("10.00")), end=ENDS), contract(charge(flat("11.00")), end=ENDS)
    found = compared(old, new, since=day("2026-03-10"), until=day("2026-04-01"))
    assert [str(row.days) for row in found.rows] == ["2026-03-01 to 2026-03-31", "2026-04-01 to 2026-04-30"]
    endless = compared(contract(charge(flat("10.00"))), contract(charge(flat("11.00"))))
    assert endless.days == period("2026-01-01", "2028-06-30")  # to the end of the month two years ahead


def test_unknown_names_are_refused() -> None:
    terms = version(contract(charge(flat("10.00"))))
    with pytest.raises(RunError, match="L206"):
        runs.diff(terms, terms, TODAY, contracts=["nobody"])
    with pytest.raises(RunError, match="L204"):
        runs.diff(terms, terms, TODAY, given={"nothing": Fraction(1)})


# ------------------------------------------------------------------ laws

LAW = settings(max_examples=80)
AMOUNTS = st.sampled_from(["0.00", "9.99", "100.00", "33.33", "1000.01"])
BILLINGS = st.builds(
    Billing,
    st.sampled_from([Span(1, Unit.MONTH), Span(2, Unit.MONTH), Span(1, Unit.QUARTER), YEAR]),
    st.sampled_from(Timing),
    st.builds(Anchor, st.sampled_from([None, 1, 15, 31])),
)
STARTS = st.sampled_from(["2026-01-01", "2026-01-20", "2026-02-28"])
STEPS = st.lists(
    st.tuples(st.dates(dt.date(2026, 1, 2), dt.date(2027, 3, 1)), AMOUNTS), max_size=3, unique_by=lambda s: s[0]
)


@st.composite
def versions(draw: st.DrawFn) -> Contract:
    """A contract of a fixed term with charges whose amounts are known."""
    rules = st.builds(ProrationRules, *[st.sampled_from([Proration.BY_DAYS, Proration.FULL_PERIODS])] * 3)
    found = []
    for name in draw(st.lists(st.sampled_from(["a", "b", "c"]), min_size=1, max_size=3, unique=True)):
        steps = [(when.isoformat(), flat(amount)) for when, amount in sorted(draw(STEPS))]
        found.append(
            charge(
                prices(flat(draw(AMOUNTS)), *steps),
                name=name,
                start=draw(STARTS),
                bill=draw(BILLINGS),
                minimum=draw(st.none() | st.builds(Bound, AMOUNTS.map(Decimal))),
                proration=draw(rules),
            )
        )
    percent = draw(st.none() | st.sampled_from(["10", "33.3"]))
    offs = [discount(PercentOff(Decimal(percent)), start="2026-01-01")] if percent else []
    return contract(*found, end=draw(st.sampled_from(["2026-12-31", "2027-02-14"])), discounts=offs)


def owed(terms: Contract) -> Money:
    nets = [one.net for one in rate(terms, None, {}, LATER, LATER).entitlements]
    return sum(nets, start=Money.zero("EUR"))


@LAW
@given(versions(), versions())
def test_the_differences_sum_to_the_difference_of_the_totals(old: Contract, new: Contract) -> None:
    found = compared(old, new)
    zero = Money.zero("EUR")
    before, after = found.totals.get("EUR", (zero, zero))
    assert (before, after) == (owed(old), owed(new))
    differences = [row.difference for row in found.rows if row.difference is not None]
    assert sum(differences, start=zero) == owed(new) - owed(old)
    assert all(row.because for row in found.rows)
    assert all(row.difference for row in found.rows)


@LAW
@given(versions(), versions())
def test_the_other_way_round_is_the_opposite(old: Contract, new: Contract) -> None:
    there, back = compared(old, new), compared(new, old)
    seen = {(row.component, row.days, row.old, row.new) for row in there.rows}
    assert seen == {(row.component, row.days, row.new, row.old) for row in back.rows}
    assert there.same == back.same


@LAW
@given(versions())
def test_a_version_does_not_differ_from_itself(terms: Contract) -> None:
    moved = replace(terms, charges=tuple(replace(one, clause=clause(77)) for one in terms.charges), clause=clause(99))
    found = compared(terms, moved)
    assert (found.rows, found.besides) == ((), ())
