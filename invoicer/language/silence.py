"""language: which warnings the terms acknowledge, and which acknowledgements are about nothing."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence

from invoicer.errors import Problem, Severity
from invoicer.language.codes import Code, problem
from invoicer.language.loaded import Acknowledged
from invoicer.language.outline import Entry, Noted

_OF_NO_BLOCK = (Code.C135, Code.T018)
WARNINGS = tuple(c.name for c in Code if c.value.severity is Severity.WARNING and c not in _OF_NO_BLOCK)


def sort_out(
    problems: Iterable[Problem], entries: Iterable[Entry], sound: Iterable[Entry]
) -> tuple[list[Problem], list[Acknowledged]]:
    """The problems without the warnings that are acknowledged in the block that they stand in, and those warnings. An
    acknowledgement in one of the ``sound`` documents that is about nothing is a problem of its own."""
    places: dict[tuple[str, str], list[Noted]] = {}
    for entry in entries:
        for note in entry.noted:
            places.setdefault((note.where.file, note.code), []).append(note)
    for same in places.values():
        same.sort(key=_first)
    kept: list[Problem] = []
    silenced: list[Acknowledged] = []
    used: set[Noted] = set()
    for found in problems:
        about = _about(found, places)
        if about is None:
            kept.append(found)
        else:
            used.add(about)
            silenced.append(Acknowledged(found, about.reason))
    for entry in sound:
        for note in entry.noted:
            if note not in used and note.code in WARNINGS:
                cause = f"there is no warning {note.code} here to acknowledge"
                mend = "leave the line out, or move it to the block that is meant"
                kept.append(problem(Code.C135, note.where, cause, mend))
    return kept, silenced


def _about(found: Problem, places: Mapping[tuple[str, str], Sequence[Noted]]) -> Noted | None:
    """The acknowledgement of a warning: blocks do not overlap, so it is that of the last one that begins before."""
    if found.severity is not Severity.WARNING:
        return None
    same = places.get((found.where.file, found.code), ())
    before = bisect_right(same, found.where.line, key=_first)
    return same[before - 1] if before and found.where.line <= same[before - 1].last else None


def _first(note: Noted) -> int:
    return note.first
