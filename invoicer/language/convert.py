"""language: nodes of the syntax tree → values of the domain, one by one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from decimal import Decimal
from fractions import Fraction

from invoicer.domain.contract import (
    Anchor,
    Billing,
    Bound,
    Fixed,
    InSteps,
    Metered,
    Proration,
    ProrationRules,
    Quantity,
)
from invoicer.domain.deposit import Adjustment, Deposit
from invoicer.domain.events import EventBounds
from invoicer.domain.example import Example, Expected, Given, GivenIndex
from invoicer.domain.inputs import Declared, Input
from invoicer.domain.money import Money
from invoicer.domain.period import Period
from invoicer.domain.price import (
    AllOf,
    AnyOf,
    Band,
    Compare,
    Condition,
    Conditional,
    Flat,
    Free,
    Model,
    Not,
    Once,
    Option,
    Percent,
    PerUnit,
    Price,
    SimplePrice,
    Tiered,
)
from invoicer.domain.trace import Clause, Rounding
from invoicer.errors import DefectError, Place
from invoicer.language import tree
from invoicer.language.gather import measured_unit, split_rate


def to_condition(node: tree.Condition) -> Condition:
    """The condition, with numbers as fractions and texts as they are."""
    match node:
        case tree.Every(parts=parts):
            return AllOf(tuple(map(to_condition, parts)))
        case tree.Either(parts=parts):
            return AnyOf(tuple(map(to_condition, parts)))
        case tree.Negated(part=part):
            return Not(to_condition(part))
        case tree.Compared(subject=subject, comparison=comparison, value=value):
            plain = Fraction(value.value) if isinstance(value, tree.Number) else value.text
            return Compare(subject.text, comparison, plain)


def to_price(lines: tuple[tree.Priced, ...], measured: str | None) -> Price:
    """The price that the lines state together; ``measured`` is the unit of the charge's meter, None without one."""
    if len(lines) == 1 and lines[0].when is None:
        return _simple(lines[0].price, measured)
    return Conditional(
        tuple(Option(to_condition(p.when) if p.when else None, _simple(p.price, measured)) for p in lines)
    )


def to_quantity(node: tree.Counted) -> Quantity:
    """An agreed, a measured or a declared quantity."""
    if isinstance(node, tree.Usage):
        steps = node.rounded
        return Metered(node.meter.text, InSteps(steps.step.value, steps.rounding) if steps and steps.step else None)
    if isinstance(node, tree.Declared):
        return Declared(node.input.text)
    return Fixed(Fraction(node.amount.value), node.unit.text)


def to_input(block: tree.Block, clause: Clause) -> Input:
    """A declared input. Raises DefectError where the checks let one pass that says too little."""
    stated = tree.one(block.lines, tree.Stated)
    if stated is None:
        raise DefectError(f"input {block.id} passed the checks without the periods that it is stated for")
    limits = {limit.kind: Fraction(limit.value.value) for limit in tree.every(block.lines, tree.Limit)}
    return Input(
        id=block.id.text,
        title=block.title or block.id.text,
        unit=measured_unit(block),
        stated=stated.per.span,
        clause=clause,
        additive=tree.one(block.lines, tree.AddsUp) is not None,
        least=limits.get("least", Fraction(0)),
        most=limits.get("most"),
    )


def to_billing(node: tree.Bill) -> Billing:
    """How often, when, and from which day."""
    return Billing(node.every, node.timing, node.anchor or Anchor())


def to_bound(node: tree.Bounded) -> Bound:
    """A minimum or maximum."""
    return Bound(node.amount.value, node.per.span if node.per else None, node.prorated)


def to_event_bounds(node: tree.EachEvent) -> EventBounds:
    """What each event costs at least and at most."""
    return EventBounds(node.least.value if node.least else None, node.most.value if node.most else None)


def to_deposit(node: tree.Deposited) -> Deposit:
    """What is paid before the price is known."""
    return Deposit(node.amount.value, node.instalments)


def to_adjustment(node: tree.AdjustOn | None) -> Adjustment | None:
    """When a deposit is settled."""
    return Adjustment(node.within.span) if node else None


def to_proration(node: tree.Prorate | None) -> ProrationRules:
    """The rules as stated. A moment that is left out counts days as the others do, by days where none says how."""
    stated = dict(node.policies) if node else {}
    counting = next((rule for rule in stated.values() if rule.counts), Proration.BY_DAYS)
    return ProrationRules(*(stated.get(moment, counting) for moment in ("start", "change", "stop")))


def _simple(node: tree.PriceNode, measured: str | None) -> SimplePrice:
    match node:
        case tree.Free():
            return Free()
        case tree.Share(percent=percent, fixed=fixed):
            return Percent(percent.value, fixed.value if fixed else Decimal(0))
        case tree.Tiers(model=model, per=per, bands=bands, packages=packages):
            whole = packages.rounding if packages else Rounding.UP
            return Tiered(Model(model), tuple(_band(model, b) for b in bands), per.span if per else None, whole)
        case tree.Rate(amount=amount, once=True):
            return Once(amount.value)
        case tree.Rate(amount=amount):
            each, length = split_rate(node, measured)
            if each:
                return PerUnit(amount.value, each.unit.text, each.size, length.span if length else None)
            if length is None:
                raise DefectError("the grammar gives no rate without a unit or a period")
            return Flat(amount.value, length.span)


def _band(model: Model, node: tree.Band) -> Band:
    up_to = Fraction(node.up_to.value) if node.up_to else None
    flat = node.flat.value if node.flat else Decimal(0)
    below = node.below and model is Model.VOLUME
    if up_to is not None and node.below and not below:
        up_to -= 1  # the units that bands share out are whole ones here (C111): below 100 is up to 99
    if node.percent:  # 0.30% of the money in the band: 0.30 for each 100
        return Band(up_to, node.percent.value, Decimal(100), flat, below, percent=True)
    return Band(up_to, node.amount.value if node.amount else Decimal(0), node.size, flat, below)


def formerly(lines: Iterable[tree.Node]) -> tuple[str, ...]:
    """The names that something had before."""
    line = tree.one(lines, tree.Renamed)
    return tuple(name.text for name in line.names) if line else ()


def continued_charges(lines: Iterable[tree.Node]) -> tuple[tuple[str, str], ...]:
    """What a charge says that it continues: (charge, contract)."""
    line = tree.one(lines, tree.ContinuesCharge)
    return tuple((charge.text, contract.text) for charge, contract in line.charges) if line else ()


def to_example(node: tree.Example, currency: str, clause: Callable[[Place, str], Clause]) -> Example:
    """The example of an invoice of a contract in that currency; ``clause`` makes the clause of a place."""
    on, known = tree.one(node.lines, tree.InvoiceOn), tree.one(node.lines, tree.KnownOn)
    if on is None:
        raise DefectError(f"example {node.title} passed the checks without a day")

    def expected(line: tree.Expectation) -> Expected:
        component = line.component.key if line.component else ("", "", "")
        amount = Money.of(Fraction(line.amount.value), currency) if line.amount else None
        return Expected(*component, amount, clause(line.where, ""))

    return Example(
        title=node.title,
        on=on.day.value,
        known_on=(known or on).day.value,
        given=tuple(map(_given, tree.every(node.lines, tree.Given))),
        expected=tuple(map(expected, tree.every(node.lines, tree.Expectation))),
        clause=clause(node.heading, ""),
        indices=tuple(
            GivenIndex(one.series.text, one.month.value, Fraction(one.value.value))
            for one in tree.every(node.lines, tree.GivenIndex)
        ),
    )


def _given(node: tree.Given) -> Given:
    days = Period(node.first.value, node.last.value + dt.timedelta(days=1)) if node.first and node.last else None
    events = tuple(Fraction(one.value) for one in node.events)
    return Given(node.name.text, Fraction(node.value.value), days, events)
