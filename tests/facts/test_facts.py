"""Dated facts: reading, gaps and overlaps, lookup by day, and what is refused."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest

from invoicer.errors import PluginError, TaxError
from invoicer.facts import Confidence, Facts, read_facts, read_table

STEP = """
[[facts]]
levy = "{levy}"
category = "{category}"
percent = "{percent}"
from = {start}
{end}
basis = "{basis}"
confidence = "{confidence}"
source = "a gazette"
"""


def step(
    percent: str,
    start: str,
    end: str = "",
    *,
    levy: str = "vat",
    category: str = "standard",
    basis: str = "tax-point",
    confidence: str = "high",
) -> str:
    until = f"to = {end}" if end else ""
    return STEP.format(
        levy=levy, category=category, percent=percent, start=start, end=until, basis=basis, confidence=confidence
    )


def read(tmp_path: Path, *steps: str, head: str = 'jurisdiction = "EE"') -> Facts:
    path = tmp_path / "ee" / "facts.toml"
    path.parent.mkdir(exist_ok=True)
    path.write_text("\n".join((head, *steps)), encoding="utf-8")
    return read_facts(read_table(path), path)


def causes(raised: pytest.ExceptionInfo[PluginError] | pytest.ExceptionInfo[TaxError]) -> list[str]:
    return [problem.cause for problem in raised.value.problems]


ESTONIA = (step("20", "2009-07-01", "2023-12-31"), step("22", "2024-01-01", "2025-06-30"), step("24", "2025-07-01"))


@pytest.mark.parametrize(
    ("day", "percent"),
    [
        (dt.date(2009, 7, 1), "20"),
        (dt.date(2023, 12, 31), "20"),
        (dt.date(2024, 1, 1), "22"),
        (dt.date(2025, 6, 30), "22"),
        (dt.date(2025, 7, 1), "24"),
        (dt.date(2099, 1, 1), "24"),
    ],
)
def test_the_fact_of_a_day_counts_from_its_first_to_its_last_day(tmp_path: Path, day: dt.date, percent: str) -> None:
    assert read(tmp_path, *ESTONIA).on("vat", "standard", day).percent == Decimal(percent)


def test_a_day_before_the_first_fact_is_refused_with_what_is_known(tmp_path: Path) -> None:
    with pytest.raises(TaxError) as raised:
        read(tmp_path, *ESTONIA).on("vat", "standard", dt.date(2009, 6, 30))
    assert causes(raised) == [
        "no fact says how much vat/EE/standard is on 2009-06-30: the facts run from 2009-07-01 on"
    ]


def test_a_series_that_has_ended_is_refused_after_its_end(tmp_path: Path) -> None:
    with pytest.raises(TaxError, match="the facts run from 2022-08-01 to 2024-12-31"):
        read(tmp_path, step("5", "2022-08-01", "2024-12-31")).on("vat", "standard", dt.date(2025, 1, 1))


def test_an_unknown_category_is_refused_with_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(TaxError, match="known: standard"):
        read(tmp_path, *ESTONIA).on("vat", "reduced-9", dt.date(2026, 1, 1))


def test_a_gap_an_overlap_and_an_open_end_are_all_reported(tmp_path: Path) -> None:
    with pytest.raises(PluginError) as raised:
        read(
            tmp_path,
            step("20", "2020-01-01", "2020-12-31"),
            step("21", "2021-01-02"),
            step("22", "2022-01-01"),
            step("5", "2020-01-01", "2020-06-30", category="low"),
            step("6", "2020-06-30", category="low"),
        )
    assert causes(raised) == [
        "two facts of vat/EE/low overlap: the one from 2020-01-01 runs until 2020-06-30",
        "vat/EE/standard has a gap from 2021-01-01 to 2021-01-01",
        "two facts of vat/EE/standard overlap: the one from 2021-01-02 has no last day",
    ]


def test_facts_of_one_series_go_by_one_basis(tmp_path: Path) -> None:
    with pytest.raises(PluginError, match="goes by tax-point before and by payment from here"):
        read(tmp_path, step("20", "2020-01-01", "2020-12-31"), step("21", "2021-01-01", basis="payment"))


@pytest.mark.parametrize(
    ("broken", "cause", "mend"),
    [
        (step("24", "2025-07-01").replace('"24"', "24.0"), "percent is 24.0", "exact text"),
        (step("24", "2025-07-01").replace('"24"', '"24,5"'), "percent is '24,5'", "exact text"),
        (step("24", "2025-07-01").replace("confidence =", "confidense ="), "“confidense” is no key", "“confidence”?"),
        (step("24", "2025-07-01").replace("a gazette", " "), "its source is empty", "say where"),
        (step("24", "2025-07-01", confidence="sure"), "confidence is “sure”", "high, medium, low, unsure"),
        (step("24", "2025-07-01", basis="invoice"), "basis is “invoice”", "tax-point"),
        (step("24", '"2025-07-01"'), "from is “2025-07-01”", "without quotes"),
        (step("24", "2025-07-01", "2025-06-30"), "it ends on 2025-06-30, before it begins", "last day"),
        (step("24", "2025-07-01", category="Reduced 1"), "category is “Reduced 1”", "small letters"),
    ],
)
def test_a_wrong_fact_says_what_to_write(tmp_path: Path, broken: str, cause: str, mend: str) -> None:
    with pytest.raises(PluginError) as raised:
        read(tmp_path, broken)
    told = {problem.cause: problem for problem in raised.value.problems}
    found = next(problem for text, problem in told.items() if text.startswith(cause))
    assert mend in found.mend
    assert found.where.file.endswith("ee/facts.toml")
    assert found.where.part == "facts 1"


def test_every_wrong_fact_of_a_file_is_reported_in_one_pass(tmp_path: Path) -> None:
    with pytest.raises(PluginError) as raised:
        read(tmp_path, step("x", "2025-07-01"), step("24", "2025-07-01", confidence="?"))
    assert [problem.where.part for problem in raised.value.problems] == ["facts 1", "facts 2"]


@pytest.mark.parametrize(
    ("head", "cause"),
    [('jurisdiction = "EU"', "“EU” is no country"), ("", "“None” is no country"), ("jurisdiction =", "it is no TOML")],
)
def test_a_file_for_no_country_is_refused(tmp_path: Path, head: str, cause: str) -> None:
    with pytest.raises(PluginError, match=cause):
        read(tmp_path, head=head)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PluginError, match="it can't be read: No such file"):
        read_table(tmp_path / "facts.toml")


@pytest.mark.parametrize("confidence", ["low", "unsure"])
def test_a_doubtful_fact_is_refused_and_the_message_says_how_to_accept_it(tmp_path: Path, confidence: str) -> None:
    facts = read(tmp_path, step("0", "2018-01-01", levy="ipt", category="all", confidence=confidence))
    with pytest.raises(TaxError) as raised:
        facts.on("ipt", "all", dt.date(2026, 1, 1))
    (problem,) = raised.value.problems
    assert problem.code == "X011"
    assert "[[policy.accept_fact]]" in problem.mend
    assert 'fact = "ipt/EE/all/2018-01-01"' in problem.mend


@pytest.mark.parametrize("pattern", ["ipt/EE/*", "ipt/EE/all", "ipt/EE/all/2018-01-01", "ipt/*/all/*"])
def test_an_accepted_fact_counts_and_cites_the_reason(tmp_path: Path, pattern: str) -> None:
    facts = read(tmp_path, step("0", "2018-01-01", levy="ipt", category="all", confidence="unsure"))
    accepted = {pattern: "our adviser, 2026-01-05"}
    fact = facts.on("ipt", "all", dt.date(2026, 1, 1), accepted)
    cited = "ipt/EE/all/2018-01-01: a gazette (unsure confidence; accepted: our adviser, 2026-01-05)"
    assert fact.cited(accepted) == cited


def test_accepting_another_fact_helps_nothing(tmp_path: Path) -> None:
    facts = read(tmp_path, step("0", "2018-01-01", levy="ipt", category="all", confidence="low"))
    with pytest.raises(TaxError, match="not sure enough"):
        facts.on("ipt", "all", dt.date(2026, 1, 1), {"ipt/LV/*": "x", "ipt/EE": "y"})


def test_a_change_between_two_possible_days_is_a_question(tmp_path: Path) -> None:
    facts = read(tmp_path, *ESTONIA)
    assert facts.between("vat", "standard", dt.date(2025, 7, 1), dt.date(2025, 9, 1)).percent == 24
    with pytest.raises(TaxError) as raised:
        facts.between("vat", "standard", dt.date(2025, 6, 30), dt.date(2025, 7, 1))
    (problem,) = raised.value.problems
    assert problem.code == "X012"
    assert "22% (“vat/EE/standard/2024-01-01”) or 24% (“vat/EE/standard/2025-07-01”)" in problem.cause


def test_naming_one_of_the_two_answers_the_question_and_naming_both_does_not(tmp_path: Path) -> None:
    facts = read(tmp_path, *ESTONIA)
    days = dt.date(2025, 6, 30), dt.date(2025, 7, 1)
    assert facts.between("vat", "standard", *days, {"vat/EE/standard/2024-01-01": "why"}).percent == 22
    with pytest.raises(TaxError):
        facts.between("vat", "standard", *days, {"vat/EE/*": "why"})


def test_only_high_and_medium_confidence_suffice() -> None:
    assert [each for each in Confidence if each.suffices] == [Confidence.HIGH, Confidence.MEDIUM]
