"""language: gathered indexations → the domain's. Only for terms without errors."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal

from invoicer.domain.indexation import ByIndex, ByPercent, Indexation
from invoicer.domain.stop import Stopped
from invoicer.domain.timeline import Timeline
from invoicer.domain.trace import Clause
from invoicer.errors import DefectError, Place
from invoicer.language import tree
from invoicer.language.gather import Agreement


def to_indexation(
    agreement: Agreement, block: tree.Block, ends: Timeline[None] | None, clause: Callable[[Place, str], Clause]
) -> Indexation:
    """The indexation of a block, agreed by the contract or an amendment."""
    raises = tree.one(block.lines, tree.RaisesByIndex) or tree.one(block.lines, tree.RaisesByPercent)
    adjusts, until = tree.one(block.lines, tree.Adjusts), tree.dated(block.lines, "until")
    if raises is None or adjusts is None:
        raise DefectError(f"indexation {block.id} passed the checks without a line")
    limits = {limit.kind: limit.percent.value for limit in tree.every(block.lines, tree.IndexLimit)}
    return Indexation(
        id=block.id.text,
        title=block.title or block.id.text,
        clause=clause(block.where, tree.worded(block.lines, "clause") or agreement.reference),
        how=_how(block, raises),
        charges=tuple(name.text for name in raises.charges) or None,
        agreed=agreement.agreed,
        amendment=agreement.number,
        first=adjusts.first.value,
        every=adjusts.every.span if adjusts.every else None,
        end=until.value + dt.timedelta(days=1) if until else None,
        at_least=limits.get("floor"),
        at_most=limits.get("cap"),
        stops=to_stops(ends),
    )


def to_stops(ends: Timeline[None] | None) -> tuple[Stopped, ...]:
    """The stops of something beside charges."""
    return tuple(Stopped(e.effective, e.agreed, e.clause, e.amendment) for e in (ends.entries if ends else ()))


def _how(block: tree.Block, raises: tree.RaisesNode) -> ByIndex | ByPercent:
    if isinstance(raises, tree.RaisesByPercent):
        return ByPercent(raises.percent.value)
    base = tree.one(block.lines, tree.Base)
    if base is None:
        raise DefectError(f"indexation {block.id} passed the checks without a base")
    plus = (raises.plus.value if raises.plus else Decimal(0)) - (raises.minus.value if raises.minus else Decimal(0))
    to = base.to.value if base.to else None
    revised = tree.one(block.lines, tree.Revised) is not None
    return ByIndex(raises.series.text, base.month.value, to, plus, revised)
