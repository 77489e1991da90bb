"""documents: a document that another system has issued, as one of ours, so that it counts as billed and can be corrected.

Its lines say no more than their amounts, and where these were read. The VAT below them is worked out from their rates, as
on our own documents: what the other system printed is on its paper.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from invoicer.documents.context import Context
from invoicer.documents.difference import supply
from invoicer.documents.finish import billed_lines, finish
from invoicer.documents.inclusive import without_tax
from invoicer.documents.lines import line_of
from invoicer.documents.totals import breakdown
from invoicer.domain.correction import CreditReason
from invoicer.domain.document import Document, Draft, Kind, Line, LineReference
from invoicer.domain.elsewhere import BilledRow
from invoicer.domain.entitlement import BilledLine, Treated
from invoicer.domain.money import Money, total
from invoicer.domain.payment import PaymentTerms
from invoicer.domain.trace import given

FILE = "imported"
"""The name under which the provenance of such a document has the file that it was read from."""


@dataclass(frozen=True, slots=True)
class ForeignLine:
    """A row with what the terms and the law make of it, the billed line that it corrects (None: none), and what that one
    ``carried`` before."""

    row: BilledRow
    treated: Treated
    corrects: BilledLine | None = None
    carried: Money | None = None


def foreign_document(
    lines: Sequence[ForeignLine], payment: PaymentTerms, file: str, context: Context
) -> tuple[Document, tuple[BilledLine, ...]]:
    """The document of these rows, which share its number, date, parties and currency, and what it bills. ``file`` is the
    hash of the file. It is a credit note where it corrects."""
    first, kind = lines[0], Kind.CREDIT_NOTE if lines[0].row.corrects else Kind.INVOICE
    head, currency = first.row, first.row.net.currency
    agreed = [replace(_line(line, kind, context), number=number) for number, line in enumerate(lines, 1)]
    made = without_tax(agreed, context)
    rows = breakdown(made, currency)
    net, tax = (total(amounts, currency) for amounts in ([row.base for row in rows], [row.tax for row in rows]))
    bill_date, tax_point = max(line.bill_date for line in made), max(line.tax_point for line in made)
    customer = context.customer(first.treated.customer, tax_point)
    draft = Draft(
        kind=kind,
        series="",
        seller=context.seller(first.treated.seller),
        registration=first.treated.registration,
        customer=customer,
        currency=currency,
        language=customer.language or context.language,
        bill_date=bill_date,
        tax_point=tax_point,
        vat_period=f"{tax_point:%Y-%m}",
        payment=payment,
        lines=made,
        breakdown=rows,
        net=net,
        tax=tax,
        gross=net + tax,
        provenance={FILE: file},
    )
    document = finish(draft, number=head.number, issue_date=head.issued, payment_reference=head.number)
    return document, billed_lines(document)


def _line(line: ForeignLine, kind: Kind, context: Context) -> Line:
    net = -line.row.net if kind is Kind.CREDIT_NOTE else line.row.net
    made = replace(
        line_of(supply(line.treated), Kind.INVOICE, context),
        quantity=Fraction(-1 if net.amount < 0 else 1),
        unit="",
        unit_price=abs(net.amount),
        price_base=Decimal(1),
        net=net,
        trace=given(net.exact, "imported", net.currency, source=line.row.source),
    )
    if line.corrects is None or line.carried is None:
        return made
    reference = LineReference(
        number=line.corrects.document,
        issue_date=line.corrects.issue_date,
        line=line.corrects.line,
        billed=line.carried,
        due=line.carried + line.row.net,
        reason=CreditReason.OTHER_ERROR.value,
    )
    return replace(made, corrects=reference)
