"""language: gathered commitments → the domain's. Only for terms without errors."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from invoicer.domain.commitment import Commitment
from invoicer.domain.trace import Clause
from invoicer.errors import DefectError, Place
from invoicer.language import tree
from invoicer.language.convert import formerly
from invoicer.language.gather import Agreement, ChargeTerms, Terms
from invoicer.language.inclusive import includes_tax
from invoicer.language.indexing import to_stops


def to_commitment(
    terms: Terms, agreement: Agreement, block: tree.Block, clause: Callable[[Place, str], Clause]
) -> Commitment:
    """The commitment of a block, agreed by the contract or an amendment."""
    committed, counts = tree.one(block.lines, tree.Committed), tree.one(block.lines, tree.Counts)
    kind, until = supply_of(terms, block), tree.dated(block.lines, "until")
    if committed is None or counts is None or kind is None:
        raise DefectError(f"commitment {block.id} passed the checks without a line")
    return Commitment(
        id=block.id.text,
        title=block.title or block.id.text,
        clause=clause(block.where, tree.worded(block.lines, "clause") or agreement.reference),
        amount=committed.amount.value,
        per=committed.per.span if committed.per else None,
        charges=tuple(name.text for name in counts.charges) or None,
        kind=kind.kind.text,
        agreed=agreement.agreed,
        amendment=agreement.number,
        start=start_of(agreement, block),
        end=until.value + dt.timedelta(days=1) if until else None,
        prorated=tree.one(block.lines, tree.Prorated) is not None,
        includes_tax=any(includes_tax(terms, charge) for charge in counted(terms, block)[:1]),  # they are alike (C048)
        stops=to_stops(terms.ends.get(block.id.text)),
        formerly=formerly(block.lines),
    )


def start_of(agreement: Agreement, block: tree.Block) -> dt.date:
    """The first day of its first period: of its own, else of the contract or amendment."""
    since = tree.dated(block.lines, "from")
    return since.value if since else agreement.effective


def supply_of(terms: Terms, block: tree.Block) -> tree.Supply | None:
    """The supply kind of its shortfall: its own, else the contract's."""
    return tree.one(block.lines, tree.Supply) or tree.one(terms.lines, tree.Supply)


def counted(terms: Terms, block: tree.Block) -> tuple[ChargeTerms, ...]:
    """The charges that count towards it."""
    counts = tree.one(block.lines, tree.Counts)
    if counts is None:
        return ()
    if not counts.charges:
        return terms.charges
    named = dict.fromkeys(name.text for name in counts.charges)
    return tuple(charge for name in named if (charge := terms.charge(name)))
