"""cli: what is done now and then: migrate."""

from __future__ import annotations

import click

from invoicer import ledger, workspace
from invoicer.cli import output
from invoicer.cli.app import Session, reports_problems
from invoicer.cli.batch import dry_run_option


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
    done = ledger.migrate(space.ledger_folder, database=space.settings.database, dry_run=dry_run)
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


COMMANDS = (migrate,)
