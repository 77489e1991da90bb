"""What was renamed is compared as what it is: one thing under two names."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest

from invoicer import runs
from invoicer.runs import ContractDiff
from invoicer.runs.versions import read_version

TODAY = dt.date(2026, 6, 15)
OLD = """contract acme-2026 "Acme Studio"
  seller my-company
  customer acme
  currency EUR
  agreed 2025-12-12
  term 12 months from 2026-01-01
  bill monthly in advance on day 1
  pay within 30 days
  supply hosting

charge base-fee "Base fee"
  40.00 EUR per month

charge seats "Seats"
  quantity 4 seats
  10.00 EUR per seat per month

discount welcome "Welcome discount"
  25% off base-fee

commitment yearly "Yearly commitment"
  1 000.00 EUR per year
  counts base-fee, seats
"""
NEW = (
    OLD.replace("contract acme-2026", "contract c-40117")
    .replace("  seller", "  renamed from acme-2026\n  seller")
    .replace('charge base-fee "Base fee"', 'charge platform-fee "Base fee"\n  renamed from base-fee')
    .replace("base-fee, seats", "platform-fee, seats")
    .replace("off base-fee", "off platform-fee")
    .replace("commitment yearly", "commitment floor")
    .replace("  1 000.00", "  renamed from yearly\n  1 000.00")
)


def compared(folder: Path, old: str, new: str) -> tuple[ContractDiff, ...]:
    for name, text in (("old", old), ("new", new)):
        (folder / f"{name}.terms").write_text(text, "utf-8")
    before, after = (read_version(folder / f"{name}.terms", None) for name in ("old", "new"))
    return runs.diff(before, after, TODAY).contracts


def test_a_rename_alone_moves_no_money_and_is_told(tmp_path: Path) -> None:
    [found] = compared(tmp_path, OLD, NEW)
    assert (found.id, found.rows, found.problems) == ("c-40117", (), ())
    assert [(one.name, one.old, one.new) for one in found.besides] == [
        ("id", "acme-2026", "c-40117"),
        ("platform-fee id", "base-fee", "platform-fee"),
        ("commitment floor id", "yearly", "floor"),
    ]


def test_another_price_beside_the_rename_is_the_change_of_one_charge(tmp_path: Path) -> None:
    [found] = compared(tmp_path, OLD, NEW.replace("40.00", "44.00"))
    rows = {str(row.component): (row.old, row.new) for row in found.rows}
    assert {name: (str(old), str(new)) for name, (old, new) in rows.items()}["platform-fee"] == (
        "40.00 EUR",
        "44.00 EUR",
    )
    assert all("base-fee" not in name for name in rows)
    assert {one.name for row in found.rows if str(row.component) == "platform-fee" for one in row.because} == {
        "platform-fee price"
    }


@pytest.mark.parametrize("line", ["  renamed from acme-2026\n", "  renamed from base-fee\n"])
def test_without_the_line_it_is_something_else(tmp_path: Path, line: str) -> None:
    found = compared(tmp_path, OLD, NEW.replace(line, ""))
    sums = [sum((row.difference.amount for row in one.rows if row.difference), Decimal(0)) for one in found]
    assert any(one.rows for one in found)
    assert sum(sums) == 0
