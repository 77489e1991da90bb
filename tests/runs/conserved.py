"""What the engine says is owed beside what issued documents carry, added up apart from the comparison of the product."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from fractions import Fraction

from invoicer import runs
from invoicer.domain.document import Document, Kind
from invoicer.domain.entitlement import Part
from invoicer.runs.evidence import evidence_for
from invoicer.runs.law import under_law
from invoicer.runs.measure import measure
from invoicer.runs.rate import rate

Sums = dict[tuple[str, str], Fraction]  # by contract and currency
Until = dict[str, dict[str, dt.date]]  # by contract and charge


def owed(desk: runs.Desk, known_on: dt.date, billed: Until) -> Sums:
    """What each contract is owed by its terms as known on a day: all that falls due by then, in the amounts of the
    contract, without levies on top of its prices. (What was billed ahead and falls due later by now was given back.)
    ``billed`` as :func:`billed_until`. Contracts that the engine holds are left out."""
    contracts = [under_law(desk, contract, known_on) for contract in desk.contracts]
    measurements, _ = measure(desk, contracts, known_on, lambda contract: billed.get(contract.id, {}))
    sums: Sums = defaultdict(Fraction)
    for contract in contracts:
        rows, until = desk.workspace.customers[contract.customer], billed.get(contract.id, {})
        rating = rate(contract, rows, measurements, known_on, known_on, until, evidence_for(desk, contract))
        if not rating.holds:
            sums[contract.id, contract.currency] = sum(
                (one.net.exact for one in rating.entitlements if one.bill_date <= known_on), Fraction(0)
            )
    return sums


def carried_by(documents: Iterable[Document]) -> Sums:
    """What documents carry of each contract, credit notes less: net amounts, those with their VAT where the prices of the
    contract include it. A levy counts where it was taken out of a price, and not where it came on top."""
    sums: Sums = defaultdict(Fraction)
    for document in documents:
        sign = -1 if document.kind is Kind.CREDIT_NOTE else 1
        for line in document.lines:
            if line.component.part is not Part.LEVY or line.treatment.includes_tax:
                amount = line.net if line.gross is None else line.gross
                sums[line.contract, document.currency] += sign * amount.exact
    return sums


def billed_until(documents: Iterable[Document]) -> Until:
    """For each charge of each contract the first day after what documents carry of it."""
    until: Until = defaultdict(dict)
    for line in (line for document in documents for line in document.lines):
        of, charge = until[line.contract], line.component.charge
        of[charge] = max(of.get(charge, dt.date.min), line.days.end)
    return until
