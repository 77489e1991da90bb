"""documents: a difference as a line of a document."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from invoicer.documents.context import Context
from invoicer.documents.difference import Correction, Difference
from invoicer.domain.correction import CreditKind, CreditLine
from invoicer.domain.document import Kind, Line, LineReference
from invoicer.domain.entitlement import Part
from invoicer.domain.money import Money
from invoicer.domain.trace import given, subtract


def line_of(difference: Difference, kind: Kind, context: Context) -> Line:
    """The line of a difference on a document of that kind, with number 0 until its place is known. On a credit note its
    amount is positive where it is given back. Where prices include VAT, ``net`` is the agreed amount until
    :mod:`inclusive` takes the VAT out of it."""
    if difference.carries is not None:
        return _concession(difference, difference.carries, context)
    if difference.correction is None:
        return _supply_line(difference, context)
    return _correction_line(difference, difference.correction, kind, context)


def _supply_line(difference: Difference, context: Context) -> Line:
    entitled = difference.entitled
    assert entitled is not None
    return Line(
        number=0,
        contract=difference.contract,
        component=difference.component,
        title=entitled.title,
        kind=entitled.kind,
        days=difference.days,
        one_off=difference.one_off,
        quantity=entitled.quantity,
        unit=entitled.unit,
        unit_price=entitled.unit_price,
        price_base=entitled.price_base,
        net=entitled.net,
        treatment=difference.treatment,
        tax_point=difference.tax_point,
        bill_date=difference.bill_date,
        billed_from=difference.billed_from,
        trace=entitled.trace,
        clause=entitled.clause,
        details=entitled.details,
        proration=entitled.proration,
        premium=entitled.premium,
        charge=_charge(difference, context),
        rebills=difference.rebills,
    )


def _concession(difference: Difference, carries: tuple[str, int], context: Context) -> Line:
    """A line that takes off what was forgone of the line that this supply takes the place of."""
    forgone = given(-difference.net.exact, "conceded", difference.net.currency, source=f"{carries[0]}/{carries[1]}")
    return replace(
        _supply_line(difference, context),
        quantity=Fraction(-1 if difference.net.amount < 0 else 1),
        unit="",
        unit_price=abs(difference.net.amount),
        price_base=Decimal(1),
        net=difference.net,
        trace=subtract(given(0, "nothing", difference.net.currency), forgone, "net", difference.net.currency),
        details=(),
        proration=None,
        counts=False,
        carries=carries,
    )


def _correction_line(difference: Difference, correction: Correction, kind: Kind, context: Context) -> Line:
    """A line for the amount by which a billed line was wrong: billed minus due on a credit note, due minus billed on a
    supplementary invoice. One that takes back all of a line repeats its quantity and price."""
    billed = correction.line
    before = _find(billed.document, billed.line, context)
    entitled, currency = difference.entitled, difference.net.currency
    gives_back = kind is Kind.CREDIT_NOTE
    net = -difference.net if gives_back else difference.net
    operands = (correction.before, correction.after) if gives_back else (correction.after, correction.before)
    same = billed.component == difference.component
    line = Line(
        number=0,
        contract=difference.contract,
        component=difference.component,
        title=entitled.title if entitled else before.title,
        kind=entitled.kind if entitled else before.kind,
        days=difference.days,
        one_off=difference.one_off,
        quantity=Fraction(1 if net.amount >= 0 else -1),
        unit="",
        unit_price=abs(net.amount),
        price_base=Decimal(1),
        net=net,
        treatment=difference.treatment,
        tax_point=difference.tax_point,
        bill_date=difference.bill_date,
        billed_from=difference.billed_from,
        trace=subtract(*operands, "credited" if gives_back else "supplement", currency),
        clause=correction.clause or before.clause,
        premium=entitled.premium if entitled else before.premium,
        charge=_charge(difference, context, before),
        corrects=LineReference(
            number=billed.document,
            issue_date=billed.issue_date,
            line=billed.line,
            billed=correction.billed,
            due=correction.due,
            reason=(correction.request or correction).reason.value,
            clause=correction.clause,
        ),
        releases=correction.releases,
        rebills=difference.rebills,
    )
    if correction.request is not None and correction.credit is not None:
        request, credit = correction.request, correction.credit
        line = replace(line, counts=request.kind is CreditKind.ERROR, request=request.id, basis=credit.basis)
        line = _with_quantity(line, before, credit)
    takes_all = same and not correction.due and abs(net) == abs(before.agreed)
    return _repeated(line, before) if takes_all else line


def _with_quantity(line: Line, before: Line, credit: CreditLine) -> Line:
    """The line with the quantity that is credited, where its price times that is the amount."""
    if credit.share is None or line.net.amount < 0:
        return line
    quantity = credit.share.quantity
    exact = quantity * Fraction(before.unit_price) / Fraction(before.price_base)
    if Money.of(exact, line.net.currency) != line.net:
        return line
    return replace(
        line, quantity=quantity, unit=before.unit, unit_price=before.unit_price, price_base=before.price_base
    )


def _repeated(line: Line, before: Line) -> Line:
    quantity = before.quantity if line.net == before.agreed else -before.quantity
    return replace(
        line, quantity=quantity, unit=before.unit, unit_price=before.unit_price, price_base=before.price_base
    )


def _find(document: str, number: int, context: Context) -> Line:
    return next(line for line in context.original(document).lines if line.number == number)


def _charge(difference: Difference, context: Context, before: Line | None = None) -> str:
    """The title of the charge that a minimum, maximum, discount or levy belongs to; as it was billed ``before``, where the
    contract has that charge no more."""
    component = difference.component
    if component.part is Part.CHARGE:
        return ""
    titles = {charge.id: charge.title for charge in context.contracts[difference.contract].charges}
    billed = before.charge or before.title if before else ""
    return titles.get(component.charge, billed)
