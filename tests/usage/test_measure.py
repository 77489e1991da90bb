"""usage: what events become."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction
from typing import Any

import pytest

from invoicer.domain.price import AllOf, AnyOf, Compare, Comparison, Not
from invoicer.domain.usage import Measured
from invoicer.errors import DefectError, Problem, Severity

HEAD = "event,contract,meter,at,amount,node,received\n"


def test_nothing_asked_of_no_usage_is_nothing(usage: Any) -> None:
    assert usage.ask() == ({}, ())


@pytest.mark.parametrize(
    ("kind", "field", "per_day", "expected"),
    [
        # 1 January: 1.5 on node a, 2.5 on node b; 3 January: 2.75 on node a
        ("sum", "amount", False, "6.75"),
        ("sum", "amount", True, "6.75"),
        ("max", "amount", False, "2.75"),
        ("max", "amount", True, "5.25"),  # 2.5 + 2.75
        ("last", "amount", False, "2.75"),
        ("last", "amount", True, "5.25"),  # 2.5 + 2.75
        ("average", "amount", False, "9/4"),
        ("average", "amount", True, "19/4"),  # 2 + 2.75
        ("unique", "node", False, "2"),
        ("unique", "node", True, "3"),
        ("count", "", False, "3"),
        ("count", "", True, "3"),
    ],
)
def test_each_aggregation(usage: Any, ask: Any, kind: str, field: str, per_day: bool, expected: str) -> None:
    usage.source("traffic.csv", "traffic", "storage")
    usage.write(
        "traffic.csv",
        HEAD
        + "e1,acme,traffic,2026-01-01T10:00:00+01:00,1.5,a,\n"
        + "e2,acme,traffic,2026-01-01T11:00:00+01:00,2.5,b,\n"
        + "e3,acme,traffic,2026-01-03T09:00:00+01:00,2.75,a,\n"
        + "e4,beta,traffic,2026-01-03T09:00:00+01:00,100,z,\n"
        + "e5,acme,storage,2026-01-03T09:00:00+01:00,100,z,\n"
        + "e6,acme,traffic,2026-02-01T00:00:00+01:00,100,z,\n",
    )
    answer = usage.quantity(ask.demand(ask.meter(kind, field, per_day=per_day)))
    assert answer == Measured(Fraction(expected), "usage/traffic.csv: 3 events", 3)


def test_of_two_last_events_the_greater_id_counts_whatever_the_order_of_files(usage: Any, ask: Any) -> None:
    first = "b2,acme,traffic,2026-01-05T10:00:00+01:00,7,,\n"
    second = "b10,acme,traffic,2026-01-05T09:00:00Z,8,,\n"
    usage.source("t*.csv", "traffic")
    for one, other in ((first, second), (second, first)):
        usage.write("t1.csv", HEAD + one)
        usage.write("t2.csv", HEAD + other)
        answer = usage.quantity(ask.demand(ask.meter("last")))
        assert answer.value == 7  # "b2" sorts after "b10": ids are texts
        assert answer.source == "usage/t1.csv: 1 event; usage/t2.csv: 1 event"


def test_quantities_are_exact(usage: Any, ask: Any) -> None:
    usage.source("traffic.csv", "traffic")
    rows = [f"e{n},acme,traffic,2026-01-01T10:00:00Z,0.1,,\n" for n in range(1000)]
    rows.append("big,acme,traffic,2026-01-01T10:00:00Z,999999999999999999.000000000001,,\n")
    usage.write("traffic.csv", HEAD + "".join(rows))
    answer = usage.quantity(ask.demand(ask.meter()))
    assert answer.value == Fraction("1000000000000000099.000000000001")


def test_a_period_without_events_is_zero_when_it_is_declared_complete(usage: Any, ask: Any) -> None:
    usage.source("traffic.csv", "traffic", through="2026-01-31")
    usage.write("traffic.csv", HEAD)
    answer = usage.quantity(ask.demand(ask.meter()))
    assert answer == Measured(Fraction(0), "usage/manifest.toml: no events, complete through 2026-01-31", 0)


def test_a_period_is_held_until_every_source_of_its_meter_is_complete(usage: Any, ask: Any) -> None:
    usage.source("a.csv", "traffic", through="2026-02-28")
    usage.source("b.csv", "traffic", through="2026-01-30")
    for name in ("a.csv", "b.csv"):
        usage.write(name, HEAD)
    january = ask.demand(ask.meter())
    short = ask.demand(ask.meter(), after="2026-01-31")
    answers, problems = usage.ask(january, short)
    assert problems == ()
    held = answers[january.key]
    assert isinstance(held, Problem)
    assert (held.code, held.severity) == ("U304", Severity.HOLD)
    assert isinstance(answers[short.key], Measured)


def test_all_periods_that_are_not_complete_are_told_in_one_problem(usage: Any, ask: Any) -> None:
    usage.source("a.csv", "traffic", through="2026-01-30")
    usage.write("a.csv", HEAD)
    months = [ask.demand(ask.meter(), f"2026-{month:02}-01", f"2026-{month + 1:02}-01") for month in range(1, 9)]
    answers, _ = usage.ask(*months[:2])
    (told,) = {answers[one.key] for one in months[:2]}
    assert told.cause == (
        "usage of traffic is not declared complete for 2026-01-01 to 2026-01-31 and 2026-02-01 to 2026-02-28, "
        "only through 2026-01-30"
    )
    assert "to 2026-02-28 or later" in told.mend
    answers, _ = usage.ask(*months)
    (told,) = {answers[one.key] for one in months}
    assert "2026-06-01 to 2026-06-30 and 2 more, only" in told.cause


def test_days_are_those_of_the_sellers_time_zone(usage: Any, ask: Any) -> None:
    usage.source("traffic.csv", "traffic")
    usage.write(
        "traffic.csv",
        HEAD
        + "e1,acme,traffic,2025-12-31T22:59:59.999999Z,1,,\n"  # 2025 in Amsterdam and 2026 in Tallinn
        + "e2,acme,traffic,2025-12-31T23:00:00Z,10,,\n"  # the first instant of 2026 in Amsterdam
        + "e3,acme,traffic,2026-01-31T23:59:59+01:00,100,,\n"
        + "e4,acme,traffic,2026-01-31T23:00:00Z,1000,,\n",  # February in Amsterdam
    )
    amsterdam = ask.demand(ask.meter())
    assert usage.quantity(amsterdam).value == 110
    assert usage.quantity(ask.demand(ask.meter(), time_zone="Europe/Tallinn")).value == 11
    assert usage.quantity(ask.demand(ask.meter(), time_zone="America/New_York")).value == 1100


def test_the_day_on_which_clocks_change_has_all_its_hours(usage: Any, ask: Any) -> None:
    usage.source("traffic.csv", "traffic")
    hours = [dt.datetime(2026, 3, 27, tzinfo=dt.UTC) + dt.timedelta(hours=n) for n in range(96)]
    hours += [dt.datetime(2026, 10, 23, tzinfo=dt.UTC) + dt.timedelta(hours=n) for n in range(96)]
    rows = [f"e{n},acme,traffic,{at.isoformat()},1,,\n" for n, at in enumerate(hours)]
    usage.write("traffic.csv", HEAD + "".join(rows))
    short = ask.demand(ask.meter("count", ""), "2026-03-29", "2026-03-30")
    long = ask.demand(ask.meter("count", ""), "2026-10-25", "2026-10-26")
    assert usage.quantity(short).value == 23
    assert usage.quantity(long).value == 25


def test_late_usage_is_seen_from_the_day_it_was_received(usage: Any, ask: Any) -> None:
    usage.source("traffic.csv", "traffic")
    usage.write(
        "traffic.csv",
        HEAD
        + "e1,acme,traffic,2026-01-10T10:00:00Z,1,,\n"
        + "e2,acme,traffic,2026-01-10T10:00:00Z,10,,2026-03-05\n"
        + "e3,acme,traffic,2026-01-10T10:00:00Z,100,,2026-03-05T23:30:00Z\n",  # 6 March in Amsterdam
    )
    demand = ask.demand(ask.meter())
    assert [usage.quantity(demand, known_on=f"2026-03-0{day}").value for day in (4, 5, 6)] == [1, 11, 111]


def test_what_is_not_known_yet_can_not_be_wrong_yet(usage: Any, ask: Any) -> None:
    usage.source("traffic.csv", "traffic")
    usage.write(
        "traffic.csv",
        HEAD + "e1,acme,traffic,2026-01-10T10:00:00Z,1,,\n" + "e1,acme,traffic,2026-01-10T10:00:00Z,x,,2026-03-05\n",
    )
    demand = ask.demand(ask.meter())
    assert usage.quantity(demand, known_on="2026-03-04").value == 1
    answers, problems = usage.ask(demand, known_on="2026-03-05")
    assert {problem.code for problem in problems} == {"U207", "U211"}
    assert isinstance(answers[demand.key], Problem)


def test_conditions_compare_numbers_as_numbers_and_texts_as_texts(usage: Any, ask: Any) -> None:
    usage.source("calls.csv", "calls")
    usage.write(
        "calls.csv",
        'event,contract,meter,at,status,"the ""region"""\n'
        "e1,acme,calls,2026-01-01T10:00:00Z,200,eu\n"
        "e2,acme,calls,2026-01-01T10:00:00Z,99,test\n"
        "e3,acme,calls,2026-01-01T10:00:00Z,500.0,eu\n"
        "e4,acme,calls,2026-01-01T10:00:00Z,1000,\n",
    )

    def count(condition: Any) -> Fraction:
        value = usage.quantity(ask.demand(ask.meter("count", "", name="calls", only=condition))).value
        assert isinstance(value, Fraction)
        return value

    status, region = "status", 'the "region"'
    assert count(Compare(status, Comparison.LESS, Fraction(500))) == 2
    assert count(Compare(status, Comparison.AT_MOST, Fraction(500))) == 3
    assert count(Compare(status, Comparison.IS, Fraction(500))) == 1
    assert count(Compare(status, Comparison.IS, "500")) == 0
    assert count(Compare(status, Comparison.MORE, Fraction(1499, 3))) == 2  # 499.666…
    assert count(Compare(status, Comparison.IS, Fraction(1, 3))) == 0
    assert count(Compare(status, Comparison.LESS, Fraction(99) + Fraction(1, 10**13))) == 1
    assert count(Compare(status, Comparison.AT_LEAST, Fraction(1000) + Fraction(1, 10**13))) == 0
    assert count(Compare(status, Comparison.LESS, Fraction(10**40))) == 4
    assert count(Compare(region, Comparison.IS_NOT, "test")) == 3
    assert count(Compare(region, Comparison.IS, "eu' OR 'x' = 'x")) == 0
    both = AllOf((Compare(status, Comparison.LESS, Fraction(500)), Compare(region, Comparison.IS, "eu")))
    assert count(both) == 1
    assert count(Not(both)) == 3
    assert count(AnyOf((both, Compare(region, Comparison.IS, "")))) == 2


def test_an_amount_that_a_condition_leaves_out_may_be_anything(usage: Any, ask: Any) -> None:
    usage.source("traffic.csv", "traffic")
    usage.write(
        "traffic.csv",
        HEAD + "e1,acme,traffic,2026-01-01T10:00:00Z,5,a,\n" + "e2,acme,traffic,2026-01-01T10:00:00Z,n/a,test,\n",
    )
    meter = ask.meter(only=Compare("node", Comparison.IS_NOT, "test"))
    assert usage.quantity(ask.demand(meter)).value == 5


def test_semicolons_byte_order_mark_quotes_and_several_lines_in_a_cell(usage: Any, ask: Any) -> None:
    usage.source("traffic.csv", "traffic")
    usage.write(
        "traffic.csv",
        "\ufeffevent;contract;meter;at;amount;remark\r\n"
        '"e1";acme;"traffic"; 2026-01-01T10:00:00+0100 ;"1.5";"first; with ""quotes""\r\nand a line"\r\n\r\n'
        "e2;acme;traffic;2026-01-01 10:00+01;2.5;\r\n",
    )
    assert usage.quantity(ask.demand(ask.meter())).value == 4


def test_parquet_with_decimals_whole_numbers_texts_and_utc_time_stamps(usage: Any, ask: Any) -> None:
    usage.source("t*.parquet", "traffic")
    usage.parquet(
        "t1.parquet",
        "SELECT 1::BIGINT AS event, 'acme' AS contract, 'traffic' AS meter, TIMESTAMPTZ '2025-12-31 23:00:00+00' AS \"at\", "
        "0.1::DECIMAL(9,4) AS amount, 7::INTEGER AS node, 1.5::DOUBLE AS unused, DATE '2026-01-02' AS received",
    )
    usage.parquet(
        "t2.parquet",
        "SELECT 'e2' AS event, 'acme' AS contract, 'traffic' AS meter, '2026-01-01T00:00:00+01:00' AS \"at\", "
        "'0.2' AS amount, '7' AS node",
    )
    answer = usage.quantity(ask.demand(ask.meter()))
    assert answer == Measured(Fraction("0.3"), "usage/t1.parquet: 1 event; usage/t2.parquet: 1 event", 2)
    assert usage.quantity(ask.demand(ask.meter("unique", "node"))).value == 1


def test_many_files_are_summed_up_in_the_source(usage: Any, ask: Any) -> None:
    usage.source("day/*.csv", "traffic")
    for day in range(1, 6):
        usage.write(f"day/{day}.csv", HEAD + f"e{day},acme,traffic,2026-01-0{day}T10:00:00Z,1,,\n")
    answer = usage.quantity(ask.demand(ask.meter()))
    assert answer == Measured(Fraction(5), "usage/day/1.csv and 4 more files: 5 events", 5)


def test_meters_of_one_name_may_differ_between_contracts(usage: Any, ask: Any) -> None:
    usage.source("traffic.csv", "traffic")
    rows = "".join(
        f"e{n}{contract},{contract},traffic,2026-01-0{n}T10:00:00Z,{n},,\n"
        for n in (1, 2, 3)
        for contract in ("acme", "beta")
    )
    usage.write("traffic.csv", HEAD + rows)
    total, most = (
        ask.demand(ask.meter("sum")),
        ask.demand(ask.meter("max"), contract="beta", time_zone="Europe/Tallinn"),
    )
    answers, problems = usage.ask(total, most)
    assert problems == ()
    assert {key: getattr(answer, "value", None) for key, answer in answers.items()} == {total.key: 6, most.key: 3}


def test_a_contract_has_one_time_zone(usage: Any, ask: Any) -> None:
    usage.source("traffic.csv", "traffic")
    usage.write("traffic.csv", HEAD)
    with pytest.raises(DefectError, match="two time zones"):
        usage.ask(ask.demand(ask.meter()), ask.demand(ask.meter(name="calls"), time_zone="Europe/Tallinn"))
