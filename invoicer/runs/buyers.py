"""runs: for whom something is owed, where a contract goes from one customer to another.

What is billed for a period is owed by the customer on its first day; the shortfall of a commitment by the one on the last
day of its period, for who is there when it is settled answers for all of it.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from invoicer import tax
from invoicer.domain.contract import Contract
from invoicer.domain.contracts import Card
from invoicer.domain.entitlement import Entitlement, Part
from invoicer.domain.party import Customer, in_force
from invoicer.runs.desk import Desk
from invoicer.tax import Assessment


def treat(desk: Desk, contract: Contract, owed: Sequence[Entitlement], known_on: dt.date) -> Assessment:
    """The treatment of what a contract is owed, each for the customer who owes it."""
    by_customer: dict[str, list[Entitlement]] = defaultdict(list)
    for one, customer in zip(owed, customers_of(contract, owed, known_on), strict=True):
        by_customer[customer].append(one)
    found = [
        tax.treat(
            entitlements,
            seller=desk.seller(contract),
            customer=desk.workspace.customers.get(customer, ()),
            known_on=known_on,
            markets=desk.plugins.markets,
            kinds=desk.workspace.settings.supply,
            accepted={fact.fact: fact.reason for fact in desk.workspace.policy.accept_facts},
            language=desk.workspace.policy.language,
        )
        for customer, entitlements in by_customer.items()
    ]
    treated = tuple(one for each in found for one in each.treated)
    holds = dict.fromkeys(problem for each in found for problem in each.holds)
    return Assessment(treated, tuple(holds))


def customers_of(contract: Contract, owed: Sequence[Entitlement], known_on: dt.date) -> list[str]:
    """The customer who owes each of them. What belongs to one billing period stays together."""
    if not contract.takeovers.entries:
        return [contract.customer] * len(owed)
    begins: dict[object, dt.date] = {}
    for one in owed:
        period = one.component.charge, one.bill_date, one.tax_point
        begins[period] = min(begins.get(period, dt.date.max), one.days.start)
    days = (
        one.days.last_day
        if one.component.part is Part.COMMITMENT
        else begins[one.component.charge, one.bill_date, one.tax_point]
        for one in owed
    )
    return [contract.buyers.at(day, known_on).customer for day in days]


def rows_of(desk: Desk, contract: Contract, known_on: dt.date) -> tuple[Customer, ...] | None:
    """The rows that conditions on the customer are asked of: on each day those of who has the contract. None where the
    workspace does not know the first customer."""
    customers = desk.workspace.customers
    known = contract.takeovers.known_on(known_on)
    if not known:
        return customers.get(contract.customer)
    rows = [row for row in customers.get(contract.customer, ()) if row.valid_from < known[0].effective]
    for number, entry in enumerate(known):
        until = known[number + 1].effective if number + 1 < len(known) else dt.date.max
        theirs = customers.get(entry.value.customer, ())
        rows += [row for row in theirs if entry.effective < row.valid_from < until]
        if first := in_force(theirs, entry.effective, known_on):
            rows.append(replace(first, valid_from=entry.effective))
    return tuple(rows)


def all_rows(desk: Desk, contract: Card, known_on: dt.date) -> tuple[Customer, ...]:
    """The rows of all its customers, as known on a day."""
    return tuple(
        row for one in contract.customers for row in desk.workspace.customers.get(one, ()) if row.recorded <= known_on
    )
