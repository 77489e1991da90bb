"""documents: VAT that prices include is taken out of the lines.

The VAT of a rate is that of the sum of the agreed amounts: sum × rate ÷ (100 + rate), rounded once. The lines get their
net amounts by the running total, so that nets and VAT add up to exactly what was agreed. A line that takes back a whole
line of an earlier document has the net amount that this one had.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from fractions import Fraction

from invoicer.documents.context import Context
from invoicer.documents.totals import tax_row
from invoicer.domain.document import Line
from invoicer.domain.money import Money


def without_tax(lines: Sequence[Line], context: Context) -> tuple[Line, ...]:
    """The lines of a document whose ``net`` is still the agreed amount, each with ``gross`` and the ``net`` within it.
    Lines of prices without tax stay as they are."""
    inclusive = [line for line in lines if line.treatment.includes_tax]
    nets: dict[int, Money] = {}
    groups: dict[tuple[str, str, Fraction, str], list[Line]] = defaultdict(list)
    for line in inclusive:
        before = _as_billed(line, context)
        if before is None:
            groups[tax_row(line.treatment)].append(line)
        else:
            nets[line.number] = before if line.net.amount * before.amount > 0 else -before
    for group in groups.values():
        nets.update(_shared(group))
    return tuple(
        replace(line, gross=line.net, net=nets[line.number]) if line.number in nets else line for line in lines
    )


def _as_billed(line: Line, context: Context) -> Money | None:
    """The net amount of the line that is taken back whole; None for any other line."""
    if line.corrects is None or line.corrects.due:
        return None
    original = next(one for one in context.original(line.corrects.number).lines if one.number == line.corrects.line)
    return original.net if original.gross is not None and abs(original.gross) == abs(line.net) else None


def _shared(lines: Iterable[Line]) -> Iterable[tuple[int, Money]]:
    """The net amounts of lines of one rate, by the running total of what was agreed."""
    agreed, taken = Fraction(0), Fraction(0)
    for line in lines:
        percent = Fraction(line.treatment.percent)
        agreed += line.net.exact
        tax = Money.of(agreed * percent / (100 + percent), line.net.currency).exact
        yield line.number, Money.of(line.net.exact - (tax - taken), line.net.currency)
        taken = tax
