"""documents: what a person asked to have credited, as differences beside those that the comparison finds."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from invoicer.documents.basis import Errors, basis, meets
from invoicer.documents.compare import compare
from invoicer.documents.crediting import carried_before, left_of
from invoicer.documents.difference import Correction, Difference, Reason, corrected, parties_of
from invoicer.documents.later import is_later
from invoicer.documents.positions import promised_by, ways_out
from invoicer.domain.correction import CreditKind, CreditLine, CreditRequest, Wrong
from invoicer.domain.entitlement import BilledLine, Treated
from invoicer.domain.money import Money, minor_digits
from invoicer.domain.trace import Rounding, Trace, divide, given, multiply, rounded, subtract
from invoicer.errors import Place, Problem, Severity


def promised(request: CreditRequest, billed: Sequence[BilledLine]) -> tuple[BilledLine, ...]:
    """What a request will add to billed once it is issued: so a plan, and the next request, can count with it. (Here as
    below, only for the lines that are among ``billed``: a document may carry several contracts.)"""
    return tuple(_promised(request, credit, line) for credit, line in _pairs(request, billed))


def with_basis(
    lines: Iterable[CreditLine],
    document: str,
    treated: Sequence[Treated],
    billed: Sequence[BilledLine],
    through: dt.date,
) -> tuple[CreditLine, ...]:
    """The lines of an error with the inputs until whose change it is not billed again, as known on the day ``through``.

    Where something else is owed already than what is billed, an input has changed since then, and nothing is held back.
    ``billed`` is what is carried before the credit.
    """
    pending = [one for one in compare(treated, billed, through=through).differences if not is_later(one)]
    found = {line.line: line for line in billed if line.document == document}
    made = []
    for credit in lines:
        line = found[credit.line]
        changed = any(one.bill_date <= line.bill_date and meets(one, line) for one in pending)
        made.append(credit if changed else replace(credit, basis=basis(treated, line)))
    return tuple(made)


def requested(
    request: CreditRequest, billed: Sequence[BilledLine]
) -> tuple[tuple[Difference, ...], tuple[tuple[str, Problem], ...]]:
    """The differences of a request, and holds by contract: D004 where less is left by now than was asked for.

    ``billed`` is what is carried before the request.
    """
    differences: list[Difference] = []
    holds: list[tuple[str, Problem]] = []
    for credit, line in _pairs(request, billed):
        key = (line.document, line.line)
        if abs(left_of(key, billed)) < abs(credit.amount):
            holds.append((line.contract, _overtaken(request, credit, left_of(key, billed), line.contract)))
        else:
            before = carried_before(key, billed)
            differences.append(_difference(request, credit, line, before))
    return tuple(differences), tuple(holds)


def still_wrong(
    request: CreditRequest,
    differences: Iterable[Difference],
    billed: Sequence[BilledLine],
    held: Mapping[str, Errors] = MappingProxyType({}),
) -> Iterator[tuple[str, Problem]]:
    """D005 for each contract of a request that bills a document anew, where today's terms would bill nothing, or the same
    to the same party (with the same treatment, in the same currency) as before; and where an error is ``held`` back of the
    document, or of the one that stands beside its name: whether that is billed anew as well nobody has said."""
    if request.wrong is None:
        return
    listed = list(differences)
    for contract in dict.fromkeys(line.contract for _, line in _pairs(request, billed)):
        old = [line for _, line in _pairs(request, billed) if line.contract == contract]
        new = [one for one in listed if one.contract == contract and any(_replaces(one, line) for line in old)]
        same = [
            one for one in new if any(_replaces(one, line) and _as_before(request.wrong, one, line) for line in old)
        ]
        if request.document in held:
            yield contract, _held_back(request, contract, *held[request.document])
        elif not new or same:
            yield contract, _unmended(request, contract, request.wrong, bool(new), old[0])


def _pairs(request: CreditRequest, billed: Iterable[BilledLine]) -> list[tuple[CreditLine, BilledLine]]:
    lines = {line.line: line for line in billed if line.document == request.document}
    return [(credit, lines[credit.line]) for credit in request.lines if credit.line in lines]


def _promised(request: CreditRequest, credit: CreditLine, line: BilledLine) -> BilledLine:
    return replace(
        line,
        document=promised_by(request.id),
        line=credit.line,
        net=-credit.amount,
        issue_date=request.on,
        counts=request.kind is CreditKind.ERROR,
        corrects=(line.document, line.line),
        releases=None,
        request=request.id,
        basis=credit.basis,
        rebills=(),
        carries=None,
    )


def _difference(request: CreditRequest, credit: CreditLine, line: BilledLine, before: Money) -> Difference:
    currency = before.currency
    start = given(before.exact, "billed", currency, source=f"{line.document}/{line.line}")
    after = subtract(start, _amount(request, credit, line), "due", currency)
    correction = Correction(line, start, after, Reason.REQUESTED, request=request, credit=credit)
    return corrected(correction, -credit.amount, line.days)


def _amount(request: CreditRequest, credit: CreditLine, line: BilledLine) -> Trace:
    """How the amount came about: as the request says it, or a share by quantity that was rounded on the running total."""
    currency, share = line.net.currency, credit.share
    if share is None:
        return given(credit.amount.exact, "requested", currency, source=f"request {request.id}")
    billed = given(line.net.exact, "billed", currency, source=f"{line.document}/{line.line}")
    upto = given(share.upto, "credited-quantity", source=f"request {request.id}")
    exact = divide(multiply(billed, upto, "share", currency), given(share.whole, "billed-quantity"), "share", currency)
    in_all = rounded(exact, minor_digits(currency), Rounding.HALF_UP, "share", currency)
    return subtract(in_all, given(share.before.exact, "credited-before", currency), "requested", currency)


def _overtaken(request: CreditRequest, credit: CreditLine, left: Money, contract: str) -> Problem:
    cause = (
        f"request {request.id} credits {credit.amount} of line {credit.line} of {request.document}, and by now {left} is "
        "left of it"
    )
    mend = f'cancel the request with `invoicer credits --cancel {request.id} --remark "…"`; ask again for what is left'
    return Problem("D004", Place(part=f"contract {contract}, request {request.id}"), cause, mend, Severity.HOLD)


def _replaces(one: Difference, line: BilledLine) -> bool:
    """Whether it bills the same as a line: as a new supply, or as more of what stands beside the line for its days."""
    if not one.is_supply and one.net.amount * line.net.amount <= 0:
        return False
    same = one.component.charge == line.component.charge and one.one_off == line.one_off
    return same and (one.one_off or one.days.overlaps(line.days))


def _as_before(wrong: Wrong, one: Difference, line: BilledLine) -> bool:
    """Whether a new supply has what was wrong with the line."""
    old, new = parties_of(line), one.parties
    match wrong:
        case Wrong.PARTY:
            return (old.customer, old.seller) == (new.customer, new.seller)
        case Wrong.TREATMENT:
            return one.component == line.component and one.treatment.key == line.treatment.key
        case Wrong.CURRENCY:
            return old.currency == new.currency
    return False


def _held_back(request: CreditRequest, contract: str, error: str, errors: Sequence[BilledLine]) -> Problem:
    part = (
        "a part of it" if error == request.document else f"a part of {error}, which bills the same for the same days,"
    )
    cause = (
        f"request {request.id} credits {request.document} to bill it anew, and {part} was credited as an error that "
        "is held back: it is open whether that is billed again"
    )
    own = f'cancel request {request.id} with `invoicer credits --cancel {request.id} --remark "…"`'
    mend = f"{ways_out(error, errors)}; or {own}"
    return Problem("D005", Place(part=f"contract {contract}, request {request.id}"), cause, mend, Severity.HOLD)


def _unmended(request: CreditRequest, contract: str, wrong: Wrong, billed_anew: bool, line: BilledLine) -> Problem:
    was = {
        Wrong.PARTY: f"customer {line.customer} of seller {line.seller}",
        Wrong.TREATMENT: f"VAT {line.treatment.category} {line.treatment.percent}% {line.treatment.jurisdiction}",
        Wrong.CURRENCY: line.net.currency,
    }
    cause = f"request {request.id} credits {request.document} to bill it anew"
    if billed_anew:
        cause += f", and today's terms would bill it like before: {was[wrong]}"
    else:
        cause += ", and nothing is owed by today's terms"
    mend = (
        f"correct the {wrong} in the contract, the customer or the settings; or cancel the request with "
        f'`invoicer credits --cancel {request.id} --remark "…"`'
    )
    return Problem("D005", Place(part=f"contract {contract}, request {request.id}"), cause, mend, Severity.HOLD)
