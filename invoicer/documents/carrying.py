"""documents: small amounts are carried forward until they are worth an invoice.

A contract may say that its invoices are of at least some amount. New supplies that would make a smaller one wait; they
are invoiced, together and on one document, once they reach the amount, once the oldest of them has waited as long as the
contract allows, or once the contract has ended. Nothing is remembered for it: what waits is entitled and not billed, so
the next run finds it again. Corrections never wait.

Amounts are those of the contract: without VAT, or with it where prices include tax. Contracts that share a document
count together: the smallest of their least amounts counts, and the end of one brings the invoice of all.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace

from invoicer.documents.context import Context
from invoicer.documents.difference import Difference
from invoicer.documents.groups import ANY_MONTH, Group, group_of, waits
from invoicer.domain.money import Money, total
from invoicer.domain.payment import LeastInvoice


@dataclass(frozen=True, slots=True)
class Carried:
    """What waits: the ``amount`` of these contracts so far, the ``least`` amount of an invoice, and the day ``until`` which
    it waits at most."""

    contracts: tuple[str, ...]
    customer: str
    amount: Money
    least: Money
    until: dt.date


def carry_forward(
    differences: Iterable[Difference], context: Context
) -> tuple[tuple[Difference, ...], tuple[Carried, ...]]:
    """The differences that are to be invoiced now, and what is carried forward."""
    ready: list[Difference] = []
    together: dict[Group, list[Difference]] = defaultdict(list)
    for difference in differences:
        if waits(difference, context):
            group = replace(group_of(difference, context), month=ANY_MONTH, rate=None)
            together[group].append(difference)
        else:
            ready.append(difference)
    waiting: list[Carried] = []
    for group, members in together.items():
        carried = _carried(group, members, context)
        if carried is None:
            ready += members
        else:
            waiting.append(carried)
    return tuple(ready), tuple(sorted(waiting, key=lambda one: one.contracts))


def _carried(group: Group, members: list[Difference], context: Context) -> Carried | None:
    contracts = [context.contracts[name] for name in sorted({member.contract for member in members})]
    rules = [contract.least_invoice for contract in contracts]
    currency = group.parties.currency
    least = min((rule for rule in rules if rule), key=lambda rule: rule.amount)
    amount = total((member.net for member in members), currency)
    until = min(_until(member, context) for member in members)
    known_on = context.known_on
    ended = any((end := contract.ended(known_on)) is not None and end <= known_on for contract in contracts)
    if abs(amount.amount) >= least.amount or until <= context.known_on or ended:
        return None
    names = tuple(contract.id for contract in contracts)
    return Carried(names, group.parties.customer, amount, Money(least.amount, currency), until)


def _until(member: Difference, context: Context) -> dt.date:
    rule = context.contracts[member.contract].least_invoice
    assert isinstance(rule, LeastInvoice)
    return rule.wait.after(member.bill_date)
