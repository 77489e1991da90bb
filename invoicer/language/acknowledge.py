"""language: the lines by which terms acknowledge warnings, each with its reason. What they silence: :mod:`silence`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from invoicer.errors import Problem
from invoicer.language import tree
from invoicer.language.codes import Code, problem
from invoicer.language.outline import Noted
from invoicer.language.silence import WARNINGS
from invoicer.language.words import suggestion


def check_acknowledgements(document: tree.Document) -> Iterator[Problem]:
    """Acknowledgements of what is no warning, for an error has to be mended; and those without a reason."""
    for _, _, line in _lines(document):
        name = line.code.text
        if not line.reason.strip():
            cause = f"nobody will know why {name} was found to be right"
            yield problem(Code.C137, line.where, cause, f'write the reason: `acknowledge {name} "agreed by phone"`')
        if name in WARNINGS:
            continue
        known = name in Code.__members__
        cause = f"{name} is an error, which can't be acknowledged" if known else f"there is no warning `{name}`"
        mend = "mend what it is about, and leave out the line" if known else suggestion(name, WARNINGS, "warnings")
        yield problem(Code.C136, line.code.where, cause, mend)


def noted(document: tree.Document) -> Iterator[Noted]:
    """The acknowledgements in a document."""
    for first, last, line in _lines(document):
        yield Noted(first, last, line.code.text, line.reason, line.where)


def _lines(document: tree.Document) -> Iterator[tuple[int, int, tree.Acknowledge]]:
    """Each acknowledgement with the first and the last line for which it stands: its block, its amendment without the
    blocks in it, or the lines below the contract's heading."""
    yield from _of(document.heading.line, document.lines)
    for block in document.blocks:
        yield from _of(block.where.line, block.lines, block.where.end_line)
    for amendment in document.amendments:
        first = amendment.heading.line
        blocks = [block.where.line for block in amendment.blocks]
        yield from _of(first, amendment.lines, min(blocks, default=amendment.where.end_line + 1) - 1)
        for block in amendment.blocks:
            yield from _of(block.where.line, block.lines, block.where.end_line)
    for ending in document.endings:
        yield from _of(ending.heading.line, ending.lines, ending.where.end_line)


def _of(first: int, lines: Iterable[tree.Node], last: int | None = None) -> Iterator[tuple[int, int, tree.Acknowledge]]:
    found = tuple(lines)
    end = last or max((line.where.end_line for line in found), default=first)
    for line in tree.every(found, tree.Acknowledge):
        yield first, end, line
