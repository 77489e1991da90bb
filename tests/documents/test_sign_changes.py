"""An adjustment beside a deposit may change its sign with each declaration: what is owed is what is billed."""

from __future__ import annotations

from decimal import Decimal
from itertools import product

import pytest

from invoicer.domain.entitlement import Component, Part
from tests.documents.world import Desk, day, owed, span

DEPOSIT, ADJUSTMENT = Component("fee", Part.DEPOSIT), Component("fee", Part.ADJUSTMENT)
COVER = span("01-01", "01-31")
REVISIONS = tuple(product(("-1.00", "0.50", "1.00", "-0.70", ""), repeat=3))


@pytest.mark.parametrize("amounts", REVISIONS, ids="/".join)
def test_what_is_owed_is_billed_whatever_the_sign_was_before(amounts: tuple[str, ...]) -> None:
    desk = Desk()
    for month, amount in enumerate(amounts, 2):
        due = [owed(ADJUSTMENT, COVER, amount, bill_date=day("02-01"))] if amount else []
        desk.run([owed(DEPOSIT, COVER, "4.00"), *due], f"2026-{month:02}-01")
        assert sum(line.net.amount for line in desk.billed) == Decimal("4.00") + Decimal(amount or 0)
    lines = {(line.document, line.line): line for line in desk.billed}
    for key, charged in lines.items():
        if charged.corrects is None and charged.net.amount > 0:
            of = [
                line.net.amount for line in desk.billed if line.corrects == key and line.component == charged.component
            ]
            assert sum(of) >= -charged.net.amount, "no line gives back more than it carries"
