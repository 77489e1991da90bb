"""What a charge counts, told: a percentage counts as long as it is the price, whatever comes after it."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction

from invoicer import engine
from invoicer.domain.contract import Contract
from invoicer.domain.usage import Measured
from invoicer.language import load
from tests.documents.world import ACME, day

HEAD = """contract c "C"
  seller host
  customer acme
  currency EUR
  agreed 2025-12-01
  term open from 2026-01-01
  bill monthly in arrears on day 1
  pay within 30 days
  supply electronic-service

meter cards
  sum of amount
  unit EUR

charge shop "Shop"
"""


def contract(text: str) -> Contract:
    loaded = load([("contracts/c.terms", HEAD + text)])
    assert loaded.contracts, "\n".join(map(str, loaded.problems))
    return next(iter(loaded.contracts))


def owed(terms: Contract, on: dt.date) -> list[str]:
    """What is owed by that day, of 2 000.00 EUR of cards in each period that is asked for."""
    asked = engine.demands(terms, "Europe/Amsterdam", on, on)
    measured = {one.key: Measured(Fraction(2000), "cards.csv", 1) for one in asked}
    rating = engine.rate(terms, (ACME,), measured, on, on)
    assert not rating.holds
    return [f"{one.component} {one.days} {one.net}" for one in rating.entitlements]


def test_a_price_per_month_after_a_percentage_asks_for_no_usage_and_is_prorated() -> None:
    terms = contract("""  1% of cards

amendment 1 from 2026-02-01 agreed 2025-12-20
  change shop to 100.00 EUR per month
  change shop billing to bill monthly in advance on day 1

amendment 2 from 2026-03-11 agreed 2026-01-20
  stop shop
    refund unused
""")
    asked = engine.demands(terms, "Europe/Amsterdam", day("2026-06-01"), day("2026-06-01"))
    assert [str(one.days) for one in asked] == ["2026-01-01 to 2026-01-31"]
    assert owed(terms, day("2026-06-01")) == [
        "shop 2026-01-01 to 2026-01-31 20.00 EUR",
        "shop 2026-02-01 to 2026-02-28 100.00 EUR",
        "shop 2026-03-01 to 2026-03-10 32.26 EUR",
    ]


def test_seats_that_are_agreed_after_a_percentage_leave_it_its_meter() -> None:
    terms = contract("""  1% of cards

amendment 1 from 2026-02-01 agreed 2025-12-20
  change shop to 1.50 EUR per seat per month
  change shop quantity to 12 seats
""")
    assert owed(terms, day("2026-03-01")) == [
        "shop 2026-01-01 to 2026-01-31 20.00 EUR",
        "shop 2026-02-01 to 2026-02-28 18.00 EUR",
    ]


def test_an_agreed_quantity_stays_when_the_percentage_before_it_is_replaced() -> None:
    terms = contract("""  1% of cards

amendment 1 from 2026-03-01 agreed 2025-12-20
  change shop to 1.50 EUR per seat per month
  change shop quantity to 12 seats

amendment 2 from 2026-02-01 agreed 2025-12-28
  supersedes 1
  change shop to 100.00 EUR per month

  charge desk "Desk"
    5.00 EUR per month when shop at least 10
    7.00 EUR per month otherwise
    starts 2026-03-01
""")
    assert owed(terms, day("2026-04-01")) == [
        "shop 2026-01-01 to 2026-01-31 20.00 EUR",
        "shop 2026-02-01 to 2026-02-28 100.00 EUR",
        "shop 2026-03-01 to 2026-03-31 100.00 EUR",
        "desk 2026-03-01 to 2026-03-31 5.00 EUR",
    ]
