"""cli: an explanation as plain data, for programs and for the page that shows it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from invoicer import runs
from invoicer.cli import tables, words
from invoicer.cli.correct import recorded_data
from invoicer.cli.lines import exact, treatment_data
from invoicer.domain.document import Line, TaxRow
from invoicer.domain.entitlement import BilledLine
from invoicer.domain.money import Money
from invoicer.domain.supply import Treatment
from invoicer.domain.trace import Clause, Trace
from invoicer.ledger import Logged, Planning


def explained_data(found: runs.Explanation) -> dict[str, Any]:
    """An explanation as plain data: numbers are text, days are ISO."""
    paper, document, planning = found.paper, found.document, found.past.planning
    exchange = paper.accounting
    return {
        "number": document.number if document else None,
        "kind": str(paper.kind),
        "issue_date": document.issue_date.isoformat() if document else None,
        "seller": paper.seller.id,
        "registration": paper.registration,
        "customer": paper.customer.id,
        "currency": paper.currency,
        "net": str(paper.net.amount),
        "tax": str(paper.tax.amount),
        "gross": str(paper.gross.amount),
        "breakdown": [_tax_data(row) for row in paper.breakdown],
        "exchange": {
            "base": exchange.rate.base,
            "currency": exchange.rate.currency,
            "rate": words.plain(exchange.rate.rate),
            "day": exchange.rate.day.isoformat(),
            "source": exchange.rate.source,
            "tax": str(exchange.tax.amount),
        }
        if exchange
        else None,
        "lines": [_line_data(line, found) for line in found.lines],
        "planned": _planned_data(planning) if planning else None,
        "requests": [recorded_data(one) for one in found.past.requests],
        "log": [_logged_data(one) for one in found.past.log],
        "sha256": found.past.sha256,
        "files": [{"format": one.format, "name": one.name, "sha256": one.sha256 or None} for one in found.past.files],
        "contents": [
            {
                "name": one.name,
                "sha256": one.sha256,
                "bytes": len(one.data) if one.data is not None else None,
                "text": one.text,
            }
            for one in found.contents
        ],
    }


def page_data(found: runs.Explanation) -> dict[str, Any]:
    """The same for the page: with parties by name, and each calculation as rows."""
    paper, data = found.paper, explained_data(found)
    for row, line in zip(data["lines"], found.lines, strict=True):
        row["steps"] = [*_steps(line.trace, found)]
        row["agreed"] = _text(line.agreed)
        row["days"] = str(line.days)
        rest = found.rests.get(line.number)
        row["asked"] = bool(rest and rest.asked)
        row["touched"] = bool(rest and (rest.corrected_by or rest.asked))
    contracts = sorted({line.contract for line in paper.lines})
    return {**data, "seller_name": paper.seller.name, "customer_name": paper.customer.name, "contracts": contracts}


def _steps(trace: Trace, found: runs.Explanation, depth: int = 0) -> Iterator[dict[str, Any]]:
    """Each number of a calculation as a row, the result above what it was made of."""
    clause = trace.clause
    yield {
        "depth": depth,
        "name": words.name(trace),
        "amount": words.amount(trace),
        "unit": words.unit(trace),
        "formula": words.formula(trace) if trace.operands else "",
        "clause": _clause_data(clause, found) if clause else None,
        "source": trace.source,
    }
    for operand in trace.operands:
        yield from _steps(operand, found, depth + 1)


def _tax_data(row: TaxRow) -> dict[str, Any]:
    return {"base": str(row.base.amount), "tax": str(row.tax.amount), "treatment": _full_treatment(row.treatment)}


def _full_treatment(treatment: Treatment) -> dict[str, str]:
    more = {"note": treatment.note, "reason_code": treatment.reason_code, "source": treatment.source}
    return {**treatment_data(treatment), **more}


def _line_data(line: Line, found: runs.Explanation) -> dict[str, Any]:
    ref, rest = line.corrects, found.rests.get(line.number)
    return {
        "line": line.number,
        "contract": line.contract,
        "component": str(line.component),
        "title": line.title,
        "from": line.days.start.isoformat(),
        "to": line.days.last_day.isoformat(),
        "quantity": exact(line.quantity),
        "unit": line.unit,
        "unit_price": words.plain(line.unit_price),
        "net": str(line.net.amount),
        "gross": str(line.gross.amount) if line.gross else None,
        "tax_point": line.tax_point.isoformat(),
        "treatment": _full_treatment(line.treatment),
        "corrects": {
            "number": ref.number,
            "line": ref.line,
            "billed": str(ref.billed.amount),
            "due": str(ref.due.amount),
            "reason": ref.reason,
        }
        if ref
        else None,
        "rest": {
            "billed": _text(rest.billed),
            "credited": _text(rest.credited),
            "asked": _text(rest.asked),
            "left": _text(rest.left),
            "corrected_by": [_billed_data(one) for one in rest.corrected_by],
        }
        if rest
        else None,
        "clauses": [_clause_data(clause, found) for clause in runs.clauses_of(line.trace)],
        "trace": words.trace_data(line.trace),
    }


def _clause_data(clause: Clause, found: runs.Explanation) -> dict[str, Any]:
    return {
        "place": str(clause),
        "text": found.words(clause),
        "sha256": clause.text_hash,
        "as_hashed": runs.hashes_to(found.texts, clause),
    }


def _billed_data(line: BilledLine) -> dict[str, Any]:
    return {
        "number": line.document,
        "line": line.line,
        "issue_date": line.issue_date.isoformat(),
        "amount": _text(line.net),
        "counts": line.counts,
        "request": line.request or None,
    }


def _planned_data(planning: Planning) -> dict[str, Any]:
    draft = planning.draft
    return {
        "plan": planning.plan,
        "position": draft.position,
        "status": str(draft.status),
        "as_of": planning.as_of.isoformat(),
        "on": planning.created.isoformat(),
        "since": draft.since.isoformat() if draft.since else None,
        "fingerprint": draft.fingerprint,
        "doubts": [tables.doubt_data(draft, doubt) for doubt in draft.doubts],
        "decisions": [tables.decision_data(decision) for decision in draft.decisions],
    }


def _logged_data(one: Logged) -> dict[str, Any]:
    return {
        "entry": one.sequence,
        "kind": one.kind,
        "on": one.on.isoformat() if one.on else None,
        "who": one.who or None,
        "remark": one.remark or None,
        "sha256": one.hash,
    }


def _text(amount: Money) -> str:
    return str(amount.amount)
