"""Growth: so many times the text takes about as many times the work, whatever the text tries. Work is counted in calls, not
in seconds."""

from __future__ import annotations

from collections.abc import Callable
from cProfile import Profile
from functools import cache
from typing import Any

import pytest

from invoicer.language import load, render
from tests.language.hostile import FAMILIES, MEANING

SMALL = 6_000
LARGER = {
    "quantities at price steps": 6_000,
    "billing": 6_000,
    "billing of each": 6_000,
    "rows of a service credit": 6_000,
    "contracts with a wrong price list": 6_000,
    "prices with conditions": 24_000,
    "contracts with an unknown price list": 24_000,
}
"""Where work grows faster up to a bound: sizes at which the bound is reached; these are doubled."""
KNOWN: dict[str, Any] = {"customers": {"acme"}, "sellers": {"hosting-nl"}, "kinds": {"electronic-service"}}


def calls(work: Callable[[], object]) -> int:
    """How many functions are called, those in C included."""
    profile = Profile()
    profile.runcall(work)
    return sum(entry.callcount for entry in profile.getstats())


def reading(text: str) -> None:
    loaded = load([("a.terms", text)], **KNOWN)
    for problem in loaded.problems[:1000]:
        render(problem, loaded.texts)


@cache
def without_text() -> int:
    """What is done for the smallest file; whatever is built once is built then."""
    reading("contract x\n")
    return calls(lambda: reading("contract y\n"))


@pytest.mark.parametrize("family", FAMILIES)
def test_so_many_times_the_text_takes_as_many_times_the_calls(family: str) -> None:
    """Four times the text, where nothing is special: work that grows with the square of 6 000 signs is seen once it is an
    eighth of all."""
    text, size, times = FAMILIES[family], LARGER.get(family, SMALL // 4), 2 if family in LARGER else 4
    least = without_text()
    reading(text(size // 4))  # what only such a text needs is built now
    small, large = (calls(lambda by=by: reading(text(by * size))) - least for by in (1, times))  # type: ignore[misc]
    assert large <= 1.15 * times * small + 1000


@pytest.mark.parametrize("family", MEANING)
def test_what_is_found_in_hostile_terms_stays_readable(family: str) -> None:
    loaded = load([("a.terms", MEANING[family](SMALL))], **KNOWN)
    errors = [problem for problem in loaded.problems if problem.severity == "error"]
    documents = sum(text.count("contract ") + text.count("price-list ") for text in loaded.texts.values())
    assert len(errors) <= 101 + 102 * documents
