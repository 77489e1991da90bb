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
        (
            "bill annually in advance on anniversary\n  from 2027-01-16 1 100.00 EUR per year",
            "2027-01-20",
        ),  # the next one
    ],
)
@pytest.mark.parametrize("raises", ["licence", "everything"])
def test_it_is_told_where_an_invoice_waits(lines: str, billed: str | None, raises: str) -> None:
    text = TERMS.format(lines=lines, raises=raises)
    causes = [str(one) for one in load([("x.terms", text)]).problems]
    told = [found[1] for cause in causes if (found := re.search(r"C058.*billed on (\S+):", cause))]
    assert len(told) == len(causes), causes
    assert told == ([billed] if billed else [])


@pytest.mark.parametrize(
    ("lines", "every", "told"),
    [
        # the first adjustment is the first day of a year, the second lies within it
        (
            "bill annually in advance on day 1 of january",
            "every 6 months from 2027-01-01",
            ("2027-07-01", "2027-01-01"),
        ),
        ("bill every 6 months in advance on day 1 of january", "every 6 months from 2027-01-01", None),
        # the charge begins after the first adjustment
        ("starts 2027-03-01\n  bill annually in advance", "every year from 2027-01-01", ("2028-01-01", "2027-03-01")),
        ("starts 2027-03-01\n  bill monthly in advance", "every year from 2027-01-01", None),
        # the term ends before the second
        ("bill annually in advance on day 1 of january", "every 24 months from 2027-01-01", None),
        (
            "bill annually in advance on day 1 of january",
            "every year from 2028-07-01",
            ("2028-07-01", "2028-01-01"),
        ),
    ],
)
def test_later_adjustments_are_looked_at_too(lines: str, every: str, told: tuple[str, str] | None) -> None:
    base = {"6": "2026-04", "24": "2024-10"}.get(every.split()[1], "2025-10") if "2027" in every else "2027-04"
    text = TERMS.format(lines=lines, raises="licence").replace("every year from 2027-01-16", every)
    causes = [str(one) for one in load([("x.terms", text.replace("base 2025-10", f"base {base}"))]).problems]
    found = [re.search(r"C058.*adjustment of (\S+) lies.*billed on (\S+):", cause) for cause in causes]
    assert [one and one.groups() for one in found] == ([told] if told else []), causes


def test_a_change_to_billing_by_the_year_is_seen() -> None:
    text = TERMS.format(lines="bill monthly in advance on day 1", raises="licence").replace("01-16", "01-01")
    change = """
amendment 1 from 2027-07-01 agreed 2027-06-01
  change licence billing to bill annually in advance on day 1 of july
"""
    assert not load([("x.terms", text)]).problems
    (found,) = load([("x.terms", text + change)]).problems
    assert found.code == "C058" and "2028-01-01 lies" in str(found) and "billed on 2027-07-01" in str(found)
