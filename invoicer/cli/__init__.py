"""cli: the command line. Each command is one thin function; the stories stand in `runs`."""

import gc
import io
import sys
from typing import TYPE_CHECKING

from invoicer.late import late

if TYPE_CHECKING:
    from invoicer.cli.app import cli

__all__ = ["COLLECTOR", "cli", "main"]

COLLECTOR = (400_000, 20, 50)
"""How seldom cycles are looked for (``gc.set_threshold``): contracts are many small values without any, and classes too."""

late(__name__, {"app": ("cli",)})


def main() -> None:
    """The entry point. A terminal that can't show a letter shows its number instead of ending the command."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    gc.set_threshold(*COLLECTOR)  # before anything is imported
    from invoicer.cli.app import cli

    cli()
