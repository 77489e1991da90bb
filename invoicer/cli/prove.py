"""cli: verify, for auditors and for the last day of a month, and the keys that sign what it rests on."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from invoicer import ledger, plugins, runs, workspace
from invoicer.cli import output
from invoicer.cli.app import PROBLEMS, Day, Session, json_option, reports_problems
from invoicer.errors import RunError, Severity
from invoicer.runs.verify import Verdict

FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.command(short_help="Prove that nothing issued was changed.")
@click.argument("number", required=False)
@click.option("--since", type=Day(), help="First issue date.")
@click.option("--until", type=Day(), help="Last issue date.")
@click.option(
    "--anchor", "anchors", multiple=True, type=FILE, help="A copy of anchor.json from an earlier day (repeatable)."
)
@click.option(
    "--key",
    "keys",
    multiple=True,
    type=FILE,
    help="A public key that you trust, instead of those of the workspace (repeatable).",
)
@click.option("--derive", is_flag=True, help="Also bill again with today's program, plugins and facts, and compare.")
@json_option
@click.pass_obj
@reports_problems
def verify(
    session: Session,
    number: str | None,
    since: dt.date | None,
    until: dt.date | None,
    anchors: tuple[Path, ...],
    keys: tuple[Path, ...],
    derive: bool,
    as_json: bool,
) -> None:
    """Prove that what was issued adds up and was not changed since. Nothing is written.

    \b
    Examples:
      invoicer verify
      invoicer verify HN-2026-00001
      invoicer verify --since 2026-01-01 --until 2026-12-31 --json
      invoicer verify --anchor kept/2026-03-anchor.json --key kept/ledger-2026.pem.pub

    The log, its anchor and all tables are always looked at whole; NUMBER and days choose whose arithmetic and files are.
    Neither terms nor plugins are needed, but for --derive. It says what an update of the program, of a plugin or of its
    facts would bill otherwise, upon the terms and quantities that were stored; that is a warning, and accuses nobody. It
    takes about as long as planning all of it. Exit code 1 when something is wrong; a file that is not made yet is no such
    thing.
    """
    if since and until and until < since:
        raise click.BadParameter(f"{until} lies before --since {since}", param_hint="--until")
    space = workspace.load(session.folder, proving=not derive)
    try:
        with (
            ledger.open_ledger(
                space.ledger_folder,
                writing=False,
                documents=space.documents_folder,
                database=space.settings.database,
                seal=runs.seal_of(space, trusted=keys),
            ) as book,
            output.progress() as bar,
        ):
            task = bar.add_task(
                "Proving", total=None if number or since or until else len(book.documents()) + len(book.imported())
            )
            signed_by = book.signed_by()
            verdicts = runs.verify(book, number, since, until, anchors, lambda done: bar.advance(task, done))
            if derive:
                loaded = plugins.load(space.plugins_folder)
                again = bar.add_task("Deriving", total=verdicts[1].looked_at)
                verdicts += (
                    runs.diagnose(book, space, loaded, number, since, until, lambda done: bar.advance(again, done)),
                )
    except RunError as error:
        if not as_json:
            raise
        output.as_json(
            {"sound": False, "signed_by": "", "looked_at": {}, "problems": [*map(output.problem_data, error.problems)]}
        )
        sys.exit(PROBLEMS)
    sys.exit(PROBLEMS if tell(verdicts, signed_by, as_json) else 0)


def tell(verdicts: Sequence[Verdict], signed_by: str, as_json: bool) -> bool:
    """Show what was looked at and what is wrong; answers whether anything is."""
    problems = [problem for verdict in verdicts for problem in verdict.problems]
    wrong = any(problem.severity is not Severity.WARNING for problem in problems)
    if as_json:
        looked_at = {verdict.subject: verdict.looked_at for verdict in verdicts}
        output.as_json(
            {
                "sound": not wrong,
                "signed_by": signed_by,
                "looked_at": looked_at,
                "problems": [*map(output.problem_data, problems)],
            }
        )
    else:
        rows = [(one.subject, one.looked_at, len(one.problems) or "sound") for one in verdicts]
        output.console().print(output.table("", ("", "Looked at", "Problems"), rows, right=("Looked at", "Problems")))
        if signed_by:
            output.console().print(f"The anchor is signed with the key {signed_by}.")
        output.show_problems(problems, {})
    return wrong


@click.command(short_help="Sign the anchor of the ledger with a new key.")
@click.pass_obj
@reports_problems
def sign(session: Session) -> None:
    """Prove the ledger, and sign its anchor with the key of the settings: once, where signing begins, or to use a new key
    at once. Every command that writes signs it from then on.
    """
    name = runs.sign(workspace.load(session.folder, proving=True))
    output.console().print(f"The ledger is sound, and its anchor is signed with the key {name}.")


@click.command(short_help="Make a pair of keys to sign the anchor with.")
@click.argument("path", type=click.Path(path_type=Path, dir_okay=False))
@reports_problems
def new_key(path: Path) -> None:
    """Make a pair of keys: the private one at PATH, outside of any workspace, the public one beside it.

    \b
    Examples:
      invoicer new-key ~/.config/invoicer/ledger-2026.pem
    """
    public, name = runs.new_key(path)
    out = output.console()
    out.print(f"Key {name}: {path} is for whoever issues, {public} for everybody.", markup=False, soft_wrap=True)
    out.print(
        f"Copy {public.name} into the workspace and give it to your auditor. Then, in invoicer.toml:", markup=False
    )
    out.print(f'\n[ledger]\nsigning_key = "{path}"\npublic_keys = ["{public.name}"]\n', markup=False, soft_wrap=True)
    out.print("and `invoicer sign`.", markup=False)


COMMANDS = (verify, sign, new_key)
