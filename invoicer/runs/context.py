"""runs: what drafts take from the desk and the ledger."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache

from invoicer import tax
from invoicer.documents import Context
from invoicer.domain.contract import Contract
from invoicer.domain.document import Kind
from invoicer.domain.party import Customer, Seller, in_force
from invoicer.domain.supply import ExchangeRate, Treatment
from invoicer.ledger import Ledger
from invoicer.runs.desk import Desk
from invoicer.runs.law import under_law

DEFAULT_MAX_AGE_DAYS = 7
_AT_HAND = 64  # contracts
SHARED = ("terms:", "settings", "code")
"""What is the same for all contracts of a document, or has its own name."""


def draft_context(desk: Desk, ledger: Ledger, as_of: dt.date, provenance: Mapping[str, Mapping[str, str]]) -> Context:
    """The context of drafts as of a day; ``provenance`` by contract."""

    def customer(customer_id: str, day: dt.date) -> Customer:
        rows = desk.workspace.customers[customer_id]
        return in_force(rows, day, as_of) or min(rows, key=lambda row: row.valid_from)

    def shares_document(name: str) -> bool:
        row = in_force(desk.workspace.customers.get(name, ()), as_of, as_of)
        return row is not None and row.shares_invoices

    def exchange_rate(base: str, currency: str, day: dt.date) -> ExchangeRate:
        return desk.exchange.rate(base, currency, day, known_on=as_of, max_age_days=max_age_days(desk))

    def notes(treatment: Treatment, seller: Seller, _buyer: Customer, language: str) -> Sequence[str]:
        asked = seller.registrations[0].country  # its market gave the treatment, and knows the key of its note
        return tax.notes([treatment], markets=desk.plugins.markets, registration=asked, language=language)

    def of_contracts(contracts: Sequence[str]) -> Mapping[str, str]:
        names: dict[str, str] = {}
        for contract in contracts:
            alone = len(contracts) == 1
            for name, sha256 in provenance[contract].items():
                names[name if alone or name.startswith(SHARED) else f"{name}:{contract}"] = sha256
        return names

    return Context(
        contracts=_UnderLaw(desk, as_of),
        known_on=as_of,
        seller=lambda seller: desk.workspace.sellers[seller],
        customer=customer,
        original=cache(ledger.document),
        series=lambda seller, kind: series_pattern(desk, seller, kind),
        exchange_rate=exchange_rate,
        notes=notes,
        provenance=of_contracts,
        shares_document=shares_document,
        language=desk.workspace.policy.language,
    )


class _UnderLaw(Mapping[str, Contract]):
    """The contracts of a desk by their ids, under the law that counts on a day; each as it is asked for, the last few are
    remembered."""

    def __init__(self, desk: Desk, known_on: dt.date) -> None:
        self._known = desk.contracts.cards
        self._lawful = lru_cache(_AT_HAND)(lambda name: under_law(desk, desk.contracts[name], known_on))

    def __getitem__(self, name: str) -> Contract:
        return self._lawful(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)


def series_pattern(desk: Desk, seller: str, kind: Kind) -> str:
    """The pattern of the number series for documents of that kind."""
    return desk.workspace.settings.series[seller][kind].text


def max_age_days(desk: Desk) -> int:
    """How old an exchange rate may be, by the settings."""
    return int(desk.workspace.settings.exchange.get("max_age_days", DEFAULT_MAX_AGE_DAYS))
