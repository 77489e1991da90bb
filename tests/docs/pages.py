"""tests of the documentation: its pages, their fenced blocks, and what stands around an example that is only a part."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*(ROOT / "docs").glob("*.md"), ROOT / "README.md"])

FRAME = {
    "seller": "seller hosting-nl",
    "customer": "customer acme",
    "currency": "currency EUR",
    "agreed": "agreed 2025-12-12",
    "term": "term open from 2026-01-01",
    "bill": "bill monthly in advance on day 1",
    "pay": "pay within 30 days",
    "supply": "supply electronic-service",
}
"""The first lines of the contract that an example belongs to when it does not begin with a contract of its own."""

BLOCKS = re.compile(
    r"\s*(charge|premium|meter|input|discount|indexation|commitment|service-credit|amendment|expect|notice given"
    r"|terminates)\b"
)
"""The headings that can stand below the lines of a contract."""
CHARGE = 'charge fee "Fee"\n  10.00 EUR per month'


@dataclass(frozen=True)
class Block:
    """A fenced block: its page, the line of its fence, its kind (the word after the fence) and its text. For a
    ``<!-- key: value -->`` beside the text, kind is ``note`` and the text is ``key: value``."""

    page: Path
    line: int
    kind: str
    text: str

    def __str__(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line}"


@cache
def blocks(page: Path) -> tuple[Block, ...]:
    """The blocks and notes of a page, in its order. AssertionError for a fence that is not closed."""
    found: list[Block] = []
    opened: tuple[int, str] | None = None
    inside: list[str] = []
    for number, line in enumerate(page.read_text("utf-8").splitlines(), 1):
        if opened is None:
            if line.startswith("```"):
                opened, inside = (number, line.removeprefix("```").strip()), []
            elif note := re.fullmatch(r"<!-- (\w+: [\w./-]+) -->", line):
                found.append(Block(page, number, "note", note[1]))
        elif line == "```":
            found.append(Block(page, *opened, "".join(f"{each}\n" for each in inside)))
            opened = None
        else:
            inside.append(line)
    assert opened is None, f"{page.name}:{opened} is not closed"
    return tuple(found)


def file_of(block: Block) -> tuple[str, str] | None:
    """The path and the text of the file that a block is, or is added to, as the page has it up to there; None for a block
    that belongs to no file. The first line of a file is a comment with its path, or a note ``file: PATH`` stands before
    it; a note ``below: PATH`` stands before lines that go to the file's end; a diff changes the file that it names."""
    texts: dict[str, str] = {}
    note = ("", "")
    for each in blocks(block.page):
        if each.kind == "note":
            key, _, value = each.text.partition(": ")
            note = (key, value)
            continue
        path, text = _after(each, note, texts)
        if each == block:
            return (path, text) if path else None
        if path and each.kind != "terms-wrong":
            texts[path] = text
        note = ("", "")
    return None


def _after(block: Block, note: tuple[str, str], texts: dict[str, str]) -> tuple[str, str]:
    """The path and the new text of the file that a block is about; ("", "") for none."""
    key, path = note
    if key == "file":
        return path, block.text
    if key == "below":
        return path, f"{texts[path]}\n{block.text}"
    if block.kind == "diff":
        path = block.text.splitlines()[0].removeprefix("--- ")
        return (path, edited(texts[path], block)) if path in texts else ("", "")
    if named := re.match(r"# (\S+\.\w+)\n", block.text):
        return named[1], block.text
    return "", ""


def edited(text: str, block: Block) -> str:
    """A text after a diff: its first line names the file; what stays or goes must stand there, line after line."""
    head, *rows = block.text.splitlines()
    ending = "\r\n" if "\r\n" in text else "\n"
    before = ending.join(row[1:] for row in rows if row[:1] in " -") + ending
    after = ending.join(row[1:] for row in rows if row[:1] in " +") + ending
    start = re.search("(?m)^" + re.escape(before.lstrip(" ")) if not before.strip() else _loosely(before), text)
    assert start, f"{block}: {head} has no such lines:\n{before}"
    return text[: start.start()] + after + text[start.end() :]


def _loosely(lines: str) -> str:
    """The lines as a pattern, whatever their indentation."""
    return "(?m)" + "".join(rf"^[ \t]*{re.escape(line.strip())}\r?\n" for line in lines.splitlines())


def of_kind(*kinds: str) -> list[Block]:
    """All blocks of these kinds, of all pages."""
    return [block for page in PAGES for block in blocks(page) if block.kind in kinds]


def whole(terms: str) -> str:
    """The terms of an example as a file: a part of a contract gets the frame around it."""
    first = next((line.split()[0] for line in terms.splitlines() if line.strip() and not line.startswith("#")), "")
    if first in ("contract", "price-list"):
        return terms
    own, rest = apart(terms)
    stated = {line.split()[0] for line in own if line.split()}
    framed = [f"  {line}" for word, line in FRAME.items() if word not in stated]
    own = [f"  {line.strip()}" for line in own if line.strip()]
    has_charge = any(line.split()[:1] in (["charge"], ["premium"]) for line in rest)
    return "\n".join(['contract example "Example"', *framed, *own, "", *([] if has_charge else [CHARGE]), *rest, ""])


def apart(terms: str) -> tuple[list[str], list[str]]:
    """The lines of a contract that an example begins with, and the lines of its blocks."""
    lines = terms.splitlines()
    begin = next((at for at, line in enumerate(lines) if BLOCKS.match(line)), len(lines))
    return lines[:begin], lines[begin:]


def price_lists(page: Path) -> list[Block]:
    """The blocks of a page that are price lists: other examples of the page may use them."""
    return [block for block in blocks(page) if block.kind == "terms" and block.text.startswith("price-list")]
