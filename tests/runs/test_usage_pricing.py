"""Events one by one, levels over time and units that carry over, from usage files to papers: late events correct them."""

from __future__ import annotations

from pathlib import Path

import pytest

from invoicer import workspace
from invoicer.domain.document import Document
from tests.runs.small import heading, issue

CONTRACT = (
    heading("acme-2026", "Acme: usage", "monthly in arrears on day 1")
    + """
charge payments "Card payments"
  2.99% of cards plus 0.25 EUR per event
  each event at least 1.75 EUR, at most 12.00 EUR
  first 1 event free

charge texts "Text messages"
  usage of texts, rounded up to 10
  included 100 messages
  unused carry over for 2 months
  0.05 EUR per message

charge disk "Disk"
  usage of disk
  0.10 EUR per GB per month

meter cards "Card payments"
  sum of amount
  unit EUR

meter texts "Text messages"
  sum of amount
  unit messages

meter disk "Disk in use"
  time-weighted average of amount
  unit GB
"""
)
EVENTS = """event,contract,meter,at,amount,received
c1,acme-2026,cards,2026-01-03T10:00:00+01:00,10.00,
c2,acme-2026,cards,2026-01-04T10:00:00+01:00,80.00,
c3,acme-2026,cards,2026-01-05T10:00:00+01:00,10000.00,
c4,acme-2026,cards,2026-01-05T09:00:00+01:00,20.00,
c5,acme-2026,cards,2026-01-02T09:00:00+01:00,500.00,2026-02-20
t1,acme-2026,texts,2026-01-03T10:00:00+01:00,61,
t2,acme-2026,texts,2026-02-04T10:00:00+01:00,150,
t3,acme-2026,texts,2026-01-30T10:00:00+01:00,40,2026-03-05
d1,acme-2026,disk,2025-11-03T10:00:00+01:00,40,
d2,acme-2026,disk,2026-01-11T00:00:00+01:00,71,
d3,acme-2026,disk,2025-12-01T00:00:00+01:00,71,2026-03-10
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    target = tmp_path / "mine"
    workspace.new_workspace(target)
    (target / "contracts" / "acme-2026.terms").write_text(CONTRACT, "utf-8")
    (target / "usage").mkdir(exist_ok=True)
    (target / "usage" / "events.csv").write_text(EVENTS, "utf-8")
    manifest = '[[source]]\nfiles = "*.csv"\nmeters = ["cards", "texts", "disk"]\ncomplete_through = 2026-04-30\n'
    (target / "usage" / "manifest.toml").write_text(manifest, "utf-8")
    return target


def lines(documents: list[Document]) -> list[tuple[str, str, str]]:
    """Charge, days, and net amount, with the reason where the line corrects another."""
    return [
        (
            line.component.charge,
            str(line.days)[:7],
            f"{line.net.amount}" + (f" {line.corrects.reason}" if line.corrects else ""),
        )
        for document in documents
        for line in document.lines
    ]


def test_a_life_with_late_events(folder: Path) -> None:
    """January: the first payment is free, the others cost 1.75 (20.00), 2.642 (80.00 and 0.25) and 12.00; the disk is 40 GB
    for ten days and 71 for 21, 61 on average. In February 30 of 100 messages are left, so 20 of 150 are charged.

    On 20 February a payment of 2 January becomes known: it is the free one now, and that of 3 January costs 1.75. On 5 March
    40 messages of January become known: ten of 110 are charged, and February, in which nothing is left, for 50. On 10
    March it turns out that the disk held 71 GB all along."""
    january = [("payments", "2026-01", "16.39"), ("disk", "2026-01", "6.10")]
    assert lines(issue(folder, "2026-02-01")) == january
    assert lines(issue(folder, "2026-02-20")) == [("payments", "2026-01", "1.75 usage-changed")]
    assert lines(issue(folder, "2026-03-01")) == [("texts", "2026-02", "1.00"), ("disk", "2026-02", "7.10")]
    late = issue(folder, "2026-03-05")
    assert sorted(lines(late)) == [("texts", "2026-01", "0.50"), ("texts", "2026-02", "1.50 usage-changed")]
    assert lines(issue(folder, "2026-03-10")) == [("disk", "2026-01", "1.00 usage-changed")]
    assert issue(folder, "2026-03-11") == []
