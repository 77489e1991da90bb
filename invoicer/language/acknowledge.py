"""language: warnings that the terms acknowledge, each with its reason."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from invoicer.errors import Problem, Severity
from invoicer.language import tree
from invoicer.language.codes import Code, problem
from invoicer.language.words import suggestion

WARNINGS = tuple(code.name for code in Code if code.value.severity is Severity.WARNING and code is not Code.C135)


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """A warning that is not shown any more, for a ``reason`` that the terms state."""

    problem: Problem
    reason: str


def check_acknowledgements(document: tree.Document) -> Iterator[Problem]:
    """Acknowledgements of what is no warning: an error has to be mended."""
    for _, _, line in _lines(document):
        name = line.code.text
        if name in WARNINGS:
            continue
        known = name in Code.__members__
        cause = f"{name} is an error, which can't be acknowledged" if known else f"there is no warning `{name}`"
        mend = "mend what it is about" if known else suggestion(name, WARNINGS, "warnings")
        yield problem(Code.C136, line.code.where, cause, mend)


def sort_out(
    problems: Iterable[Problem], documents: Iterable[tree.Document], sound: Iterable[tree.Document]
) -> tuple[list[Problem], list[Acknowledged]]:
    """The problems without the warnings that are acknowledged in the block that they stand in, and those warnings. An
    acknowledgement in one of the ``sound`` documents that is about nothing is a problem of its own."""
    places: dict[tuple[str, str], list[tuple[int, int, tree.Acknowledge]]] = {}
    for document in documents:
        for place in _lines(document):
            places.setdefault((document.where.file, place[2].code.text), []).append(place)
    for same in places.values():
        same.sort(key=_first)
    kept: list[Problem] = []
    silenced: list[Acknowledged] = []
    used: set[tree.Acknowledge] = set()
    for found in problems:
        about = _about(found, places)
        if about is None:
            kept.append(found)
        else:
            used.add(about)
            silenced.append(Acknowledged(found, about.reason))
    for document in sound:
        for _, _, line in _lines(document):
            if line not in used and line.code.text in WARNINGS:
                cause = f"there is no warning {line.code} here to acknowledge"
                kept.append(
                    problem(Code.C135, line.where, cause, "leave the line out, or move it to the block that is meant")
                )
    return kept, silenced


def _about(
    found: Problem, places: Mapping[tuple[str, str], list[tuple[int, int, tree.Acknowledge]]]
) -> tree.Acknowledge | None:
    """The acknowledgement of a warning: blocks do not overlap, so it is that of the last one that begins before."""
    same = places.get((found.where.file, found.code), ())
    before = bisect_right(same, found.where.line, key=_first)
    if found.severity is Severity.WARNING and before and found.where.line <= same[before - 1][1]:
        return same[before - 1][2]
    return None


def _first(place: tuple[int, int, tree.Acknowledge]) -> int:
    return place[0]


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


def _of(first: int, lines: Iterable[tree.Node], last: int | None = None) -> Iterator[tuple[int, int, tree.Acknowledge]]:
    found = tuple(lines)
    end = last or max((line.where.end_line for line in found), default=first)
    for line in tree.every(found, tree.Acknowledge):
        yield first, end, line
