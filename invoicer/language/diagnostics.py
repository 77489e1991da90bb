"""language: a problem as a person reads it: what is wrong, the line with a caret below it, and how to mend it."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from functools import lru_cache

from invoicer.errors import Problem, Severity

_COLOURS = {Severity.ERROR: "\033[1;31m", Severity.HOLD: "\033[1;33m", Severity.WARNING: "\033[1;33m"}
_BOLD, _QUIET, _MEND, _PLAIN = "\033[1m", "\033[34m", "\033[36m", "\033[0m"
_WIDEST = 200


def render(problem: Problem, texts: Mapping[str, str], colour: bool = False) -> str:
    """The problem in several lines of text, without a line end at its end.

    ``texts`` holds the files by the name that is in the problem's place; without the file, or without a line, the
    caret is left out. ``colour`` adds ANSI colours.
    """

    def paint(text: str, style: str) -> str:
        return f"{style}{text}{_PLAIN}" if colour else text

    where = problem.where
    head = paint(f"{problem.severity}[{problem.code}]", _COLOURS[problem.severity]) + paint(f": {problem.cause}", _BOLD)
    lines = _lines(texts[where.file]) if where.file in texts else []
    shown = 1 <= where.line <= len(lines)
    margin = len(str(where.line)) if shown else 1
    bar = paint(f"{'':{margin}} |", _QUIET)
    out = [head]
    if str(where):
        out.append(paint(f"{'':{margin}}-->", _QUIET) + f" {where}")
    if shown:
        source, padding, carets = _marked(lines[where.line - 1], problem)
        mark = paint(carets, _COLOURS[problem.severity])
        label = f" {problem.label}" if problem.label else ""
        out += [bar, paint(f"{where.line} |", _QUIET) + f" {source}".rstrip(), f"{bar} {padding}{mark}{label}"]
    if problem.mend:
        out.append(paint(f"{'':{margin}} =", _QUIET) + " " + paint(problem.mend, _MEND))
    return "\n".join(out)


@lru_cache(maxsize=4)
def _lines(text: str) -> list[str]:
    """The lines of a file, which are wanted again for its next problem."""
    return text.split("\n")


def _marked(line: str, problem: Problem) -> tuple[str, str, str]:
    """The line as shown, the space before the carets, and the carets: each as wide as what it stands under."""
    where = problem.where
    start = min(max(where.column, 1) - 1, len(line))
    end = where.end_column - 1 if where.end_line in (0, where.line) and where.end_column else len(line.rstrip())
    cut_from = max(0, start - _WIDEST // 2) if len(line) > _WIDEST else 0
    visible = line[cut_from : cut_from + _WIDEST]
    before, marked = visible[: start - cut_from], visible[start - cut_from : max(end, start + 1) - cut_from]
    padding = "".join(character if character == "\t" else " " * _width(character) for character in before)
    return visible, padding, "^" * max(1, sum(map(_width, marked)))


def _width(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
