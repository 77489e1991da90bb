"""cli: the commands to begin with: init and demo."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from invoicer import runs, workspace
from invoicer.cli import output, tables
from invoicer.cli.app import Session, reports_problems
from invoicer.cli.batch import opened, reporting
from invoicer.errors import Problem
from invoicer.ledger import Issued
from invoicer.workspace.model import SETTINGS

MONTHS = [dt.date(2026, month, 1) for month in range(1, 8)]
"""A run on the first of each month: January is billed in advance on its first day, June in arrears on 1 July."""


@click.command(short_help="Make a workspace.")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--example", type=click.Choice(sorted(workspace.EXAMPLES)), help="Copy a complete example workspace.")
@reports_problems
def init(folder: Path, example: str | None) -> None:
    """Make a workspace: a small one to start from, or a copy of an example.

    \b
    Examples:
      invoicer init my-billing
      invoicer init try-it --example hosting
    """
    if example:
        workspace.copy_example(example, folder)
    else:
        workspace.new_workspace(folder)
    output.console().print(f"Made a workspace in {folder}. Next: invoicer -w {folder} check", markup=False)


@click.command(short_help="Run both example workspaces.")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@reports_problems
def demo(folder: Path) -> None:
    """Run January to June 2026 of both example workspaces, in a folder of its own.

    \b
    Example:
      invoicer demo demo

    A run on the first of each month plans, confirms with a remark and issues. Run it again: there is nothing to issue.
    """
    for example in sorted(workspace.EXAMPLES):
        place = folder / example
        if not (place / SETTINGS).is_file():
            workspace.copy_example(example, place)
        _demo_of(Session(place, dt.datetime.now(dt.UTC), implied=False))


def _demo_of(session: Session) -> None:
    out = output.console()
    desk = session.desk()
    out.rule(desk.workspace.name)
    output.show_problems(desk.problems(), desk.terms.texts)
    issued: list[Issued] = []
    held: dict[str, tuple[Problem, ...]] = {}
    with opened(desk, writing=True) as book:
        done = runs.issued_as_of(book) or MONTHS[0]
        for day in (day for day in MONTHS if day >= done):
            planned = runs.plan(desk, book, day, day, "demo")
            held = dict(planned.plan.holds)
            live = [draft for draft in planned.plan.drafts if draft.status.live]
            found = (output.counted(len(live), "document"), output.counted(len(held), "contract"))
            out.print(f"As of {day}: {found[0]} to issue, {found[1]} held.")
            if live:
                runs.confirm(book, "demo", f"checked for {day:%B %Y}", day, plan=planned.plan.id)
            with reporting() as progress:
                result = runs.issue(desk, book, day, "demo", plan=planned.plan.id, progress=progress)
            issued += result.issued
            output.show_problems((*planned.warnings, *result.problems), {})
    _summary(desk, issued, held)


def _summary(desk: runs.Desk, issued: list[Issued], held: dict[str, tuple[Problem, ...]]) -> None:
    out = output.console()
    out.print()
    if issued:
        out.print(tables.issued(issued))
        out.print()
        out.print(tables.totals(issued))
    else:
        out.print(f"There is nothing to issue: everything up to {MONTHS[-1]} was issued before.")
    if held:
        out.print()
        out.print(tables.holds(held))
    out.print(f"\nFiles: {desk.workspace.documents_folder}\n", markup=False)


COMMANDS = (init, demo)
