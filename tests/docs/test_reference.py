"""The reference shows the whole grammar, explains every line of it, and is what the generator makes."""

from __future__ import annotations

import re

import pytest

from invoicer.language.cursor import keywords
from invoicer.language.grammar import parser
from invoicer.language.parse import parse
from tests.docs import reference
from tests.docs.notation import Row, rules

_HOW = "then run python -m tests.docs.reference"
ROWS = [(chapter, row) for chapter, rows in reference.chapters().items() for row in rows]


def test_every_block_and_line_of_the_grammar_is_explained() -> None:
    missing = "\n".join(reference.missing())
    assert not missing, (
        f"tests/docs/reference.toml lacks these; write a sentence and an example for each, {_HOW}:\n{missing}"
    )


def test_nothing_is_explained_that_there_is_not() -> None:
    assert not reference.gone(), f"take these out of tests/docs/reference.toml, {_HOW}: {reference.gone()}"


def test_every_rule_of_the_grammar_is_shown() -> None:
    unseen = sorted(set(rules()) - reference.seen() - {"start"})
    assert not unseen, f"tests/docs/notation.py shows no {unseen}"


def test_every_word_of_the_grammar_is_shown() -> None:
    notation = " ".join(row.notation for _, row in ROWS)
    missing = sorted(
        word for word in set(keywords().values()) if not re.search(rf"(?<![\w-]){word}(?![\w-])", notation)
    )
    singular = [word for word in missing if f"{word}s" in set(keywords().values())]  # `day` is shown as `days`
    assert missing == singular


def test_the_page_is_what_the_generator_makes() -> None:
    assert reference.PAGE.read_text("utf-8") == reference.page(), f"docs/reference.md is not up to date: {_HOW}"


@pytest.mark.parametrize(
    ("chapter", "row"), ROWS, ids=[f"{chapter.title}-{row.key}".replace(" ", "-") for chapter, row in ROWS]
)
def test_an_example_is_one_of_its_line(chapter: reference.Chapter, row: Row) -> None:
    """It can be read where it stands, and the grammar has read it by that rule."""
    entry = reference.entries()[row.key]
    assert entry.says.endswith((".", ".)")), entry.says
    before = chapter.before
    if row.key.endswith("_heading"):
        before = "" if chapter.rule in ("contract", "price_list") else "contract c\n"
    text = before + entry.example + chapter.after
    assert not parse("x.terms", text).problems, text
    read = {str(node.data) for node in parser().parse(text + "\n").iter_subtrees()}
    own = [word.strip('"') for word in row.notation.split()]
    assert row.key in read or any(word in entry.example for word in own), f"{entry.example} is no {row.key}"
