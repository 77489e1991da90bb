"""tests of the engine: what is kept when a service ends and a part of what was billed in advance is refunded."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from invoicer.domain.contract import AmountOff, Bound, Charge, Discount, PercentOff, Proration, ProrationRules
from invoicer.domain.period import Period, Span, Unit
from invoicer.domain.price import Once
from invoicer.domain.refund import Refund, ShortRate, kept
from invoicer.domain.trace import Rounding
from tests.engine.terms import (
    ANNIVERSARY,
    MONTH,
    SIGNED,
    YEAR,
    amounts,
    billing,
    charge,
    clause,
    contract,
    day,
    flat,
    prices,
    rated,
    rows,
    service,
    sum_of,
    table,
)

LAW = settings(print_blob=True, deadline=None, derandomize=True, max_examples=80)
ANNUAL = billing(YEAR, anchor=ANNIVERSARY)
TABLE = (
    ShortRate(Span(30, Unit.DAY), Decimal(20)),
    ShortRate(Span(3, Unit.MONTH), Decimal(40)),
    ShortRate(Span(9, Unit.MONTH), Decimal(80)),
    ShortRate(None, Decimal(100)),
)
BY_TABLE = Refund(short_rate=TABLE)


def cover(
    effective: str, agreed: str, refund: Refund, price: str = "1200.00", name: str = "fee", **more: object
) -> Charge:
    """An annual cover from 1 January 2026, billed in advance, that is stopped."""
    serving = service("2026-01-01", (effective, agreed, False, refund))
    return charge(flat(price, YEAR), name=name, serving=serving, bill=ANNUAL, **more)  # type: ignore[arg-type]


def test_a_part_of_the_unused() -> None:
    stopped = contract(cover("2026-03-15", "2026-03-01", Refund(Decimal(90)), "730.00"))
    (one,) = rated(stopped, "2026-03-01")
    assert (str(one.days), str(one.net.amount)) == ("2026-01-01 to 2026-03-14", "204.40")  # 146.00 + 10% of 584.00
    assert rows(one) == ["used: 1 at 146.00", "kept-of-unused: 1/10 at 584.00"]
    assert sum(row.amount for row in one.details) == one.net.exact
    assert (one.agreed, one.concluded) == (day("2026-03-01"), SIGNED), "a stop concludes no cover"


def test_what_is_billed_after_the_agreement_ends_with_the_service() -> None:
    agreed_before = contract(cover("2026-03-15", "2025-12-20", Refund(Decimal(90)), "730.00"))
    assert amounts(rated(agreed_before, "2026-03-01")) == ["146.00"]


def test_seen_from_before_the_agreement_nothing_is_refunded() -> None:
    stopped = contract(cover("2026-03-15", "2026-03-01", BY_TABLE))
    assert amounts(rated(stopped, "2026-03-01", known_on="2026-02-28")) == ["1200.00"]


def test_the_table_by_time_on_cover() -> None:
    def due(first_day_without: str) -> list[str]:
        return amounts(rated(contract(cover(first_day_without, "2026-01-02", BY_TABLE)), "2026-12-31"))

    assert due("2026-01-31") == ["240.00"], "30 days"
    assert due("2026-02-01") == ["480.00"], "31 days"
    assert due("2026-04-01") == ["480.00"], "three months, to the day"
    assert due("2026-04-02") == ["960.00"]
    assert due("2026-10-02") == ["1200.00"]
    assert due("2026-12-31") == ["1200.00"], "the last day"
    assert due("2026-01-01") == [], "no day of cover: the premium comes back whole"


def test_a_table_never_gives_back_more_than_was_unused() -> None:
    low = Refund(short_rate=(ShortRate(Span(6, Unit.MONTH), Decimal(10)), ShortRate(None, Decimal(100))))
    assert amounts(rated(contract(cover("2026-05-27", "2026-03-01", low, "365.00")), "2026-03-01")) == ["146.00"]
    assert amounts(rated(contract(cover("2026-01-11", "2026-01-05", low, "365.00")), "2026-03-01")) == ["36.50"]


def test_a_cover_whose_premium_was_raised() -> None:
    """A mid-term endorsement from 2 July (half a year and a day): 600.00 then costs 1 200.00 a year."""
    serving = service("2026-01-01", ("2026-10-01", "2026-09-15", False, BY_TABLE))
    raised = prices(flat("600.00", YEAR), ("2026-07-02", "2026-06-20", flat("1200.00", YEAR)))
    whole = amounts(rated(contract(charge(raised, serving=serving, bill=ANNUAL)), "2026-12-31", known_on="2026-07-01"))
    assert whole == ["299.18", "601.64"]
    stopped = rated(contract(charge(raised, serving=serving, bill=ANNUAL)), "2026-12-31")
    assert table(stopped) == [("fee", "2026-01-01 to 2026-09-30", "720.66")]  # 80% of 900.82


def test_minimum_and_discounts_keep_their_part() -> None:
    bound = Bound(Decimal("1500.00"), prorated=True)
    off = Discount("d", "Off", clause(4), PercentOff(Decimal(10)), ("fee",), SIGNED, SIGNED, None)
    stopped = contract(cover("2026-02-01", "2026-01-10", BY_TABLE, minimum=bound), discounts=[off])
    assert table(rated(stopped, "2026-01-10")) == [
        ("fee", "2026-01-01 to 2026-01-31", "480.00"),
        ("fee/minimum", "2026-01-01 to 2026-01-31", "120.00"),
        ("fee/discount/d", "2026-01-01 to 2026-01-31", "-60.00"),
    ]


def shared_amount(*covers: Charge, per: Span | None = YEAR) -> dict[str, list[str]]:
    """What an amount of 10.95 off everything comes to for each charge, once all of them are billed; it is never exceeded."""
    off = Discount("off", "Off", clause(40), AmountOff(Decimal("10.95"), per), None, SIGNED, day("2026-01-01"), None)
    found = rated(contract(*covers, end="2026-12-31", discounts=[off]), "2026-12-31")
    each = [one for one in found if one.component.name == "off"]
    assert sum_of(each) >= Decimal("-10.95"), table(each)
    names = dict.fromkeys(one.component.charge for one in each)
    return {name: [str(one.net.amount) for one in each if one.component.charge == name] for name in names}


@pytest.mark.parametrize("per", [YEAR, None])
def test_of_an_amount_off_several_charges_the_others_get_what_is_left(per: Span | None) -> None:
    """73 of 365 days of ``a`` were used. Per year, its discount was 2.19 for them and a third of 10.95 for all of it: it
    keeps 2.19 + 10% of 1.46 = 2.336. Once, all of 10.95 fell on the shorter period: 10.95 - 10% of 7.30 = 10.22."""
    a = cover("2026-03-15", "2026-03-01", Refund(Decimal(90)), "730.00", "a")
    b, c = (charge(flat("730.00", YEAR), name=name, bill=ANNUAL) for name in "bc")
    kept = {"a": ["-2.34"], "b": ["-4.31"], "c": ["-4.30"]}
    once = {"a": ["-10.22"], "b": ["-0.37"], "c": ["-0.36"]}
    assert shared_amount(a, b, c, per=per) == (kept if per else once)


def test_an_amount_off_charges_that_stop_under_different_rules_is_one_amount() -> None:
    late, later = ("2026-12-01", "2026-03-01"), ("2026-12-31", "2026-03-01")
    for one, other in ((10, 90), (90, 10)):
        a = cover(*late, Refund(Decimal(one)), "730.00", "a")
        b = cover(*later, Refund(Decimal(other)), "730.00", "b")
        shared_amount(a, b)
    table_too = cover(*late, BY_TABLE, "730.00", "a"), cover(*later, Refund(Decimal(10)), "730.00", "b")
    shared_amount(*table_too)


@LAW
@given(
    st.lists(
        st.tuples(
            st.dates(dt.date(2026, 1, 1), dt.date(2026, 12, 31)),
            st.sampled_from([Refund(Decimal(90)), Refund(Decimal(25)), BY_TABLE, Refund.NONE, Refund.UNUSED]),
            st.integers(1, 900),
        ),
        min_size=1,
        max_size=4,
    ),
    st.sampled_from([YEAR, None]),
)
def test_an_amount_off_several_charges_is_never_exceeded(
    stops: list[tuple[dt.date, Refund, int]], per: Span | None
) -> None:
    covers = [cover(str(end), "2026-01-02", rule, f"{cost}.00", f"c{n}") for n, (end, rule, cost) in enumerate(stops)]
    shared_amount(*covers, charge(flat("600.00", YEAR), name="on", bill=ANNUAL), per=per)


def test_a_minimum_that_is_not_prorated_is_kept_whole() -> None:
    """A minimum premium is due however short the cover was, so the table keeps no less."""
    stopped = contract(cover("2026-02-01", "2026-01-10", BY_TABLE, minimum=Bound(Decimal("700.00"))))
    assert amounts(rated(stopped, "2026-01-10")) == ["101.92"]
    assert amounts(rated(stopped, "2026-01-10"), "fee/minimum") == ["598.08"]


def test_what_is_kept_adds_up_to_the_share_of_the_whole() -> None:
    off = [
        Discount(f"d{n}", "Off", clause(4), AmountOff(Decimal("0.33"), YEAR), None, SIGNED, SIGNED, None)
        for n in range(3)
    ]
    odd = Refund(short_rate=(ShortRate(None, Decimal(50)),))
    stopped = rated(contract(cover("2026-02-01", "2026-01-10", odd, "10.01"), discounts=off), "2026-01-10")
    assert sum_of(stopped) == Decimal("4.51")  # half of 10.01 - 0.99 = 9.02
    assert [str(one.net.amount) for one in stopped] == ["5.01", "-0.17", "-0.16", "-0.17"]


def test_periods_that_were_billed_ahead_and_not_used() -> None:
    """A back-dated stop: February was cut, March had no day of service."""
    serving = service("2026-01-01", ("2026-02-15", "2026-03-10", False, Refund(Decimal(75))))
    stopped = contract(charge(flat("280.00", MONTH), serving=serving))
    assert table(rated(stopped, "2026-03-10")) == [
        ("fee", "2026-01-01 to 2026-01-31", "280.00"),
        ("fee", "2026-02-01 to 2026-02-14", "175.00"),  # 140.00 and a quarter of 140.00
        ("fee", "2026-03-01 to 2026-03-31", "70.00"),
    ]
    by_table = service("2026-01-01", ("2026-02-15", "2026-03-10", False, BY_TABLE))
    assert amounts(rated(contract(charge(flat("280.00", MONTH), serving=by_table)), "2026-03-10")) == [
        *("280.00", "140.00"),  # 14 days on cover: the table keeps 20%, half of it was used
    ]


def test_a_one_off_that_is_stopped_on_its_day() -> None:
    serving = service("2026-01-01", ("2026-01-01", "2026-01-05", False, Refund(Decimal(90))))
    assert amounts(rated(contract(charge(Once(Decimal("250.00")), serving=serving)), "2026-01-05")) == ["25.00"]


def test_a_period_that_is_due_whole_when_it_stops() -> None:
    whole = ProrationRules(stop=Proration.FULL_PERIODS)
    stopped = contract(cover("2026-03-15", "2026-03-01", Refund(Decimal(90)), proration=whole))
    assert amounts(rated(stopped, "2026-03-01")) == ["1200.00"]


# Laws

DAYS = st.dates(dt.date(2026, 1, 1), dt.date(2027, 1, 1))
MONEY = st.decimals(Decimal("0.00"), Decimal("5000.00"), places=2)
PERCENTS = st.decimals(Decimal(0), Decimal(100), places=1)
REFUNDS = st.builds(Refund, PERCENTS) | st.lists(
    st.tuples(st.integers(1, 365), PERCENTS), min_size=1, max_size=4, unique_by=lambda row: row[0]
).map(
    lambda found: Refund(
        short_rate=(
            *(
                ShortRate(Span(days, Unit.DAY), percent)
                for (days, _), percent in zip(sorted(found), sorted(p for _, p in found), strict=True)
            ),
            ShortRate(None, Decimal(100)),
        )
    )
)


def _due(effective: dt.date, refund: Refund, price: Decimal, rounding: Rounding, off: Decimal) -> Decimal:
    stopped = cover(effective.isoformat(), "2026-01-02", refund, str(price), minimum=Bound(Decimal("90.00")))
    less = Discount("d", "Off", clause(4), PercentOff(off), None, SIGNED, SIGNED, None)
    return sum_of(rated(contract(stopped, discounts=[less], rounding=rounding), "2026-12-31"))


@LAW
@given(DAYS, REFUNDS, MONEY, st.sampled_from(Rounding), PERCENTS)
def test_a_refund_is_at_most_what_was_unused_and_never_less_than_nothing(
    effective: dt.date, refund: Refund, price: Decimal, rounding: Rounding, off: Decimal
) -> None:
    whole = _due(effective, Refund.NONE, price, rounding, off)
    used = _due(effective, Refund.UNUSED, price, rounding, off)
    due = _due(effective, refund, price, rounding, off)
    assert min(used, whole) - Decimal("0.01") <= due <= max(used, whole) + Decimal("0.01")
    assert due >= 0


@LAW
@given(DAYS, DAYS, REFUNDS, MONEY, PERCENTS)
def test_who_stays_longer_pays_no_less(
    one: dt.date, other: dt.date, refund: Refund, price: Decimal, off: Decimal
) -> None:
    earlier, later = sorted((one, other))
    due = [_due(end, refund, price, Rounding.HALF_UP, off) for end in (earlier, later)]
    assert due[0] <= due[1] + Decimal("0.01")


@LAW
@given(REFUNDS, MONEY, st.sampled_from(Rounding), PERCENTS)
def test_an_end_on_the_last_day_refunds_nothing(
    refund: Refund, price: Decimal, rounding: Rounding, off: Decimal
) -> None:
    ended = dt.date(2027, 1, 1)
    assert _due(ended, refund, price, rounding, off) == _due(ended, Refund.NONE, price, rounding, off)


def test_the_table_keeps_nothing_of_no_cover_and_all_beyond_its_rows() -> None:
    assert kept(TABLE, None) == 0
    assert kept(TABLE[:1], Period(day("2026-01-01"), day("2026-03-01"))) == 100
    assert kept((ShortRate(MONTH, Decimal(5)),), Period(day("2026-01-31"), day("2026-02-28"))) == 5
