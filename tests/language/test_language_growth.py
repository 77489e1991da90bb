"""Growth: twice the text takes about twice the work, whatever the text tries. Work is counted in calls, not in seconds."""

from __future__ import annotations

from collections.abc import Callable
from cProfile import Profile
from typing import Any

import pytest

from invoicer.language import load, render
from tests.language.hostile import FAMILIES, MEANING

SMALL = 6_000
LARGER = {
    "prices with conditions": 24_000,
    "contracts with an unknown price list": 24_000,
}
"""Where work grows faster up to a bound: sizes at which the bound is reached."""
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


@pytest.mark.parametrize("family", FAMILIES)
def test_twice_the_text_takes_twice_the_calls(family: str) -> None:
    text, size = FAMILIES[family], LARGER.get(family, SMALL)
    reading(text(size))  # what is built once is built now
    small, large = calls(lambda: reading(text(size))), calls(lambda: reading(text(2 * size)))
    assert large <= 2.3 * small + 1000


@pytest.mark.parametrize("family", MEANING)
def test_what_is_found_in_hostile_terms_stays_readable(family: str) -> None:
    loaded = load([("a.terms", MEANING[family](SMALL))], **KNOWN)
    errors = [problem for problem in loaded.problems if problem.severity == "error"]
    documents = sum(text.count("contract ") + text.count("price-list ") for text in loaded.texts.values())
    assert len(errors) <= 101 + 102 * documents
