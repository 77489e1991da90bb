"""cli: verify, for auditors and for the last day of a month."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path

import click

from invoicer import ledger, runs, workspace
from invoicer.cli import output
from invoicer.cli.app import PROBLEMS, Day, Session, json_option, reports_problems
from invoicer.errors import RunError, Severity


@click.command(short_help="Prove that nothing issued was changed.")
@click.argument("number", required=False)
@click.option("--since", type=Day(), help="First issue date.")
@click.option("--until", type=Day(), help="Last issue date.")
@click.option(
    "--anchor",
    "anchors",
    multiple=True,
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="A copy of anchor.json from an earlier day (repeatable).",
)
@json_option
@click.pass_obj
@reports_problems
def verify(
    session: Session,
    number: str | None,
    since: dt.date | None,
    until: dt.date | None,
    anchors: tuple[Path, ...],
    as_json: bool,
) -> None:
    """Prove that what was issued adds up and was not changed since. Nothing is written.

    \b
    Examples:
      invoicer verify
      invoicer verify HN-2026-00001
      invoicer verify --since 2026-01-01 --until 2026-12-31 --json
      invoicer verify --anchor kept/2026-03-anchor.json

    The log, its anchor and all tables are always looked at whole; NUMBER and days choose whose arithmetic and files are.
    Neither terms nor plugins are needed. Exit code 1 when something is wrong; a file that is not made yet is no such thing.
    """
    if since and until and until < since:
        raise click.BadParameter(f"{until} lies before --since {since}", param_hint="--until")
    space = workspace.load(session.folder)
    try:
        with (
            ledger.open_ledger(
                space.ledger_folder, writing=False, documents=space.documents_folder, database=space.settings.database
            ) as book,
            output.progress() as bar,
        ):
            task = bar.add_task(
                "Proving", total=None if number or since or until else len(book.documents()) + len(book.imported())
            )
            verdicts = runs.verify(book, number, since, until, anchors, lambda done: bar.advance(task, done))
    except RunError as error:
        if not as_json:
            raise
        output.as_json({"sound": False, "looked_at": {}, "problems": [*map(output.problem_data, error.problems)]})
        sys.exit(PROBLEMS)
    problems = [problem for verdict in verdicts for problem in verdict.problems]
    wrong = any(problem.severity is not Severity.WARNING for problem in problems)
    if as_json:
        looked_at = {verdict.subject: verdict.looked_at for verdict in verdicts}
        output.as_json({"sound": not wrong, "looked_at": looked_at, "problems": [*map(output.problem_data, problems)]})
    else:
        rows = [(one.subject, one.looked_at, len(one.problems) or "sound") for one in verdicts]
        output.console().print(output.table("", ("", "Looked at", "Problems"), rows, right=("Looked at", "Problems")))
        output.show_problems(problems, {})
    sys.exit(PROBLEMS if wrong else 0)


COMMANDS = (verify,)
