"""documents: what credits that people asked for mean for the comparison of entitled and billed.

An *error* took from what was billed, so as much is owed again; that is held back while its inputs stand. A *concession*
left what was billed as it was, and the customer paid less; a reduction first uses that up.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

from invoicer.documents.clusters import Cluster
from invoicer.documents.positions import Position
from invoicer.domain.money import Money


@dataclass(frozen=True, slots=True)
class Withheld:
    """An amount that is owed by the terms, and not billed again because it was credited as an error of these lines."""

    positions: tuple[Position, ...]
    net: Money


def after_credits(cluster: Cluster) -> tuple[Cluster | None, Withheld | None]:
    """The cluster as it is to be settled (None: nothing is), and what is held back in it."""
    positions = [reach.position for reach in cluster.positions]
    if not any(position.held or position.conceded for position in positions):
        return cluster, None
    billed = sum((position.remaining.exact for position in positions), Fraction(0))
    held = sum((position.held.exact for position in positions if position.held), Fraction(0))
    conceded = sum((position.conceded.exact for position in positions if position.conceded), Fraction(0))
    more = sum((one.entitlement.net.exact for one in cluster.entitled), Fraction(0)) - billed
    if more * held > 0:
        named = tuple(position for position in positions if position.held)
        return None, Withheld(named, Money.of(more, named[0].line.net.currency))
    if more * conceded < 0:
        if abs(more) <= abs(conceded):
            return None, None
        return _carrying(cluster, left=True), None
    return _carrying(cluster, left=False), None


def _carrying(cluster: Cluster, left: bool) -> Cluster:
    """The cluster with the lines that still carry something: of what counts, or of what is ``left`` after concessions."""
    reaches = []
    for reach in cluster.positions:
        position = reach.position
        amount = position.left if left else position.remaining
        if amount:
            reaches.append(replace(reach, position=Position(position.line, amount, position.days)))
    return replace(cluster, positions=tuple(reaches))
