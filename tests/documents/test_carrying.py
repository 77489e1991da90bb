"""Small amounts that wait: it is their size that counts, also where the customer is owed something."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from invoicer.documents.carrying import carry_forward
from invoicer.domain.money import Money
from invoicer.domain.payment import LeastInvoice
from invoicer.domain.period import Span, Unit
from tests.documents.world import FEE, Desk, contract, day, owed, span

DAYS = span("01-01", "01-31")
RULE = LeastInvoice(Decimal("25.00"), Span(6, Unit.MONTH))


@pytest.mark.parametrize(
    ("amount", "on", "invoiced"),
    [
        ("24.99", "2026-02-01", False),
        ("25.00", "2026-02-01", True),
        ("-24.99", "2026-02-01", False),
        ("-25.00", "2026-02-01", True),
        ("-300.00", "2026-02-01", True),
        ("-1.00", "2026-06-30", False),
        ("-1.00", "2026-07-01", True),  # six months after the bill date
    ],
)
def test_the_size_of_an_amount_decides_not_its_sign(amount: str, on: str, invoiced: bool) -> None:
    desk = Desk(contracts={"cluster": contract(least_invoice=RULE)})
    (difference,) = desk.compare([owed(FEE, DAYS, "400.00")], on).differences
    new = (replace(difference, net=Money(Decimal(amount), "EUR")),)
    ready, waiting = carry_forward(new, desk.context(day(on)))
    assert (ready, len(waiting)) == ((new, 0) if invoiced else ((), 1))
