"""runs: whatever could refuse a document is asked of its draft, before anything is locked."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from invoicer import documents
from invoicer.domain.document import Document, Draft
from invoicer.errors import InvoicerError, Place, Problem, Severity
from invoicer.ledger import document_number, series_key
from invoicer.runs.desk import Desk


def objections(desk: Desk, drafts: Iterable[Draft]) -> Iterator[tuple[str, tuple[Problem, ...]]]:
    """(contract, problems) where a plugin objects to a draft, or a copy of it with a number of the same shape can't be
    finished. Each problem becomes a hold of every contract on the draft."""
    found: dict[str, list[Problem]] = defaultdict(list)
    for draft in drafts:
        problems = list(desk.plugins.problems(draft))
        for number in _sample_numbers(draft):
            try:
                finished(desk, draft, number, draft.bill_date)
            except InvoicerError as error:
                problems += error.problems
        for contract in dict.fromkeys(line.contract for line in draft.lines):
            found[contract] += dict.fromkeys(_held(contract, problem) for problem in problems)
    return ((contract, tuple(problems)) for contract, problems in found.items() if problems)


def finished(desk: Desk, draft: Draft, number: str, issue_date: dt.date) -> Document:
    """The document of that number. Raises only what :func:`objections` would have found."""
    market = desk.plugins.market(draft.seller.registrations[0].country)
    return documents.finish(
        draft, number=number, issue_date=issue_date, payment_reference=market.payment_reference(number)
    )


def finished_data(
    desk: Desk, draft: Mapping[str, Any], number: str, issue_date: dt.date
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The document of that number and what it bills, of a draft as plain data, as plain data."""
    market = desk.plugins.market(draft["seller"]["registrations"][0]["country"])
    return documents.finished(
        draft, number=number, issue_date=issue_date, payment_reference=market.payment_reference(number)
    )


def _sample_numbers(draft: Draft) -> tuple[str, str]:
    """The first number of the draft's series and the longest one."""
    key = series_key(draft.series, draft.bill_date)
    return document_number(key, 1), document_number(key, 999_999_999)


def _held(contract: str, problem: Problem) -> Problem:
    spot = str(problem.where)
    place = Place(part=f"contract {contract}" + (f", {spot}" if spot and contract not in spot else ""))
    return Problem(problem.code, place, problem.cause, problem.mend, Severity.HOLD)
