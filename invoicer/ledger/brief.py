"""ledger: what a draft is, in brief: who, what and how much, without its lines and how they came about."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from invoicer.domain import canonical
from invoicer.domain.document import Kind
from invoicer.domain.money import Money
from invoicer.ledger.dialect.words import RESTORE
from invoicer.ledger.trouble import refused


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """``seller`` and ``customer`` are ids; ``corrects`` are number and reason of what its lines correct, each once, sorted.
    Most of the text of a draft tells how its amounts came about; what lists show is read without."""

    kind: Kind
    seller: str
    customer: str
    customer_name: str
    currency: str
    bill_date: dt.date
    tax_point: dt.date
    net: Money
    tax: Money
    gross: Money
    corrects: tuple[tuple[str, str], ...]

    @classmethod
    def read(cls, text: str, part: str) -> Brief:
        """A draft in canonical JSON, in brief. Raises RunError (L117) where it is none, as what ``part`` names."""
        try:
            return cls._read(canonical.read(text))
        except Exception as error:  # whatever was written there: it was not by a ledger
            raise refused("L117", "", f"{part} is not what was written", RESTORE, part) from error

    @classmethod
    def _read(cls, data: Mapping[str, Any]) -> Brief:
        corrects = [line["corrects"] for line in data["lines"] if line.get("corrects")]
        net, tax, gross = (canonical.from_data(Money, data[name]) for name in ("net", "tax", "gross"))
        return cls(
            kind=Kind(data["kind"]),
            seller=data["seller"]["id"],
            customer=data["customer"]["id"],
            customer_name=data["customer"]["name"],
            currency=data["currency"],
            bill_date=dt.date.fromisoformat(data["bill_date"]),
            tax_point=dt.date.fromisoformat(data["tax_point"]),
            net=net,
            tax=tax,
            gross=gross,
            corrects=tuple(sorted({(one["number"], one["reason"]) for one in corrects})),
        )
