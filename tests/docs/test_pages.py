"""The pages as a whole: their links lead somewhere, the language is shown whole, every code is explained."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from invoicer.language import Code
from invoicer.language.grammar import parser
from invoicer.language.words import MONTHS
from tests.docs.pages import PAGES, ROOT, blocks, of_kind, whole

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
CODE = re.compile(r"\b[TCWUXPLRED]\d{3}\b")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_links_lead_somewhere(page: Path) -> None:
    for target in LINK.findall(_prose(page)):
        if target.startswith(("http:", "https:", "mailto:")):
            continue
        file, _, heading = target.partition("#")
        there = (page.parent / file).resolve() if file else page
        assert there.exists(), f"{page.name}: {target}"
        if heading:
            assert heading in _anchors(there), f"{page.name}: {target}"


def _prose(page: Path) -> str:
    """The page without its fenced blocks."""
    return re.sub(r"(?ms)^```.*?^```$", "", page.read_text("utf-8"))


def _anchors(page: Path) -> set[str]:
    headings = re.findall(r"(?m)^#+ (.+)$", _prose(page))
    return {_anchor(heading) for heading in headings}


def _anchor(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


@pytest.mark.parametrize("name", ["tour", "language", "what-terms-mean", "from-paper-to-terms"])
def test_contents_are_complete_and_in_order(name: str) -> None:
    page = ROOT / "docs" / f"{name}.md"
    prose = _prose(page)
    contents = prose[prose.index("Contents:") :].partition("\n\n")[0]
    headings = [_anchor(heading) for heading in re.findall(r"(?m)^## (.+)$", prose)]
    assert [target for _, target in re.findall(r"\[([^\]]+)\]\(#([^)]+)\)", contents)] == headings


def test_every_page_can_be_reached() -> None:
    pages = {page.name for page in (ROOT / "docs").glob("*.md")}
    linked = {Path(target.partition("#")[0]).name for page in PAGES for target in LINK.findall(_prose(page))}
    assert pages - {"README.md"} <= linked


def test_the_language_page_shows_every_construct() -> None:
    shown: set[str] = set()
    words: set[str] = set()
    for block in of_kind("terms"):
        if block.page.name == "language.md":
            tree = parser().parse(whole(block.text) + "\n")
            shown |= {str(node.data) for node in tree.iter_subtrees()}
            words |= set(re.findall(r"[\w-]+", re.sub(r"#.*|\".*?\"", "", block.text)))
    rules = {rule.alias or rule.origin.name for rule in parser().rules}
    kept = {str(name) for name in rules if not str(name).startswith("_")} - {"length_or_unit", "subject", "operator"}
    unseen = {name for name in kept if name not in shown} - {"condition", "conjunction", "negation", "all_of"}
    assert not unseen, f"language.md shows no {sorted(unseen)}"
    keywords = {
        t.pattern.value for t in parser().terminals if t.pattern.type == "str" and t.pattern.value.isidentifier()
    }
    times = {"day", "days", "week", "month", "months", "quarter", "year", "years", "quarters"}
    assert not keywords - words - set(MONTHS) - times, sorted(keywords - words - set(MONTHS) - times)


def test_messages_explains_every_code_of_terms() -> None:
    text = (ROOT / "docs" / "messages.md").read_text("utf-8")
    missing = [code.name for code in Code if f"| {code.name} |" not in text]
    assert not missing


def test_messages_explains_every_code() -> None:
    explained = _explained((ROOT / "docs" / "messages.md").read_text("utf-8"))
    assert not sorted(_codes_of_the_program() - explained)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_no_page_names_a_code_that_there_is_not(page: Path) -> None:
    own = set(re.findall(r"P9\d\d", page.read_text("utf-8")))
    assert not _explained(page.read_text("utf-8")) - _codes_of_the_program() - own


def _explained(text: str) -> set[str]:
    """The codes that a text names, those between two ends (“U201 to U213”) included."""
    found = set(CODE.findall(text))
    for first, last in re.findall(r"([TCWUXPLRED]\d{3}) to ([TCWUXPLRED]\d{3})", text):
        found |= {
            f"{first[0]}{number:03d}" for number in range(int(first[1:]), int(last[1:]) + 1)
        } & _codes_of_the_program()
    return found


@cache
def _codes_of_the_program() -> set[str]:
    """The codes in the texts of the program; those of TOML files are made of a letter and a number there."""
    found = {code.name for code in Code}
    for path in [*(ROOT / "invoicer").rglob("*.py"), *(ROOT / "plugins").rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and CODE.fullmatch(node.value):
                found.add(node.value)
    return found | {f"{room}{number:03d}" for room in "WU" for number in range(1, 7)}


def test_blocks_are_of_known_kinds() -> None:
    kinds = {
        "terms",
        "terms-wrong",
        "message",
        "preview",
        "console",
        "diff",
        "python",
        "toml",
        "csv",
        "text",
        "note",
        "",
    }
    for page in PAGES:
        assert {block.kind for block in blocks(page)} <= kinds, page
