"""documents: what credits that people asked for mean for the comparison of entitled and billed.

An *error* took from what was billed, so as much is owed again; that is held back while its inputs stand. A *concession*
left what was billed as it was, and the customer paid less; a reduction first uses that up.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

from invoicer.documents.clusters import Cluster
from invoicer.documents.positions import Position
from invoicer.domain.money import Money


@dataclass(frozen=True, slots=True)
class Withheld:
    """An amount that is owed by the terms, and not billed again because it was credited as an error of this line."""

    position: Position
    net: Money


def after_credits(cluster: Cluster) -> tuple[Cluster | None, tuple[Withheld, ...]]:
    """The cluster as it is to be settled (None: nothing is), and what is held back in it. Where more is owed than is held
    back (an error of the same line may be billed again, say), the rest is settled."""
    positions = [reach.position for reach in cluster.positions]
    if not any(position.held or position.conceded for position in positions):
        return cluster, ()
    billed = sum((position.remaining.exact for position in positions), Fraction(0))
    held = sum((position.held.exact for position in positions if position.held), Fraction(0))
    conceded = sum((position.conceded.exact for position in positions if position.conceded), Fraction(0))
    more = sum((one.entitlement.net.exact for one in cluster.entitled), Fraction(0)) - billed
    if more * held > 0:
        withheld = tuple(_withheld(positions, more))
        return (_with_held(cluster) if abs(more) > abs(held) else None), withheld
    if more * conceded < 0:
        if abs(more) <= abs(conceded):
            return None, ()
        return _carrying(cluster, left=True), ()
    return _carrying(cluster, left=False), ()


def _withheld(positions: Iterable[Position], more: Fraction) -> Iterator[Withheld]:
    """What is held back of each line, in all no more than is owed."""
    for position in positions:
        if position.held and more:
            amount = min(position.held.exact, more, key=abs)
            yield Withheld(position, Money.of(amount, position.held.currency))
            more -= amount


def _with_held(cluster: Cluster) -> Cluster:
    """The cluster with what is held back as if it still was billed, so that it is not billed again."""
    reaches = []
    for reach in cluster.positions:
        line, held = reach.position.line, reach.position.held
        amount = reach.position.remaining + held if held else reach.position.remaining
        if amount:
            reaches.append(replace(reach, position=Position(line, amount, reach.position.days, held=held)))
    return replace(cluster, positions=tuple(reaches))


def _carrying(cluster: Cluster, left: bool) -> Cluster:
    """The cluster with the lines that still carry something: of what counts, or of what is ``left`` after concessions."""
    reaches = []
    for reach in cluster.positions:
        position = reach.position
        amount = position.left if left else position.remaining
        if amount:
            reaches.append(replace(reach, position=Position(position.line, amount, position.days)))
    return replace(cluster, positions=tuple(reaches))
