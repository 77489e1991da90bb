"""The warning of an adjustment that makes an invoice wait (C058): told where it waits, and nowhere else."""

from __future__ import annotations

import re

import pytest

from invoicer.language import load

TERMS = """contract acme-2026 "Acme Ltd"
  seller hosting-nl
  customer acme
  currency EUR
  agreed 2025-12-12
  term 36 months from 2026-01-20
  bill monthly in advance on day 1
  pay within 30 days
  supply electronic-service

charge licence "Licence"
  1 000.00 EUR per year
  {lines}

indexation cpi
  raises {raises} with "NL-CPI-2015"
  base 2025-10
  every year from 2027-01-16
"""


@pytest.mark.parametrize(
    ("lines", "billed"),
    [
        ("bill annually in advance on anniversary", "2026-01-20"),
        ("bill annually in advance on day 1 of july", "2026-07-01"),
        ("bill every 6 months in advance on day 1", "2026-08-01"),  # the first day 1 begins the first period
        ("bill annually in advance on day 16 of january", None),
        ("bill monthly in advance on day 16", None),
        ("bill quarterly in advance on day 16", None),  # 16 November: the index is out
        ("bill annually in arrears on anniversary", None),
        ("bill annually in advance on anniversary\n  ends 2026-12-31", None),
        ("bill annually in advance on anniversary\n  from 2027-01-16 1 100.00 EUR per year", None),
    ],
)
@pytest.mark.parametrize("raises", ["licence", "everything"])
def test_it_is_told_where_an_invoice_waits(lines: str, billed: str | None, raises: str) -> None:
    text = TERMS.format(lines=lines, raises=raises)
    causes = [str(one) for one in load([("x.terms", text)]).problems]
    told = [found[1] for cause in causes if (found := re.search(r"C058.*billed on (\S+):", cause))]
    assert len(told) == len(causes), causes
    assert told == ([billed] if billed else [])
