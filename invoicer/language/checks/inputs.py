"""language: checks of declared inputs: they exist, are used, mean one thing, are stated for periods that fit."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

from invoicer.domain.period import Span
from invoicer.errors import Problem
from invoicer.language import tree
from invoicer.language.checks.conditions import compared
from invoicer.language.codes import Code, line_of, problem
from invoicer.language.gather import Terms
from invoicer.language.words import suggestion


def check_inputs(terms: Terms) -> Iterator[Problem]:
    """Inputs that are unknown, share their name, are not used, or are stated for periods that do not fit a discount."""
    yield from _unknown(terms)
    yield from _names(terms)
    yield from _unused(terms)
    asked = [
        (block, line)
        for _, block in terms.discounts
        for line in tree.every(block.lines, tree.When)
        if any(name.text in terms.inputs for name in subjects(line.condition))
    ]
    for block, line in asked:
        named = {name.text for off in block.lines if isinstance(off, tree.OffNode) for name in off.charges}
        yield from fitting(terms, subjects(line.condition), _spans(terms, named))


def _spans(terms: Terms, named: Collection[str]) -> list[Span]:
    """The lengths of the billing periods of the named charges (of all where none is named), each once."""
    charges = filter(None, map(terms.charge, named)) if named else terms.charges
    return list(dict.fromkeys(e.value.every for c in charges if not c.one_off for e in c.billing.entries))


def subjects(condition: tree.Condition | None) -> Iterator[tree.Name]:
    """What a condition asks about."""
    yield from (part.subject for part in compared(condition))


def fitting(
    terms: Terms, names: Iterable[tree.Name], needed: Sequence[Span], *, judged: bool = False
) -> Iterator[Problem]:
    """A problem for each of the inputs that is stated for periods out of which no figure for the needed ones follows:
    figures that add up make those of whole multiples, others hold within their own period only. ``judged``: it is a service
    credit that needs them."""
    for name in names:
        block = terms.inputs.get(name.text)
        stated = tree.one(block.lines, tree.Stated) if block else None
        if block is None or stated is None:
            continue
        adds_up, own = tree.one(block.lines, tree.AddsUp) is not None, stated.per.span
        for span in dict.fromkeys(needed):
            if consists_of(span, own) if adds_up else consists_of(own, span):
                continue
            cause = (
                f"`{name}` is stated per {own} ({line_of(stated.where, name.where)}), and a figure per {span} is needed"
            )
            if judged:
                mend = f"write `judged per {own}`, or `stated per {span}`"
            elif consists_of(span, own):
                mend = (
                    f"write `stated per {span}`; or `adds up`, if the figures of its parts add up to that of a {span}"
                )
            else:
                mend = f"write `stated per {span}`, or bill per {own}"
            yield problem(Code.C080, name.where, cause, mend)
            break


def consists_of(whole: Span, part: Span) -> bool:
    """Whether it consists of such parts, however long its months are."""
    if part.months and whole.months:
        return whole.months % part.months == 0
    return part.days == 1 or (bool(part.days and whole.days) and whole.days % part.days == 0)


def _unknown(terms: Terms) -> Iterator[Problem]:
    for charge in terms.charges:
        for entry in charge.quantity.entries:
            if isinstance(entry.value, tree.Declared) and entry.value.input.text not in terms.inputs:
                name = entry.value.input
                mend = suggestion(name.text, list(terms.inputs), "inputs")
                if name.text in terms.meters:
                    mend = f"`{name}` is a meter: write `usage of {name}`"
                yield problem(Code.C078, name.where, f"there is no input `{name}`", mend)


def _names(terms: Terms) -> Iterator[Problem]:
    """In a condition the name of an input stands beside those of charges, and in a percentage beside those of meters."""
    for name, block in terms.inputs.items():
        other = terms.meters.get(name) or next((charge.block for charge in terms.charges if charge.id == name), None)
        if other is not None:
            there = line_of(other.id.where, block.id.where)
            cause = f"input and {other.kind} have one name, `{name}`; the {other.kind} is on {there}"
            yield problem(Code.C003, block.id.where, cause, "give one of them another name")


def _unused(terms: Terms) -> Iterator[Problem]:
    used = {name.text for charge in terms.charges for name in charge.counters}
    used |= {name.text for condition in _conditions(terms) for name in subjects(condition)}
    own = [*terms.document.blocks, *(block for _, amendment in terms.amendments for block in amendment.blocks)]
    for block in own:
        if block.kind is tree.BlockKind.INPUT and block.id.text not in used:
            cause = f"nothing uses input `{block.id}`"
            mend = f"add `declared {block.id}` to a charge or ask for it in a condition; or leave out the input"
            yield problem(Code.C079, block.id.where, cause, mend)


def _conditions(terms: Terms) -> Iterator[tree.Condition]:
    for charge in terms.charges:
        for entry in charge.price.entries:
            yield from (priced.when for priced in entry.value if priced.when)
    for _, block in terms.discounts:
        yield from (line.condition for line in tree.every(block.lines, tree.When))
    for _, block in terms.credits:
        yield from (row.when for row in tree.every(block.lines, tree.CreditRow))
