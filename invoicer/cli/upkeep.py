"""cli: what is done now and then: doctor, migrate, move."""

from __future__ import annotations

import sys

import click

from invoicer import ledger, runs, workspace
from invoicer.cli import output
from invoicer.cli.app import PROBLEMS, Session, json_option, reports_problems
from invoicer.cli.batch import dry_run_option
from invoicer.errors import Severity


@click.command(short_help="Look after machine, workspace and ledger.")
@json_option
@click.pass_obj
@reports_problems
def doctor(session: Session, as_json: bool) -> None:
    """Look at all that billing rests on: libraries, fonts, clock, time zones, workspace, database and files. Nothing is
    changed.

    \b
    Examples:
      invoicer doctor
      invoicer doctor --json

    Outside a workspace it looks at the machine alone. Exit code 1 when something is wrong; a warning is no such thing.
    """
    findings = tuple(runs.examine(session.folder, session.now))
    problems = [problem for one in findings for problem in one.problems]
    if as_json:
        output.as_json(
            {
                "findings": [
                    {
                        "subject": one.subject,
                        "found": one.found,
                        "problems": [output.problem_data(problem) for problem in one.problems],
                    }
                    for one in findings
                ]
            }
        )
    else:
        rows = [(one.subject, _verdict(one), one.found) for one in findings]
        output.console().print(output.table("", ("", "", "Found"), rows))
        output.show_problems(problems, {})
    sys.exit(PROBLEMS if any(problem.severity is not Severity.WARNING for problem in problems) else 0)


@click.command(short_help="Bring the database up to date after an update of invoicer.")
@dry_run_option
@click.pass_obj
@reports_problems
def migrate(session: Session, dry_run: bool) -> None:
    """Bring the database of the ledger up to date after an update of invoicer. No document changes.

    \b
    Examples:
      invoicer migrate --dry-run
      invoicer migrate

    An SQLite file is copied beside itself before. A database on a server is yours to back up. All steps are one
    transaction: done, or not begun.
    """
    space = workspace.load(session.folder)
    done = ledger.migrate(
        space.ledger_folder, database=space.settings.database, dry_run=dry_run, seal=runs.seal_of(space, writing=True)
    )
    out = output.console()
    if done is None:
        out.print("There is no ledger yet; the next run makes one.")
        return
    if not done.steps:
        out.print(f"The ledger is up to date (schema {done.after}).")
        return
    for step in done.steps:
        out.print(f"{step.revision}: {step.title}", markup=False)
    if dry_run:
        out.print(f"Would bring the ledger from schema {done.before} to {done.after}.")
        return
    if done.backup:
        out.print(f"The database as it was: {done.backup}", markup=False)
    out.print(f"Brought the ledger from schema {done.before} to {done.after}.")


@click.command(short_help="Move the ledger to another database.")
@click.argument("to")
@click.pass_obj
@reports_problems
def move(session: Session, to: str) -> None:
    """Move the ledger to another database: TO is the URL of an empty one on a PostgreSQL server, or "file" for an SQLite
    file in the folder of the ledger.

    \b
    Examples:
      invoicer move postgresql://billing@db.example/invoicer
      invoicer move file

    Everything is copied and compared. The old database stays, and is refused from then on. Then change `database` in the
    table [ledger] of invoicer.toml.
    """
    space = workspace.load(session.folder)
    if not to.strip():  # a variable of a script that is not set, and no wish for a file
        raise click.BadParameter("it is empty: name the URL of a database, or “file”", param_hint="TO")
    target = "" if to == "file" else to
    count = ledger.move(
        space.ledger_folder, source=space.settings.database, target=target, seal=runs.seal_of(space, writing=True)
    )
    out = output.console()
    out.print(f"Copied and compared {output.counted(count, 'row')}.")
    if target:
        out.print("Now write its URL, without password, as `database` into the table [ledger] of invoicer.toml")
    else:
        out.print("Now take `database` out of the table [ledger] of invoicer.toml", markup=False)


def _verdict(found: runs.Finding) -> str:
    if not found.problems:
        return "sound"
    return "look at it" if all(one.severity is Severity.WARNING for one in found.problems) else "wrong"


COMMANDS = (doctor, migrate, move)
