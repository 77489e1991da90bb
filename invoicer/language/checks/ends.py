"""language: checks of stops of discounts, indexations and whatever else counts beside charges."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from invoicer.errors import Problem
from invoicer.language import tree
from invoicer.language.codes import Code, line_of, problem
from invoicer.language.gather import Agreement, Terms
from invoicer.language.words import a


def check_ends(terms: Terms) -> Iterator[Problem]:
    """A name that is two things, a refund of what gives nothing back, a stop after the end."""
    charges = {charge.id: charge.block for charge in terms.charges}
    for name, stops in terms.stops.items():
        meant = [(agreement, block) for agreement, block in terms.beside if block.id.text == name]
        for agreement, stop in stops:
            if meant and name in charges:
                yield _two(stop, charges[name], meant[0][1])
            elif len(meant) > 1 and meant[0][1].kind is not meant[1][1].kind:
                yield _two(stop, meant[0][1], meant[1][1])
            elif meant:
                yield from _refunds(stop, meant[0][1])
                yield from _ended(terms, agreement, stop, *meant[0])


def _two(stop: tree.Stop, one: tree.Block, other: tree.Block) -> Problem:
    lines = f"{line_of(one.where, stop.where)} and {line_of(other.where, stop.where)}"
    cause = f"`{stop.charge}` is {a(one.kind)} and {a(other.kind)} ({lines}): this stop may mean either"
    return problem(Code.C069, stop.charge.where, cause, "give one of them another name")


def _refunds(stop: tree.Stop, block: tree.Block) -> Iterator[Problem]:
    for line in stop.lines:
        cause = f"`{block.id}` is {a(block.kind)}: nothing was paid for it that its stop could give back"
        yield problem(Code.C068, line.where, cause, "leave out the line")


def _ended(
    terms: Terms, agreement: Agreement, stop: tree.Stop, source: Agreement, block: tree.Block
) -> Iterator[Problem]:
    """A stop on or after a day on which it has ended by itself, or by a stop that was agreed before."""
    until, length = tree.dated(block.lines, "until"), tree.one(block.lines, tree.ForFirst)
    since = tree.dated(block.lines, "from")
    ends = [until.value + dt.timedelta(days=1)] if until else []
    if length:
        ends.append(length.length.span.after(since.value if since else source.effective))
    for earlier, _ in terms.stops[block.id.text]:
        if (earlier.agreed, earlier.number) < (agreement.agreed, agreement.number):
            ends.append(earlier.effective)
    if ends and agreement.effective >= min(ends):
        last = min(ends) - dt.timedelta(days=1)
        cause = f"this stop of `{block.id}` from {agreement.effective} has no effect: the {block.kind} ended on {last}"
        yield problem(Code.C022, stop.where, cause, "mend the day, or leave out the line")
