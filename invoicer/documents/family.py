"""documents: entitled minus billed, for contracts that go on in each other.

When a contract is continued by others, a line that it was billed may reach beyond the day: what is owed for its days is then
owed in part by the old contract and in part by those that continue it. Around such a line they are compared together, as if
the charges were one; everywhere else each contract is compared by itself. So a continuation that changes no amount makes no
document, and one that does is credited or invoiced against the line that was billed.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from invoicer.documents.causes import explained
from invoicer.documents.compare import compare
from invoicer.documents.difference import Comparison, Difference
from invoicer.documents.whole import kept_whole
from invoicer.domain.contract import Contract
from invoicer.domain.entitlement import BilledLine, Component, Entitlement, Part, Treated
from invoicer.domain.period import Period
from invoicer.domain.succession import Key
from invoicer.errors import Problem


@dataclass(frozen=True, slots=True)
class Member:
    """A contract of the family with what it is owed and what documents carry of it; from the day ``handed_on`` others have
    it (None: nobody)."""

    contract: Contract
    treated: Sequence[Treated]
    billed: Sequence[BilledLine]
    handed_on: dt.date | None = None


def compare_family(
    members: Sequence[Member], roots: Mapping[Key, Key], *, through: dt.date, horizon: dt.date | None = None
) -> Comparison:
    """What contracts that have to do with each other by succession are still to be billed or given back.

    ``roots`` has, for each charge that goes on in another one, one key for all that are the same. As :func:`compare`
    otherwise; a difference bears the contract of the line that it corrects, a new supply that of what is owed.
    """
    windows = _windows(members, roots)
    translation = _Translation(roots, windows)
    treated = [translation.owed(one) for member in members for one in member.treated]
    billed = [translation.line(one) for member in members for one in member.billed]
    days = {member.handed_on for member in members}
    treated = kept_whole(
        _in_one_schedule(treated, billed, days), billed, {"@".join(root): spans for root, spans in windows.items()}
    )
    found = compare(treated, billed, through=through, horizon=horizon)
    back = [translation.back(one) for one in found.differences]
    told: list[Difference] = []
    for member in members:
        mine = [one for one in back if one.contract == member.contract.id]
        told += explained(mine, member.contract, through)
    return Comparison(
        tuple(told),
        tuple(map(translation.said, found.holds)),
        tuple(map(translation.said, found.withheld)),
        tuple((translation.about(one), net) for one, net in found.apart),
    )


def _windows(members: Sequence[Member], roots: Mapping[Key, Key]) -> Mapping[Key, tuple[Period, ...]]:
    """For each charge that goes on the days in which it is compared together: those of lines that reach beyond the day on
    which others got it, and whatever meets those."""
    reaching: dict[Key, list[Period]] = defaultdict(list)
    others: dict[Key, list[Period]] = defaultdict(list)
    for member in members:
        for line in member.billed:
            root = roots.get((member.contract.id, line.component.charge))
            if root and not line.one_off:
                beyond = member.handed_on is not None and line.days.end > member.handed_on
                (reaching if beyond else others)[root].append(line.days)
        for one in member.treated:
            owed = one.entitlement
            root = roots.get((member.contract.id, owed.component.charge))
            if root and not owed.one_off:
                others[root].append(owed.days)
    return {root: tuple(_grown(days, others[root])) for root, days in reaching.items()}


def _grown(days: Iterable[Period], others: Iterable[Period]) -> Iterator[Period]:
    """Periods with all that overlap them, directly or through others."""
    windows = list(days)
    pending = sorted(others)
    grew = True
    while grew:
        grew = False
        for period in list(pending):
            if any(window.overlaps(period) for window in windows):
                windows.append(period)
                pending.remove(period)
                grew = True
    return iter(windows)


class _Translation:
    """Components under names that are the same where they are compared together, and apart elsewhere; and back. Discounts
    keep no names of their own where they are together: the new contract may call them otherwise."""

    def __init__(self, roots: Mapping[Key, Key], windows: Mapping[Key, tuple[Period, ...]]) -> None:
        self.roots = roots
        self.windows = windows
        self.lines: dict[tuple[str, int], BilledLine] = {}
        self.own: dict[tuple[object, ...], Component] = {}

    def line(self, line: BilledLine) -> BilledLine:
        """A billed line; one that corrects another goes where that one does."""
        self.lines[line.document, line.line] = line
        first = line
        while first.corrects in self.lines and self.lines[first.corrects].component.charge == line.component.charge:
            first = self.lines[first.corrects]
        return replace(line, component=self._component(line.contract, line.component, first.days, line.one_off))

    def owed(self, one: Treated) -> Treated:
        owed = one.entitlement
        component = self._component(owed.contract, owed.component, owed.days, owed.one_off)
        translated = replace(owed, component=component)
        self.own[_place(translated)] = owed.component
        return replace(one, entitlement=translated)

    def about(self, one: BilledLine | Difference) -> BilledLine | Difference:
        return self.back(one) if isinstance(one, Difference) else self.lines[one.document, one.line]

    def said(self, problem: Problem) -> Problem:
        """A problem whose place may name a component."""
        part = problem.where.part
        for (contract, component, *_), own in self.own.items():
            if part == f"contract {contract}, {component}":
                return replace(problem, where=replace(problem.where, part=f"contract {contract}, {own}"))
        for line in self.lines.values():
            if part == f"contract {line.contract}, {self.line(line).component}":
                return replace(
                    problem, where=replace(problem.where, part=f"contract {line.contract}, {line.component}")
                )
        return problem

    def back(self, one: Difference) -> Difference:
        """A difference with the names of what it corrects, or of what is owed."""
        correction, entitled = one.correction, one.entitled
        if entitled is not None:
            entitled = replace(entitled, component=self.own[_place(entitled)])
        if correction is None:
            assert entitled is not None, "a supply rests on what is owed"
            return replace(one, component=entitled.component, entitled=entitled)
        line = self.lines[correction.key]
        correction = replace(correction, line=line)
        return replace(one, contract=line.contract, component=line.component, entitled=entitled, correction=correction)

    def _component(self, contract: str, component: Component, days: Period, one_off: bool) -> Component:
        key = contract, component.charge
        root = self.roots.get(key)
        if root is None or one_off or not any(days.overlaps(one) for one in self.windows.get(root, ())):
            return replace(component, charge="@".join(key))
        return replace(component, charge="@".join(root), name="" if component.part is Part.DISCOUNT else component.name)


def _place(owed: Entitlement) -> tuple[object, ...]:
    return owed.contract, owed.component, owed.days, owed.title, owed.clause


def _in_one_schedule(
    treated: Sequence[Treated], billed: Sequence[BilledLine], handed_on: Collection[dt.date | None]
) -> list[Treated]:
    """What is owed, where a billed period goes on as it was: the rest of it, from the day on which others got it, belongs to
    the schedule that it was billed by, so that nothing of it is given back and billed anew."""
    found = []
    for one in treated:
        owed = one.entitlement
        before = [
            line.billed_from
            for line in billed
            if owed.days.start in handed_on
            and line.component == owed.component
            and line.contract != owed.contract
            and not line.one_off
            and line.days.start < owed.days.start
            and line.days.end == owed.days.end
        ]
        found.append(replace(one, entitlement=replace(owed, billed_from=min(before))) if before else one)
    return found
