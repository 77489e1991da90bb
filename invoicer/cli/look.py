"""cli: the commands that look and change nothing: preview, plugins."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path

import click

from invoicer import runs
from invoicer.cli import output
from invoicer.cli.app import PROBLEMS, Day, Quantity, Session, json_option, reports_problems, workspace_of
from invoicer.cli.lines import preview_data, preview_table
from invoicer.domain.example import Given
from invoicer.errors import Severity
from invoicer.workspace.model import SETTINGS


@click.command(short_help="Rate a terms file, without a database.")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--on", type=Day(), required=True, help="The bill date: what falls due on this day.")
@click.option(
    "--given",
    type=Quantity(),
    multiple=True,
    help="METER=QUANTITY for the period billed, or SERIES:MONTH=VALUE (repeatable).",
)
@click.option("--as-of", type=Day(), help="See the terms as known on this day (default: the bill date).")
@json_option
@click.pass_obj
@reports_problems
def preview(
    session: Session,
    files: tuple[Path, ...],
    on: dt.date,
    given: tuple[Given, ...],
    as_of: dt.date | None,
    as_json: bool,
) -> None:
    """Rate a terms file for one bill date, without any database.

    \b
    Examples:
      invoicer preview contracts/acme.terms --on 2026-01-01
      invoicer preview acme.terms --on 2026-02-01 --given api-calls=250000 --json
      invoicer preview acme.terms --on 2026-02-01 --given "sms=800 from 2026-01-01 to 2026-01-31"
      invoicer preview acme.terms --on 2026-02-01 --given cards=10.00+80.00+3x25.00

    Events that are priced one by one are joined by plus signs; 3x25.00 are three of 25.00, 1x25.00 is a single one.

    Inside a workspace (that around the file, or -w) its price lists, customers and markets are used; outside of one parties
    stay unresolved and tax is left out.
    """
    place = workspace_of(files[0].parent) if session.implied else session.folder
    desk = runs.open_desk(place) if (place / SETTINGS).is_file() else None
    found = runs.preview(files, on, given, known_on=as_of, desk=desk)
    if as_json:
        output.as_json(preview_data(found))
    else:
        output.show_problems(found.problems, found.texts)
        out = output.console()
        for contract, lines in found.lines.items():
            out.print(preview_table(contract, on, lines))
            out.print()
        if not found.taxed:
            out.print("No workspace here: parties are unresolved and tax is left out.")
    stopped = any(problem.severity is not Severity.WARNING for problem in found.problems)
    sys.exit(PROBLEMS if stopped else 0)


@click.command("plugins", short_help="List the plugins that were loaded.")
@json_option
@click.pass_obj
@reports_problems
def list_plugins(session: Session, as_json: bool) -> None:
    """List the plugins that were loaded, where they come from, and what they know.

    \b
    Examples:
      invoicer plugins
      invoicer -w rules/managed-hosting plugins --json
    """
    from invoicer import plugins

    loaded = plugins.load(session.folder / "plugins")
    if as_json:
        rows = [
            {"name": one.name, "origin": one.origin, "version": one.version, "sha256": one.sha256}
            for one in loaded.loaded
        ]
        output.as_json({"plugins": rows, "markets": list(loaded.markets), "formats": list(loaded.formats)})
        return
    out = output.console()
    cells = ((one.name, one.origin, one.version, one.sha256[:12]) for one in loaded.loaded)
    out.print(output.table("Plugins", ("Name", "Origin", "Version", "SHA-256"), cells))
    out.print(f"\nMarkets: {', '.join(loaded.markets)}")
    if loaded.formats:
        out.print(f"Document formats: {', '.join(loaded.formats)}")


COMMANDS = (preview, list_plugins)
