"""errors: the one noun for everything that is wrong, and the error tree, by whose hand mends it.

A :class:`Problem` is data; an :class:`InvoicerError` carries one or more of them out of a function that can't go on.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How much stands still: ``error`` refuses the input, ``hold`` holds one contract, ``warning`` holds nothing."""

    ERROR = "error"
    HOLD = "hold"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a problem stands: a file (relative to the workspace where there is one), a span in it, or a named thing.

    Lines and columns count from 1; ``end_column`` is the first column after the span. 0 means "the whole file".
    ``part`` names what has no line: a CSV column, a key of the settings, a contract, a charge and its period.
    """

    file: str = ""
    line: int = 0
    column: int = 0
    end_line: int = 0
    end_column: int = 0
    part: str = ""

    def __str__(self) -> str:
        spot = self.file
        if self.line:
            spot += f":{self.line}" + (f":{self.column}" if self.column else "")
        return f"{spot}, {self.part}" if spot and self.part else spot or self.part


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, where, why, and how to mend it. ``code`` is stable: ``T…`` syntax of terms, ``C…`` checks of
    terms, ``W…`` workspace, ``U…`` usage, ``X…`` tax and exchange, ``P…`` plugins, ``L…`` ledger and runs,
    ``R…`` rendering, ``E…`` engine, ``D…`` comparing entitled with billed.

    ``label`` is a few words under the caret, where a source line can be shown; it may be empty.
    """

    code: str
    where: Place
    cause: str
    mend: str
    severity: Severity = Severity.ERROR
    label: str = ""

    def __str__(self) -> str:
        place = f"{self.where}: " if str(self.where) else ""
        return f"{place}{self.severity}[{self.code}]: {self.cause}" + (f" ({self.mend})" if self.mend else "")


class InvoicerError(Exception):
    """The root of all errors that a person can mend; carries at least one problem."""

    def __init__(self, problems: Problem | Iterable[Problem]) -> None:
        self.problems = (problems,) if isinstance(problems, Problem) else tuple(problems)
        if not self.problems:
            raise ValueError("an error needs at least one problem")
        super().__init__("\n".join(map(str, self.problems)))


class TermsError(InvoicerError):
    """Mended by whoever writes the terms."""


class WorkspaceError(InvoicerError):
    """Mended by whoever keeps the workspace: settings, customers, files, folders."""


class UsageError(InvoicerError):
    """Mended by whoever delivers usage."""


class TaxError(InvoicerError):
    """Mended by whoever knows the tax position: rates, registrations, statuses, exchange rates."""


class PluginError(InvoicerError):
    """Mended by whoever wrote or installed a plugin."""


class RunError(InvoicerError):
    """Mended by whoever runs the batch: a plan that is gone, a second run, a full disk."""


class DefectError(Exception):
    """A broken law of the house: sums that do not add up, a trace that does not replay. Mended by us."""
