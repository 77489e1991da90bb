"""cli: the command line. Each command is one thin function; the stories stand in `runs`."""

from invoicer.cli.app import main

__all__ = ["main"]
