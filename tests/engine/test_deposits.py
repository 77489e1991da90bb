"""tests of the engine: premiums with a deposit, settled when the exposure is declared."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from invoicer.domain.contract import Bound, Charge, Contract, Discount, PercentOff, Proration, ProrationRules
from invoicer.domain.deposit import Adjustment, Deposit
from invoicer.domain.entitlement import Entitlement, Part
from invoicer.domain.evidence import Declaration, Evidence
from invoicer.domain.inputs import Declared, Input
from invoicer.domain.period import Period, Span, Unit
from invoicer.domain.price import PerUnit
from invoicer.domain.refund import Refund, ShortRate
from invoicer.domain.timeline import Dated, Timeline
from invoicer.domain.trace import Rounding
from invoicer.engine import Rating, rate, schedule
from tests.engine.terms import (
    ANNIVERSARY,
    LATER,
    SIGNED,
    YEAR,
    billing,
    charge,
    clause,
    contract,
    day,
    each,
    period,
    prices,
    rows,
    service,
    sound,
    timeline,
)

LAW = settings(print_blob=True, deadline=None, derandomize=True, max_examples=80)
TURNOVER = Input("turnover", "Turnover", "EUR", YEAR, clause(40), additive=True)
SIXTY = Adjustment(Span(60, Unit.DAY))
TABLE = (
    ShortRate(Span(30, Unit.DAY), Decimal(20)),
    ShortRate(Span(3, Unit.MONTH), Decimal(40)),
    ShortRate(None, Decimal(100)),
)


def liability(
    *stop: object, deposit: str = "4000.00", instalments: int = 1, minimum: str | None = "3000.00", **more: object
) -> Charge:
    """Public liability: 1.20 for each 1 000 of turnover, a deposit and a minimum, an annual cover from 1 January."""
    made = charge(
        more.pop("price", each("1.20", "EUR", size="1000")),  # type: ignore[arg-type]
        name="liability",
        quantity=Declared("turnover"),
        serving=service("2026-01-01", *([stop] if stop else [])),  # type: ignore[arg-type]
        bill=billing(YEAR, anchor=ANNIVERSARY),
        minimum=Bound(Decimal(minimum)) if minimum else None,
        **more,  # type: ignore[arg-type]
    )
    return replace(made, deposit=timeline(Deposit(Decimal(deposit), instalments)), adjustment=SIXTY)


def insured(*charges: Charge, **more: object) -> Contract:
    return replace(contract(*charges, **more), inputs=(TURNOVER,))  # type: ignore[arg-type]


def declared(figures: Mapping[Period, int], on: str = "2027-01-15") -> Evidence:
    rows_of = tuple(
        Declaration(days, Fraction(value), day(on), f"inputs/turnover.csv:{n}")
        for n, (days, value) in enumerate(figures.items(), 2)
    )
    return Evidence(declarations={"turnover": rows_of})


YEAR_2026 = period("2026-01-01", "2026-12-31")


def rating(terms: Contract, through: str, figures: Mapping[Period, int] | None = None, known_on: str = "") -> Rating:
    found = rate(
        terms, None, {}, day(known_on or through), day(through), evidence=declared(figures or {YEAR_2026: 4_500_000})
    )
    sound(found, terms)
    return found


def lines(*args: object, **more: object) -> list[tuple[str, str, str, str]]:
    """Component, bill date, days and amount of what is owed; nothing holds it."""
    found = rating(*args, **more)  # type: ignore[arg-type]
    assert not found.holds, found.holds
    return [(str(e.component), str(e.bill_date), str(e.days), str(e.net.amount)) for e in found.entitlements]


def test_the_deposit_is_due_first_and_settled_when_the_turnover_is_declared() -> None:
    terms = insured(liability())
    first = ("liability/deposit", "2026-01-01", "2026-01-01 to 2026-12-31", "4000.00")
    assert lines(terms, "2026-12-31") == [first]
    again = ("liability/deposit", "2027-01-01", "2027-01-01 to 2027-12-31", "4000.00")
    assert lines(terms, "2027-03-01") == [first, again], "60 days after 1 January"
    more = ("liability/adjustment", "2027-03-02", "2026-01-01 to 2026-12-31", "1400.00")
    assert lines(terms, "2027-03-02") == [first, again, more]  # 4 500 000 at 1.20 for 1 000 is 5 400.00
    less = ("liability/adjustment", "2027-03-02", "2026-01-01 to 2026-12-31", "-1000.00")
    assert lines(terms, "2027-03-02", {YEAR_2026: 1_000_000})[-1] == less, "1 200.00, and 3 000.00 at least"


def test_the_adjustment_says_how_it_came_about() -> None:
    *_, one = rating(insured(liability()), "2027-03-02", {YEAR_2026: 1_000_000}).entitlements
    assert rows(one) == [": 1000000 EUR at 1.20 for 1000", "minimum: 1 at 1800.00", "deposit: -1 at 4000.00"]
    assert one.tax_point == day("2026-01-01"), "what is given back has the tax point of the deposit"


def test_a_declaration_that_is_missing_holds_once_it_is_needed() -> None:
    terms = insured(liability())
    assert not rating(terms, "2027-03-01", {period("2025-01-01", "2025-12-31"): 1}).holds
    (hold,) = rating(terms, "2027-03-02", {period("2025-01-01", "2025-12-31"): 1}).holds
    assert "no figure was declared for input turnover from 2026-01-01 to 2026-12-31" in hold.cause


def test_what_comes_to_the_deposit_settles_to_nothing() -> None:
    terms = insured(liability(deposit="5400.00"))
    assert len(lines(terms, "2027-03-02")) == 2


def test_instalments_share_the_deposit_and_its_months() -> None:
    terms = insured(liability(deposit="1000.00", instalments=3))
    assert lines(terms, "2026-12-31") == [
        ("liability/deposit", "2026-01-01", "2026-01-01 to 2026-04-30", "333.33"),
        ("liability/deposit", "2026-05-01", "2026-05-01 to 2026-08-31", "333.34"),
        ("liability/deposit", "2026-09-01", "2026-09-01 to 2026-12-31", "333.33"),
    ]
    periods = schedule(terms, LATER, day("2027-03-02"))
    assert [(str(one.part), str(one.bill_date)) for one in periods if one.days.start.year == 2026] == [
        *(("deposit", "2026-01-01"), ("deposit", "2026-05-01"), ("deposit", "2026-09-01")),
        ("adjustment", "2027-03-02"),
    ]


def test_a_discount_is_off_what_was_earned_and_not_off_the_deposit() -> None:
    off = Discount("d", "No claims", clause(4), PercentOff(Decimal(10)), None, SIGNED, SIGNED, None)
    terms = insured(liability(), discounts=[off])
    assert lines(terms, "2027-03-02")[-1][3] == "860.00"  # 5 400.00 less 540.00 and the deposit
    assert lines(terms, "2027-03-02")[0][3] == "4000.00"


def test_a_mid_term_endorsement_counts_by_days() -> None:
    """From 2 July, 182 days into the year, the rate is 1.50; the turnover is declared for the whole year."""
    raised = prices(each("1.20", "EUR", size="1000"), ("2026-07-02", "2026-06-20", each("1.50", "EUR", size="1000")))
    terms = insured(liability(price=raised))
    # 4 500 000 × 182/365 = 2 243 835.62 at 1.20, the rest of 2 256 164.38 at 1.50: 2 692.60 + 3 384.25 - 4 000.00
    assert lines(terms, "2027-03-02")[-1][3] == "2076.85"


HALF = period("2026-01-01", "2026-06-30")


def test_a_cancellation_pro_rata() -> None:
    """Cancelled to 30 June: 181 of 365 days of deposit (1 983.56) and minimum (1 487.67)."""
    terms = insured(liability("2026-07-01", "2026-06-10", False, Refund.UNUSED))
    deposit = ("liability/deposit", "2026-01-01", "2026-01-01 to 2026-06-30", "1983.56")
    assert lines(terms, "2026-06-10") == [deposit]
    assert lines(terms, "2026-06-09") == [("liability/deposit", "2026-01-01", "2026-01-01 to 2026-12-31", "4000.00")]
    settled = lines(terms, "2026-08-30", {HALF: 2_000_000}, known_on="2027-02-01")
    assert settled == [deposit, ("liability/adjustment", "2026-08-30", "2026-01-01 to 2026-06-30", "416.44")]
    least = lines(terms, "2026-08-30", {HALF: 100_000}, known_on="2027-02-01")
    assert least[-1][3] == "-495.89", "the minimum for these days, less the deposit for them"


def settled_by(terms: Contract, through: str, **more: object) -> tuple[str, str]:
    """When what the adjustment rests on was agreed, and concluded."""
    found = rating(terms, through, **more)  # type: ignore[arg-type]
    (one,) = (e for e in found.entitlements if e.component.part is Part.ADJUSTMENT)
    return str(one.agreed), str(one.concluded)


def test_a_stop_that_was_agreed_with_the_deposit_leaves_the_clause_of_the_deposit() -> None:
    """Deposit and stop of one agreement: its clause is that of the deposit; a later stop is what was agreed last."""
    for agreed, line in ((SIGNED.isoformat(), 2), ("2000-01-02", 31)):
        cut = liability("2026-07-01", agreed, False, Refund.UNUSED)
        deposit = Deposit(Decimal("4000.00"), 1)
        cut = replace(cut, deposit=Timeline((Dated(SIGNED, SIGNED, deposit, clause(2)),)))
        (one,) = rating(insured(cut), "2026-01-01").entitlements
        assert (str(one.days), one.clause) == ("2026-01-01 to 2026-06-30", clause(line))
        assert one.agreed == day(agreed)


def test_a_stop_at_the_end_of_the_year_leaves_the_clause_of_the_deposit() -> None:
    (one,) = rating(insured(liability("2027-01-01", "2026-06-10", False, Refund.UNUSED)), "2026-12-31").entitlements
    assert (one.clause, one.agreed) == (clause(1), SIGNED), "it cuts nothing"


def test_a_deposit_is_concluded_with_its_price() -> None:
    higher = each("1.50", "EUR", size="1000")
    later = prices(each("1.20", "EUR", size="1000"), ("2026-01-01", "2025-12-20", higher))
    (one,) = rating(insured(liability(price=later)), "2026-01-01").entitlements
    assert (one.agreed, one.concluded) == (SIGNED, day("2025-12-20"))


def test_an_adjustment_is_concluded_with_the_latest_price_that_it_settles() -> None:
    """The price is raised in June, agreed in May; the stop of June concludes no cover."""
    raised = prices(each("1.20", "EUR", size="1000"), ("2026-06-01", "2026-05-15", each("1.50", "EUR", size="1000")))
    figures = {period("2026-01-01", "2026-05-31"): 2_500_000, period("2026-06-01", "2026-12-31"): 3_500_000}
    terms = insured(liability(price=raised))
    assert settled_by(terms, "2027-03-02", figures=figures) == ("2026-05-15", "2026-05-15")
    stopped = insured(liability("2026-07-01", "2026-06-10", False, Refund.UNUSED))
    found = settled_by(stopped, "2026-08-30", figures={HALF: 2_000_000}, known_on="2027-02-01")
    assert found == ("2026-06-10", "2000-01-01")


def test_a_cancellation_by_the_short_rate_table() -> None:
    """After 90 days the insurer keeps 40% of deposit and minimum, and what was earned if that is more."""
    terms = insured(liability("2026-04-01", "2026-03-10", False, Refund(short_rate=TABLE)))
    spring = period("2026-01-01", "2026-03-31")
    assert lines(terms, "2026-05-31", {spring: 200_000}, known_on="2027-02-01") == [
        ("liability/deposit", "2026-01-01", "2026-01-01 to 2026-03-31", "1600.00"),
        ("liability/adjustment", "2026-05-31", "2026-01-01 to 2026-03-31", "-400.00"),  # to the minimum of 1 200.00
    ]
    earned = lines(terms, "2026-05-31", {spring: 2_000_000}, known_on="2027-02-01")
    assert earned[-1][3] == "800.00"  # 2 400.00 were earned


def test_a_part_of_the_unused_and_no_refund() -> None:
    def deposit_after(refund: Refund) -> str:
        terms = insured(liability("2026-07-01", "2026-06-10", False, refund))
        return lines(terms, "2026-06-10")[0][3]

    assert deposit_after(Refund(Decimal(90))) == "2185.21"  # 1 983.56 and a tenth of 2 016.44
    assert deposit_after(Refund.NONE) == "4000.00"
    before = insured(liability("2026-07-01", "2025-12-20", False, Refund.NONE))
    assert lines(before, "2026-01-01")[0][3] == "1983.56", "agreed before it was billed: only these days are"
    same_day = insured(liability("2026-07-01", "2026-01-01", False, Refund.NONE))
    assert lines(same_day, "2026-01-01")[0][3] == "1983.56", "on the day of the bill nothing was billed before it"


def test_of_instalments_the_earlier_ones_are_kept_first() -> None:
    terms = insured(liability("2026-04-11", "2026-04-05", False, Refund.UNUSED, instalments=4))
    assert [line[2:] for line in lines(terms, "2026-04-11")] == [
        ("2026-01-01 to 2026-03-31", "1000.00"),
        ("2026-04-01 to 2026-04-10", "95.89"),
    ]
    kept = insured(liability("2026-04-11", "2026-04-05", False, Refund(short_rate=TABLE[1:]), instalments=4))
    days = period("2026-01-01", "2026-04-10")
    found = lines(kept, "2026-12-31", {days: 0}, known_on="2027-02-01")
    assert [line[3] for line in found] == ["1000.00", "1000.00", "1000.00"], "all of the minimum is kept: 3 000.00"


def test_what_comes_back_of_instalments_is_taken_from_the_latest_first() -> None:
    """3 000.00 are due of 4 500.00 that were paid, 1 125.00 a quarter."""
    terms = insured(liability(deposit="4500.00", instalments=4), end="2026-12-31")
    found = rating(terms, "2027-03-02", {YEAR_2026: 1_000_000}).entitlements[4:]
    assert [(str(one.days), str(one.net.amount), str(one.tax_point)) for one in found] == [
        ("2026-07-01 to 2026-09-30", "-375.00", "2026-07-01"),
        ("2026-10-01 to 2026-12-31", "-1125.00", "2026-10-01"),
    ]
    deposits = ["deposit: -1 at 1125.00"] * 3
    assert rows(found[0]) == [": 1000000 EUR at 1.20 for 1000", "minimum: 1 at 1800.00", *deposits]
    assert rows(found[1]) == [], "it comes back whole"


def test_what_came_of_it_is_told_also_where_instalments_come_back_whole() -> None:
    def given_back(minimum: str | None) -> list[tuple[str, list[str]]]:
        terms = insured(liability(deposit="4500.00", instalments=4, minimum=minimum), end="2026-12-31")
        found = rating(terms, "2027-03-02", {YEAR_2026: 0}).entitlements[4:]
        return [(str(one.net.amount), rows(one)) for one in found]

    [(amount, told)] = given_back("3375.00")
    assert (amount, told[-4:]) == ("-1125.00", ["deposit: -1 at 1125.00"] * 4)
    first, *others = given_back(None)
    assert first == ("-1125.00", [": 0 EUR at 1.20 for 1000", "deposit: -1 at 1125.00"])
    assert others == [("-1125.00", [])] * 3


def test_a_cover_that_begins_within_its_year() -> None:
    anchored = replace(liability(), billing=timeline(billing(YEAR)))
    started = replace(anchored, service=service("2026-02-15"), proration=ProrationRules())
    days = period("2026-02-15", "2026-02-28")
    terms = insured(started)
    found = lines(terms, "2026-06-01", {days: 1_000_000}, known_on="2027-02-01")
    assert found[:2] == [
        ("liability/deposit", "2026-02-15", "2026-02-15 to 2026-02-28", "153.42"),
        ("liability/deposit", "2026-03-01", "2026-03-01 to 2027-02-28", "4000.00"),
    ]
    whole = insured(replace(started, proration=ProrationRules(start=Proration.FULL_PERIODS)))
    assert lines(whole, "2026-02-15", {days: 1_000_000}, known_on="2027-02-01")[0][3] == "4000.00"


def test_a_cover_that_never_began_gives_all_back() -> None:
    terms = insured(liability("2026-01-01", "2026-01-20", False, Refund(short_rate=TABLE)))
    assert lines(terms, "2026-12-31") == []


def test_seen_from_each_day_only_what_is_known_counts() -> None:
    terms = insured(liability())
    corrected = (
        Declaration(YEAR_2026, Fraction(4_500_000), day("2027-01-15"), "inputs/a.csv:2"),
        Declaration(YEAR_2026, Fraction(4_000_000), day("2027-05-02"), "inputs/a.csv:3"),
    )
    evidence = Evidence(declarations={"turnover": corrected})
    for known_on, due in (("2027-03-02", "1400.00"), ("2027-05-02", "800.00")):
        found = rate(terms, None, {}, day(known_on), day("2027-03-02"), evidence=evidence).entitlements
        assert str(found[-1].net.amount) == due


# Laws

MONEY = st.decimals(Decimal("0.00"), Decimal("9000.00"), places=2)
RATES = st.decimals(Decimal("0.0000"), Decimal("9.9999"), places=4)
ENDS = st.dates(dt.date(2026, 1, 2), dt.date(2027, 1, 1))
REFUNDS = st.sampled_from([Refund.UNUSED, Refund.NONE, Refund(Decimal(75)), Refund(short_rate=TABLE)])


def _sum(found: tuple[Entitlement, ...], *parts: Part) -> Decimal:
    return sum((one.net.amount for one in found if one.component.part in parts), Decimal("0.00"))


@LAW
@given(MONEY, st.sampled_from([1, 2, 3, 4, 5, 12]), MONEY, RATES, st.integers(0, 5_000_000), st.sampled_from(Rounding))
def test_deposit_and_adjustment_are_what_was_earned(
    deposit: Decimal, instalments: int, minimum: Decimal, price: Decimal, turnover: int, rounding: Rounding
) -> None:
    per_thousand = PerUnit(price, "EUR", Decimal(1000))
    made = liability(deposit=str(deposit), instalments=instalments, minimum=str(minimum), price=per_thousand)
    terms = insured(made, rounding=rounding, end="2026-12-31")
    found = rating(terms, "2027-03-02", {YEAR_2026: turnover}).entitlements
    plain = replace(made, deposit=None, adjustment=None)
    earned = rating(replace(terms, charges=(plain,)), "2026-01-01", {YEAR_2026: turnover}, "2027-03-02").entitlements
    assert _sum(found, *Part) == _sum(earned, *Part)
    assert _sum(found, Part.DEPOSIT) == deposit
    paid = {one.days: one for one in found if one.component.part is Part.DEPOSIT}
    for one in found:
        if one.component.part is Part.ADJUSTMENT and one.net.amount < 0:
            assert -one.net.amount <= paid[one.days].net.amount, "no instalment gives back more than it was"
            assert one.tax_point == paid[one.days].tax_point


@LAW
@given(ENDS, REFUNDS, st.sampled_from([1, 4, 12]), MONEY, st.integers(0, 5_000_000))
def test_of_a_cover_that_is_cut_short_a_part_is_kept(
    end: dt.date, refund: Refund, instalments: int, deposit: Decimal, turnover: int
) -> None:
    days = Period(dt.date(2026, 1, 1), end)

    def made(rule: Refund) -> tuple[Entitlement, ...]:
        stop = (end.isoformat(), "2026-01-02", False, rule)
        cut = insured(liability(*stop, deposit=str(deposit), instalments=instalments))
        return rating(cut, "2027-12-31", {days: turnover}, "2027-12-31").entitlements

    kept, whole = made(refund), made(Refund.NONE)
    assert 0 <= _sum(kept, Part.DEPOSIT) <= _sum(whole, Part.DEPOSIT) <= deposit
    assert _sum(made(Refund.UNUSED), Part.DEPOSIT) <= _sum(kept, Part.DEPOSIT)
    assert _sum(kept, *Part) >= 0
    if end == dt.date(2027, 1, 1):
        assert _sum(kept, Part.DEPOSIT) == deposit, "the last day: nothing comes back"
