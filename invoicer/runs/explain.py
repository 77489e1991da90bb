"""runs: explain. An issued line from clause to cent, out of what was stored with its document."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from invoicer.domain.document import Document, Line
from invoicer.domain.trace import Clause
from invoicer.errors import Place, Problem, RunError
from invoicer.ledger import Ledger

TERMS = "terms:"
_COMMENT = re.compile(r"""^((?:[^#"]|"[^"]*")*)#.*$""")


@dataclass(frozen=True, slots=True)
class Explanation:
    """The lines to explain and the terms that they were made from, as they were (by path)."""

    document: Document
    lines: tuple[Line, ...]
    texts: Mapping[str, str]

    def words(self, clause: Clause) -> str:
        """The text of a clause; "" where it is not kept."""
        return clause_words(self.texts, clause)


def clause_words(texts: Mapping[str, str], clause: Clause) -> str:
    """The text of a clause, its lines joined to one, without comments; "" where its file is not among the texts."""
    lines = texts.get(clause.file, "").split("\n")[clause.line - 1 : clause.end_line]
    return " ".join(" ".join(_COMMENT.sub(r"\1", line) for line in lines).split())


def explain(ledger: Ledger, number: str, line: int | None = None) -> Explanation:
    """The document of that number, or one line of it. Raises RunError when there is no such document or line."""
    document = ledger.document(number)
    lines = tuple(one for one in document.lines if line is None or one.number == line)
    if not lines:
        mend = f"its lines are 1 to {len(document.lines)}"
        raise RunError(Problem("L205", Place(part=f"document {number}"), f"it has no line {line}", mend))
    texts = {
        name.removeprefix(TERMS): ledger.content(sha256).decode()
        for name, sha256 in document.provenance.items()
        if name.startswith(TERMS)
    }
    return Explanation(document, lines, texts)
