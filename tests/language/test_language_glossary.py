"""Every word of the language is explained and coloured, and every name in the grammar is the name of something."""

from __future__ import annotations

import json

import pytest

from invoicer.editor.extension import FOLDER, GRAMMAR, grammar
from invoicer.language.cursor import keywords, rules_with
from invoicer.language.glossary import GLOSSARY
from invoicer.language.mentions import NAMES, NUMBERS, TEXTS
from invoicer.language.parse import parse
from invoicer.language.words import HEADINGS, close_to

CHARGE = "contract c\ncharge fee\n  "
PLACES = {
    "a file": "",
    "a contract": "contract c\n  ",
    "a price list": "price-list p\n  ",
    "a charge": CHARGE,
    "a premium": "contract c\npremium fee\n  ",
    "a table": CHARGE + "graduated\n    ",
    "a meter": "contract c\nmeter m\n  ",
    "an input": "contract c\ninput i\n  ",
    "an indexation": "contract c\nindexation i\n  ",
    "a discount": "contract c\ndiscount d\n  ",
    "a commitment": "contract c\ncommitment a\n  ",
    "a service credit": "contract c\nservice-credit s\n  ",
    "an amendment": "contract c\namendment 1\n  ",
    "a stop": "contract c\namendment 1\n  stop fee\n    ",
    "an example": 'contract c\nexpect "January"\n  ',
}
"""Where a line can stand."""


def test_every_word_of_the_grammar_is_explained() -> None:
    missing = sorted(set(keywords().values()) - GLOSSARY.keys())
    assert not missing, (
        f"add these words, each with a sentence and an example, to invoicer/language/glossary.py: {missing}"
    )


def test_every_word_of_the_grammar_has_its_colour_in_editors() -> None:
    fresh = json.dumps(grammar(), indent=2) + "\n"
    stored = (FOLDER / GRAMMAR).read_text("utf-8")
    assert stored == fresh, "bring the colours up to date: invoicer lsp --extension invoicer/editor/vscode"


def test_nothing_else_is_explained() -> None:
    gone = sorted(GLOSSARY.keys() - set(keywords().values()))
    assert not gone, f"grammar.lark has no such words any more; take them out of invoicer/language/glossary.py: {gone}"


@pytest.mark.parametrize("word", GLOSSARY)
def test_an_example_shows_its_word_in_a_line_that_can_be_read(word: str) -> None:
    meaning = GLOSSARY[word]
    assert meaning.text.endswith(".")
    example = meaning.example.replace(":", " ").replace(",", " ").split()
    assert word in example
    readable = [place for place, before in PLACES.items() if not parse("x.terms", before + meaning.example).problems]
    assert readable, f"nowhere can stand: {meaning.example}"


def test_every_name_of_the_grammar_is_the_name_of_something() -> None:
    missing = sorted(rules_with("NAME") - NAMES.keys())
    assert not missing, f"say in NAMES of invoicer/language/mentions.py what the name in these rules is of: {missing}"


def test_no_table_of_names_has_rules_that_are_gone() -> None:
    for terminal, table in (("NAME", NAMES), ("STRING", TEXTS), ("NUMBER", NUMBERS)):
        gone = {rule.split("/")[0] for rule in table} - rules_with(terminal)
        assert not gone, f"grammar.lark has no such rules any more: {gone}"


def test_each_word_that_begins_a_block_is_listed_once() -> None:
    assert len(HEADINGS) == len(set(HEADINGS))


def test_a_name_that_only_sounds_a_little_alike_is_not_proposed() -> None:
    assert close_to("hans", ["jansen", "acme"]) == ""
    assert close_to("jansn", ["jansen", "acme"]) == "jansen"
