"""documents: entitled minus billed, for one contract."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from invoicer.documents.basis import marked, meets, standing
from invoicer.documents.causes import explained
from invoicer.documents.clusters import Cluster, clusters
from invoicer.documents.concessions import carried_over
from invoicer.documents.credited import Withheld, after_credits
from invoicer.documents.difference import Comparison, Difference, parties_of
from invoicer.documents.holds import held_for_age, held_for_error, held_for_reference
from invoicer.documents.join import joined
from invoicer.documents.positions import Position, open_positions
from invoicer.documents.settle import settle
from invoicer.domain.contract import Contract
from invoicer.domain.entitlement import BilledLine, Component, Entitlement, Treated
from invoicer.domain.money import Money


def compare(
    treated: Sequence[Treated],
    billed: Sequence[BilledLine],
    *,
    through: dt.date,
    horizon: dt.date | None = None,
    contract: Contract | None = None,
) -> Comparison:
    """What one contract is still to be billed or given back, up to the bill date ``through``.

    ``treated`` is all that the contract is owed: whatever is due by ``through``, and beyond that whatever lies before the
    last day billed. ``billed`` is all that documents carry of the contract. For each component the two are compared over
    the union of their days, apart for each seller, registration, buyer, currency and treatment: what was billed under
    other ones is so credited whole, and billed anew under those of today. Applying the differences and comparing again
    yields nothing.

    A difference in days that all lie before ``horizon`` is held instead (D001), and so is a reduction that has no billed
    line to refer to (D002). ``contract``, as agreed by ``through``, names the clause by which something is not owed any
    more; without it that stays open. Neither the order of ``treated`` nor that of ``billed`` matters.

    What was credited as an error is withheld (D003) until what it was owed upon has changed, and with it what would be
    taken from it; what was conceded is used up by a reduction before anything more is given back.
    """
    stands = standing(treated, billed)
    positions = open_positions(billed, stands.holding)
    by_component: dict[Component, list[Treated]] = defaultdict(list)
    for owed in treated:
        by_component[owed.entitlement.component].append(owed)
    found: list[Difference] = []
    too_old: list[Difference] = []
    withheld: list[Withheld] = []
    for whole in _clusters(treated, positions, through):
        cluster, held = after_credits(whole)
        withheld += held
        kept = too_old if horizon is not None and whole.days.end <= horizon else found
        if cluster is not None:
            kept.extend(settle(cluster, by_component[_component(whole)], through))
    differences, loose = joined(found, [position for position in positions if position.remaining], through)
    differences = list(marked(explained(differences, contract, through), stands.changed))
    overdue = [difference for difference in too_old if not difference.is_supply or difference.bill_date <= through]
    waiting = [one for one in loose if any(meets(one, held.position.line) for held in withheld)]
    unplaced = [one for one in loose if one not in waiting]
    holds = [*held_for_age(overdue, horizon or dt.date.min), *held_for_reference(unplaced)]
    forgone, told = carried_over(differences, positions, billed)
    told = (*held_for_error(withheld, waiting), *told)
    apart: list[tuple[BilledLine | Difference, Money]] = [(one.position.line, one.net) for one in withheld]
    apart += [(one, one.net) for one in (*overdue, *loose)]
    return Comparison(tuple(sorted((*differences, *forgone), key=_order)), tuple(holds), told, tuple(apart))


def _clusters(treated: Iterable[Treated], positions: Iterable[Position], through: dt.date) -> Iterator[Cluster]:
    """The spans of what may be set against each other, in a fixed order."""
    groups: dict[Any, tuple[list[Treated], list[Position]]] = defaultdict(lambda: ([], []))
    for owed in sorted(treated, key=lambda owed: (owed.entitlement.days, owed.entitlement.bill_date)):
        groups[_kind(owed.entitlement, owed)][0].append(owed)
    for position in positions:
        groups[_kind(position.line, position.line)][1].append(position)
    for kind in sorted(groups):
        yield from clusters(*groups[kind], through)


def _kind(amount: Entitlement | BilledLine, owed: Treated | BilledLine) -> tuple[Any, ...]:
    """What must be equal for two amounts to be set against each other."""
    parties = parties_of(owed)
    return (
        amount.component,
        amount.one_off,
        parties.seller,
        parties.registration,
        parties.customer,
        parties.currency,
        owed.treatment.key,
    )


def _component(cluster: Cluster) -> Component:
    return (
        cluster.entitled[0].entitlement.component if cluster.entitled else cluster.positions[0].position.line.component
    )


def _order(difference: Difference) -> tuple[Any, ...]:
    line = difference.correction.line if difference.correction else None
    return (
        difference.component,
        difference.days,
        (line.document, line.line) if line else ("", 0),
        difference.parties.seller,
        difference.parties.registration,
        difference.parties.customer,
        difference.parties.currency,
        difference.treatment.key,
        difference.carries or ("", 0),
    )
