"""cli: what a person or a program gets to see. Tables and colour for people, JSON for programs.

rich is imported by the functions that use it: a check that finds nothing says so in one plain line.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from invoicer import language
from invoicer.errors import Problem, Severity

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress
    from rich.table import Table

STYLES = {Severity.ERROR: "bold red", Severity.HOLD: "bold yellow", Severity.WARNING: "yellow"}


WIDE = 200
"""Columns of a table that goes to a file or a program: nothing is wrapped to a terminal that is not there."""


def console() -> Console:
    """Where answers go: standard output, as wide as the terminal, without colour where it is no terminal."""
    from rich.console import Console

    out = Console(highlight=False, markup=False)
    return out if out.is_terminal else Console(highlight=False, markup=False, width=WIDE)


def errors() -> Console:
    """Where messages go: standard error."""
    from rich.console import Console

    return Console(stderr=True, highlight=False, markup=False, soft_wrap=True)


def as_json(data: Any) -> None:
    """Plain data as JSON on standard output."""
    click.echo(json.dumps(data, indent=2, ensure_ascii=False, sort_keys=False))


def show_problems(problems: Iterable[Problem], texts: Mapping[str, str]) -> None:
    """Each problem on standard error: with its source line and a caret where it stands in terms."""
    shown = tuple(problems)
    if not shown:
        return
    from rich.text import Text

    out = errors()
    for problem in shown:
        if problem.where.line and problem.where.file in texts:
            out.print(Text.from_ansi(language.render(problem, texts, colour=out.is_terminal)))
        else:
            where = f"{problem.where}: " if str(problem.where) else ""
            out.print(
                Text(f"{problem.severity}[{problem.code}]", STYLES[problem.severity]), Text(f"{where}{problem.cause}")
            )
            if problem.mend:
                out.print(Text(f"  mend: {problem.mend}"))
        out.print()


def problem_data(problem: Problem) -> dict[str, Any]:
    """A problem as plain data."""
    place = problem.where
    return {
        "code": problem.code,
        "severity": str(problem.severity),
        "file": place.file,
        "line": place.line,
        "column": place.column,
        "part": place.part,
        "cause": problem.cause,
        "mend": problem.mend,
    }


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]], right: Sequence[str] = ()) -> Table:
    """A table for people; columns named in ``right`` are aligned to the right and never wrapped."""
    from rich.table import Table
    from rich.text import Text

    made = Table(
        title=title or None, title_justify="left", title_style="bold", header_style="bold", box=None, pad_edge=False
    )
    for column in columns:
        numeric = column in right
        made.add_column(column, justify="right" if numeric else "left", no_wrap=numeric)
    for row in rows:
        made.add_row(*(Text(str(cell)) for cell in row))
    return made


def progress() -> Progress:
    """A progress bar on standard error that leaves nothing behind where it is no terminal."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=errors(),
        transient=False,
    )


def counted(number: int, noun: str) -> str:
    """A number with its noun: 1 draft, 2 drafts."""
    return f"{number} {noun}" + ("" if number == 1 else "s")
