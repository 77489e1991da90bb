"""tests of the domain: a number and why it is what it is."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from invoicer.domain.canonical import from_json, to_json
from invoicer.domain.trace import (
    Clause,
    Op,
    Rounding,
    Trace,
    add,
    ceiling,
    divide,
    greater,
    lesser,
    multiply,
    replay,
    rounded,
    subtract,
)
from invoicer.domain.trace import given as number
from invoicer.errors import DefectError

LAW = settings(print_blob=True, deadline=None, derandomize=True)
CLAUSE = Clause("contracts/test.terms", 7, 3, 7, 20, "0" * 64, "4.1")
LEAVES = st.fractions(min_value=-1000, max_value=1000, max_denominator=100).map(
    lambda value: number(value, "value", "EUR", CLAUSE)
)


def _grown(parts: st.SearchStrategy[Trace]) -> st.SearchStrategy[Trace]:
    pairs = st.tuples(parts, parts)
    return st.one_of(
        st.lists(parts, max_size=3).map(lambda found: add(found, "sum")),
        pairs.map(lambda p: subtract(*p, "difference")),
        pairs.map(lambda p: multiply(*p, "product")),
        pairs.map(lambda p: divide(p[0], p[1] if p[1].result else number(7, "seven"), "quotient")),
        pairs.map(lambda p: lesser(*p, "lesser")),
        pairs.map(lambda p: greater(*p, "greater")),
        parts.map(lambda part: ceiling(part, "whole")),
        st.builds(
            lambda part, n, rule: rounded(part, n, rule, "net"), parts, st.integers(0, 3), st.sampled_from(Rounding)
        ),
    )


TRACES = st.recursive(LEAVES, _grown, max_leaves=8)


@LAW
@given(TRACES)
def test_a_trace_replays_to_its_number(trace: Trace) -> None:
    assert replay(trace) == trace.result


@LAW
@given(TRACES)
def test_a_trace_survives_its_stored_form(trace: Trace) -> None:
    again = from_json(Trace, to_json(trace))
    assert again == trace
    assert to_json(again) == to_json(trace)


@LAW
@given(TRACES, st.integers(1, 5))
def test_a_changed_result_is_found(trace: Trace, by: int) -> None:
    outer = add((trace, number(1, "one")), "sum")
    with pytest.raises(DefectError, match="sum"):
        replay(replace(outer, result=outer.result + by))
    if trace.op is not Op.GIVEN:
        inner = replace(trace, result=trace.result + by)
        with pytest.raises(DefectError):
            replay(add((inner,), "sum"))


@LAW
@given(st.fractions(min_value=-100, max_value=100, max_denominator=50))
def test_the_ceiling_is_the_next_whole_number(value: Fraction) -> None:
    found = ceiling(number(value, "value"), "whole").result
    assert found.denominator == 1
    assert found - 1 < value <= found


def test_a_rounding_without_its_rule_is_refused() -> None:
    net = rounded(number("0.125", "amount", "EUR"), 2, Rounding.HALF_UP, "net")
    assert (net.result, net.unit) == (Fraction("0.13"), "EUR")
    with pytest.raises(DefectError, match="no rule"):
        replay(replace(net, rounding=None))


def test_an_operation_has_as_many_operands_as_it_needs() -> None:
    one = number(1, "one")
    with pytest.raises(DefectError, match="can't divide 1 values"):
        replay(Trace(Op.DIVIDE, Fraction(1), (one,), "quotient"))


def test_a_number_keeps_its_origin_under_another_name() -> None:
    price = number("12.00", "price", "EUR", CLAUSE).named("unit-price")
    assert (price.label, price.unit, str(price.clause)) == ("unit-price", "EUR", "contracts/test.terms:7 (clause 4.1)")
