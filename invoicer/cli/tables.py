"""cli: plans, documents, holds and schedules as tables for people and as plain data for programs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

from rich.table import Table

from invoicer import runs
from invoicer.cli import output
from invoicer.documents import Carried
from invoicer.domain.document import Draft, Kind
from invoicer.domain.doubt import Doubt
from invoicer.domain.entitlement import Part
from invoicer.domain.money import Money
from invoicer.errors import Problem
from invoicer.ledger import Brief, Decision, DraftStatus, Issued, Plan, PlannedDraft, Recorded


class Amounts(Protocol):
    """What has a kind, a currency and totals: a draft or an issued document."""

    @property
    def kind(self) -> Kind: ...
    @property
    def currency(self) -> str: ...
    @property
    def net(self) -> Money: ...
    @property
    def tax(self) -> Money: ...
    @property
    def gross(self) -> Money: ...


def amount(money: Money) -> str:
    """An amount without its currency, with spaces between thousands as terms write them."""
    return f"{money.amount:,}".replace(",", " ")


def drafts(plan: Plan, waiting: Iterable[PlannedDraft]) -> Table:
    """What a plan wants to issue."""
    rows = []
    for planned in waiting:
        draft = planned.brief
        rows.append(
            (
                planned.position,
                ", ".join(planned.contracts),
                draft.customer_name,
                about(draft),
                draft.bill_date,
                draft.currency,
                amount(draft.net),
                amount(draft.tax),
                amount(draft.gross),
                status(planned),
            )
        )
    return output.table(
        f"Plan {plan.id} as of {plan.as_of}" if plan.id else f"What a plan as of {plan.as_of} would be",
        ("#", "Contract", "Customer", "Document", "Bill date", "Cur", "Net", "Tax", "Gross", "Status"),
        rows,
        right=("#", "Net", "Tax", "Gross"),
    )


def status(planned: PlannedDraft) -> str:
    """How far a draft is; one that waits for the release of doubts names them."""
    doubts = ", ".join(dict.fromkeys(doubt.name for doubt in planned.open_doubts))
    return f"{planned.status}: {doubts}" if doubts and planned.status is DraftStatus.PLANNED else str(planned.status)


def doubts(waiting: Iterable[PlannedDraft]) -> Table:
    """What somebody has to release by name, with the reason and what to do first."""
    rows = (
        (
            planned.position,
            doubt.contract,
            doubt.name,
            f"[{doubt.problem.code}] {doubt.problem.cause}; {doubt.problem.mend}",
        )
        for planned in waiting
        for doubt in planned.open_doubts
    )
    return output.table("To be released by name", ("#", "Contract", "Doubt", "Why, and what to do"), rows, right=("#",))


def about(draft: Brief) -> str:
    """What a draft is, in a few words: an invoice, or a correction of which documents and why."""
    originals = sorted({number for number, _ in draft.corrects})
    if not originals:
        return "invoice"
    reasons = sorted({reason.replace("-", " ") for _, reason in draft.corrects})
    kind = "credit note" if draft.kind is Kind.CREDIT_NOTE else "supplementary invoice"
    return f"{kind} to {', '.join(originals)} ({', '.join(reasons)})"


def totals(papers: Iterable[Amounts]) -> Table:
    """Totals by currency and kind of document."""
    sums: dict[tuple[str, Kind], list[Amounts]] = defaultdict(list)
    for paper in papers:
        sums[paper.currency, paper.kind].append(paper)
    rows = []
    for (currency, kind), group in sorted(sums.items()):
        zero = Money.zero(currency)
        net, tax, gross = (sum((getattr(one, name) for one in group), zero) for name in ("net", "tax", "gross"))
        rows.append((currency, kind.replace("-", " ") + "s", len(group), amount(net), amount(tax), amount(gross)))
    columns = ("Cur", "Documents", "Count", "Net", "Tax", "Gross")
    return output.table("Totals", columns, rows, right=("Count", "Net", "Tax", "Gross"))


def holds(held: Mapping[str, Sequence[Problem]]) -> Table:
    """Contracts that wait, with the reasons and how to mend them."""
    rows = []
    for contract, problems in held.items():
        for number, problem in enumerate(problems):
            where = str(problem.where).removeprefix(f"contract {contract}").lstrip(", ")
            reason = f"[{problem.code}] {problem.cause}" + (f" ({where})" if where else "")
            rows.append((contract if number == 0 else "", reason, problem.mend))
    return output.table("Held", ("Contract", "Why", "To mend"), rows)


def issued(documents: Iterable[Issued]) -> Table:
    """Documents that were issued."""
    rows = (
        (
            one.number,
            str(one.kind).replace("-", " "),
            one.customer,
            one.issue_date,
            one.due_date,
            one.currency,
            amount(one.net),
            amount(one.tax),
            amount(one.gross),
        )
        for one in documents
    )
    columns = ("Number", "Kind", "Customer", "Issued", "Due", "Cur", "Net", "Tax", "Gross")
    return output.table("Issued", columns, rows, right=("Net", "Tax", "Gross"))


def schedule(rows: Iterable[runs.ScheduleRow]) -> Table:
    """Billing periods with what became of them."""
    cells = (
        (
            row.period.bill_date,
            row.contract,
            row.period.charge + ("" if row.period.part is Part.CHARGE else f" {row.period.part}"),
            "once" if row.period.one_off else str(row.period.days),
            "" if row.period.one_off else f"in {row.period.timing}",
            str(row.state),
            ", ".join(row.documents),
        )
        for row in rows
    )
    return output.table("", ("Bill date", "Contract", "Charge", "Service period", "", "State", "Documents"), cells)


def carried(waiting: Iterable[Carried]) -> Table:
    """What is too small for an invoice as yet."""
    rows = (
        (", ".join(one.contracts), one.customer, one.amount.currency, amount(one.amount), amount(one.least), one.until)
        for one in waiting
    )
    columns = ("Contract", "Customer", "Cur", "Amount", "Invoices of at least", "Until")
    return output.table("Carried forward", columns, rows, right=("Amount", "Invoices of at least"))


def requests(found: Iterable[Recorded]) -> Table:
    """What people asked to have credited, and what became of it."""
    rows = []
    for one in found:
        request = one.request
        currency = request.lines[0].amount.currency
        amounts = sum((line.amount for line in request.lines), Money.zero(currency))
        lines = ", ".join(str(line.line) for line in request.lines)
        state = ", ".join(dict.fromkeys(number for _, number in one.issued)) or str(one.status)
        held = any(line.basis and (request.id, line.line) not in one.released for line in request.lines)
        if held and one.issued:
            state += ", not billed again"
        what = f"{request.reason}, billed anew" if request.wrong else str(request.reason)
        rows.append(
            (request.id, request.document, lines, what, request.kind, currency, amount(amounts), state, request.who)
        )
    columns = ("Request", "Document", "Lines", "Reason", "Kind", "Cur", "Amount", "State", "By")
    return output.table("Credits", columns, rows, right=("Request", "Amount"))


def plan_data(planned: runs.Planned) -> dict[str, Any]:
    """A plan as plain data."""
    plan = planned.plan
    return {
        "plan": plan.id or None,
        "as_of": plan.as_of.isoformat(),
        "status": str(plan.status),
        "drafts": [
            {
                "position": one.position,
                "status": str(one.status),
                "contracts": list(one.contracts),
                "fingerprint": one.fingerprint,
                "since": one.since.isoformat() if one.since else None,
                "doubts": [doubt_data(one, doubt) for doubt in one.doubts],
                "decisions": [decision_data(decision) for decision in one.decisions],
                **draft_data(one.draft),
            }
            for one in plan.drafts
        ],
        "holds": {contract: [output.problem_data(p) for p in problems] for contract, problems in plan.holds.items()},
        "carried": [
            {
                "contracts": list(one.contracts),
                "customer": one.customer,
                "amount": str(one.amount.amount),
                "currency": one.amount.currency,
                "least": str(one.least.amount),
                "until": one.until.isoformat(),
            }
            for one in planned.carried
        ],
        "warnings": [output.problem_data(problem) for problem in planned.warnings],
    }


def doubt_data(planned: PlannedDraft, doubt: Doubt) -> dict[str, Any]:
    """A doubt as plain data, with who released it."""
    released = list(planned.releasers(doubt))
    return {
        "contract": doubt.contract,
        "name": doubt.name,
        "people": doubt.people,
        "released_by": released,
        "open": doubt in planned.open_doubts,
        **output.problem_data(doubt.problem),
    }


def decision_data(decision: Decision) -> dict[str, Any]:
    """A decision as plain data."""
    return {
        "verdict": str(decision.verdict),
        "contract": decision.contract or None,
        "doubt": decision.doubt or None,
        "who": decision.who,
        "on": decision.on.isoformat(),
        "remark": decision.remark,
    }


def draft_data(draft: Draft) -> dict[str, Any]:
    """The gist of a draft as plain data; amounts are text."""
    return {
        "kind": str(draft.kind),
        "customer": draft.customer.id,
        "currency": draft.currency,
        "tax_point": draft.tax_point.isoformat(),
        "net": str(draft.net.amount),
        "tax": str(draft.tax.amount),
        "gross": str(draft.gross.amount),
        "lines": [
            {
                "charge": line.component.charge,
                "component": str(line.component),
                "title": line.title,
                "from": line.days.start.isoformat(),
                "to": line.days.last_day.isoformat(),
                "net": str(line.net.amount),
                "gross": str(line.gross.amount) if line.gross else None,
                "vat": f"{line.treatment.category} {line.treatment.percent}% {line.treatment.jurisdiction}",
                "corrects": line.corrects.number if line.corrects else None,
            }
            for line in draft.lines
        ],
    }
