"""language: checks of the layout: indentation means nothing to the language, so it must not mislead the reader."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from invoicer.errors import Place, Problem
from invoicer.language import tree
from invoicer.language.codes import Code, problem


def check_layout(document: tree.Document) -> Iterator[Problem]:
    """A line that belongs to a heading above but does not stand deeper than it: told once for each heading."""
    kind = "price list" if document.is_list else "contract"
    yield from _misplaced(document.heading, f"{kind} `{document.id}`", document.lines)
    blocks = list(document.blocks)
    for amendment in document.amendments:
        number = int(amendment.number.value)
        yield from _misplaced(amendment.heading, f"amendment {number}", (*amendment.lines, *amendment.items))
        blocks += amendment.blocks
    for ending in document.endings:
        yield from _misplaced(ending.heading, "this ending", ending.lines)
    for block in blocks:
        yield from _misplaced(block.where, f"{block.kind} `{block.id}`", block.lines)


def _misplaced(heading: Place, owner: str, nodes: Iterable[tree.Node]) -> Iterator[Problem]:
    for node in nodes:
        where = node.where
        if where.line > heading.line and where.column <= heading.column:
            start = Place(where.file, where.line, where.column, where.line, max(where.column + 1, where.end_column))
            place = where if where.end_line == where.line else start
            cause = f"this belongs to {owner} (line {heading.line}), though it is not indented below it"
            mend = "indent it, as `invoicer fmt` does; or move it above, if it was meant to stand by itself"
            yield problem(Code.C060, place, cause, mend)
            return
