"""The one layout: what it looks like, and that nobody can lose anything by it."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from syrupy.assertion import SnapshotAssertion

from invoicer.errors import DefectError, TermsError
from invoicer.language import formatted, load
from invoicer.language.format import formatting
from invoicer.language.format.proof import meaning
from invoicer.language.parse import parse
from tests.docs.layout import laid_out
from tests.docs.pages import Block, of_kind, whole
from tests.language.scribbling import Scribble, random_terms, splintered
from tests.quickly import law

HERE = Path(__file__).parent
RULES = Path(__file__).parents[2] / "rules"
WORKSPACES = [path.read_text("utf-8") for path in sorted(RULES.rglob("*.terms"))]
EXAMPLES = [whole(block.text) for block in of_kind("terms")]
SAMPLES = [path.read_text("utf-8") for path in sorted(HERE.glob("good/*.terms")) + sorted(HERE.glob("bad/C*.terms"))]
TEXTS = WORKSPACES + EXAMPLES + SAMPLES
SEEDS = st.integers(0, 2**32)


def is_readable(text: str) -> bool:
    return not parse("a.terms", text).problems


READABLE = st.deferred(lambda: st.sampled_from([text for text in TEXTS if is_readable(text)]))


def codes(text: str) -> list[str]:
    """The codes of all problems of a text, but for that of the layout itself."""
    return sorted(problem.code for problem in load([("a.terms", text)]).problems if problem.code != "C060")


def tidy(text: str) -> str:
    """The text in the one layout, with everything looked at that holds of any text."""
    result = formatted(text, "a.terms")
    assert formatted(result, "a.terms") == result
    plain = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    assert meaning(parse("a.terms", result).documents) == meaning(parse("a.terms", plain).documents)
    assert codes(result) == codes(plain)
    assert "C060" not in {problem.code for problem in load([("a.terms", result)]).problems}
    for line in result.split("\n"):
        assert line == line.rstrip(" \t") and "\t" not in re.sub('"[^"]*"|#.*', "", line)
    assert "\n\n\n" not in result and result[:1] != "\n" and result[-1:] in ("\n", "")
    return result


def test_an_ugly_file(snapshot: SnapshotAssertion) -> None:
    assert tidy((HERE / "layout" / "ugly.terms").read_text("utf-8")) == snapshot


@pytest.mark.parametrize("text", TEXTS)
def test_samples_and_examples_mean_what_they_meant(text: str) -> None:
    if is_readable(text):
        tidy(text)
    else:
        with pytest.raises(TermsError):
            formatted(text, "a.terms")


@law(50)
@given(SEEDS, READABLE)
def test_whatever_stands_between_the_words_comments_stay_and_nothing_else_changes(seed: int, text: str) -> None:
    scribble = Scribble(random.Random(seed))
    ugly = scribble.rewrite(text)
    result = tidy(ugly)
    assert meaning(parse("a", result).documents) == meaning(parse("a", text).documents)
    assert comments(result) == [comment.rstrip() for comment in scribble.written]


@law(50)
@given(SEEDS)
def test_any_words_that_the_grammar_admits(seed: int) -> None:
    chance = random.Random(seed)
    text = random_terms(chance)
    if parse("a.terms", text).problems:
        with pytest.raises(TermsError):
            formatted(text, "a.terms")
        return
    tidy(text)
    scribble = Scribble(chance)
    result = tidy(scribble.rewrite(text))
    assert comments(result) == [comment.rstrip() for comment in scribble.written]


@law(80)
@given(SEEDS, READABLE)
def test_a_slip_of_the_hand_is_refused_or_laid_out_as_it_is_read(seed: int, text: str) -> None:
    text = splintered(random.Random(seed), text)
    try:
        formatted(text, "a.terms")
    except TermsError:
        return
    tidy(text)


@law(40)
@given(SEEDS, READABLE)
def test_the_layout_depends_on_words_comments_and_paragraphs_alone(seed: int, text: str) -> None:
    """Two people who write the same lines get the same file, whatever spaces, commas and colons they like."""
    scribble = Scribble(random.Random(seed), comments=False, blanks=False, breaks=False)
    other = Scribble(random.Random(seed + 1), comments=False, blanks=False, breaks=False)
    assert formatted(scribble.rewrite(text), "a") == formatted(other.rewrite(text), "a")


@given(st.text(max_size=200))
def test_any_text_is_laid_out_or_refused_with_its_problems(text: str) -> None:
    try:
        result = formatted(text, "a.terms")
    except TermsError as error:
        assert error.problems
    else:
        assert formatted(result, "a.terms") == result


def comments(text: str) -> list[str]:
    """The comments of a text; no string of our samples has a # at the end of a line."""
    found = []
    for line in text.split("\n"):
        inside = False
        for at, sign in enumerate(line):
            inside ^= sign == '"'
            if sign == "#" and not inside:
                found.append(line[at:])
                break
    return found


# ------------------------------------------------------------------ what is refused


def test_a_file_with_problems_of_writing_is_not_laid_out() -> None:
    with pytest.raises(TermsError) as raised:
        formatted("contract a\n   bill monthly in advnce\n  agreed 12/03/2026\n", "contracts/a.terms")
    assert [(problem.code, problem.where.line) for problem in raised.value.problems] == [("T001", 2), ("T005", 3)]


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ("contract a\n  agreed 2026-01-02\n  # why\n", "mean something else"),
        ("contract a\n  agreed 2026-01-01\n", "lose or move a comment"),
        ("# why\ncontract a\n  agreed 2026-01-01 2\n", "could not be read"),
        ("contract a\n  # why\n  agreed 2026-01-01\n\ncontract b\n", "mean something else"),
    ],
)
def test_a_layout_that_would_say_something_else_never_comes_out(
    wrong: str, why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(formatting, "lay_out", lambda _: wrong)
    with pytest.raises(DefectError, match=why):
        formatted("contract a\n  # why\n  agreed 2026-01-01\n", "a.terms")


def test_numbers_are_compared_digit_for_digit() -> None:
    one, other = (parse("a", f"contract a\ncharge b\n  {n} EUR once\n").documents for n in ("450.0", "450.00"))
    assert meaning(one) != meaning(other)
    assert meaning(one) == meaning(parse("a", "\n\ncontract a\n charge b\n 450.0  EUR once").documents)


# ------------------------------------------------------------------ single rules


def charged(lines: str) -> str:
    """The lines of a charge, laid out."""
    return tidy("contract a\ncharge x\n" + lines).removeprefix("contract a\n\ncharge x\n")


@pytest.mark.parametrize(
    ("written", "result"),
    [
        ("quantity 25000 seats", "  quantity 25 000 seats\n"),
        ("quantity 1\u00a0000.50 seats", "  quantity 1 000.50 seats\n"),
        ("1.00 EUR once when x is 2026 or x is not 1 000 or x more than 2026",
         "  1.00 EUR once when x is 2026 or x is not 1000 or x more than 2 026\n"),
        ("5.00 EUR: per 1000 seats, per month", "  5.00 EUR per 1 000 seats per month\n"),
        ("free when not( a is 1 )", "  free when not (a is 1)\n"),
        ("1.300 KWD per month", "  1.300 KWD per month\n"),
        ("1300.125 KWD per month", "  1 300.125 KWD per month\n"),
        ("graduated\nup to 5: 100 EUR each\n\nabove, 3 %", "  graduated\n    up to 5   100 EUR each\n    above     3%\n"),
        ("graduated\nup to 5,100%\nabove free", None),
        ("graduated\nup to 5 GB , 100%\nabove free", "  graduated\n    up to 5 GB   100%\n    above        free\n"),
    ],
)  # fmt: skip
def test_numbers_and_signs(written: str, result: str | None) -> None:
    if result is None:  # a comma before a digit is never only a comma
        with pytest.raises(TermsError):
            charged(written)
    else:
        assert charged(written) == result


def test_a_comma_keeps_two_numbers_apart() -> None:
    text = "contract a\namendment 9\n  supersedes 1,  200 , 3\n"
    assert tidy(text).endswith("amendment 9\n  supersedes 1, 200, 3\n")


def test_a_note_at_the_end_of_a_block_stays_there_and_others_go_with_what_follows() -> None:
    text = "contract a\ncharge x\n  free\n  # of x\n# of y\ncharge y\n\n  # of z\ncharge z\n   # of z too\n"
    assert tidy(text) == (
        "contract a\n\ncharge x\n  free\n  # of x\n\n# of y\ncharge y\n\n# of z\ncharge z\n  # of z too\n"
    )


def test_comments_behind_neighbouring_lines_stand_below_each_other() -> None:
    long = "15.00 EUR per seat per month when quantity less than 50"
    assert charged(f"{long} # a\n free # b\n\n free # c\n{long} or quantity more than 90 # d\n free # e\n") == (
        f"  {long}  # a\n  free{' ' * 53}# b\n\n  free{' ' * 36}# c\n"
        f"  {long} or quantity more than 90  # d\n  free{' ' * 36}# e\n"
    )


def test_names_that_are_words_of_the_language_are_names() -> None:
    text = "contract notice\ndiscount d\n  5% off notice change stop up below\n"
    assert tidy(text).endswith("  5% off notice, change, stop, up, below\n")


def test_a_large_file_is_laid_out_line_by_line() -> None:
    blocks = "".join(
        f"charge x{n}\n 1 EUR per month # note\n graduated\n up to 5:free\n above 1 EUR each\n" for n in range(1000)
    )
    result = formatted("contract a\n" + blocks, "a.terms")
    assert result.count("\n    above     1 EUR each\n") == 1000


# ------------------------------------------------------------------ our own files


@pytest.mark.parametrize("path", sorted(RULES.rglob("*.terms")), ids=lambda path: path.stem)
def test_the_example_workspaces_are_in_the_one_layout(path: Path) -> None:
    text = path.read_bytes().decode()
    assert formatted(text, path.name) == text, f"run: invoicer fmt {path}"


@pytest.mark.parametrize("block", of_kind("terms"), ids=str)
def test_the_examples_of_the_documentation_are_in_the_one_layout(block: Block) -> None:
    assert laid_out(block.text) == block.text, "run: python -m tests.docs.layout"
