"""usage: what is delivered and never billed is named, once for each contract and meter; what is declared of the future."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from invoicer.domain.period import Period
from invoicer.domain.usage import Measured, Served
from invoicer.errors import Problem, Severity
from invoicer.usage import measure

HEAD = "event,contract,meter,at,amount\n"
YEAR = Period(dt.date(2026, 1, 1), dt.date(2027, 1, 1))


def asked(usage: Any, ask: Any, *, served: Period | None = YEAR, today: str = "2026-12-31") -> Any:
    day, zone = dt.date.fromisoformat(today), "Europe/Amsterdam"
    demand = ask.demand(ask.meter())
    services = {"acme": Served(zone, {"traffic": served}), "beta": Served(zone, {})}
    answers, problems = measure(
        usage.folder,
        [demand],
        known_on=dt.date(2026, 12, 31),
        contracts=["acme", "beta", "gamma"],
        meters=["traffic", "calls"],
        served=services,
        today=day,
    )
    return answers[demand.key], problems


def test_usage_that_is_never_billed_is_named_once(usage: Any, ask: Any) -> None:
    usage.source("*.csv", "traffic", "calls")
    rows = (
        "e1,acme,traffic,2025-12-31T22:59:59Z,1\n"  # 31 December in Amsterdam
        "e2,acme,traffic,2025-12-31T23:00:00Z,1\n"  # 1 January there
        "e3,acme,traffic,2026-12-31T22:59:59Z,1\n"
        "e4,acme,traffic,2026-12-31T23:00:00Z,1\n"
        "e5,acme,traffic,2025-06-01T12:00:00Z,1\n"
        "e6,acme,calls,2026-01-05T12:00:00Z,1\n"
        "e7,beta,traffic,2026-01-05T12:00:00Z,1\n"
        "e8,gamma,traffic,2020-01-05T12:00:00Z,1\n"  # nothing is known of its days
    )
    usage.write("a.csv", HEAD + rows)
    usage.write("b.csv", HEAD + "f1,acme,traffic,2025-03-01T12:00:00Z,1\n")
    answer, problems = asked(usage, ask)
    assert isinstance(answer, Measured) and answer.value == 1
    assert {problem.severity for problem in problems} == {Severity.WARNING}
    assert [(problem.code, str(problem.where)) for problem in problems] == [
        ("U214", "usage/a.csv:2"),
        ("U214", "usage/a.csv:5"),
        ("U214", "usage/a.csv:7"),
        ("U214", "usage/a.csv:8"),
    ]
    before, after, calls, beta = (problem.cause for problem in problems)
    assert before == (
        "3 rows, the first here, of contract acme and meter traffic will never be billed: "
        "used before 2026-01-01, when the first charge that counts it begins"
    )
    assert after == (
        "a row of contract acme and meter traffic will never be billed: "
        "used from 2027-01-01 on, when no charge counts it any more"
    )
    assert calls.endswith("of contract acme and meter calls will never be billed: it has no such meter")
    assert beta.startswith("a row of contract beta and meter traffic")


def test_days_that_nobody_knows_are_not_judged(usage: Any, ask: Any) -> None:
    usage.source("*.csv", "traffic")
    usage.write("a.csv", HEAD + "e1,acme,traffic,2020-01-01T12:00:00Z,1\n")
    assert asked(usage, ask, served=None)[1] == ()


@pytest.mark.parametrize(
    ("through", "today", "warned", "held"),
    [
        ("2026-12-31", "2026-12-31", False, False),
        ("2027-01-31", "2026-12-31", True, False),
        ("2027-07-03", "2026-12-31", True, False),
        ("2027-07-04", "2026-12-31", True, True),
        ("2036-12-31", "2026-12-31", True, True),
        ("2036-12-31", "2036-12-31", False, False),
    ],
)
def test_nobody_knows_that_the_future_is_complete(
    usage: Any, ask: Any, through: str, today: str, warned: bool, held: bool
) -> None:
    usage.source("*.csv", "traffic", through=through)
    usage.write("a.csv", HEAD)
    answer, problems = asked(usage, ask, today=today)
    found = [(problem.code, str(problem.where), problem.severity) for problem in problems]
    place = "usage/manifest.toml:4, source[1].complete_through"
    assert found == ([("U306", place, Severity.WARNING)] if warned else [])
    assert isinstance(answer, Problem) == held
    if isinstance(answer, Problem):
        assert answer.code == "U306" and through in answer.cause
