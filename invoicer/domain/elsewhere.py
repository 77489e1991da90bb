"""domain: what another system has billed, as its rows say it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from invoicer.domain.entitlement import BilledLine, Component
from invoicer.domain.money import Money
from invoicer.domain.period import Period
from invoicer.domain.supply import Category


@dataclass(frozen=True, slots=True, kw_only=True)
class BilledRow:
    """A row for a line of a document that another system has issued. ``file`` and ``line`` say where it stands. ``seller``
    is "" where the row names none: that of the contract. ``net`` is the amount without VAT, or with it where ``gross``;
    what a credit note gives back is negative. ``category`` is None where the row leaves it to the law; ``corrects`` is
    the number of the document that a credit note corrects."""

    file: str
    line: int
    number: str
    issued: dt.date
    seller: str
    customer: str
    contract: str
    component: Component
    days: Period
    net: Money
    gross: bool
    percent: Decimal
    category: Category | None = None
    corrects: str = ""

    @property
    def source(self) -> str:
        """Where it stands: ``billed.csv:12``."""
        return f"{self.file}:{self.line}"


def facts_of(line: BilledLine) -> tuple[object, ...]:
    """What a billed line says of its document of another system, whatever was made of it by terms and law."""
    treatment = line.treatment
    corrects = line.corrects[0] if line.corrects else ""
    whose = (line.issue_date, line.seller, line.customer, line.contract)
    return (*whose, line.component, line.days, line.net, treatment.percent, treatment.category, corrects)
