"""documents: a draft becomes a document, and a document becomes what is billed."""

from __future__ import annotations

import datetime as dt
from dataclasses import fields

from invoicer.domain import canonical
from invoicer.domain.document import Document, Draft, Kind
from invoicer.domain.entitlement import BilledLine


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
            corrects=(line.corrects.number, line.corrects.line) if line.corrects else None,
            releases=line.releases,
        )
        for line in document.lines
    )


def fingerprint(draft: Draft) -> str:
    """SHA-256 (hex) of the canonical JSON of a draft: equal for two drafts that say the same."""
    return canonical.sha256(canonical.to_json(draft))
