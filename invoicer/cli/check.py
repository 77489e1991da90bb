"""cli: the command that looks whether everything is sound."""

from __future__ import annotations

import sys

import click

from invoicer import runs
from invoicer.cli import output
from invoicer.cli.app import PROBLEMS, Session, json_option, reports_problems
from invoicer.errors import Severity


@click.command(short_help="Look whether everything is sound.")
@click.option("-v", "--verbose", is_flag=True, help="Also list the warnings that terms acknowledge.")
@json_option
@click.pass_obj
@reports_problems
def check(session: Session, verbose: bool, as_json: bool) -> None:
    """Look whether settings, customers, terms, usage and plugins are sound.

    \b
    Examples:
      invoicer check
      invoicer -w rules/managed-hosting check
    """
    desk = session.desk()
    problems = tuple(runs.check(desk, session.today(desk)))
    errors = [problem for problem in problems if problem.severity is Severity.ERROR]
    if as_json:
        acknowledged = [{**output.problem_data(one.problem), "reason": one.reason} for one in desk.terms.acknowledged]
        output.as_json(
            {"problems": [output.problem_data(problem) for problem in problems], "acknowledged": acknowledged}
        )
    else:
        output.show_problems(problems, desk.terms.texts)
        if verbose:
            _show_acknowledged(desk)
        counts = (output.counted(len(errors), "error"), output.counted(len(problems) - len(errors), "warning"))
        found = ", ".join(counts) if problems else "no problems"
        if desk.terms.acknowledged:
            found += f", {output.counted(len(desk.terms.acknowledged), 'warning')} acknowledged"
        sizes = (
            _sound_of_all(len(desk.contracts), len(desk.contracts) + len(desk.terms.refused)),
            output.counted(len(desk.workspace.customers), "customer"),
        )
        click.echo(f"{desk.workspace.name}: {', '.join(sizes)}; {found}.")
    sys.exit(PROBLEMS if errors else 0)


def _sound_of_all(sound: int, known: int) -> str:
    """How many contracts there are; with those whose terms are wrong, how many of them can be billed."""
    contracts = output.counted(known, "contract")
    return contracts if sound == known else f"{sound} of {contracts} sound"


def _show_acknowledged(desk: runs.Desk) -> None:
    for one in desk.terms.acknowledged:
        click.echo(f"{one.problem.code} {one.problem.where}: {one.problem.cause}")
        click.echo(f"  acknowledged: {one.reason}")


COMMANDS = (check,)
