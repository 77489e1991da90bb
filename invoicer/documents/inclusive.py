"""documents: VAT that prices include is taken out of the lines.

The VAT of a rate is that of the sum of the agreed amounts: sum × rate ÷ (100 + rate), rounded once. The lines get their
net amounts by the running total, so that nets and VAT add up to exactly what was agreed. A line that gives back
something of an earlier document takes from the net amount which the line had there, in proportion: in however many parts
a line is given back, its net amount and its VAT are given back to the cent.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from fractions import Fraction

from invoicer.documents.context import Context
from invoicer.documents.totals import tax_row
from invoicer.domain.document import Line, LineReference
from invoicer.domain.money import Money


def without_tax(lines: Sequence[Line], context: Context) -> tuple[Line, ...]:
    """The lines of a document whose ``net`` is still the agreed amount, each with ``gross`` and the ``net`` within it.
    Lines of prices without tax stay as they are."""
    nets: dict[int, Money] = {}
    groups: dict[tuple[str, str, Fraction, str], list[Line]] = defaultdict(list)
    for line in lines:
        if not line.treatment.includes_tax:
            continue
        if line.corrects is not None and _gives_back(line.corrects):
            nets[line.number] = _corrected(line, line.corrects, context)
        else:
            groups[tax_row(line.treatment)].append(line)
    for group in groups.values():
        nets.update(_shared(group))
    return tuple(
        replace(line, gross=line.net, net=nets[line.number]) if line.number in nets else line for line in lines
    )


def _gives_back(corrects: LineReference) -> bool:
    """Whether a part or all of what the line carried is given back, and nothing more."""
    billed, due = corrects.billed.exact, corrects.due.exact
    return 0 <= due < billed or billed < due <= 0


def _corrected(line: Line, corrects: LineReference, context: Context) -> Money:
    """The net amount that is given back: what that of the original was for the amount before, less what it was for the
    amount after, each rounded once. What is given back of a line so adds up to its net amount."""
    original = next(one for one in context.original(corrects.number).lines if one.number == corrects.line)
    before, after = (
        Money.of(original.net.exact * amount.exact / original.agreed.exact, line.net.currency)
        for amount in (corrects.billed, corrects.due)
    )
    return before - after if line.net == corrects.billed - corrects.due else after - before


def _shared(lines: Iterable[Line]) -> Iterable[tuple[int, Money]]:
    """The net amounts of lines of one rate, by the running total of what was agreed."""
    agreed, taken = Fraction(0), Fraction(0)
    for line in lines:
        percent = Fraction(line.treatment.percent)
        agreed += line.net.exact
        tax = Money.of(agreed * percent / (100 + percent), line.net.currency).exact
        yield line.number, Money.of(line.net.exact - (tax - taken), line.net.currency)
        taken = tax
