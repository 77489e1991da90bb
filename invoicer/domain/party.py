"""domain: who sells and who buys, as they were on a day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class PartyKind(StrEnum):
    """A business acts as a taxable person, a consumer does not."""

    BUSINESS = "business"
    CONSUMER = "consumer"


@dataclass(frozen=True, slots=True)
class Address:
    """A postal address; ``country`` is an ISO 3166 alpha-2 code."""

    street: str
    postcode: str
    city: str
    country: str
    region: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """A customer as true from ``valid_from``, known since ``recorded``.

    ``vat_id`` carries the country prefix (NL123456789B01); ``vat_id_confirmed`` is the day on which the register confirmed
    it, None while it is unchecked: only a confirmed id lets a market treat the customer as a taxable person.
    """

    id: str
    name: str
    kind: PartyKind
    address: Address
    language: str
    valid_from: dt.date
    recorded: dt.date
    vat_id: str = ""
    vat_id_confirmed: dt.date | None = None
    company_number: str = ""
    contact: str = ""
    email: str = ""
    iban: str = ""
    reference: str = ""  # the customer's own reference for us, printed on documents
    shares_invoices: bool = False  # one invoice for several contracts, where they fit on one
    waits: bool = True  # the other contracts, while one of those that share an invoice is held

    @property
    def has_confirmed_vat_id(self) -> bool:
        return bool(self.vat_id) and self.vat_id_confirmed is not None


def in_force(rows: Iterable[Customer], day: dt.date, known_on: dt.date) -> Customer | None:
    """The row of a customer that is true on ``day`` as known on ``known_on``: of the rows recorded by then and valid by
    then the one with the latest ``valid_from``, and of equal ones the latest recorded. None where there is none."""
    candidates = [row for row in rows if row.recorded <= known_on and row.valid_from <= day]
    return max(candidates, key=lambda row: (row.valid_from, row.recorded), default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """A VAT registration of a seller: ``country`` (ISO 3166) and ``vat_id``; ``oss``: the union one-stop-shop scheme is
    used from here for other member states' consumers."""

    country: str
    vat_id: str
    oss: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BankAccount:
    """An account to pay to; ``currency`` is what it is meant for."""

    iban: str
    bic: str
    bank: str
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Seller:
    """A legal entity that sells. The first registration is that of its establishment."""

    id: str
    name: str
    address: Address
    company_number: str
    registrations: tuple[Registration, ...]
    accounts: tuple[BankAccount, ...]
    time_zone: str
    accounting_currency: str
    email: str = ""
    phone: str = ""
    website: str = ""

    def registration(self, country: str) -> Registration | None:
        """The registration in that country, if there is one."""
        return next((r for r in self.registrations if r.country == country), None)
