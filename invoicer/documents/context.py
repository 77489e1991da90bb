"""documents: what drafts need to know beside the differences."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from invoicer.domain.contract import Contract
from invoicer.domain.document import Document, Kind
from invoicer.domain.party import Customer, Seller
from invoicer.domain.supply import ExchangeRate, Treatment


def _one_contract_a_document(_: str) -> bool:
    return False


@dataclass(frozen=True, kw_only=True)
class Context:
    """Everything that a draft takes from elsewhere. All of it is looked up, nothing of it may refuse: what is missing was
    held before.

    * ``contracts`` by id, ``known_on`` the day that the run sees from;
    * ``seller(id)``, ``customer(id, day)``: the parties, the customer as true on that day;
    * ``original(number)``: an issued document that is corrected;
    * ``series(seller id, kind)``: the pattern of the number series, such as ``HN-{year}-{number:5}``;
    * ``exchange_rate(base, currency, day)``: the rate between the seller's accounting currency and that of the document
      for a tax point; either of the two may be the base of the answer;
    * ``notes(treatment, seller, customer, language)``: what the law wants to read on the document;
    * ``provenance(contract ids)``: names and hashes of what the ledger keeps;
    * ``shares_document(customer id)``: whether contracts of this customer may share a document;
    * ``language``: of the documents for customers who named none.
    """

    contracts: Mapping[str, Contract]
    known_on: dt.date
    seller: Callable[[str], Seller]
    customer: Callable[[str, dt.date], Customer]
    original: Callable[[str], Document]
    series: Callable[[str, Kind], str]
    exchange_rate: Callable[[str, str, dt.date], ExchangeRate]
    notes: Callable[[Treatment, Seller, Customer, str], Sequence[str]]
    provenance: Callable[[Sequence[str]], Mapping[str, str]]
    shares_document: Callable[[str], bool] = _one_contract_a_document
    language: str = "en"
