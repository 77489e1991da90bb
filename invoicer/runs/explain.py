"""runs: explain. A paper from clause to cent, out of what was stored with it: nothing is read from today's files."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from invoicer.domain import canonical
from invoicer.domain.document import Document, Draft, Line
from invoicer.domain.entitlement import BilledLine
from invoicer.domain.money import Money, total
from invoicer.domain.trace import Clause, Trace
from invoicer.errors import Place, Problem, RunError
from invoicer.ledger import Ledger, Past, RequestStatus

TERMS = "terms:"
_COMMENT = re.compile(r"""^((?:[^#"]|"[^"]*")*)#.*$""")


@dataclass(frozen=True, slots=True)
class Content:
    """Something that a paper rests on: its ``name`` in the paper, its hash, and its bytes. None where they are not kept any
    more, or are not what was kept."""

    name: str
    sha256: str
    data: bytes | None

    @property
    def text(self) -> str | None:
        """The same as text; None where it is none."""
        try:
            return None if self.data is None else self.data.decode()
        except UnicodeDecodeError:
            return None


@dataclass(frozen=True, slots=True)
class Rest:
    """What became of a line: ``billed`` is what it carried, ``credited`` what later documents took from it, ``asked`` what
    requests that wait will take; amounts as the contract owes them. ``corrected_by`` are the lines of later documents."""

    billed: Money
    credited: Money
    asked: Money
    corrected_by: tuple[BilledLine, ...]

    @property
    def left(self) -> Money:
        """What is left of it."""
        return self.billed - self.credited - self.asked


@dataclass(frozen=True, slots=True)
class Explanation:
    """A document, or a draft of a plan, the ``lines`` of it that are asked for, what it rests on, how it came about, and, of
    a document, what is left of each of these lines (by number)."""

    paper: Draft
    lines: tuple[Line, ...]
    contents: tuple[Content, ...]
    past: Past
    rests: Mapping[int, Rest]

    @property
    def document(self) -> Document | None:
        """The paper where it was issued; None of a draft."""
        return self.paper if isinstance(self.paper, Document) else None

    @property
    def texts(self) -> Mapping[str, str]:
        """The terms that it was made from, as they were, by path."""
        return {
            one.name.removeprefix(TERMS): one.text for one in self.contents if one.name.startswith(TERMS) and one.text
        }

    def words(self, clause: Clause) -> str:
        """The text of a clause; "" where it is not kept."""
        return clause_words(self.texts, clause)


def clause_words(texts: Mapping[str, str], clause: Clause) -> str:
    """The text of a clause, its lines joined to one, without comments; "" where its file is not among the texts."""
    lines = texts.get(clause.file, "").split("\n")[clause.line - 1 : clause.end_line]
    return " ".join(" ".join(_COMMENT.sub(r"\1", line) for line in lines).split())


def hashes_to(texts: Mapping[str, str], clause: Clause) -> bool | None:
    """Whether the kept text of a clause has the hash that the paper says; None where it is not kept."""
    if clause.file not in texts:
        return None
    lines = texts[clause.file].split("\n")[clause.line - 1 : clause.end_line] or [""]
    lines[-1] = lines[-1][: clause.end_column - 1]
    lines[0] = lines[0][clause.column - 1 :]
    return canonical.sha256("\n".join(lines)) == clause.text_hash


def clauses_of(trace: Trace) -> tuple[Clause, ...]:
    """The clauses that a trace rests on, each once, in the order of their first use."""
    seen: dict[Clause, None] = {}

    def visit(one: Trace) -> None:
        if one.clause:
            seen.setdefault(one.clause)
        for operand in one.operands:
            visit(operand)

    visit(trace)
    return tuple(seen)


def explain(ledger: Ledger, number: str, line: int | None = None) -> Explanation:
    """The document of that number, or one line of it. Raises RunError when there is no such document (L140) or line
    (L205)."""
    document = ledger.document(number)
    lines = _lines(document, f"document {number}", line)
    past = ledger.past(number)
    return Explanation(document, lines, _contents(ledger, document), past, _rests(document, lines, past))


def explain_draft(ledger: Ledger, position: int, line: int | None = None, plan: int | None = None) -> Explanation:
    """A draft of a plan (the latest when None), or one line of it. Raises RunError when there is none (L120, L122, L205)."""
    past = ledger.past_of_draft(position, plan)
    assert past.planning is not None
    draft = past.planning.draft.draft
    lines = _lines(draft, f"draft {position} of plan {past.planning.plan}", line)
    return Explanation(draft, lines, _contents(ledger, draft), past, {})


def _lines(paper: Draft, name: str, line: int | None) -> tuple[Line, ...]:
    lines = tuple(one for one in paper.lines if line is None or one.number == line)
    if not lines:
        mend = f"its lines are 1 to {len(paper.lines)}"
        raise RunError(Problem("L205", Place(part=name), f"it has no line {line}", mend))
    return lines


def _contents(ledger: Ledger, paper: Draft) -> tuple[Content, ...]:
    return tuple(Content(name, sha256, _kept(ledger, sha256)) for name, sha256 in sorted(paper.provenance.items()))


def _kept(ledger: Ledger, sha256: str) -> bytes | None:
    """The bytes of that hash, and no others: who wants to know why they are gone calls `verify`."""
    try:
        return ledger.content(sha256)
    except RunError:
        return None


def _rests(document: Document, lines: Iterable[Line], past: Past) -> Mapping[int, Rest]:
    carried = {one.line: one.net for one in past.billed if one.document == document.number}
    rests = {}
    for line in lines:
        billed = carried[line.number]
        after = tuple(one for one in past.billed if one.corrects == (document.number, line.number))
        against = [-one.net for one in after if one.net.amount * billed.amount < 0]
        waits = [one.waiting for one in past.requests if one.status is RequestStatus.WAITING]
        waits = [request for request in waits if request.document == document.number]
        asked = [credit.amount for request in waits for credit in request.lines if credit.line == line.number]
        zero = billed.currency
        rests[line.number] = Rest(billed, total(against, zero), total(asked, zero), after)
    return rests
