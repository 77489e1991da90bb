"""cli: the command for editors: lsp."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from invoicer import editor
from invoicer.cli import output
from invoicer.cli.app import Day, reports_problems


@click.command(short_help="Speak with an editor.")
@click.option("--today", type=Day(), help="Show what counts on this day (default: the day it is).")
@click.option(
    "--extension",
    type=click.Path(path_type=Path, file_okay=False),
    help="Write the extension for Visual Studio Code into this folder, and end.",
)
@reports_problems
def lsp(today: dt.date | None, extension: Path | None) -> None:
    """Be the language server of an editor: check terms while they are typed, complete, explain, lead to places.

    An editor starts this command and speaks the Language Server Protocol with it on standard input and output. By hand there
    is nothing to see. How to set up an editor stands in docs/editor.md.

    \b
    Examples:
      invoicer lsp
      invoicer lsp --extension invoicer-terms
    """
    if extension is None:
        editor.serve((lambda: today) if today else (lambda: dt.datetime.now(dt.UTC).astimezone().date()))
        return
    for path in editor.write_extension(extension):
        output.console().print(str(path), markup=False, highlight=False)


COMMANDS = (lsp,)
