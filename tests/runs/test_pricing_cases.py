"""Worked examples that other billing systems publish, replayed through the text of terms, with their sources."""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from invoicer.domain.entitlement import Entitlement
from invoicer.domain.trace import replay
from invoicer.runs.given import answers, parse_given
from invoicer.runs.rate import rate
from tests.runs import test_pricing_cases_taxed as taxed
from tests.runs.replaying import contract_of

DATA: dict[str, Any] = tomllib.loads((Path(__file__).parent / "pricing_cases.toml").read_text("utf-8"))
CASES: list[dict[str, Any]] = DATA["case"]
LINE = re.compile(r"(?P<component>\S+) (?:(?P<days>\d{4}-\d\d-\d\d to \d{4}-\d\d-\d\d) )?(?P<net>-?\d+\.\d\d)")


def owed(terms: str, until: dt.date, given: list[str]) -> tuple[Entitlement, ...]:
    """Everything that is owed with a bill date up to a day."""
    contract = contract_of(terms)
    measured = answers(contract, until, until, map(parse_given, given), "give {}")
    rating = rate(contract, None, measured, until, until)
    assert not rating.holds, rating.holds
    assert all(replay(one.trace) == one.net.exact for one in rating.entitlements)
    return rating.entitlements


@pytest.mark.parametrize("case", CASES, ids=[f"{case['id']} {case.get('part', '')}".strip() for case in CASES])
def test_an_example_of_another_system(case: dict[str, Any]) -> None:
    until = case.get("until") or case["on"]
    found = [
        one for one in owed(case["terms"], until, case.get("given", [])) if "until" in case or one.bill_date == until
    ]
    expected = [LINE.fullmatch(line) for line in case["lines"]]
    shown = [
        f"{one.component} {one.days if line and line['days'] else ''} {one.net.amount}".replace("  ", " ")
        for one, line in zip(found, [*expected, *[None] * len(found)], strict=False)
    ]
    assert shown == case["lines"]
    assert ("theirs" in case) is ("why" in case)


def test_all_examples_are_replayed_or_listed() -> None:
    """92 were collected: 81 are replayed, 11 wait for rooms that do not exist; a difference has its reason."""
    replayed = {case["id"] for case in CASES if not case.get("option")} | set(taxed.REPLAYED)
    listed = [one for reasons in DATA["elsewhere"].values() for one in reasons]
    assert len(listed) == len(set(listed)) == 11
    assert not replayed & set(listed)
    assert len(replayed) == 81
    assert all(case["id"] in replayed and case["source"] for case in CASES)
