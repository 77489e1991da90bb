"""The reference page, made from the grammar: ``python -m tests.docs.reference`` writes docs/reference.md.

reference.toml says what each line means; the notation is the grammar's own. What is missing there is told by name.
"""

from __future__ import annotations

import textwrap
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from invoicer.language.glossary import GLOSSARY
from tests.docs.notation import Notation, Row, block_rules, blocks_within, heading_of
from tests.docs.pages import ROOT

PAGE = ROOT / "docs" / "reference.md"
TABLE = Path(__file__).with_name("reference.toml")

_PARTS = """## Parts of lines
"""

_WORDS = """## All words

| Word | Meaning | For example |
|---|---|---|
"""


@dataclass(frozen=True)
class Entry:
    """What reference.toml says of a line: what it means, an example, a section of language.md or ""."""

    says: str
    example: str
    section: str


@dataclass(frozen=True)
class Chapter:
    """A block, or a part of lines: its title, the text around an example, the sections that explain it, what it is."""

    rule: str
    title: str
    before: str
    after: str
    section: str
    meaning: str
    says: str


def page() -> str:
    """The page as the grammar and the table make it. KeyError for what the table does not explain."""
    written = [_table()["page"]["intro"], f"{_contents()}\n"]
    for chapter, rows in chapters().items():
        if chapter == next(iter(parts())):
            written.append(_PARTS)
        written.append("".join(_chapter(chapter, rows)))
    words = (
        f"| `{word}` | {GLOSSARY[word].text} | `{GLOSSARY[word].example.replace('|', chr(92) + '|')}` |\n"
        for word in sorted(GLOSSARY)
    )
    return "\n".join([*written, _WORDS + "".join(words)])


def chapters() -> dict[Chapter, list[Row]]:
    """The blocks and the parts, each with its lines. What a premium shares with a charge is not repeated."""
    notation = Notation({chapter.rule: chapter.title for chapter in parts()})
    found: dict[Chapter, list[Row]] = {}
    of_charge: list[Row] = []
    for chapter in blocks():
        rows = [*notation.rows(heading_of(chapter.rule) or chapter.rule), *notation.lines(chapter.rule)]
        of_charge = rows if chapter.rule == "charge" else of_charge
        shared = of_charge if chapter.rule == "premium" else []
        found[chapter] = [row for row in rows if row not in shared]
    for chapter in parts():
        found[chapter] = notation.rows(chapter.rule)
    return found


def seen() -> set[str]:
    """The rules of the grammar that the page shows."""
    notation = Notation({chapter.rule: chapter.title for chapter in parts()})
    for chapter in blocks():
        notation.seen.add(chapter.rule)
        notation.rows(heading_of(chapter.rule) or chapter.rule)
        notation.lines(chapter.rule)
    for chapter in parts():
        notation.rows(chapter.rule)
    return notation.seen


def blocks() -> list[Chapter]:
    """The blocks that the table explains, in its order."""
    rows: Mapping[str, list[str]] = _table()["blocks"]
    return [
        Chapter(rule, title, before, "", section, meaning, says)
        for rule, (title, before, section, meaning, says) in rows.items()
    ]


def parts() -> list[Chapter]:
    """The parts that the table explains, in its order."""
    rows: Mapping[str, list[str]] = _table()["parts"]
    return [Chapter(rule, title, before, after, "", "", says) for rule, (title, before, after, says) in rows.items()]


def entries() -> dict[str, Entry]:
    """What the table says of each line, by the line's key."""
    rows: Mapping[str, list[str]] = _table()["lines"]
    return {key: Entry(row[0], row[1], row[2] if len(row) > 2 else "") for key, row in rows.items()}


def missing() -> list[str]:
    """What the grammar has and the table does not explain, each with where it belongs."""
    told = [f"[blocks] {rule}" for rule in block_rules() if rule not in {chapter.rule for chapter in blocks()}]
    known = entries()
    for chapter, rows in chapters().items():
        told += [f"[lines] {row.key}, of {chapter.title}: {row.notation}" for row in rows if row.key not in known]
    return list(dict.fromkeys(told))


def gone() -> list[str]:
    """What the table explains and the grammar no longer has."""
    keys = {row.key for rows in chapters().values() for row in rows}
    return [f"[lines] {key}" for key in entries() if key not in keys] + [
        f"[blocks] {chapter.rule}" for chapter in blocks() if chapter.rule not in block_rules()
    ]


def _table() -> dict[str, dict[str, Any]]:
    return tomllib.loads(TABLE.read_text("utf-8"))


def _contents() -> str:
    links = [f"[{chapter.title.lower()}](#{_anchor(chapter.title)})" for chapter in blocks()]
    links += ["[parts of lines](#parts-of-lines)", "[all words](#all-words)"]
    words = textwrap.wrap(
        "Contents: " + " · ".join(link.replace(" ", "\0") for link in links), 120, break_long_words=False
    )
    return "\n".join(words).replace("\0", " ")


def _anchor(title: str) -> str:
    return title.lower().replace(" ", "-")


def _chapter(chapter: Chapter, rows: list[Row]) -> Iterator[str]:
    known = entries()
    is_block = bool(chapter.section)
    yield f"## {chapter.title}\n\n" if is_block else f"### {chapter.title}\n\n"
    yield chapter.says
    if is_block:
        yield f" [Examples](language.md#{chapter.section})"
        yield f" · [what it comes to](what-terms-mean.md#{chapter.meaning})" if chapter.meaning else ""
    yield "\n\n"
    within = [other for other in blocks() if other.rule in blocks_within(chapter.rule)] if is_block else []
    for row in rows:
        entry = known[row.key]
        more = f" [More](language.md#{entry.section})" if entry.section else ""
        yield f"* `{row.notation}`\\\n  {entry.says}{more}\n"
        first, *below = entry.example.splitlines()
        yield f"  For example `{' / '.join([first, *(line.strip() for line in below)])}`\n"
    if within:
        links = ", ".join(f"[{other.title.lower()}](#{_anchor(other.title)})" for other in within)
        yield f"\nBlocks within: {links}.\n"


def main() -> None:
    """Write the page; say what the table does not explain."""
    if lacking := missing():
        raise SystemExit("reference.toml does not explain:\n" + "\n".join(lacking))
    PAGE.write_text(page(), "utf-8")


if __name__ == "__main__":
    main()
