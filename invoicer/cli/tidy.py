"""cli: the command that lays out terms: fmt."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from invoicer import runs
from invoicer.cli import output
from invoicer.cli.app import PROBLEMS, Session, json_option, reports_problems
from invoicer.errors import Problem

STANDARD_INPUT = Path("-")
_COLOURS = {"+": "green", "-": "red", "@": "cyan"}


@click.command(short_help="Give terms the one layout.")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path, exists=True, allow_dash=True))
@click.option("--check", "only_check", is_flag=True, help="Write nothing; exit with 1 when a file would change.")
@click.option("--diff", "as_diff", is_flag=True, help="Write nothing; show what would change.")
@json_option
@click.pass_obj
@reports_problems
def fmt(session: Session, files: tuple[Path, ...], only_check: bool, as_diff: bool, as_json: bool) -> None:
    """Give terms the one layout. What they say is compared before anything is written, and comments stay.

    \b
    Examples:
      invoicer fmt                         all terms of the workspace
      invoicer fmt contracts/acme.terms    one file; of a folder all terms in it
      invoicer fmt --check                 would anything change? (exit code 1)
      invoicer fmt --diff
      invoicer fmt - < draft.terms         from standard input to standard output

    A file that can't be read as terms stays as it is; its problems are shown.
    """
    if STANDARD_INPUT in files:
        if len(files) > 1:
            raise click.UsageError("“-” is standard input, which goes to standard output: name no files beside it.")
        _standard_input(only_check, as_diff, as_json)
    tidied = runs.tidy(runs.terms_to_tidy(files, session.folder))
    writes = not (only_check or as_diff)
    unwritten = list(runs.write_tidied(tidied)) if writes else []
    _answer(tidied, unwritten, writes, as_diff, as_json)
    failed = bool(unwritten) or any(one.problems for one in tidied)
    sys.exit(PROBLEMS if failed or (only_check and any(one.changes for one in tidied)) else 0)


def _standard_input(only_check: bool, as_diff: bool, as_json: bool) -> None:
    """Standard input, laid out on standard output; ends the command."""
    one = runs.tidy_text(sys.stdin.buffer.read(), "<stdin>")
    if only_check or as_diff or as_json:
        _answer([one], [], False, as_diff, as_json)
    else:
        output.show_problems(one.problems, {one.shown_as: one.text})
        sys.stdout.buffer.write((one.result or "").encode())
    sys.exit(PROBLEMS if one.problems or (only_check and one.changes) else 0)


def _answer(
    tidied: Sequence[runs.Tidied], unwritten: Sequence[Problem], wrote: bool, as_diff: bool, as_json: bool
) -> None:
    failed = {problem.where.file for problem in unwritten}
    changed = [one for one in tidied if one.changes and one.shown_as not in failed]
    problems = [*(problem for one in tidied for problem in one.problems), *unwritten]
    if as_json:
        found = [output.problem_data(problem) for problem in problems]
        output.as_json({"files": len(tidied), "changed": [one.shown_as for one in changed], "problems": found})
        return
    for one in changed:
        click.echo(_coloured(one.diff()) if as_diff else f"{'formatted' if wrote else 'would format'} {one.shown_as}")
    output.show_problems(problems, {one.shown_as: one.text for one in tidied if one.text})
    if not as_diff:
        left = len(failed) + sum(bool(one.problems) for one in tidied)
        click.echo(_summary(len(changed), len(tidied) - len(changed) - left, left, wrote))


def _coloured(diff: str) -> str:
    """A diff for people; without a terminal the colours go away again."""
    lines = diff.removesuffix("\n").split("\n")
    return "\n".join(click.style(line, fg=_COLOURS[line[0]]) if line[:1] in _COLOURS else line for line in lines)


def _summary(changed: int, unchanged: int, left: int, wrote: bool) -> str:
    counts = f"{output.counted(changed, 'file')} {'formatted' if wrote else 'would change'}, {unchanged} unchanged"
    return counts + (f", {left} left alone." if left else ".")


COMMANDS = (fmt,)
