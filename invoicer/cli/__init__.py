"""cli: the command line. Each command is one thin function; the stories stand in `runs`."""

import gc
import io
import sys

from invoicer.cli.app import cli

COMMANDS = {
    "start": ("init", "demo"),
    "check": ("check",),
    "look": ("preview", "explain", "schedule", "plugins"),
    "tidy": ("fmt",),
    "compare": ("diff",),
    "trial": ("test",),
    "batch": ("plan", "confirm", "issue", "run"),
    "upkeep": ("migrate",),
    "edit": ("lsp",),
}
"""The commands of each module, which is imported for them (:class:`~app.Commands`); in the order of the help."""

cli.modules |= {name: f"{__name__}.{module}" for module, names in COMMANDS.items() for name in names}


def main() -> None:
    """The entry point. A terminal that can't show a letter shows its number instead of ending the command."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    gc.set_threshold(100_000, 20, 50)  # contracts are many small values without cycles: seldom worth looking for any
    cli()


__all__ = ["cli", "main"]
