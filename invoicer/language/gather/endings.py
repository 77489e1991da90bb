"""language: how long a contract runs, and what ends it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator

from invoicer.domain.ending import Duration, Giver, Notice, NoticePeriod, Renewal, Termination
from invoicer.domain.trace import Clause
from invoicer.errors import Place
from invoicer.language import tree
from invoicer.language.gather.refunds import refund_of, stated_refund

DAY = dt.timedelta(days=1)


def duration_of(lines: tuple[tree.Node, ...], start: dt.date) -> Duration:
    """From when to when the contract runs by its lines."""
    term, renews = tree.one(lines, tree.Term), tree.one(lines, tree.Renews)
    renewal = Renewal(renews.by.span, renews.notice.span if renews.notice else None) if renews and renews.by else None
    stated = tree.one(lines, tree.NoticeLine)
    notice = NoticePeriod(stated.length.span, stated.to_end_of) if stated else None
    return Duration(start, _term_end(term), renewal, notice, term.length.span if term and term.length else None)


def endings_of(
    document: tree.Document, clause: Callable[[Place, str], Clause]
) -> Iterator[tuple[tree.EndingNode, Notice | Termination]]:
    """The notices and terminations of a contract, each with what it says."""
    for node in document.endings:
        reference = tree.worded(node.lines, "reference")
        where = clause(node.where, reference)
        refund = refund_of(clause, reference, node.lines) if stated_refund(node.lines) else None
        if isinstance(node, tree.NoticeGiven):
            yield node, Notice(node.given.value, node.by or Giver.CUSTOMER, where, refund)
        elif node.agreed:
            yield node, Termination(node.last.value + DAY, node.agreed.value, where, refund)


def _term_end(term: tree.Term | None) -> dt.date | None:
    """The first day after the first term."""
    if term is None:
        return None
    if term.length:
        return term.length.span.after(term.start.value)
    return term.last.value + DAY if term.last else None
