"""documents: the spans over which entitled and billed are compared."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import zip_longest

from invoicer.documents.positions import Position
from invoicer.domain.entitlement import Entitlement, Treated
from invoicer.domain.period import Period


@dataclass(frozen=True, slots=True)
class Reach:
    """A position with the ``days`` of it that are compared: all that it has, or those before a new schedule."""

    position: Position
    days: Period

    def straddles(self, day: dt.date) -> bool:
        """Whether days of it lie on both sides of the beginning of that day."""
        return self.days.start < day < self.days.end


@dataclass(frozen=True, slots=True)
class Cluster:
    """What is owed and what was billed for the same days: the smallest span on whose edges both agree.

    ``positions`` stand by days and then by age, ``entitled`` by days.
    """

    entitled: tuple[Treated, ...]
    positions: tuple[Reach, ...]

    @property
    def days(self) -> Period:
        """From the first to the last day of both."""
        return hull([*(e.entitlement.days for e in self.entitled), *(p.days for p in self.positions)])


def hull(periods: Iterable[Period]) -> Period:
    """From the first to the last day of all the periods."""
    listed = list(periods)
    return Period(min(period.start for period in listed), max(period.end for period in listed))


def clusters(entitled: Sequence[Treated], positions: Sequence[Position], through: dt.date) -> Iterator[Cluster]:
    """The clusters of one component; both sides are alike in parties, currency, treatment, and in being one-off or not."""
    one_off = any(owed.entitlement.one_off for owed in entitled) or any(position.line.one_off for position in positions)
    return _one_off_clusters(entitled, positions) if one_off else _recurring_clusters(entitled, positions, through)


def _recurring_clusters(
    entitled: Sequence[Treated], positions: Sequence[Position], through: dt.date
) -> Iterator[Cluster]:
    """By days of service. Where a new schedule begins inside of billed days, what was billed is compared for the days
    before only, and the new periods stand for themselves: the unused days come back. A change that lies wholly in the past
    is left together with what it replaces, so that one that changes no amount changes nothing."""
    for cluster in _connected(entitled, [Reach(position, position.days) for position in positions]):
        yield from _split(cluster, through)


def _one_off_clusters(entitled: Sequence[Treated], positions: Sequence[Position]) -> Iterator[Cluster]:
    """By charge: an amount that moved to another day is still the same amount. Equal days belong together first, what is
    left in the order of its days."""
    billed: dict[Period, list[Reach]] = defaultdict(list)
    for position in positions:
        billed[position.days].append(Reach(position, position.days))
    left = []
    for owed in sorted(entitled, key=_first_days):
        if reaches := billed.pop(owed.entitlement.days, None):
            yield Cluster((owed,), tuple(reaches))
        else:
            left.append(owed)
    for late, reaches in zip_longest(left, (billed[days] for days in sorted(billed))):
        yield Cluster((late,) if late else (), tuple(reaches or ()))


def _connected(entitled: Iterable[Treated], reaches: Iterable[Reach]) -> Iterator[Cluster]:
    """Everything that overlaps, directly or through others."""
    items: list[tuple[Period, Treated | Reach]] = [(owed.entitlement.days, owed) for owed in entitled]
    items += [(reach.days, reach) for reach in reaches]
    group: list[Treated | Reach] = []
    end = dt.date.min
    for days, item in sorted(items, key=lambda pair: pair[0]):
        if group and days.start >= end:
            yield _cluster(group)
            group = []
        group.append(item)
        end = max(end, days.end)
    if group:
        yield _cluster(group)


def _cluster(group: Sequence[Treated | Reach]) -> Cluster:
    return Cluster(
        tuple(item for item in group if isinstance(item, Treated)),
        tuple(item for item in group if isinstance(item, Reach)),
    )


def _split(cluster: Cluster, through: dt.date) -> Iterator[Cluster]:
    day = _new_schedule(cluster)
    if day is None or _is_past(cluster, day, through):
        yield cluster
        return
    reaches = [
        replace(reach, days=Period(reach.days.start, day)) if _changes_at(reach, day) else reach
        for reach in cluster.positions
    ]
    for part in _connected(cluster.entitled, reaches):
        yield from _split(part, through)


def _new_schedule(cluster: Cluster) -> dt.date | None:
    """The first day on which another schedule than that of a billed line begins inside of its days."""
    starts = {owed.entitlement.billed_from for owed in cluster.entitled}
    return min((day for day in starts if any(_changes_at(reach, day) for reach in cluster.positions)), default=None)


def _changes_at(reach: Reach, day: dt.date) -> bool:
    return reach.straddles(day) and reach.position.line.billed_from != day


def _is_past(cluster: Cluster, day: dt.date, through: dt.date) -> bool:
    """Whether a change of schedule has nothing left to give back: all that is owed lies within the billed days and is due,
    none of the new periods was billed, and what was billed is not just what the days before them come to (then nothing was
    paid for them)."""
    owed = [one.entitlement for one in cluster.entitled]
    billed_to = max(reach.days.end for reach in cluster.positions)
    return (
        all(entitlement.bill_date <= through and entitlement.days.end <= billed_to for entitlement in owed)
        and all(reach.days.start < day for reach in cluster.positions)
        and _amount(one for one in owed if one.days.start < day)
        != sum(reach.position.remaining.exact for reach in cluster.positions)
    )


def _amount(entitlements: Iterable[Entitlement]) -> Fraction:
    return sum((entitlement.net.exact for entitlement in entitlements), Fraction(0))


def _first_days(owed: Treated) -> Period:
    return owed.entitlement.days
