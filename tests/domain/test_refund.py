"""tests of the domain: which refunds give back a part."""

from __future__ import annotations

from decimal import Decimal

import pytest

from invoicer.domain.refund import Refund, ShortRate


@pytest.mark.parametrize(
    ("percent", "nothing", "partial"),
    [("0", True, False), ("0.01", False, True), ("99.99", False, True), ("100", False, False)],
)
def test_all_or_nothing_is_not_a_part(percent: str, nothing: bool, partial: bool) -> None:
    refund = Refund(Decimal(percent))
    assert (refund.nothing, refund.partial) == (nothing, partial)


@pytest.mark.parametrize("percent", ["0", "100"])
def test_a_table_always_keeps_a_part(percent: str) -> None:
    by_table = Refund(Decimal(percent), (ShortRate(None, Decimal(100)),))
    assert (by_table.nothing, by_table.partial) == (False, True)
