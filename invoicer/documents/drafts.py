"""documents: from differences to drafts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from invoicer.documents.context import Context
from invoicer.documents.difference import Difference
from invoicer.documents.groups import Group, grouped
from invoicer.documents.inclusive import without_tax
from invoicer.documents.lines import line_of
from invoicer.documents.totals import accounting_tax, breakdown
from invoicer.domain.contract import Contract
from invoicer.domain.correction import CreditKind
from invoicer.domain.document import Draft, Kind, Line
from invoicer.domain.entitlement import Component, Part
from invoicer.domain.money import total
from invoicer.domain.party import BankAccount, Seller
from invoicer.domain.supply import ExchangeRate

_PARTS = {part: place for place, part in enumerate(Part)}


def drafts(differences: Iterable[Difference], context: Context) -> tuple[Draft, ...]:
    """The documents that the differences of any number of contracts make, in the order in which they are to be numbered.

    A document holds what has the same seller and registration, customer, currency, terms of payment, purchase order,
    month of tax point and exchange rate, of one contract unless the customer shares documents. Corrections and new
    supplies never meet, nor do prices with and without VAT, nor does VAT category O anything else (EN 16931 BR-O-11).
    What reduces is credited, what adds to a billed line is invoiced. The order of the differences does not matter.

    A new supply names the customer as known now of its latest tax point, the day its VAT was assessed for: the VAT id has
    to be the one under which the customer received it (art. 226(4) of Directive 2006/112/EC). A correction names the
    customer as of today, whatever the original said; its treatment stays that of the original. The VAT of an error belongs
    to the month of the original, that of a concession to the month in which it is made.

    Corrections that cancel out (usage rises above a maximum that was reached) still make a document, of 0.00: the lines
    it corrects said something that is not so, documents are all that is known as billed, and the next comparison would
    find the same differences again.
    """
    listed = sorted(differences, key=lambda difference: _order(difference, context))
    groups: dict[Group, list[Difference]] = defaultdict(list)
    for group, difference in grouped(listed, context):
        groups[group].append(difference)
    made = (_draft(group, members, context) for group, members in groups.items())
    return tuple(sorted(made, key=place))


def _draft(group: Group, members: Sequence[Difference], context: Context) -> Draft:
    parties, kind = group.parties, group.kind
    seller = context.seller(parties.seller)
    agreed = [
        replace(line_of(difference, kind, context), number=number) for number, difference in enumerate(members, 1)
    ]
    agreed = [replace(line, concedes=_supply_of(line, agreed)) if line.carries else line for line in agreed]
    lines = without_tax(agreed, context)
    bill_date, tax_point = max(line.bill_date for line in lines), max(line.tax_point for line in lines)
    customer = context.customer(parties.customer, context.known_on if group.corrects else tax_point)
    language = customer.language or context.language
    rows = breakdown(lines, parties.currency)
    net = total((row.base for row in rows), parties.currency)
    tax = total((row.tax for row in rows), parties.currency)
    contracts = list(dict.fromkeys(line.contract for line in lines))
    references = dict.fromkeys(context.contracts[contract].reference for contract in contracts)
    requests = [one.correction.request for one in members if one.correction and one.correction.request]
    notes = [request.note for request in requests]
    notes += [text for line in lines for text in context.notes(line.treatment, seller, customer, language)]
    forgone = any(request.kind is CreditKind.CONCESSION for request in requests)
    return Draft(
        kind=kind,
        series=context.series(seller.id, kind),
        seller=seller,
        registration=parties.registration,
        customer=customer,
        currency=parties.currency,
        language=language,
        bill_date=bill_date,
        tax_point=tax_point,
        vat_period=f"{context.known_on if forgone else tax_point:%Y-%m}",
        payment=group.payment,
        lines=lines,
        breakdown=rows,
        net=net,
        tax=tax,
        gross=net + tax,
        accounting=accounting_tax(tax, _other(group.rate, parties.currency), group.rate) if group.rate else None,
        purchase_order=group.purchase_order,
        reference=", ".join(filter(None, references)),
        account=_account(seller, parties.currency),
        notes=tuple(dict.fromkeys(filter(None, notes))),
        provenance=dict(context.provenance(sorted(contracts))),
    )


def _supply_of(concession: Line, lines: Sequence[Line]) -> int:
    """The number of the line that a concession is taken off."""
    key = concession.contract, concession.component, concession.days, concession.treatment.key
    return next(
        line.number
        for line in lines
        if not line.carries and (line.contract, line.component, line.days, line.treatment.key) == key
    )


def _other(rate: ExchangeRate, currency: str) -> str:
    return rate.base if rate.currency == currency else rate.currency


def _account(seller: Seller, currency: str) -> BankAccount | None:
    """The seller's account for that currency, else its first one for its accounting currency, else none."""
    for wanted in (currency, seller.accounting_currency):
        for account in seller.accounts:
            if account.currency == wanted:
                return account
    return None


def _order(difference: Difference, context: Context) -> tuple[Any, ...]:
    """Lines stand as the contract names its charges; a billing period with everything that belongs to it (the charge
    first, whatever the days of its discounts), then the next."""
    contract, component = context.contracts[difference.contract], difference.component
    charges = [charge.id for charge in contract.charges]
    line = difference.correction.line if difference.correction else None
    return (
        contract.id,
        charges.index(component.charge) if component.charge in charges else len(charges),
        component.charge,
        difference.billing_period,
        _PARTS[component.part],
        _name(component, contract),
        line.days if line else difference.days,
        difference.days,
        (line.document, line.line) if line else ("", 0),
        difference.treatment.key,
        difference.parties.customer,
        difference.parties.registration,
        difference.carries or ("", 0),
    )


def _name(component: Component, contract: Contract) -> tuple[int, str]:
    names = [*(discount.id for discount in contract.discounts), *(credit.id for credit in contract.credits)]
    return (names.index(component.name) if component.name in names else len(names)), component.name


def place(draft: Draft) -> tuple[str, ...]:
    """Where a draft stands among others: by seller, customer and contract; what was billed wrongly first, then what is new,
    by its dates."""
    first = draft.lines[0]
    return (
        draft.seller.id,
        draft.customer.id,
        first.contract,
        "new" if first.corrects is None else "corrects",
        draft.bill_date.isoformat(),
        draft.tax_point.isoformat(),
        "invoice" if draft.kind is Kind.INVOICE else "credit",
        draft.currency,
        draft.registration,
    )
