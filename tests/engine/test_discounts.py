"""tests of the engine: discounts, each in a line of its own."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from invoicer.domain.contract import AmountOff, Anchor, Billing, Bound, Discount, PercentOff, VolumeOff
from invoicer.domain.period import Span
from invoicer.domain.price import Compare, Comparison, Condition, Once
from invoicer.engine import rate
from tests.engine.terms import (
    ANNIVERSARY,
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
    each,
    flat,
    in_arrears,
    metered,
    period,
    prices,
    rated,
    seats,
    sum_of,
    table,
)


def percent(value: str) -> PercentOff:
    return PercentOff(Decimal(value))


def amount(value: str, per: object = None) -> AmountOff:
    return AmountOff(Decimal(value), per)  # type: ignore[arg-type]


def discount(
    off: PercentOff | AmountOff | VolumeOff,
    *charges: str,
    name: str = "off",
    start: str = "2026-01-01",
    end: str | None = None,
    agreed: str = SIGNED.isoformat(),
    when: Condition | None = None,
) -> Discount:
    return Discount(
        name, "Discount", clause(40), off, charges or None, day(agreed), day(start), day(end) if end else None, when
    )


def test_a_percentage_off_named_charges() -> None:
    terms = contract(
        charge(flat("450.00")),
        charge(seats("12.00"), name="seats", quantity=30),
        charge(flat("10.00"), name="other"),
        discounts=[discount(percent("20"), "fee", "seats", end="2026-07-01")],
    )
    found = rated(terms, "2026-01-01")
    assert [(name, net) for name, _, net in table(found)] == [
        ("fee", "450.00"),
        ("fee/discount/off", "-90.00"),
        ("seats", "360.00"),
        ("seats/discount/off", "-72.00"),
        ("other", "10.00"),
    ]
    assert len([one for one in rated(terms, "2026-12-01") if one.component.name == "off"]) == 12


def test_discounts_compound_in_the_order_of_the_text() -> None:
    both = [discount(percent("10"), name="first"), discount(percent("10"), name="second")]
    found = rated(contract(charge(flat("100.00")), discounts=both), "2026-01-01")
    assert [str(one.net.amount) for one in found] == ["100.00", "-10.00", "-9.00"]
    swapped = [discount(amount("30.00"), name="a"), discount(percent("50"), name="b")]
    found = rated(contract(charge(flat("100.00")), discounts=swapped), "2026-01-01")
    assert [str(one.net.amount) for one in found] == ["100.00", "-30.00", "-35.00"]


def test_discounts_come_after_the_minimum_and_never_go_below_zero() -> None:
    terms = contract(
        metered(each("1.00"), minimum=Bound(Decimal("50.00"))),
        discounts=[
            discount(percent("10")),
            discount(amount("1000.00", MONTH), name="all"),
            discount(percent("5"), name="x"),
        ],
    )
    found = rated(terms, "2026-02-01", {"use": 20})
    assert [(name, net) for name, _, net in table(found)] == [
        ("fee", "20.00"),
        ("fee/minimum", "30.00"),
        ("fee/discount/off", "-5.00"),
        ("fee/discount/all", "-45.00"),
    ]


def test_a_window_that_covers_a_part_of_a_period_counts_by_days() -> None:
    terms = contract(charge(flat("310.00")), discounts=[discount(percent("10"), start="2026-01-22", end="2026-02-15")])
    found = rated(terms, "2026-02-01")
    assert amounts(found, "fee/discount/off") == ["-10.00", "-15.50"]
    assert [one.days for one in found if one.component.name] == [
        period("2026-01-22", "2026-01-31"),
        period("2026-02-01", "2026-02-14"),
    ]


def test_a_window_over_a_price_step_takes_the_right_days() -> None:
    step = prices(flat("310.00"), ("2026-01-11", "2026-01-02", flat("620.00")))
    terms = contract(charge(step), discounts=[discount(percent("10"), start="2026-01-11")])
    assert amounts(rated(terms, "2026-01-01"), "fee/discount/off") == ["-42.00"]


def test_an_amount_per_month() -> None:
    off = discount(amount("31.00", MONTH), "fee", start="2026-01-15")
    assert amounts(rated(contract(charge(flat("310.00")), discounts=[off]), "2026-02-01"), "fee/discount/off") == [
        "-17.00",
        "-31.00",
    ]
    quarter = charge(flat("100.00"), bill=billing(QUARTER, anchor=Anchor(1, 1)))
    off = discount(amount("31.00", MONTH), "fee")
    assert amounts(rated(contract(quarter, discounts=[off]), "2026-01-01"), "fee/discount/off") == ["-93.00"]


def test_an_amount_per_year_billed_by_month_sums_to_it() -> None:
    off = discount(amount("100.00", YEAR), "fee")
    found = rated(contract(charge(flat("50.00")), discounts=[off]), "2026-12-01")
    assert amounts(found, "fee/discount/off") == ["-8.33", "-8.34", "-8.33"] * 4


def test_an_amount_once_falls_on_the_first_bill_that_costs_something() -> None:
    use = metered(each("1.00"), name="use")
    fee = charge(flat("60.00"), start="2026-03-01")
    terms = contract(use, fee, discounts=[discount(amount("100.00"))])
    found = rated(terms, "2026-05-01", {"use": 0})
    assert [(one.bill_date, str(one.net.amount)) for one in found if one.component.name] == [
        (day("2026-03-01"), "-60.00")
    ], "what it exceeds the bill by lapses"


def test_an_amount_for_several_charges_is_one_amount() -> None:
    """60.00 a month, shared 2 to 1 by two charges in advance; a third in arrears for the same month gets what is left."""
    terms = contract(
        charge(flat("30.00"), name="a"),
        charge(flat("15.00"), name="b"),
        charge(flat("100.00"), name="c", bill=in_arrears()),
        discounts=[discount(amount("60.00", MONTH))],
    )
    found = rated(terms, "2026-02-01")
    january = [one for one in found if one.component.name and one.days == period("2026-01-01", "2026-01-31")]
    assert [(one.component.charge, str(one.net.amount)) for one in january] == [
        ("a", "-30.00"),
        ("b", "-15.00"),
        ("c", "-15.00"),
    ]
    thirds = contract(
        *(charge(flat("50.00"), name=name) for name in "abc"), discounts=[discount(amount("100.00", MONTH))]
    )
    shares = [one.net for one in rated(thirds, "2026-01-01") if one.component.name]
    assert [str(one.amount) for one in shares] == ["-33.33", "-33.34", "-33.33"]


def test_what_a_longer_period_took_counts_for_each_of_the_amounts_own_periods() -> None:
    """45.00 in advance for the quarter uses up 15.00 of each month's 31.00."""
    terms = contract(
        charge(flat("15.00"), name="quarterly", bill=billing(QUARTER, anchor=Anchor(1, 1))),
        charge(flat("100.00"), bill=in_arrears()),
        discounts=[discount(amount("31.00", MONTH))],
    )
    found = rated(terms, "2026-04-01")
    assert amounts(found, "quarterly/discount/off")[0] == "-45.00"
    assert amounts(found, "fee/discount/off") == ["-16.00", "-16.00", "-16.00"]


def test_what_is_billed_later_changes_no_earlier_share() -> None:
    terms = contract(
        metered(each("1.00"), name="use"),
        charge(flat("30.00")),
        discounts=[discount(amount("60.00", MONTH))],
    )
    early = rated(terms, "2026-01-01")
    late = rated(terms, "2026-02-01", {"use": 500})
    assert early == tuple(one for one in late if one.bill_date == day("2026-01-01"))


def test_a_volume_discount_takes_the_band_reached() -> None:
    off = VolumeOff(((Decimal("1000.00"), Decimal(0)), (None, Decimal(5))))
    terms = contract(metered(each("1.00")), discounts=[discount(off, "fee")])
    for used, expected in ((1000, []), (1001, ["-50.05"])):
        assert amounts(rated(terms, "2026-02-01", {"use": used}), "fee/discount/off") == expected


def test_a_condition_of_a_discount() -> None:
    ten = Compare("quantity", Comparison.AT_LEAST, Fraction(10))
    terms = contract(
        metered(each("1.00")),
        charge(seats("1.00"), name="seats", quantity=9),
        discounts=[discount(percent("10"), when=ten)],
    )
    found = rated(terms, "2026-02-01", {"use": 10})
    assert amounts(found, "fee/discount/off") == ["-1.00"]
    assert amounts(found, "seats/discount/off") == []
    on_use = Compare("fee", Comparison.AT_LEAST, Fraction(10))
    other = contract(
        metered(each("1.00")),
        charge(flat("20.00"), name="base", bill=in_arrears()),
        discounts=[discount(percent("10"), "base", when=on_use)],
    )
    assert amounts(rated(other, "2026-02-01", {"use": 10}), "base/discount/off") == ["-2.00"]
    assert amounts(rated(other, "2026-02-01", {"use": 9}), "base/discount/off") == []


def test_a_condition_that_can_t_be_decided_holds() -> None:
    here = Compare("customer.country", Comparison.IS, "NL")
    rating = rate(
        contract(charge(flat("1.00")), discounts=[discount(percent("10"), when=here)]),
        None,
        {},
        LATER,
        day("2026-01-01"),
    )
    assert [one.code for one in rating.holds] == ["E004"]


def test_a_discount_counts_once_it_is_agreed() -> None:
    terms = contract(charge(flat("100.00")), discounts=[discount(percent("10"), agreed="2026-02-10")])
    assert amounts(rated(terms, "2026-02-01", known_on="2026-02-09"), "fee/discount/off") == []
    assert amounts(rated(terms, "2026-02-01", known_on="2026-02-10"), "fee/discount/off") == ["-10.00", "-10.00"]


def test_a_one_off_may_be_discounted() -> None:
    terms = contract(
        charge(Once(Decimal(100)), start="2026-02-10"),
        charge(flat("18.00", YEAR), name="domain", bill=billing(YEAR, anchor=ANNIVERSARY)),
        discounts=[discount(percent("50"), "fee"), discount(amount("10.00", MONTH), "fee", name="b")],
    )
    found = rated(terms, "2026-02-10")
    assert sum_of(one for one in found if one.component.charge == "fee") == Decimal("40.00")


CADENCES = st.sampled_from(
    [
        billing(span, anchor=Anchor(day=1)) if ahead else in_arrears(span)
        for span in (MONTH, QUARTER, YEAR)
        for ahead in (True, False)
    ]
)


@settings(print_blob=True, deadline=None, derandomize=True, max_examples=150)
@given(
    st.lists(st.tuples(CADENCES, st.integers(1, 400)), min_size=2, max_size=4),
    st.sampled_from([MONTH, QUARTER, YEAR]),
    st.integers(1, 20_000),
)
def test_an_amount_off_charges_of_several_cadences_is_never_exceeded(
    charges: list[tuple[Billing, int]], per: Span, cents: int
) -> None:
    """Law: in each of the amount's own periods all charges together get at most the amount, to a cent for each of them."""
    amount = Decimal(cents) / 100
    named = [charge(flat(f"{cost}.00", MONTH), name=f"c{n}", bill=bill) for n, (bill, cost) in enumerate(charges)]
    off = Discount("off", "Off", clause(40), AmountOff(amount, per), None, SIGNED, SIGNED, None)
    found = rated(contract(*named, end="2026-12-31", discounts=[off]), "2027-01-31")
    given_off = [one for one in found if one.component.name == "off"]
    periods = {MONTH: 12, QUARTER: 4, YEAR: 1}[per]
    assert -sum_of(given_off) <= amount * periods + Decimal("0.01") * len(given_off)
