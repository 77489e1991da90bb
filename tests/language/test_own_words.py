"""Messages repeat what the reader has written, and name what there is in the contract."""

from __future__ import annotations

import pytest

from invoicer.language import load

TERMS = """contract acme-2026 "Acme Ltd"
  seller hosting-nl
  customer acme
  currency {currency}
  agreed 2025-12-12
  term 12 months from 2026-01-01
  bill monthly in advance on day 1
  pay within 30 days
  supply electronic-service

charge licence "Licence"
  {line}
"""


@pytest.mark.parametrize(
    ("line", "mend"),
    [
        ("EUR 12.00 per month", "the currency follows the amount: `12.00 EUR per month`"),
        ("EUR 1 250 per seat per month # as agreed", "the currency follows the amount: `1 250 EUR per seat per month`"),
        ("USD", "the currency follows the amount: `… USD`"),
        ("EUR 1.250,00 per month", "the currency follows the amount: `… EUR`"),
        ("SEK 99 once", "the currency follows the amount: `99 SEK once`"),
        ("12.00", "for example `12.00 EUR per month`"),
        ("1 250.00 SEK", "for example `1 250.00 SEK per month`"),
        ("7.5%", "for example `7.5% of card-volume`"),
        ("1 250.00 EUR every month", "for example `1 250.00 EUR per month`"),
    ],
)
def test_the_amount_is_the_readers(line: str, mend: str) -> None:
    assert mend in [one.mend for one in load([("x.terms", TERMS.format(line=line, currency="EUR"))]).problems]


@pytest.mark.parametrize(
    ("block", "mend"),
    [
        (
            'expect "January"\n  invoice on 2026-01-01',
            "add a line such as `line licence 360.00 SEK` or `no line licence`",
        ),
        ("service-credit sla\n  on next invoice", "add a line such as `10% of licence when uptime less than 99.9%`"),
        (
            "input answered\n  unit percent\n  stated per month\nservice-credit sla\n  on next invoice",
            "add a line such as `10% of licence when answered less than 99.9%`",
        ),
    ],
)
def test_examples_name_what_the_contract_has(block: str, mend: str) -> None:
    text = TERMS.format(line="450.00 SEK per month", currency="SEK") + block + "\n"
    assert mend in [one.mend for one in load([("x.terms", text)]).problems]


@pytest.mark.parametrize("day", ["9999-12-31", "2200-01-01", "0026-02-28"])
def test_a_day_of_a_far_year_is_a_day_of_the_calendar(day: str) -> None:
    causes = [one.cause for one in load([("x.terms", TERMS.format(line=f"ends {day}", currency="EUR"))]).problems]
    assert f"the year {day[:4]} is out of reach: terms are about the years 1900 to 2199" in causes
    assert not any("calendar" in cause for cause in causes)


def test_a_day_that_is_none_in_a_far_year_is_none() -> None:
    (found, *_) = load([("x.terms", TERMS.format(line="ends 9999-02-31", currency="EUR"))]).problems
    assert found.cause == "9999-02-31 is not a day of the calendar"
