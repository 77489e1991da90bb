"""domain: how a contract comes to an end: renewal, notice, termination, and what the law gives a consumer.

The end is known over time, as everything is: a notice counts from the day on which it was given, a termination from the day
on which it was agreed.

How a period of notice counts (as Regulation (EEC) 1182/71, art. 3, counts periods): the day of the notice is not part of it,
and it ends with the day of the same number. One month from 20 September ends with 20 October, 90 days with 19 December; the
contract's last day is that day or a later one.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from invoicer.domain.period import Span, Unit, add_months
from invoicer.domain.refund import Refund
from invoicer.domain.trace import Clause

DAY = dt.timedelta(days=1)


class Giver(StrEnum):
    """Whose notice it is."""

    CUSTOMER = "customer"
    SELLER = "seller"


@dataclass(frozen=True, slots=True)
class Renewal:
    """The contract goes on for ``by`` at the end of each term unless notice is given ``notice`` before it."""

    by: Span
    notice: Span | None


@dataclass(frozen=True, slots=True)
class NoticePeriod:
    """A contract that may be ended at any time, ``length`` after the notice; ``to_end_of``: and then on the last day of a
    month, quarter or year of the calendar."""

    length: Span
    to_end_of: Unit | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """``refund`` None: what each charge says of itself."""

    given: dt.date
    by: Giver
    clause: Clause
    refund: Refund | None = None


@dataclass(frozen=True, slots=True)
class Termination:
    """An end that both sides agreed on, whatever the term: ``end`` is the first day after it."""

    end: dt.date
    agreed: dt.date
    clause: Clause
    refund: Refund | None = None


@dataclass(frozen=True, slots=True)
class ConsumerTerms:
    """What the law of a country gives a consumer, whatever a contract says, for contracts agreed from ``since`` on.

    ``longest_notice``: what a consumer can be bound to before the end of the first term. ``after_renewal``: after a silent
    renewal, the consumer may end the contract at any time with a notice of at most so long. ``returns_unused``: what was
    paid in advance for later days comes back. ``not_for`` are classes of supply that the law leaves out; a contract with
    such a charge is left to its own terms. ``law`` names it, ``source`` says where to look it up.
    """

    since: dt.date
    law: str
    source: str
    longest_notice: Span | None = None
    after_renewal: Span | None = None
    returns_unused: bool = False
    not_for: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ending:
    """An end that became known on the day ``agreed``; ``end`` is the first day after it. ``law`` names the law that decided
    instead of the terms, "" where the terms did."""

    end: dt.date
    agreed: dt.date
    clause: Clause
    refund: Refund | None
    law: str = ""


@dataclass(frozen=True, slots=True)
class Duration:
    """From when to when: ``term_end`` is the first day after the first term (None: open), ``length`` how long that was
    agreed to be (None: its last day was)."""

    start: dt.date
    term_end: dt.date | None
    renewal: Renewal | None
    notice: NoticePeriod | None = None
    length: Span | None = None

    @property
    def can_be_ended(self) -> bool:
        """Whether a notice can end it."""
        return self.renewal is not None or self.notice is not None

    def boundary(self, k: int) -> dt.date:
        """The first day after the first term (``k`` 0) and after each renewal, each counted from the first; months fall on
        the day of the start where the first term does (31 January, 28 February, 31 March), and never where that was agreed
        in days (30 November and 90 days, 28 February, 28 March)."""
        assert self.term_end is not None
        if self.renewal is None or not k:
            return self.term_end
        by = self.renewal.by
        in_days = self.length is not None and not self.length.months
        on_day_of_start = not in_days and add_months(self.term_end, 0, self.start.day) == self.term_end
        if by.months and on_day_of_start:
            return add_months(self.term_end, by.months * k, self.start.day)
        return by.after(self.term_end, k)

    def last_notice(self, boundary: dt.date) -> dt.date | None:
        """The last day on which notice for the end of a term can be given by the terms; None where none is agreed."""
        notice = self.renewal.notice if self.renewal else None
        if notice is None:
            return None
        day = notice.after(boundary, -1)
        while notice.after(day) >= boundary:
            day -= DAY
        return day

    def boundary_from(self, day: dt.date) -> dt.date:
        """The first end of a term on or after a day."""
        if self.renewal is None or self.term_end is None or day <= self.term_end:
            return self.boundary(0)
        by, passed = self.renewal.by, (day - self.term_end).days
        # so many renewals have passed for sure: counted from there, for years of weekly renewals are many
        k = passed // (31 * by.months + by.days)
        while self.boundary(k) < day:
            k += 1
        return self.boundary(k)

    def ended_by(self, notice: Notice, law: ConsumerTerms | None) -> Ending | None:
        """What a notice comes to; None where no notice can end the contract."""
        if self.renewal and self.term_end:
            by_terms = self.boundary_from(_last_day(notice.given, self.renewal.notice) + DAY)
        elif self.notice:
            by_terms = self._at_any_time(notice, self.notice)
        else:
            return None
        by_terms = max(by_terms, self.start)
        ending = Ending(by_terms, notice.given, notice.clause, notice.refund)
        if law is None or notice.by is not Giver.CUSTOMER:
            return ending
        by_law = self._by_law(notice.given, law)
        if by_law is not None and by_law < by_terms:
            ending = replace(ending, end=by_law, law=law.law, clause=replace(notice.clause, reference=law.law))
        return replace(ending, refund=Refund.UNUSED) if law.returns_unused else ending

    def _at_any_time(self, notice: Notice, period: NoticePeriod) -> dt.date:
        last = _last_day(notice.given, period.length)
        if period.to_end_of is not None:
            last = _end_of(period.to_end_of, last)
        return min(last + DAY, self.term_end) if self.term_end else last + DAY

    def _by_law(self, given: dt.date, law: ConsumerTerms) -> dt.date | None:
        """The end that the law allows, of a contract that renews; None where it says nothing of it."""
        if self.renewal is None or self.term_end is None:
            return None
        agreed = self.renewal.notice
        if law.longest_notice and _last_day(given, _shorter(agreed, law.longest_notice, given)) < self.term_end:
            return self.term_end
        if law.after_renewal is None:
            return None
        return max(_last_day(given, _shorter(agreed, law.after_renewal, given)) + DAY, self.term_end)


def ending(
    duration: Duration, endings: Iterable[Notice | Termination], known_on: dt.date, law: ConsumerTerms | None
) -> Ending | None:
    """How the contract ends, as known on a day; None where nothing ended it but perhaps its term.

    What both agreed takes the place of what was known before it; a notice counts where it ends the contract earlier.
    """
    current: Ending | None = None
    for one in sorted(endings, key=_known_since):
        if _known_since(one) <= known_on:
            current = then(current, duration, one, law)
    return current


def then(
    current: Ending | None, duration: Duration, one: Notice | Termination, law: ConsumerTerms | None
) -> Ending | None:
    """How the contract ends once another notice or termination is known."""
    if isinstance(one, Termination):
        return Ending(one.end, one.agreed, one.clause, one.refund)
    by_notice = duration.ended_by(one, law)
    return by_notice if by_notice and (current is None or by_notice.end < current.end) else current


def _known_since(one: Notice | Termination) -> dt.date:
    return one.given if isinstance(one, Notice) else one.agreed


def _last_day(given: dt.date, notice: Span | None) -> dt.date:
    """The last day of a period of notice; without one, the day itself."""
    return notice.after(given) if notice else given


def _shorter(agreed: Span | None, law: Span, given: dt.date) -> Span:
    return agreed if agreed and agreed.after(given) < law.after(given) else law


def _end_of(unit: Unit, day: dt.date) -> dt.date:
    """The last day of the calendar month, quarter or year of a day; of a week its Sunday."""
    if unit is Unit.DAY:
        return day
    if unit is Unit.WEEK:
        return day + dt.timedelta(days=6 - day.weekday())
    months = {Unit.MONTH: 1, Unit.QUARTER: 3, Unit.YEAR: 12}[unit]
    first = dt.date(day.year, (day.month - 1) // months * months + 1, 1)
    return add_months(first, months) - DAY
