"""engine: what holds a contract instead of guessing. Every hold names the contract, the charge and the days."""

from __future__ import annotations

from dataclasses import dataclass

from invoicer.domain.period import Period
from invoicer.domain.trace import Clause
from invoicer.engine.schedule import ScheduledPeriod
from invoicer.errors import Place, Problem, Severity

UNMEASURED = "E001"  # a quantity that the engine asked for was not given
NEGATIVE = "E002"  # a measured quantity is below zero
NO_OPTION = "E003"  # no condition of a conditional price holds
UNKNOWN_CUSTOMER = "E004"  # a condition asks about a customer that is unknown on that day
LATE_ONE_OFF = "E005"  # a one-off price takes effect after the charge has begun
PERIODS_DISAGREE = "E006"  # rating, price and billing periods do not fit into each other
NO_QUANTITY = "E007"  # a price or a condition needs a quantity that the charge has not
NO_PRICE = "E008"  # no price is in force on a day of service
UNPUBLISHED = "E010"  # a price follows an index whose value is not known yet
UNDECLARED = "E015"  # no figure was declared for some of the days of an input
SEVERAL_FIGURES = "E016"  # an input has several figures where one is needed


Held = dict[ScheduledPeriod | None, tuple[Problem, ...]]
"""The holds by the billing period that they are about (None: of no one period)."""


@dataclass(frozen=True, slots=True)
class Unrated:
    """A billing period without an amount, and the holds that say why."""

    period: ScheduledPeriod
    reasons: tuple[Problem, ...]


class HeldError(Exception):
    """A period of a charge can't be rated; carries the reasons. Never leaves the room: it becomes holds of a rating."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Where:
    """What is being rated: the words of a hold's place."""

    contract: str
    charge: str
    days: Period
    clause: Clause

    def problem(self, code: str, cause: str, mend: str) -> Problem:
        """The hold of that code at this place."""
        return Problem(code, self.place(), cause, mend, Severity.HOLD)

    def place(self, origin: str = "", *, dated: bool = True) -> Place:
        """The clause of the charge in its file, the contract, the charge and, where ``dated``, the days; then ``origin``,
        the place that a problem from elsewhere named."""
        clause, days = self.clause, str(self.days) if dated else ""
        part = ", ".join(filter(None, (f"contract {self.contract}", f"charge {self.charge}", days, origin)))
        return Place(clause.file, clause.line, clause.column, clause.end_line, clause.end_column, part)

    def held(self, code: str, cause: str, mend: str) -> HeldError:
        """The error to raise where that hold arises."""
        return HeldError(self.problem(code, cause, mend))
