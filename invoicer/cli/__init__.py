"""cli: the command line. Each command is one thin function; the stories stand in `runs`."""

from invoicer.cli import batch, look, start
from invoicer.cli.app import cli

for _room in (start, look, batch):
    for _command in _room.COMMANDS:
        cli.add_command(_command)


def main() -> None:
    """The entry point."""
    cli()


__all__ = ["cli", "main"]
