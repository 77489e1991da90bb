"""Document numbers: pure, padded, unique within their series, and each a file name of its own."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from invoicer.ledger import document_number, pattern_fault, series_key
from invoicer.ledger.series import count_of, file_name

DAY = dt.date(2026, 2, 1)


@pytest.mark.parametrize(
    ("pattern", "key", "number"),
    [
        ("HN-{year}-{number:5}", "HN-2026-{number:5}", "HN-2026-00042"),
        ("{number}", "{number}", "42"),
        ("{year}/{number:4}", "2026/{number:4}", "2026/0042"),
        ("F.{number:1}", "F.{number:1}", "F.42"),
    ],
)
def test_a_pattern_makes_keys_and_numbers(pattern: str, key: str, number: str) -> None:
    assert pattern_fault(pattern) == ""
    assert series_key(pattern, DAY) == key
    assert document_number(key, 42) == number


def test_a_new_year_begins_a_new_series() -> None:
    assert series_key("A{year}-{number:3}", dt.date(2026, 12, 31)) != series_key(
        "A{year}-{number:3}", dt.date(2027, 1, 1)
    )


def test_a_number_longer_than_its_padding_stays_whole() -> None:
    assert document_number("A{number:2}", 1234) == "A1234"


@pytest.mark.parametrize(
    ("pattern", "says"),
    [
        ("", "exactly once"),
        ("HN-{year}", "exactly once"),
        ("{number}{number}", "exactly once"),
        ("{year}{year}{number}", "more than once"),
        ("HN-{month}-{number}", "{month}"),
        ("HN-{number:0}", "{number:0}"),
        ("HN-{number:12}", "{number:12}"),
        ("HN {number}", "“ ”"),
        ("HN_{number}", "“_”"),
        ("HÕ{number}", "“Õ”"),
        ("HN-{number", "exactly once"),
        ("HN}{number}", "“}”"),
        ("../{number}", "begins with a sign"),
    ],
)
def test_a_pattern_that_cannot_be_used_says_why(pattern: str, says: str) -> None:
    assert says in pattern_fault(pattern)


WORDS = st.text("AZaz09./-", max_size=4)
PATTERNS = st.builds(
    lambda start, between, end, width: f"X{start}{{year}}{between}{{number{width}}}{end}",
    WORDS,
    WORDS,
    WORDS,
    st.sampled_from(["", ":1", ":4", ":9"]),
)


@given(
    PATTERNS, st.lists(st.tuples(st.integers(2000, 2099), st.integers(1, 10**6)), min_size=2, max_size=2, unique=True)
)
def test_different_counts_have_different_numbers_and_files(pattern: str, counts: list[tuple[int, int]]) -> None:
    assert pattern_fault(pattern) == ""
    days = [dt.date(year, 1, 1) for year, _ in counts]
    numbers = [document_number(series_key(pattern, day), n) for day, (_, n) in zip(days, counts, strict=True)]
    assert len(set(numbers)) == 2
    names = {file_name(number, "pdf", day) for number, day in zip(numbers, days, strict=True)}
    assert len(names) == 2
    assert all(name.count("/") == 1 for name in names)


@given(PATTERNS, st.integers(2000, 2099), st.integers(1, 10**10))
def test_the_count_of_a_number_is_found_again(pattern: str, year: int, count: int) -> None:
    key = series_key(pattern, dt.date(year, 1, 1))
    assert count_of(key, document_number(key, count)) == count


@pytest.mark.parametrize(
    "number", ["HN-2026-42", "HN-2026-000042", "HN-2027-00042", "HN-2026-", "HN-2026-0004²", "", "X"]
)
def test_a_number_of_another_series_has_no_count(number: str) -> None:
    assert count_of("HN-2026-{number:5}", number) is None
