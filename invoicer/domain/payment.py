"""domain: when an invoice is to be paid, and by which means."""

from __future__ import annotations

import datetime as dt
from collections.abc import Container
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import cache

from invoicer.domain.period import Span, add_months


class PaymentRule(StrEnum):
    """How the due date follows from the issue date."""

    DAYS = "days"  # so many days later
    BUSINESS_DAYS = "business-days"  # so many business days of a calendar later
    END_OF_MONTH = "end-of-month"  # so many days after the end of the month of issue
    DAY_OF_NEXT_MONTH = "day-of-next-month"  # that day of the month after the issue
    ON_RECEIPT = "on-receipt"  # the day of issue


@dataclass(frozen=True, slots=True)
class PaymentTerms:
    """``number`` counts days, or is the day of the month, as the rule says. ``calendar`` names the business days: an ISO
    3166 country code, or ``target2``. ``direct_debit``: the seller collects on the due date."""

    rule: PaymentRule = PaymentRule.DAYS
    number: int = 30
    calendar: str = ""
    direct_debit: bool = False

    def due_date(self, issued: dt.date) -> dt.date:
        """The due date of a document issued on that day."""
        match self.rule:
            case PaymentRule.DAYS:
                return issued + dt.timedelta(days=self.number)
            case PaymentRule.END_OF_MONTH:
                return add_months(issued, 0, 31) + dt.timedelta(days=self.number)
            case PaymentRule.DAY_OF_NEXT_MONTH:
                return add_months(issued, 1, self.number)
            case PaymentRule.ON_RECEIPT:
                return issued
            case PaymentRule.BUSINESS_DAYS:
                return self._business_days_after(issued)

    def _business_days_after(self, day: dt.date) -> dt.date:
        closed = closed_days(self.calendar)
        for _ in range(self.number):
            day += dt.timedelta(days=1)
            while day.weekday() >= 5 or day in closed:
                day += dt.timedelta(days=1)
        return day


def is_calendar(name: str) -> bool:
    """Whether business days of that name are known."""
    import holidays  # takes a while, and most terms count no business days

    return name == "target2" or name in holidays.list_supported_countries(include_aliases=False)


@cache
def closed_days(calendar: str) -> Container[dt.date]:
    """The public holidays of a country (ISO 3166 code), or the closing days of TARGET2 (European Central Bank)."""
    import holidays

    if calendar == "target2":
        return holidays.financial_holidays("XECB")
    return holidays.country_holidays(calendar)


@dataclass(frozen=True, slots=True)
class LeastInvoice:
    """Invoices of less than ``amount`` (in the contract's currency) are carried forward, each amount for at most ``wait``
    from its bill date."""

    amount: Decimal
    wait: Span
