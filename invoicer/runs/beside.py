"""runs: contracts looked at beside their customers, the law and the calendar, which terms by themselves know nothing of."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace

from invoicer.domain.contract import Contract
from invoicer.domain.ending import DAY, Notice
from invoicer.domain.party import in_force
from invoicer.domain.trace import Clause
from invoicer.errors import Place, Problem, Severity
from invoicer.runs.desk import Desk
from invoicer.runs.law import under_law
from invoicer.workspace import mend_by_choice

LATE_NOTICE = "C094"


def as_the_law_has_it(desk: Desk, problems: Iterable[Problem]) -> Iterator[Problem]:
    """The problems, in which a notice that is late by the terms says when the law of the customer ends the contract."""
    endings = {}
    for contract in desk.contracts:
        lawful = under_law(desk, contract, dt.date.max)
        for one in contract.endings if lawful.law else ():
            by_law = isinstance(one, Notice) and lawful.duration.ended_by(one, lawful.law)
            if by_law and by_law.law:
                endings[one.clause.file, one.clause.line] = by_law
    for problem in problems:
        ending = endings.get((problem.where.file, problem.where.line)) if problem.code == LATE_NOTICE else None
        if ending is None:
            yield problem
        else:
            cause = (
                f"{problem.cause}; the customer is a consumer, and the law ({ending.law}) ends it on {ending.end - DAY}"
            )
            yield replace(problem, cause=cause, mend="if that is so, acknowledge it: it is billed as the law has it")


def notices_to_come(desk: Desk, today: dt.date) -> Iterator[Problem]:
    """Warn of notices and terminations whose day has not come: until then everything is billed as if nothing ended."""
    for contract in desk.contracts:
        for one in contract.endings:
            since = one.given if isinstance(one, Notice) else one.agreed
            if since > today:
                what = "this notice is given" if isinstance(one, Notice) else "this termination is agreed"
                cause = f"{what} on {since}, which has not come yet: nothing knows of it before that day"
                mend = "if that is so, nothing is to be done; else correct the day"
                yield _warning("L240", contract, one.clause, cause, mend)


def nothing_to_debit(desk: Desk, today: dt.date) -> Iterator[Problem]:
    """Warn of contracts paid by direct debit whose customer has no IBAN: their invoices promise a collection."""
    for contract in desk.contracts:
        ended = contract.ended(today)
        agreed = contract.payment.at(max(today, contract.start), today) or next(iter(contract.payment.entries), None)
        buyer = contract.buyers.at(max(today, contract.start), today).customer
        rows = desk.workspace.customers.get(buyer, ())
        customer = in_force(rows, today, today) or next(iter(rows), None)
        if agreed and agreed.value.direct_debit and customer and not customer.iban and not (ended and ended <= today):
            cause = f"{contract.id} is paid by direct debit, and customer {buyer} has no IBAN to debit"
            mend = "add the column iban to customers.csv and the account of the mandate; or change how it is paid"
            yield _warning("L241", contract, agreed.clause, cause, mend)


def rules_for_nobody(desk: Desk) -> Iterator[Problem]:
    """Warn of customers, contracts and owners that a rule of release names and nobody has: it covers less than it says."""
    space = desk.workspace
    known: dict[str, Collection[str]] = {
        "customers": {*space.customers, *space.customer_problems},
        "contracts": {*(contract.id for contract in desk.contracts), *desk.refusals()},
        "owners": set(space.owners.values()),
    }
    for index, rule in enumerate(space.review.rules, 1):
        named = {"customers": rule.customers, "contracts": rule.contracts, "owners": rule.owners}
        for key, words in named.items():
            for word in words:
                if word not in known[key]:
                    cause = f"rule {rule.name} names {key.removesuffix('s')} {word}, and there is none"
                    mend = mend_by_choice(word, known[key], f"take it out, or write it as the {key} are called here")
                    place = Place("invoicer.toml", part=f"review.rules[{index}].{key}")
                    yield Problem("W005", place, cause, mend, Severity.WARNING)


def _warning(code: str, contract: Contract, clause: Clause, cause: str, mend: str) -> Problem:
    spot = (clause.file, clause.line, clause.column, clause.end_line, clause.end_column)
    return Problem(code, Place(*spot, f"contract {contract.id}"), cause, mend, Severity.WARNING)
