"""language: checks of the examples beside a contract: each can be worked out, and expects something."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator

from invoicer.errors import Problem
from invoicer.language import tree
from invoicer.language.codes import Code, problem
from invoicer.language.gather import Terms, unit_said
from invoicer.language.words import listed, same_unit, suggestion


def check_examples(terms: Terms) -> Iterator[Problem]:
    """What is missing, unknown or contradictory in each `expect` block."""
    titles: dict[str, tree.Example] = {}
    for example in terms.document.examples:
        if example.title in titles:
            other = titles[example.title].heading.line
            cause = f"there is another example “{example.title}” on line {other}"
            yield problem(Code.C003, example.heading, cause, "give each example its own title")
        titles.setdefault(example.title, example)
        yield from _complete(terms, example)
        yield from _named(terms, example)
        yield from _index_values(terms, example)
        yield from _contradictory(example)


def _complete(terms: Terms, example: tree.Example) -> Iterator[Problem]:
    on, known = tree.one(example.lines, tree.InvoiceOn), tree.one(example.lines, tree.KnownOn)
    if on is None:
        mend = "add a line such as `invoice on 2026-01-01`"
        yield problem(Code.C125, example.heading, "the example does not say of which day its invoice is", mend)
    if not tree.every(example.lines, tree.Expectation):
        one = terms.charges[0].id if terms.charges else "fee"
        mend = f"add a line such as `line {one} 360.00 {terms.currency or 'EUR'}` or `no line {one}`"
        yield problem(Code.C126, example.heading, "the example says nothing about what is invoiced", mend)
    seen_from = known or on
    if seen_from and tree.one(terms.lines, tree.Agreed) and seen_from.day.value < terms.main.agreed:
        cause = f"on {seen_from.day.value} the contract was not agreed yet, and nothing of it is known"
        mend = f"add a line `known on {terms.main.agreed}`, or a later day"
        yield problem(Code.C129, seen_from.where, cause, mend)


def _named(terms: Terms, example: tree.Example) -> Iterator[Problem]:
    charges = [charge.id for charge in terms.charges] + [block.id.text for _, block in terms.commitments]
    discounts = {block.id.text: block for _, block in terms.discounts}
    credited = {block.id.text: block for _, block in terms.credits}
    for line in tree.every(example.lines, tree.Expectation):
        component = line.component
        if component is None:
            continue
        if component.charge.text not in charges:
            mend = suggestion(component.charge.text, charges, "charges")
            yield problem(Code.C004, component.charge.where, f"there is no charge `{component.charge}`", mend)
        named = discounts if component.part == "discount" else credited
        if component.name and component.name.text not in named:
            what = "discount" if component.part == "discount" else "service credit"
            mend = suggestion(component.name.text, list(named), f"{what}s")
            yield problem(Code.C127, component.name.where, f"there is no {what} `{component.name}`", mend)
    for given in tree.every(example.lines, tree.Given):
        meter = terms.counter(given.name.text)
        if meter is None:
            mend = suggestion(given.name.text, [*terms.meters, *terms.inputs], "meters and inputs")
            cause = f"there is no meter `{given.name}`" + (", nor such an input" if terms.inputs else "")
            yield problem(Code.C005, given.name.where, cause, mend)
        elif given.unit and (unit := unit_said(meter)) and not same_unit(given.unit.text, unit):
            cause = f"{meter.kind} `{given.name}` counts {unit}, and {given.unit} are given"
            yield problem(Code.C012, given.unit.where, cause, f"write `{unit}`")
        if given.first and given.last and given.last.value < given.first.value:
            cause = f"the days end on {given.last.value}, before they begin on {given.first.value}"
            yield problem(Code.C027, given.last.where, cause, "mend one of the two days")


def _index_values(terms: Terms, example: tree.Example) -> Iterator[Problem]:
    used = {line.series.text for _, block in terms.indexations for line in tree.every(block.lines, tree.RaisesByIndex)}
    for given in tree.every(example.lines, tree.GivenIndex):
        if given.series.text not in used:
            cause = f"no indexation of this contract follows `{given.series}`"
            mend = "leave out the line, or add an indexation that follows the series"
            mend = suggestion(given.series.text, used, "index series") if used else mend
            yield problem(Code.C066, given.series.where, cause, mend)


def _contradictory(example: tree.Example) -> Iterator[Problem]:
    for kind in (tree.InvoiceOn, tree.KnownOn):
        for line in tree.every(example.lines, kind)[1:]:
            first = tree.every(example.lines, kind)[0]
            cause = f"this is stated already on line {first.where.line}"
            yield problem(Code.C002, line.where, cause, "keep one of the two lines")
    about: dict[str, tree.Node] = {}
    for line in tree.every(example.lines, tree.Expectation):
        key = str(line.component or "the total")
        if key in about:
            cause = f"line {about[key].where.line} says already what {f'`{key}`' if line.component else key} comes to"
            yield problem(Code.C128, line.where, cause, "keep one of the two lines")
        about.setdefault(key, line)
    yield from _given_twice(tree.every(example.lines, tree.Given))
    yield from _values_twice(tree.every(example.lines, tree.GivenIndex))


def _given_twice(given: Iterable[tree.Given]) -> Iterator[Problem]:
    found: list[tree.Given] = []
    for one in given:
        same = [other for other in found if other.name.text == one.name.text and _overlap(other, one)]
        if same:
            lines = listed([str(other.where.line) for other in same], "and")
            cause = f"line {lines} gives a quantity of `{one.name}` for the same days"
            yield problem(Code.C128, one.where, cause, "keep one of them, or state other days with `from … to …`")
        found.append(one)


def _values_twice(given: Iterable[tree.GivenIndex]) -> Iterator[Problem]:
    found: dict[tuple[str, dt.date], tree.GivenIndex] = {}
    for one in given:
        other = found.setdefault((one.series.text, one.month.value), one)
        if other is not one:
            cause = f"line {other.where.line} gives the value of {one.month.value:%Y-%m} already"
            yield problem(Code.C128, one.where, cause, "keep one of them")


def _overlap(one: tree.Given, other: tree.Given) -> bool:
    if not (one.first and one.last and other.first and other.last):
        return (one.first is None) == (other.first is None)
    return one.first.value <= other.last.value and other.first.value <= one.last.value
