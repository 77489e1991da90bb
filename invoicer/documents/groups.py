"""documents: which differences belong on one document."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from invoicer.documents.context import Context
from invoicer.documents.difference import Difference, Parties
from invoicer.domain.contract import Contract
from invoicer.domain.document import Kind
from invoicer.domain.money import total
from invoicer.domain.payment import PaymentTerms
from invoicer.domain.supply import Category, ExchangeRate

ANY_MONTH = 0, 0


@dataclass(frozen=True)
class Group:
    """What the lines of one document have in common. ``contract`` is "" where contracts share it, ``month`` that of the tax
    point, or any where small amounts of several months are invoiced together; ``request`` is the id of the correction
    request that the lines come from."""

    kind: Kind
    corrects: bool
    parties: Parties
    payment: PaymentTerms
    purchase_order: str
    month: tuple[int, int]
    rate: ExchangeRate | None
    outside_scope: bool
    includes_tax: bool
    contract: str
    request: int = 0


def grouped(differences: Sequence[Difference], context: Context) -> Iterator[tuple[Group, Difference]]:
    """Supplies are invoiced. Corrections of one charge for the same billing period stay together: they are credited when
    less is due in all, and invoiced otherwise. What a person asked for in one request stays together."""
    bundles: dict[Any, list[Difference]] = defaultdict(list)
    for difference in differences:
        group = group_of(difference, context)
        apart = difference.contract, difference.component.charge, difference.billing_period
        bundles[group, () if group.request else apart].append(difference)
    for (group, _), bundle in bundles.items():
        less = total((difference.net for difference in bundle), group.parties.currency).amount < 0
        kind = Kind.CREDIT_NOTE if group.corrects and less else Kind.INVOICE
        for difference in bundle:
            yield replace(group, kind=kind), difference


def group_of(difference: Difference, context: Context) -> Group:
    contract, parties = context.contracts[difference.contract], difference.parties
    day = difference.bill_date if difference.is_supply else context.known_on
    request = difference.correction.request if difference.correction else None
    return Group(
        kind=Kind.INVOICE,
        corrects=not difference.is_supply,
        parties=parties,
        payment=_payment(contract, day, context.known_on),
        purchase_order=contract.buyers.named(parties.customer, context.known_on).purchase_order,
        month=ANY_MONTH if waits(difference, context) else (difference.tax_point.year, difference.tax_point.month),
        rate=_rate(difference, context),
        outside_scope=difference.treatment.category is Category.OUTSIDE_SCOPE,
        includes_tax=difference.treatment.includes_tax,
        contract="" if request or context.shares_document(parties.customer) else contract.id,
        request=request.id if request else 0,
    )


def waits(difference: Difference, context: Context) -> bool:
    """Whether it may be carried forward to a later invoice: a new supply of a contract with a least amount of invoices."""
    return difference.is_supply and context.contracts[difference.contract].least_invoice is not None


def _payment(contract: Contract, day: dt.date, known_on: dt.date) -> PaymentTerms:
    """The terms of payment in force on that day; the first ones where it lies before them."""
    dated = contract.payment.at(day, known_on)
    return dated.value if dated else contract.payment.entries[0].value


def _rate(difference: Difference, context: Context) -> ExchangeRate | None:
    """The rate for the seller's accounting currency, where it is another one. A correction undoes what its original put
    into the books: at the same rate and in the same currency, even if the seller's is another one by now; and nothing
    there where the original said nothing."""
    if difference.correction is not None:
        original = context.original(difference.correction.line.document)
        return original.accounting.rate if original.accounting else None
    currency = difference.parties.currency
    accounting = context.seller(difference.parties.seller).accounting_currency
    return context.exchange_rate(accounting, currency, difference.tax_point) if accounting != currency else None
