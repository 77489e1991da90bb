"""A second, deliberately simple calculation of a document's totals, from its stored JSON alone.

It shares no code with the product: plain dicts, `Decimal`, one rule of rounding.
"""

from __future__ import annotations

from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

DIGITS = {"EUR": 2, "USD": 2, "GBP": 2, "CHF": 2, "SEK": 2, "PLN": 2}


def cents(amount: Decimal, currency: str) -> Decimal:
    """Half away from zero, to the minor unit."""
    return amount.quantize(Decimal(1).scaleb(-DIGITS[currency]), ROUND_HALF_UP)


def totals(data: dict[str, Any]) -> dict[str, Decimal]:
    """Net, VAT and gross of a document: lines summed, VAT once for each rate and country on the sum."""
    currency = data["currency"]
    bases: dict[tuple[str, ...], Decimal] = defaultdict(Decimal)
    for line in data["lines"]:
        treatment = line["treatment"]
        turnover = str(treatment.get("taxable_turnover", True))
        key = (
            treatment["jurisdiction"],
            treatment["category"],
            treatment["percent"],
            treatment.get("scheme", ""),
            turnover,
        )
        bases[key] += Decimal(line["net"]["amount"])
    net = sum(bases.values(), Decimal(0))
    tax = sum((cents(base * Decimal(key[2]) / 100, currency) for key, base in bases.items()), Decimal(0))
    return {"net": net, "tax": tax, "gross": net + tax}
