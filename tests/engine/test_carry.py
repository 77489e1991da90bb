"""tests of the engine: included units that carry over, against a pool that is kept by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from invoicer.domain.carry import CarryOver
from invoicer.domain.contract import Aggregation, Anchor, Charge, Contract, InSteps, Metered
from invoicer.domain.entitlement import Entitlement
from invoicer.domain.period import Span, Unit
from invoicer.domain.price import Model
from invoicer.domain.trace import Rounding, Trace
from invoicer.domain.usage import Measured, Measurements
from invoicer.engine import demands, rate
from tests.engine.terms import (
    LATER,
    MONTH,
    QUARTER,
    amounts,
    bands,
    billing,
    charge,
    clause,
    contract,
    day,
    each,
    in_arrears,
    meter,
    prices,
    rows,
    service,
    sound,
    timeline,
)

LAW = settings(print_blob=True, deadline=None, derandomize=True, max_examples=80)


def months(count: int) -> Span:
    return Span(count, Unit.MONTH)


def keeping(lifetime: Span | None, included: Any = 1000, price: Any = None, **more: Any) -> Charge:
    """A charge of 1.00 per unit above the included ones, which carry over."""
    quantity = more.pop("quantity", "use")
    made = charge(price or each("1"), quantity=quantity, bill=more.pop("bill", in_arrears()), included=included, **more)
    return replace(made, carry_over=CarryOver(lifetime, clause(9)))


def measured(terms: Contract, through: str, used: Mapping[str, int | Fraction]) -> Measurements:
    """What was used on each day, by the first days of months or any other."""
    found = {}
    for demand in demands(terms, "UTC", LATER, day(through)):
        value = sum((Fraction(amount) for when, amount in used.items() if day(when) in demand.days), Fraction(0))
        found[demand.key] = Measured(value, "usage/test.csv", 1)
    return found


def rated(terms: Contract, through: str, used: Mapping[str, int | Fraction]) -> tuple[Entitlement, ...]:
    rating = rate(terms, None, measured(terms, through, used), LATER, day(through))
    assert not rating.holds, rating.holds
    sound(rating, terms)
    return rating.entitlements


def each_month(*used: int) -> dict[str, int | Fraction]:
    return {f"2026-{number:02}-05": amount for number, amount in enumerate(used, 1)}


def test_what_is_left_is_used_before_what_is_included() -> None:
    found = rated(contract(keeping(months(3))), "2026-03-01", each_month(800, 1500))
    assert amounts(found) == ["0.00", "300.00"]
    assert rows(found[1]) == ["carried-over: 200 unit at 0", "included: 1000 unit at 0"]


def test_the_oldest_is_used_first_and_lapses_first() -> None:
    """What January left can be used up to March. With nothing used before April, it has lapsed then; with 1 000 used in
    February, which are those of January, all of February is left."""
    terms = contract(keeping(months(2)))
    assert amounts(rated(terms, "2026-05-01", each_month(0, 0, 0, 3100))) == ["0.00", "0.00", "0.00", "100.00"]
    assert amounts(rated(terms, "2026-05-01", each_month(0, 1000, 0, 3100))) == ["0.00", "0.00", "0.00", "100.00"]
    assert amounts(rated(terms, "2026-04-01", each_month(0, 1000, 3100))) == ["0.00", "0.00", "1100.00"]


def test_without_end_nothing_lapses() -> None:
    terms = contract(keeping(None))
    assert amounts(rated(terms, "2027-01-01", each_month(*[900] * 11, 2200)))[-1] == "100.00"


def test_bands_begin_after_all_free_units() -> None:
    table = bands(Model.GRADUATED, (100, "1"), (None, "0.5"))
    found = rated(contract(keeping(months(1), price=table)), "2026-03-01", each_month(800, 1350))
    assert amounts(found) == ["0.00", "125.00"]


def test_an_incomplete_period_leaves_what_is_not_used() -> None:
    terms = contract(keeping(months(1), start="2026-01-20"), start="2026-01-20")
    assert amounts(rated(terms, "2026-03-01", {"2026-01-25": 400, "2026-02-05": 1700})) == ["0.00", "100.00"]


def test_a_change_of_price_takes_nothing_away() -> None:
    """200 of January, 1 000 of February: 900 used up to the 15th, 600 after it; 300 of these are charged, at their price."""
    terms = contract(keeping(months(1), price=prices(each("1"), ("2026-02-16", each("2")))))
    used = {"2026-01-05": 800, "2026-02-05": 900, "2026-02-20": 600}
    found = rated(terms, "2026-03-01", used)
    assert amounts(found) == ["0.00", "0.00", "600.00"]
    assert rows(found[1]) == ["carried-over: 200 unit at 0", "included: 700 unit at 0"]
    assert rows(found[2]) == ["included: 300 unit at 0"]


def test_what_is_left_counts_the_included_units_at_the_end_of_the_period() -> None:
    """1 000, from 16 February 400. In February 700 are used before and 200 after: 700 were free, 200 are charged, nothing
    is left. With 300 used in all, 100 of 400 are left."""
    changed = timeline(Fraction(1000), ("2026-02-16", "2026-02-01", Fraction(400)))
    terms = contract(keeping(months(1), included=changed, start="2026-02-01"), start="2026-02-01")
    used: dict[str, int | Fraction] = {"2026-02-05": 700, "2026-02-20": 200, "2026-03-05": 500}
    assert amounts(rated(terms, "2026-04-01", used)) == ["0.00", "200.00", "100.00"]
    used = {"2026-02-05": 200, "2026-02-20": 100, "2026-03-05": 600}
    assert amounts(rated(terms, "2026-04-01", used)) == ["0.00", "0.00", "100.00"]


def test_a_stop_ends_it_and_a_new_start_begins_with_nothing() -> None:
    turns = service("2026-01-01", ("2026-02-15", False), ("2026-03-10", True))
    terms = contract(keeping(None, serving=turns))
    used = {"2026-01-05": 100, "2026-02-05": 1900, "2026-03-15": 1100}
    assert amounts(rated(terms, "2026-04-01", used)) == ["0.00", "0.00", "100.00"]
    used["2026-02-05"] = 300  # 1 600 are left when it ends
    assert amounts(rated(terms, "2026-04-01", used)) == ["0.00", "0.00", "100.00"]


def test_a_change_of_billing_shares_the_included_units_and_keeps_what_is_left() -> None:
    """Up to 15 March there are 3 100 × 15 ÷ 31 units; what is left of them can be used in the period from the 16th on."""
    bill = timeline(in_arrears(), ("2026-03-16", "2026-03-01", in_arrears(anchor=Anchor(day=16))))
    terms = contract(keeping(months(1), included=3100, bill=bill, start="2026-03-01"), start="2026-03-01")
    used = {"2026-03-05": 1400, "2026-03-20": 3300}
    assert amounts(rated(terms, "2026-04-16", used)) == ["0.00", "100.00"]


def test_what_a_cut_period_leaves_lasts_as_long_as_that_of_the_whole_period() -> None:
    """The 100 of 1 to 15 March last a month from the end of March: the period from 16 April on begins before 1 May."""
    bill = timeline(in_arrears(), ("2026-03-16", "2026-03-01", in_arrears(anchor=Anchor(day=16))))
    terms = contract(keeping(months(1), included=3100, bill=bill, start="2026-03-01"), start="2026-03-01")
    used = {"2026-03-05": 1400, "2026-04-20": 100 + 3100 + 3100 + 7}
    assert amounts(rated(terms, "2026-05-16", used)) == ["0.00", "0.00", "7.00"]


def test_what_lapses_before_the_first_day_after_a_change_of_billing_is_not_used_in_the_rest_of_a_longer_period() -> (
    None
):
    """What March left can be used in periods that begin up to 10 April; the rest of the quarter begins on the 16th. It has
    9 100 x 76 / 91 = 7 600 units and the 4 550 of 1 to 15 April."""
    bill = timeline(in_arrears(), ("2026-04-16", "2026-03-01", in_arrears(QUARTER, Anchor(1, 1))))
    fee = keeping(Span(10, Unit.DAY), included=9100, bill=bill, start="2026-03-01")
    used = {"2026-05-05": 7600 + 4550 + 7}
    assert amounts(rated(contract(fee, start="2026-03-01"), "2026-07-01", used)) == ["0.00", "0.00", "7.00"]


def test_several_rating_periods_in_a_bill_follow_each_other() -> None:
    table = bands(Model.GRADUATED, (None, "1"), per=MONTH)
    terms = contract(keeping(months(1), price=table, bill=in_arrears(QUARTER, Anchor(1, 1))))
    assert amounts(rated(terms, "2026-04-01", each_month(800, 1300, 1000))) == ["100.00"]


def test_late_usage_takes_back_what_was_left() -> None:
    terms = contract(keeping(months(1)))
    on_time, late = (rated(terms, "2026-03-01", each_month(first, 1200)) for first in (800, 900))
    assert (amounts(on_time), amounts(late)) == (["0.00", "0.00"], ["0.00", "100.00"])


def test_rounded_quantities_are_what_is_used() -> None:
    quantity = timeline(Metered("use", InSteps(Decimal(100), Rounding.UP)))
    terms = contract(keeping(months(1), quantity=quantity))
    assert amounts(rated(terms, "2026-03-01", each_month(801, 1101))) == ["0.00", "100.00"]


def test_any_meter_per_day_is_used_up() -> None:
    daily = meter(aggregation=Aggregation.LAST, per_day=True)
    terms = contract(keeping(months(1)), meters=[daily])
    assert amounts(rated(terms, "2026-03-01", each_month(800, 1300))) == ["0.00", "100.00"]


@LAW
@given(
    st.lists(st.integers(0, 300), min_size=2, max_size=12),
    st.none() | st.integers(1, 4),
    st.integers(0, 200),
    st.lists(st.tuples(st.integers(1, 12), st.integers(2, 27)), max_size=3),
)
def test_units_are_neither_made_nor_lost(
    used: Sequence[int], lifetime: int | None, included: int, steps: Sequence[tuple[int, int]]
) -> None:
    """What is used comes from included units, from units that were left, or is charged; as a pool kept by hand says,
    wherever prices change."""
    changes = [(f"2026-{month:02}-{on:02}", each("1")) for month, on in sorted(set(steps))]
    price = prices(each("1"), *((when, each("1", size="1" if n % 2 else "1.0")) for n, (when, _) in enumerate(changes)))
    terms = contract(keeping(months(lifetime) if lifetime else None, included=included, price=price))
    found = rated(terms, f"2026-{len(used) + 1:02}-01" if len(used) < 12 else "2027-01-01", each_month(*used))
    pool: list[tuple[int, int]] = []  # month, left
    for number, quantity in enumerate(used):
        pool = [(month, left) for month, left in pool if lifetime is None or number - month <= lifetime]
        rest, kept = quantity, []
        for month, left in pool:
            taken = min(left, rest)
            rest -= taken
            kept.append((month, left - taken))
        own = min(included, rest)
        lines = [one for one in found if one.days.start.month == number + 1]
        free = {
            label: sum(row.quantity for one in lines for row in one.details if row.label == label)
            for label in ("included", "carried-over")
        }
        charged = sum((one.net.exact for one in lines), Fraction(0))
        assert charged == rest - own
        assert free == {"included": own, "carried-over": quantity - rest}
        assert sum(free.values()) + charged == quantity
        pool = [*kept, (number, included - own)]


def test_the_trace_names_what_every_period_left() -> None:
    found = rated(contract(keeping(None)), "2026-04-01", each_month(900, 0, 2500))
    leaves = [leaf.source for leaf in _leaves(found[2].trace) if leaf.label == "carried-over"]
    assert leaves == ["left of 2026-01-01 to 2026-01-31", "left of 2026-02-01 to 2026-02-28"]


def _leaves(trace: Trace) -> list[Trace]:
    return [leaf for operand in trace.operands for leaf in _leaves(operand)] if trace.operands else [trace]


def test_billing_days_do_not_matter() -> None:
    """Anchored on the 31st, February's period ends on 27 February and lasts a month all the same."""
    terms = contract(keeping(months(1), start="2026-01-31", bill=in_arrears(anchor=billing(anchor=Anchor(31)).anchor)))
    used = {"2026-02-05": 800, "2026-03-05": 1100, "2026-04-05": 1200}
    assert amounts(rated(replace(terms, start=day("2026-01-31")), "2026-04-30", used)) == ["0.00", "0.00", "100.00"]
