"""documents: differences that are held instead of billed, in words."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from invoicer.documents.basis import meets
from invoicer.documents.clusters import hull
from invoicer.documents.credited import Withheld
from invoicer.documents.difference import Difference
from invoicer.documents.positions import ways_out
from invoicer.domain.entitlement import Component
from invoicer.domain.money import total
from invoicer.errors import Place, Problem, Severity


def held_for_age(differences: Iterable[Difference], horizon: dt.date) -> Iterator[Problem]:
    """D001 for each component with differences that lie before the correction horizon."""
    for group in _by_component(differences):
        many = len(group) > 1
        cause = (
            f"{f'{len(group)} differences that come to' if many else 'a difference of'} {_amount(group)} for {_days(group)} "
            f"{'lie' if many else 'lies'} before the correction horizon, {horizon}"
        )
        mend = (
            "check the terms and the usage of those days; if they are right and are to be billed, raise "
            "correction_horizon_months under [policy] in invoicer.toml"
        )
        yield Problem("D001", _place(group), cause, mend, Severity.HOLD)


def held_for_reference(differences: Iterable[Difference]) -> Iterator[Problem]:
    """D002 for each component with a reduction that has no billed line to refer to."""
    for group in _by_component(differences):
        cause = (
            f"a reduction of {_amount(group)} for {_days(group)} has nothing to be taken from: its charge was not billed "
            "for those days and is not due with it"
        )
        mend = "check from when the discount or the maximum counts, and whether its charge is in service on those days"
        yield Problem("D002", _place(group), cause, mend, Severity.HOLD)


def held_for_error(withheld: Iterable[Withheld], reductions: Iterable[Difference]) -> Iterator[Problem]:
    """D003 for each document of which something was credited as an error and would be billed again. ``reductions`` of its
    charges that have nothing else to be taken from wait with it."""
    left = list(reductions)
    groups: dict[tuple[str, str], list[Withheld]] = defaultdict(list)
    for one in withheld:
        groups[one.position.line.document, one.net.currency].append(one)
    for (document, currency), group in sorted(groups.items()):
        lines = sorted({one.position.line.line for one in group})
        amount = total((one.net for one in group), currency)
        listed = f"line{'s' if len(lines) > 1 else ''} {', '.join(map(str, lines))}"
        cause = (
            f"{amount} was credited of {listed} of {document} as an error, and the terms still owe it: it is not billed "
            "again as long as nothing has changed that it rests on"
        )
        waiting = [one for one in left if any(meets(one, held.position.line) for held in group)]
        left = [one for one in left if one not in waiting]
        if waiting:
            cause += f"; a reduction of {_amount(waiting)} for {_days(waiting)} waits with it"
        mend = ways_out(document, [error for one in group for error in one.position.errors])
        place = Place(part=f"contract {group[0].position.line.contract}, document {document}")
        yield Problem("D003", place, cause, mend, Severity.HOLD)


def _by_component(differences: Iterable[Difference]) -> Iterator[list[Difference]]:
    groups: dict[tuple[Component, str], list[Difference]] = defaultdict(list)
    for difference in differences:
        groups[difference.component, difference.net.currency].append(difference)
    return (groups[key] for key in sorted(groups))


def _amount(group: Sequence[Difference]) -> str:
    return str(total((difference.net for difference in group), group[0].net.currency))


def _days(group: Sequence[Difference]) -> str:
    return str(hull(difference.days for difference in group))


def _place(group: Sequence[Difference]) -> Place:
    first = group[0]
    clause = first.entitled.clause if first.entitled else None
    part = f"contract {first.contract}, {first.component}"
    return Place(clause.file, clause.line, clause.column, part=part) if clause else Place(part=part)
