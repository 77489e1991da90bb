"""tests of the domain: customers as they were on a day, as known on another."""

from __future__ import annotations

import datetime as dt

from invoicer.domain.party import Address, Customer, PartyKind, in_force


def row(country: str, valid_from: str, recorded: str) -> Customer:
    return Customer(
        id="acme",
        name="Acme",
        kind=PartyKind.BUSINESS,
        address=Address("Road 1", "1000", "Town", country),
        language="en",
        valid_from=dt.date.fromisoformat(valid_from),
        recorded=dt.date.fromisoformat(recorded),
    )


def country_on(rows: list[Customer], day: str, known_on: str) -> str | None:
    found = in_force(rows, dt.date.fromisoformat(day), dt.date.fromisoformat(known_on))
    return found.address.country if found else None


def test_what_is_valid_later_counts_although_an_earlier_time_was_recorded_after_it() -> None:
    """The move to Sweden of March was recorded in January; that it was Belgium before, in June."""
    rows = [
        row("DE", "2025-01-01", "2025-01-01"),
        row("SE", "2026-03-01", "2026-01-15"),
        row("BE", "2026-02-01", "2026-06-01"),
    ]
    assert country_on(rows, "2026-04-01", "2026-12-31") == "SE"
    assert country_on(rows, "2026-02-15", "2026-12-31") == "BE"
    assert country_on(rows, "2026-02-15", "2026-05-31") == "DE"


def test_of_two_rows_of_one_day_the_later_recorded_counts_once_it_is_known() -> None:
    rows = [row("SE", "2026-03-01", "2026-06-01"), row("DE", "2026-03-01", "2026-03-01")]
    assert country_on(rows, "2026-03-01", "2026-05-31") == "DE"
    assert country_on(rows, "2026-03-01", "2026-06-01") == "SE"
    assert country_on(rows, "2026-02-28", "2026-12-31") is None
