"""cli: the command group, what its commands share, and how an error ends."""

from __future__ import annotations

import datetime as dt
import getpass
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import wraps
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

import click

from invoicer import __version__, plugins, runs
from invoicer.cli import output
from invoicer.errors import DefectError, InvoicerError
from invoicer.workspace.checks import length_of_month
from invoicer.workspace.folder import around

if TYPE_CHECKING:
    from invoicer.domain.example import Given

P = ParamSpec("P")
R = TypeVar("R")

PROBLEMS, WRONG_USE = 1, 2

MODULES = {
    "start": ("init", "demo"),
    "check": ("check",),
    "look": ("preview", "plugins"),
    "explain": ("explain",),
    "schedule": ("schedule",),
    "tidy": ("fmt",),
    "compare": ("diff",),
    "trial": ("test",),
    "batch": ("plan", "issue", "run"),
    "release": ("confirm", "reject", "waiting"),
    "correct": ("credit", "credits", "rebill"),
    "bring": ("import-billed",),
    "upkeep": ("doctor", "migrate", "move"),
    "prove": ("verify", "sign", "new-key"),
    "edit": ("lsp",),
}
"""The commands of each module, which is imported for them (:class:`Commands`); in the order of the help."""

json_option = click.option("--json", "as_json", is_flag=True, help="For programs.")


class Day(click.ParamType[dt.date]):
    """A day written as ISO 8601 writes it."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> dt.date:
        if isinstance(value, dt.date):
            return value
        try:
            day = dt.datetime.strptime(value, "%Y-%m-%d").date()  # noqa: DTZ007, a civil day has no zone
        except ValueError:
            length = length_of_month(str(value))
            cause = f"there is no day {value}: {length}" if length else f"“{value}” is no day; write it as 2026-07-01"
            self.fail(cause, param, ctx)
        if not 1990 <= day.year < 2200:
            self.fail(f"{value} is far from any bill; check the year", param, ctx)
        return day


class EveryQuantity(click.ParamType[tuple[str, Fraction]]):
    """METER=QUANTITY or SERIES:MONTH=VALUE, with a point for decimals, for all periods."""

    name = "meter=quantity"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, Fraction]:
        if isinstance(value, tuple):
            return value
        meter, sign, number = value.partition("=")
        try:
            plain = number.replace(" ", "").replace("_", "")
            if not sign or not meter or "/" in plain:
                raise ValueError
            found = Fraction(plain)
            if ":" in meter and found <= 0:  # no index is
                raise ValueError
            return meter, found
        except ValueError:
            mend = "write it as api-calls=250000, or the value of an index as NL-CPI-2015:2026-10=127.30"
            self.fail(f"“{value}” is no quantity of a meter; {mend}", param, ctx)


class Quantity(click.ParamType["Given"]):
    """METER=QUANTITY or SERIES:MONTH=VALUE, with a point for decimals; single events joined by plus signs; behind them days,
    where they are not those of the period that is billed."""

    name = "meter=quantity"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Given:
        from invoicer.runs.given import parse_given

        if not isinstance(value, str):
            given: Given = value
            return given
        try:
            return parse_given(value)
        except (ValueError, DefectError):
            mend = "write it as api-calls=250000, or the value of an index as NL-CPI-2015:2026-10=127.30"
            self.fail(f"“{value}” is no quantity of a meter; {mend}", param, ctx)


@dataclass(slots=True)
class Session:
    """What every command is given: where the workspace is, and what instant it is."""

    folder: Path
    now: dt.datetime
    implied: bool  # whether the folder was found, not named

    def desk(self) -> runs.Desk:
        """The workspace, read whole, today."""
        desk = runs.open_desk(self.folder)
        return replace(desk, today_is=self.today(desk), memory=runs.user_memory)

    def today(self, desk: runs.Desk) -> dt.date:
        """Today, where the workspace's first seller is."""
        return desk.today(next(iter(desk.workspace.sellers.values())), self.now)


class Commands(click.Group):
    """The commands by the module they stand in, and behind them those of plugins. Each is imported, and plugins are
    loaded, when the command is asked for: a check does not wait for what only issuing needs."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.modules = {name: f"invoicer.cli.{module}" for module, names in MODULES.items() for name in names}

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in self.modules and cmd_name not in self.commands:
            for command in import_module(self.modules[cmd_name]).COMMANDS:
                self.add_command(command)
        elif cmd_name not in self.commands:
            self._ask_plugins(ctx)
        return super().get_command(ctx, cmd_name)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if not ctx.resilient_parsing and not name.startswith("-") and self.get_command(ctx, name) is None:
            from invoicer.workspace import did_you_mean

            meant = did_you_mean(name, self.list_commands(ctx))
            if meant:
                ctx.fail(f"No such command '{name}'. Did you mean '{meant}'?")
        return super().resolve_command(ctx, args)

    def list_commands(self, ctx: click.Context) -> list[str]:
        self._ask_plugins(ctx)
        return [*self.modules, *(name for name in self.commands if name not in self.modules)]

    def _ask_plugins(self, ctx: click.Context) -> None:
        folder = Path(ctx.params.get("workspace") or ".")
        try:
            plugins.load(workspace_of(folder) / "plugins").hook.invoicer_commands(cli=self)
        except InvoicerError as error:
            output.show_problems(error.problems, {})


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="invoicer")
@click.option(
    "-w",
    "--workspace",
    type=click.Path(path_type=Path, file_okay=False),
    default=None,
    help="The workspace folder (default: the one around the current folder).",
)
@click.pass_context
def cli(ctx: click.Context, workspace: Path | None) -> None:
    """Contracts as code, from signed terms to proven invoices.

    \b
    A month in five commands:
      invoicer check                       are terms, customers and settings sound?
      invoicer plan --as-of 2026-02-01     what is to be issued, and what is held and why
      invoicer confirm --remark "checked"  release it
      invoicer issue                       number, file and log it
      invoicer explain HN-2026-00001       why a line is what it is

    Exit codes: 0 done, 1 problems found, 2 wrong use.
    """
    ctx.obj = Session(workspace_of(workspace or Path()), dt.datetime.now(dt.UTC), implied=workspace is None)


def reports_problems(command: Callable[P, R]) -> Callable[P, R]:
    """End a command with its problems on standard error and exit code 1, instead of a traceback."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except InvoicerError as error:
            output.show_problems(error.problems, {})
            sys.exit(PROBLEMS)

    return run


def whoever() -> str:
    """The name of who sits at the machine, for the log."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # nobody is logged in, as in a container
        return ""


def workspace_of(folder: Path) -> Path:
    """The folder, or the nearest one above it that is a workspace."""
    return around(folder) or folder
