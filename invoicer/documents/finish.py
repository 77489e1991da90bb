"""documents: a draft becomes a document, and a document becomes what is billed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from invoicer.domain import canonical
from invoicer.domain.document import BILLED_OF_LINES, Document, Draft, Kind, Line
from invoicer.domain.entitlement import BilledLine
from invoicer.domain.money import Money
from invoicer.domain.payment import PaymentTerms

_SAME = tuple(name for name in BILLED_OF_LINES if name not in ("net", "corrects"))
"""What a line bills as it says it."""
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


def finished(
    draft: Mapping[str, Any], *, number: str, issue_date: dt.date, payment_reference: str
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The same as :func:`finish` and :func:`billed_lines`, from plain data to plain data (the canonical JSON of a draft, of
    its document and of what it bills): a draft that was stored is not built anew, line by line, only to be taken apart."""
    day = issue_date.isoformat()
    payment = canonical.from_data(PaymentTerms, draft["payment"])
    document = {
        **draft,
        "number": number,
        "issue_date": day,
        "posting_date": day,
        "due_date": payment.due_date(issue_date).isoformat(),
        "payment_reference": payment_reference,
    }
    given_back = draft["kind"] == Kind.CREDIT_NOTE
    shared = {
        "document": number,
        "seller": draft["seller"]["id"],
        "registration": draft["registration"],
        "customer": draft["customer"]["id"],
        "issue_date": day,
    }
    return document, [_billed(line, shared, number, given_back) for line in draft["lines"]]


def _billed(line: Mapping[str, Any], shared: Mapping[str, Any], number: str, given_back: bool) -> dict[str, Any]:
    agreed = line.get("gross") or line["net"]
    billed = {**shared, "line": line["number"], "net": _negative(agreed) if given_back else agreed}
    billed |= {name: line[name] for name in _SAME if name in line}
    if "concedes" in line:
        billed["corrects"] = [number, line["concedes"]]
    elif line.get("corrects"):
        billed["corrects"] = [line["corrects"]["number"], line["corrects"]["line"]]
    return billed


def _negative(money: Mapping[str, str]) -> dict[str, str]:
    return canonical.to_data(-canonical.from_data(Money, money))  # type: ignore[no-any-return]


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
