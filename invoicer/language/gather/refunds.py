"""language: what an end gives back, from the lines of whoever says so."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from invoicer.domain.refund import Refund, ShortRate
from invoicer.domain.trace import Clause
from invoicer.errors import Place
from invoicer.language import tree

Lines = Sequence[tree.Node]


def stated_refund(*levels: Lines) -> tuple[tree.Refunding, tree.ShortRateTable | None] | None:
    """The rule of the first of these lines that state one (an end's own before the charge's), and the nearest table."""
    rules = (tree.one(lines, tree.Refunding) for lines in levels)
    tables = (tree.one(lines, tree.ShortRateTable) for lines in levels)
    rule = next(filter(None, rules), None)
    return (rule, next(filter(None, tables), None)) if rule else None


def refund_of(clause: Callable[[Place, str], Clause], reference: str, *levels: Lines) -> Refund:
    """What is given back; all that is unused where nobody says. ``reference`` is that of the clause."""
    stated = stated_refund(*levels)
    if stated is None:
        return Refund.UNUSED
    rule, table = stated
    if rule.percent is None:
        written = table.rows if table else ()
        rows = tuple(ShortRate(row.up_to.span if row.up_to else None, row.percent.value) for row in written)
        return Refund(short_rate=rows, clause=clause(table.where if table else rule.where, reference))
    refund = Refund(rule.percent.value)
    return Refund(refund.percent, (), clause(rule.where, reference)) if refund.partial else refund
