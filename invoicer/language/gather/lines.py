"""language: lines of blocks: what kind a line is, which take the place of which, what is measured, priced per."""

from __future__ import annotations

from decimal import Decimal

from invoicer.language import tree
from invoicer.language.words import same_unit


def line_kind(line: tree.Node) -> str:
    """What a line states: lines of one kind stand in each other's place."""
    match line:
        case tree.Priced():
            return "price"
        case tree.Quantity() | tree.Usage() | tree.Declared():
            return "quantity"
        case tree.Dating():
            return "starts" if line.kind == "on" else line.kind
        case tree.Bounded() | tree.Wording():
            return line.kind
        case tree.CreditRow():
            return "row"
        case tree.Limit():
            return f"at {line.kind}"
        case tree.Party():
            return line.role
        case tree.PercentOff() | tree.AmountOff() | tree.VolumeOff():
            return "off"
        case tree.RaisesByIndex() | tree.RaisesByPercent():
            return "raises"
        case tree.IndexLimit():
            return line.kind
        case tree.Acknowledge(code=code):
            return f"acknowledge {code}"
        case _:
            return type(line).__name__.lower()


def take_over(listed: tuple[tree.Node, ...], own: tuple[tree.Node, ...]) -> tuple[tree.Node, ...]:
    """The lines of a price list's charge with the contract's own in place of those of their kind. Own price steps
    take the place of the list's steps only, unless the contract states a price from the beginning."""
    replaced = {line_kind(line) for line in own} - {"price"}
    own_prices = tree.every(own, tree.Priced)
    all_prices = any(price.since is None for price in own_prices)

    def stays(line: tree.Node) -> bool:
        if isinstance(line, tree.Priced):
            return not all_prices and not (own_prices and line.since)
        return line_kind(line) not in replaced

    return (*filter(stays, listed), *own)


def measured_unit(meter: tree.Block) -> str:
    """The unit of a meter: as stated, or the name of what it aggregates, or events."""
    stated, measure = tree.one(meter.lines, tree.MeterUnit), tree.one(meter.lines, tree.Measure)
    if stated:
        return stated.unit.text
    return measure.field.text if measure and measure.field else "events"


def unit_said(counter: tree.Block) -> str | None:
    """The unit of a meter or an input; None where nothing readable tells it: an input without a unit, a meter without a
    unit and without what it measures."""
    stated, measure = tree.one(counter.lines, tree.MeterUnit), tree.one(counter.lines, tree.Measure)
    return measured_unit(counter) if stated or measure else None


def split_rate(rate: tree.Rate, unit: str | None) -> tuple[tree.Each | None, tree.Length | None]:
    """What a rate is per: a unit, a period, or both. A measured unit that is also a word for time (4.00 EUR per day
    of rental) is the unit; ``unit`` is the measured one, None where nothing is measured."""
    each = next((per for per in rate.per if isinstance(per, tree.Each)), None)
    length = next((per for per in rate.per if isinstance(per, tree.Length)), None)
    if each is None and length is not None and unit and same_unit(str(length.span.unit), unit):
        return tree.Each(length.where, Decimal(length.span.count), tree.Name(length.where, unit)), None
    return each, length
