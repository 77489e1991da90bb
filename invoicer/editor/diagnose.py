"""editor: problems as an editor shows them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from lsprotocol import types

from invoicer.editor.positions import Lines
from invoicer.errors import Place, Problem, Severity

SEVERITIES = {
    Severity.ERROR: types.DiagnosticSeverity.Error,
    Severity.HOLD: types.DiagnosticSeverity.Error,
    Severity.WARNING: types.DiagnosticSeverity.Warning,
}
_ELSEWHERE = re.compile(r"\bline (\d+)(?: of ([^\s;,)]+))?|(\S+\.terms):(\d+)")


def diagnostics(
    problems: Iterable[Problem], lines: Lines, uri: str, elsewhere: Callable[[str], tuple[str, Lines] | None]
) -> list[types.Diagnostic]:
    """The problems of one file. ``elsewhere`` gives address and lines of another file by its name, if there is one."""
    return [
        types.Diagnostic(
            range=lines.range(problem.where),
            severity=SEVERITIES[problem.severity],
            code=problem.code,
            source="invoicer",
            message="\n".join(filter(None, (problem.cause, problem.mend))),
            related_information=list(_related(problem, lines, uri, elsewhere)) or None,
        )
        for problem in problems
    ]


def _related(
    problem: Problem, lines: Lines, uri: str, elsewhere: Callable[[str], tuple[str, Lines] | None]
) -> Iterator[types.DiagnosticRelatedInformation]:
    """The lines that a message names beside its own."""
    for here, of_file, file, there in _ELSEWHERE.findall(problem.cause):
        name, line = of_file or file, int(here or there)
        own = name in ("", problem.where.file)
        target = (uri, lines) if own else elsewhere(name)
        if target and not (own and line == problem.where.line):
            where = target[1].range(Place(name, line))
            yield types.DiagnosticRelatedInformation(types.Location(target[0], where), f"line {line}")
