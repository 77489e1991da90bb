"""runs: credit. Someone wants something of an issued document back: because it was wrong, or out of goodwill.

A request is recorded; the next plan makes its drafts, which are confirmed and issued like any other.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from invoicer import documents
from invoicer.documents import Asked
from invoicer.domain.correction import CreditKind, CreditLine, CreditReason, CreditRequest, Wrong
from invoicer.domain.document import Document
from invoicer.domain.entitlement import BilledLine, Treated
from invoicer.domain.money import Money, total
from invoicer.errors import Place, Problem, RunError
from invoicer.ledger import Account, Ledger, Recorded
from invoicer.runs.derive import issued_as_of
from invoicer.runs.desk import Desk
from invoicer.runs.families import billed_until
from invoicer.runs.gone import gone, without_terms
from invoicer.runs.law import under_law
from invoicer.runs.lineage import Names, billed_lines, names_of
from invoicer.runs.measure import measure
from invoicer.runs.requested import Requests, requests_in
from invoicer.runs.settle import entitled


@dataclass(frozen=True, slots=True)
class Credited:
    """A request as recorded (id 0: only looked at), with its document and the total of its lines as the contract owes them:
    with VAT where its prices include it."""

    request: CreditRequest
    document: Document

    @property
    def amount(self) -> Money:
        return total((line.amount for line in self.request.lines), self.document.currency)


def credit(
    desk: Desk,
    ledger: Ledger,
    number: str,
    reason: CreditReason,
    who: str,
    remark: str,
    today: dt.date,
    *,
    asked: Sequence[Asked] = (),
    note: str = "",
    wrong: Wrong | None = None,
    keep: bool = True,
) -> Credited:
    """Ask for a credit of an issued document: all that is left of it, or what is ``asked`` of some lines. With ``wrong`` it
    is billed anew from today's terms in the same plan. Unless it is to be kept, nothing is recorded.

    Raises RunError: L123 nobody is named or no remark given, L140 no such document, D010 to D015 that can't be credited, and
    what holds a contract of which it has to be known what it is owed.
    """
    _refuse_nameless(who, remark)
    document = ledger.document(number)
    names = names_of(desk.contracts)
    requests = requests_in(ledger, names)
    error = reason.kind is CreditKind.ERROR and wrong is None
    owed = _owed(desk, ledger, document, requests, names) if error else {}
    ever = names.ever(line.contract for line in document.lines)
    day = issued_as_of(ledger) or today

    def settle(account: Account) -> CreditRequest:
        # also what may be billed again by now is held back here: that nobody has billed it yet is no changed input
        billed = [*map(names.now, account.billed)]
        for request in account.waiting:
            billed += documents.promised(request, billed)
        lines = documents.credit_lines(account.document, billed, asked, account.shared)
        if error:
            lines = _held(lines, document, owed, billed, day, names)
        return CreditRequest(
            id=0,
            document=number,
            reason=reason,
            lines=lines,
            who=who.strip(),
            remark=remark.strip(),
            on=today,
            note=note.strip(),
            wrong=wrong,
        )

    return Credited(ledger.request_credit(number, settle, keep=keep, ever=ever), document)


def rebill(
    ledger: Ledger,
    number: str,
    who: str,
    remark: str,
    today: dt.date,
    *,
    lines: Collection[int] = (),
    keep: bool = True,
) -> tuple[tuple[int, int], ...]:
    """Confirm that what was credited of a document as an error is to be billed again as it stands; answers (request, line)
    of each. Raises RunError as the ledger does."""
    return ledger.rebill(number, who, remark, today, lines=lines, keep=keep)


def cancel(ledger: Ledger, request: int, who: str, remark: str, today: dt.date, *, keep: bool = True) -> Recorded:
    """Withdraw a request that waits; what was planned for its contracts is dropped. Raises RunError as the ledger does."""
    return ledger.cancel_credit(request, who, remark, today, keep=keep)


def _owed(
    desk: Desk, ledger: Ledger, document: Document, requests: Requests, names: Names
) -> Mapping[str, tuple[Treated, ...]]:
    """What the contracts of a document are owed, by contract, as known when documents were last issued: what is learned
    after that is a changed input."""
    day = issued_as_of(ledger) or document.issue_date
    contracts_of = sorted({names.contract(line.contract) for line in document.lines})
    without = without_terms(desk, ledger.billed_contracts(), names)
    refused = gone(desk, ledger, without, names) | desk.refusals()
    for name in contracts_of:
        if problems := refused.get(name):
            raise RunError(problems)
    contracts = [under_law(desk, desk.contracts[name], day) for name in contracts_of]
    kin = frozenset[str]().union(*(desk.succession.family(name, day) for name in contracts_of))
    billed: dict[str, list[BilledLine]] = {name: [] for name in kin}
    for line in requests.carried(billed_lines(ledger, names, kin)):
        billed[line.contract].append(line)
    measurements, _ = measure(desk, contracts, day, lambda one: billed_until(desk, one, billed))
    foreign = frozenset(one.number for one in ledger.imported())
    return {one.id: entitled(desk, one, billed, measurements, day, foreign)[0] for one in contracts}


def _held(
    lines: Sequence[CreditLine],
    document: Document,
    owed: Mapping[str, tuple[Treated, ...]],
    billed: Sequence[BilledLine],
    day: dt.date,
    names: Names,
) -> tuple[CreditLine, ...]:
    """The lines with what they are held back by, each by what its own contract is owed."""
    contract = {line.number: names.contract(line.contract) for line in document.lines}
    found: list[CreditLine] = []
    for name, treated in owed.items():
        mine = [line for line in lines if contract[line.line] == name]
        found += documents.with_basis(
            mine, document.number, treated, [one for one in billed if one.contract == name], day
        )
    return tuple(sorted(found, key=lambda line: line.line))


def _refuse_nameless(who: str, remark: str) -> None:
    for said, what, mend in (
        (who, "the name of who asks", "say who with --by"),
        (remark, "a remark", "say why with --remark"),
    ):
        if not said.strip():
            raise RunError(Problem("L123", Place(), f"a credit needs {what}", mend))
