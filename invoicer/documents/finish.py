"""documents: a draft becomes a document, and a document becomes what is billed."""

from __future__ import annotations

import datetime as dt
from dataclasses import fields
from typing import Any

from invoicer.domain import canonical
from invoicer.domain.document import Document, Draft, Kind, Line
from invoicer.domain.entitlement import BilledLine

_POSITION = frozenset({"line", "column", "end_line", "end_column"})
"""Of a clause: where its text stands."""


def finish(
    draft: Draft, *, number: str, issue_date: dt.date, posting_date: dt.date | None = None, payment_reference: str
) -> Document:
    """The document that a draft becomes with its number and its dates. The due date follows from the issue date, the
    posting date is the issue date unless that period is closed. Nothing is computed that could refuse."""
    drafted = {field.name: getattr(draft, field.name) for field in fields(Draft)}
    return Document(
        **drafted,
        number=number,
        issue_date=issue_date,
        posting_date=posting_date or issue_date,
        due_date=draft.payment.due_date(issue_date),
        payment_reference=payment_reference,
    )


def billed_lines(document: Document) -> tuple[BilledLine, ...]:
    """What an issued document adds to billed; what a credit note gives back is negative here."""
    return tuple(
        BilledLine(
            document=document.number,
            line=line.number,
            contract=line.contract,
            component=line.component,
            days=line.days,
            one_off=line.one_off,
            net=-line.agreed if document.kind is Kind.CREDIT_NOTE else line.agreed,
            seller=document.seller.id,
            registration=document.registration,
            customer=document.customer.id,
            treatment=line.treatment,
            billed_from=line.billed_from,
            bill_date=line.bill_date,
            tax_point=line.tax_point,
            issue_date=document.issue_date,
            corrects=_corrects(line, document.number),
            releases=line.releases,
            counts=line.counts,
            request=line.request,
            basis=line.basis,
            rebills=line.rebills,
            carries=line.carries,
        )
        for line in document.lines
    )


def _corrects(line: Line, number: str) -> tuple[str, int] | None:
    if line.concedes:
        return number, line.concedes
    return (line.corrects.number, line.corrects.line) if line.corrects else None


def fingerprint(draft: Draft) -> str:
    """SHA-256 (hex) of what a draft says to the customer and of the clauses behind it: equal for two that say the same.

    Where in a file a clause stands, and the bytes of the files, are not part of it: a comment, another layout, or a word
    about somebody else's contract makes no other draft. The wording of the clause itself is (its ``text_hash``).
    """
    said = canonical.to_data(draft)
    said.pop("provenance", None)
    return canonical.sha256(canonical.to_json(_without_positions(said)))


def _without_positions(data: Any) -> Any:
    if isinstance(data, list):
        return [_without_positions(part) for part in data]
    if not isinstance(data, dict):
        return data
    hidden = _POSITION if "text_hash" in data else frozenset()
    return {name: _without_positions(part) for name, part in data.items() if name not in hidden}
