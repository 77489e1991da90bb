"""cli: the command line. Each command is one thin function; the stories stand in `runs`."""

import io
import sys

from invoicer.cli import batch, look, start, trial
from invoicer.cli.app import cli

for _room in (start, look, trial, batch):
    for _command in _room.COMMANDS:
        cli.add_command(_command)


def main() -> None:
    """The entry point. A terminal that can't show a letter shows its number instead of ending the command."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    cli()


__all__ = ["cli", "main"]
