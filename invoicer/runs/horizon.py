"""runs: how far to look ahead: to the end of the term, or where there is none, two years."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from itertools import takewhile

from invoicer.domain.contract import Contract
from invoicer.domain.period import Period, add_months

MONTHS_AHEAD = 24
_MOST_RENEWALS = 4000


def renewals(contract: Contract, until: dt.date) -> Iterator[dt.date]:
    """The days on which a contract that renews begins a new term, up to and including a day."""
    if contract.renewal and contract.term_end and contract.end is None:
        yield from takewhile(lambda day: day <= until, map(contract.duration.boundary, range(_MOST_RENEWALS)))


def foreseeable(contract: Contract, today: dt.date) -> Period:
    """The days of a contract that can be told today: to the end of its term or the day on which a notice ends it, of one
    that renews to the end of the term that today lies in (the first one, before it), of an open one to the end of the month
    two years beyond today."""
    start, end = contract.start, contract.ended(today)
    if end is not None:
        return Period(start, max(end, start + dt.timedelta(days=1)))
    if contract.renewal and contract.term_end:
        return Period(start, contract.duration.boundary_from(today + dt.timedelta(days=1)))
    return Period(start, add_months(max(today, start), MONTHS_AHEAD + 1, 1))
