"""markets/eu: which countries are member states, and where a country's plain rules do not reach."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from invoicer.api import Address, read_table

MEMBERS = frozenset((
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU",
    "IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
))  # fmt: skip
UNITED_KINGDOM_UNTIL = dt.date(2020, 12, 31)  # the end of the transition period


def is_member(country: str, day: dt.date) -> bool:
    """Whether a country (ISO 3166) is in the union's VAT area on that day. Northern Ireland is not, for services."""
    return country in MEMBERS or (country == "GB" and day <= UNITED_KINGDOM_UNTIL)


def vat_prefix(country: str) -> str:
    """The two letters that VAT ids of a country begin with."""
    return "EL" if country == "GR" else country


@dataclass(frozen=True, slots=True)
class Territory:
    """A part of a country with VAT rules of its own, by its postcodes."""

    country: str
    name: str
    postcodes: re.Pattern[str]
    reason: str


def territory(address: Address) -> Territory | None:
    """The special territory that an address lies in, if any."""
    postcode = re.sub(r"[^0-9A-Z]", "", address.postcode.upper().removeprefix(f"{address.country}-"))
    here = (each for each in _territories() if each.country == address.country)
    return next((each for each in here if each.postcodes.fullmatch(postcode)), None)


@cache
def _territories() -> tuple[Territory, ...]:
    rows = read_table(Path(__file__).parent / "territories.toml")["territories"]
    return tuple(Territory(row["country"], row["name"], re.compile(row["postcodes"]), row["reason"]) for row in rows)
