"""The good twin of each bad sample: the same file, in which exactly that mistake is mended as its message says."""

from __future__ import annotations

import re
from difflib import SequenceMatcher, ndiff
from pathlib import Path

import pytest

from invoicer.errors import Problem
from invoicer.language import load
from tests.language.samples import KNOWN

HERE = Path(__file__).parent
BAD = {path.name: path for path in sorted((HERE / "bad").glob("*.terms"))}
MENDED = {path.name: path for path in sorted((HERE / "mended").glob("*.terms"))}
ALIKE = 0.7  # of the lines of both files together, those that stand in both
EXCEPTIONS = {
    "C012-units-do-not-fit": "which of the two units is kept is the reader's choice",
    "C031-band-never-applies": "the line `above` goes down, as asked, and is no other line",
    "C043-credit-asks": "the mend names charges of another contract as examples",
    "C044-several-prices": "the other way that the mend names, to leave out one of the lines, is the smaller one",
    "C051-periods-differ": "which of the two periods is kept is the reader's choice",
    "C060-misleading-indentation": "what is quoted is the command that indents",
    "C061-unused-meter": "the other way that the mend names, to leave out the meter, is the smaller one",
    "C071-nothing-to-raise-at-all": "the mend names what is never raised, and asks to leave out the indexation",
    "C079-unused-input": "the other way that the mend names, to leave out the input, is the smaller one",
    "C086-short-rate-row-never-counts": "the line `above` goes down, as asked, and is no other line",
    "C112-rounded-without-packages": "the mend asks to leave out the words, and names where rounding stands",
    "C118-nothing-to-carry-over": "the other way that the mend names, to leave out the line, is the smaller one",
    "C128-example-that-contradicts-itself": "the mend asks to keep one of two lines",
    "C152-deposit-without-declaration": "the other way that the mend names, to leave out the deposit, is the smaller one",
    "C136-acknowledged-error": "the mend lists the warnings that there are",
    "T002-line-stops-early": "the mend names charges of another contract as examples",
    "T012-negative": "the mend tells where a negative amount would belong",
    "T003-no-such-line": "`450.00 EUR per month` is an example of where a currency stands; lines without sense go",
}


def test_every_bad_sample_has_its_mended_twin_and_none_is_left_over() -> None:
    missing, over = sorted(BAD.keys() - MENDED.keys()), sorted(MENDED.keys() - BAD.keys())
    assert not missing, (
        f"write the mended twin: copy tests/language/bad/NAME to tests/language/mended/NAME, mend there what the "
        f"message is about as the message says, and nothing else; for {', '.join(missing)}"
    )
    assert not over, f"no bad sample has this name any more, remove the twin (or rename it): {', '.join(over)}"
    assert EXCEPTIONS.keys() <= {path.stem for path in BAD.values()}, "an exception for a sample that is gone"


@pytest.mark.parametrize("name", MENDED, ids=lambda name: name.removesuffix(".terms"))
def test_what_the_message_says_mends_it(name: str) -> None:
    found = load([(name, MENDED[name].read_text("utf-8"))], **KNOWN).problems
    assert not found, "the mended twin has problems still:\n" + "\n".join(map(str, found))


@pytest.mark.parametrize("name", sorted(MENDED.keys() & BAD.keys()), ids=lambda name: name.removesuffix(".terms"))
def test_the_twin_is_the_same_file_but_for_the_mistake(name: str) -> None:
    bad, mended = (path.read_text("utf-8").splitlines() for path in (BAD[name], MENDED[name]))
    assert bad != mended
    # what replaces a line is no longer than what the messages ask for: each may touch three lines, and a few short
    # samples consist of little else
    touched = len(changed(name))
    problems = load([(name, BAD[name].read_text("utf-8"))], **KNOWN).problems
    alike = SequenceMatcher(None, bad, mended, autojunk=False).ratio()
    assert alike >= ALIKE or touched <= 4 * len(problems), f"{name} is another file: only {alike:.0%} is the same"


@pytest.mark.parametrize("name", sorted(MENDED.keys() & BAD.keys()), ids=lambda name: name.removesuffix(".terms"))
def test_the_mend_that_is_quoted_is_what_was_done(name: str) -> None:
    lines = "\n".join(changed(name))
    strange = [one for one in load([(name, BAD[name].read_text("utf-8"))], **KNOWN).problems if not told(one, lines)]
    if name.removesuffix(".terms") in EXCEPTIONS:
        assert strange, "no exception is needed any more"
    else:
        assert not strange, "of the words quoted none is in the lines changed:\n" + "\n".join(map(str, strange))


def test_a_twin_that_does_something_else_is_seen() -> None:
    name = "C008-unknown-customer.terms"
    (problem,) = load([(name, BAD[name].read_text("utf-8"))], **KNOWN).problems
    assert told(problem, "  customer acme") and not told(problem, "  customer globex")


def changed(name: str) -> list[str]:
    """The lines of sample and twin that only one of them has."""
    bad, mended = (path.read_text("utf-8").splitlines() for path in (BAD[name], MENDED[name]))
    return [line[2:] for line in ndiff(bad, mended) if line[0] in "+-"]


def told(problem: Problem, lines: str) -> bool:
    """Whether something that mend or label quote is in the changed lines; true where they quote nothing. ``…`` stands
    for what the reader knows. Where it is an example ("such as"), other numbers and days are as good."""
    quoted = re.findall(r"`([^`]+)`", f"{problem.mend} {problem.label}")
    example = re.search(r"such as|for example|as in", problem.mend) is not None
    text = masked(lines) if example else " ".join(lines.split())
    wanted = [masked(one) if example else one for one in quoted]
    return not wanted or any(all(part.strip(" ,") in text for part in one.split("…")) for one in wanted)


def masked(text: str) -> str:
    """Days and numbers as one sign each, so that an example stands for its like."""
    return re.sub(r"\d[\d .]*(?<=\d)", "#", re.sub(r"\d{4}-\d\d(-\d\d)?", "#", " ".join(text.split())))
