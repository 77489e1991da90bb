"""runs: law. What the law of the customer's country gives a consumer, and that of the seller's country asks of numbers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from invoicer.domain.contract import Contract
from invoicer.domain.ending import ConsumerTerms
from invoicer.domain.party import PartyKind, in_force
from invoicer.domain.supply import NumberingLaw
from invoicer.runs.desk import Desk

if TYPE_CHECKING:
    from invoicer.ledger import Numbering


def under_law(desk: Desk, contract: Contract, known_on: dt.date) -> Contract:
    """The contract with the law that protects its customer, as known on a day: that of the market of the country in which
    the customer was, as a consumer, when the contract was agreed. Without such a market, or where the law leaves out what
    is supplied, the contract as it is. It ends where other contracts continue it, and begins where it continues others."""
    contract = desk.succession.applied(contract, known_on)
    rows = desk.workspace.customers.get(contract.customer, ())
    customer = in_force(rows, contract.agreed, known_on) or min(rows, key=lambda row: row.valid_from, default=None)
    if customer is None or customer.kind is not PartyKind.CONSUMER or not contract.endings:
        return contract
    market = desk.plugins.markets.get(customer.address.country)
    terms: Sequence[ConsumerTerms] = getattr(market, "consumer_terms", ())
    law = max((one for one in terms if one.since <= contract.agreed), key=lambda one: one.since, default=None)
    kinds = desk.workspace.settings.supply
    if law is None or any(kinds.get(charge.kind, charge.kind) in law.not_for for charge in contract.charges):
        return contract
    return replace(contract, law=law)


def numbering(desk: Desk) -> Numbering:
    """The rules by which numbers are given: where series start by the settings, and which sellers are established in a
    country whose law, as far as its market knows, wants days of issue to rise with the numbers or leaves that free."""
    from invoicer.ledger import Numbering  # a check, which asks for the law of consumers, needs no ledger

    laws: dict[str, NumberingLaw] = {}
    for seller in desk.workspace.sellers.values():
        market = desk.plugins.markets.get(seller.registrations[0].country)
        law: NumberingLaw | None = getattr(market, "numbering", None)
        if law is not None:
            laws[seller.id] = law
    return Numbering(
        starts=desk.workspace.settings.starts,
        laws={seller: law.law for seller, law in laws.items() if law.dates_rise},
        free=frozenset(seller for seller, law in laws.items() if not law.dates_rise),
    )
