"""tests of the domain: the stop that ends a discount, an indexation or a commitment."""

from __future__ import annotations

import datetime as dt

from invoicer.domain.stop import Stopped, first_stop
from invoicer.domain.trace import Clause

DAY = dt.timedelta(days=1)
CLAUSE = Clause("contracts/test.terms", 20, 1, 20, 20, "0" * 64)
AGREED = dt.date(2026, 3, 1)
JULY, MAY = (Stopped(dt.date(2026, month, 1), AGREED + n * DAY, CLAUSE, n) for n, month in enumerate((7, 5)))


def test_a_stop_is_known_from_the_day_on_which_it_was_agreed() -> None:
    assert first_stop([JULY, MAY], AGREED - DAY) is None
    assert first_stop([JULY, MAY], AGREED) == JULY
    assert first_stop([JULY, MAY], AGREED + DAY) == MAY, "the earliest of those that are known"
