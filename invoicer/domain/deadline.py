"""domain: until when the law wants an invoice to be issued."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from invoicer.domain.period import Period, Span, add_months
from invoicer.domain.supply import Category

DAY = dt.timedelta(days=1)


class Supplies(StrEnum):
    """Which supplies a deadline is about: those that the seller charges VAT on, or those for which the customer in another
    member state owes it."""

    TAXED = "taxed"
    REVERSE_CHARGE = "reverse-charge"

    def covers(self, category: Category) -> bool:
        """Whether a supply of that VAT category is meant."""
        taxed = category in (Category.STANDARD, Category.ZERO)
        return taxed if self is Supplies.TAXED else category is Category.REVERSE_CHARGE


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueDeadline:
    """A fact of law: invoices to businesses for supplies made from the day ``since`` to the day ``until`` (both included;
    None: open) are to be issued ``within`` a time, or by a ``day`` of the month after the supply; neither: the law is known
    to name no day. ``whole_months``: what is supplied regularly counts as supplied at the end of its month."""

    supplies: Supplies
    since: dt.date
    until: dt.date | None
    within: Span | None
    day: int
    whole_months: bool
    law: str
    source: str
    confidence: str

    def last_day(self, days: Period, one_off: bool) -> dt.date | None:
        """The last day on which a supply of these days of service may be invoiced; None where the law names none."""
        supplied = days.last_day
        if self.whole_months and not one_off:
            supplied = add_months(supplied.replace(day=1), 1) - DAY
        if self.day:
            return add_months(supplied.replace(day=1), 1).replace(day=self.day)
        return self.within.after(supplied) if self.within else None


def deadline_for(deadlines: Iterable[IssueDeadline], category: Category, supplied: dt.date) -> IssueDeadline | None:
    """The fact that counts for a supply of that VAT category, made on that day, to a business; None where none is known."""
    for one in deadlines:
        if one.supplies.covers(category) and one.since <= supplied and (one.until is None or supplied <= one.until):
            return one
    return None
