"""language: when amendments stop what counts beside charges: discounts, indexations, commitments."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from invoicer.domain.timeline import Dated, Timeline
from invoicer.domain.trace import Clause
from invoicer.errors import Place
from invoicer.language import tree
from invoicer.language.gather.terms import Agreement

Ends = Mapping[str, Timeline[None]]


def ends_of(
    blocks: Sequence[tree.Block],
    stops: Mapping[str, Sequence[tuple[Agreement, tree.Stop]]],
    clause: Callable[[Place, str], Clause],
) -> Ends:
    """The stops of each of these blocks that has any, by its id."""
    return {
        block.id.text: Timeline(
            tuple(
                Dated(a.effective, a.agreed, None, clause(stop.where, a.reference), a.number)
                for a, stop in stops[block.id.text]
            )
        )
        for block in blocks
        if block.id.text in stops
    }
