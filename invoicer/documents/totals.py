"""documents: the sums below the lines."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction

from invoicer.domain.document import AccountingTax, Line, TaxRow, tax_of
from invoicer.domain.money import Money, total
from invoicer.domain.supply import ExchangeRate, Treatment
from invoicer.errors import DefectError


def breakdown(lines: Iterable[Line], currency: str) -> tuple[TaxRow, ...]:
    """VAT once for each jurisdiction, category, percentage and scheme, on the sum of the rounded amounts of its lines
    (EN 16931 BG-23); high rates first.

    Where prices include VAT, it is what is left of the agreed amounts beside the net ones.

    The treatment of a row is that of its first line that belongs to its turnover, so that a premium tax beside its
    exempt premium does not lend the row its name.
    """
    groups: dict[tuple[str, str, Fraction, str], list[Line]] = defaultdict(list)
    for line in lines:
        groups[tax_row(line.treatment)].append(line)
    rows = []
    for key in sorted(groups):
        treatments = sorted((line.treatment for line in groups[key]), key=lambda one: not one.taxable_turnover)
        base = total((line.net for line in groups[key]), currency)
        if treatments[0].includes_tax:
            tax = total((line.agreed for line in groups[key]), currency) - base
        else:
            tax = tax_of(treatments[0], base, base)
        rows.append(TaxRow(replace(treatments[0], levies=()), base, tax))
    return tuple(rows)


def accounting_tax(tax: Money, accounting: str, rate: ExchangeRate) -> AccountingTax:
    """The VAT total in the seller's accounting currency, rounded once. Raises DefectError for a rate of other
    currencies."""
    if (rate.base, rate.currency) == (accounting, tax.currency):
        exact = tax.exact / Fraction(rate.rate)
    elif (rate.base, rate.currency) == (tax.currency, accounting):
        exact = tax.exact * Fraction(rate.rate)
    else:
        raise DefectError(f"a rate of {rate.currency} for one {rate.base} can't convert {tax} to {accounting}")
    return AccountingTax(rate, Money.of(exact, accounting))


def tax_row(treatment: Treatment) -> tuple[str, str, Fraction, str]:
    """What the lines of one row of the breakdown have in common."""
    return treatment.jurisdiction, treatment.category.value, -Fraction(treatment.percent), treatment.scheme
