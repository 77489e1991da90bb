"""language: gathered service credits → the domain's."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from invoicer.domain.credit import CreditRow, ServiceCredit
from invoicer.domain.timeline import Timeline
from invoicer.domain.trace import Clause
from invoicer.errors import Place
from invoicer.language import tree
from invoicer.language.convert import to_condition
from invoicer.language.gather import Agreement
from invoicer.language.indexing import to_stops


def to_credit(
    agreement: Agreement, block: tree.Block, ends: Timeline[None] | None, clause: Callable[[Place, str], Clause]
) -> ServiceCredit:
    """The service credit that a block states; ``ends`` are its stops, ``clause`` makes the clause of a place."""
    reference = tree.worded(block.lines, "clause") or agreement.reference
    start, until = tree.dated(block.lines, "from"), tree.dated(block.lines, "until")
    judged, crediting = tree.one(block.lines, tree.Judged), tree.one(block.lines, tree.Crediting)
    return ServiceCredit(
        id=block.id.text,
        title=block.title or block.id.text,
        clause=clause(block.where, reference),
        rows=tuple(
            CreditRow(
                row.percent.value,
                tuple(name.text for name in row.charges) or None,
                to_condition(row.when),
                clause(row.where, reference),
            )
            for row in tree.every(block.lines, tree.CreditRow)
        ),
        agreed=agreement.agreed,
        start=start.value if start else agreement.effective,
        end=until.value + dt.timedelta(days=1) if until else None,
        per=judged.per.span if judged and judged.per else None,
        within=judged.within if judged else 0,
        as_note=crediting is not None and crediting.as_note,
        stops=to_stops(ends),
    )
