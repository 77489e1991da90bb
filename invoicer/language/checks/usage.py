"""language: checks of what usage is priced by: rounding of quantities and packages, bounds, ways of counting days."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from invoicer.domain.contract import Aggregation
from invoicer.domain.price import Model
from invoicer.errors import Problem
from invoicer.language import tree
from invoicer.language.checks.events import check_events
from invoicer.language.checks.moments import Moment
from invoicer.language.checks.tables import written
from invoicer.language.codes import Code, problem
from invoicer.language.gather import ChargeTerms, Terms

_WHOLE = (Aggregation.COUNT, Aggregation.UNIQUE)


def check_usage_lines(document: tree.Document) -> Iterator[Problem]:
    """What is wrong with a line of a contract or price list by itself."""
    amended = (block for amendment in document.amendments for block in amendment.blocks)
    for lines in (document.lines, *(block.lines for block in (*document.blocks, *amended))):
        for prorate in tree.every(lines, tree.Prorate):
            ways = list(dict.fromkeys(str(policy) for _, policy in prorate.policies if policy.counts))
            if len(ways) > 1:
                cause = (
                    f"days are counted in two ways, `{ways[0]}` and `{ways[1]}`: the parts of a month would not add up"
                )
                yield problem(Code.C113, prorate.where, cause, "count them in one way for start, change and stop")
        for measure in tree.every(lines, tree.Measure):
            if measure.aggregation.weighted and measure.per_day:
                cause = "a time-weighted meter weighs every moment of the period already: `per day` has no meaning here"
                mend = f"leave out `per day`; or add up one reading a day: `last of {measure.field} per day`"
                yield problem(Code.C114, measure.where, cause, mend)
        for usage in tree.every(lines, tree.Usage):
            if usage.rounded and usage.rounded.step and usage.rounded.step.value == 0:
                cause = "a quantity can't be rounded to 0: nothing would be left of it, or no rounding is meant"
                mend = (
                    "round to units (`rounded to 1`), to decimals (`rounded to 0.01`) or to hundreds (`rounded to 100`)"
                )
                yield problem(Code.C110, usage.rounded.where, cause, mend)


def check_usage_moment(terms: Terms, charge: ChargeTerms, moment: Moment) -> Iterator[Problem]:
    """What does not fit together in a charge for usage, at one moment of its life."""
    yield from _whole_units(terms, moment)
    yield from check_events(terms, charge, moment)


def _whole_units(terms: Terms, moment: Moment) -> Iterator[Problem]:
    """``below 100`` in a graduated table: the hundredth unit belongs to the next band, so units must be whole ones."""
    for band in (
        band
        for priced in moment.prices
        if isinstance(priced.price, tree.Tiers) and priced.price.model is not Model.VOLUME
        for band in priced.price.bands
        if band.below and band.up_to
    ):
        bound = band.up_to.value if band.up_to else Decimal(0)
        if bound != int(bound):
            cause = f"a band of single units can't end below {written(bound)}, within a unit"
            yield problem(Code.C111, band.where, cause, "write `up to`, or a whole number")
        elif moment.quantity and not _counts_whole(terms, moment):
            less, bound_shown = written(bound - 1), written(bound)
            cause = (
                f"half a unit may be used, and `below {bound_shown}` does not say which band the units from {less} to "
            )
            cause += f"{bound_shown} belong to"
            mend = f"write `up to {less}` or `up to {bound_shown}`; or count whole units: `usage of …, rounded up to 1`"
            yield problem(Code.C111, band.where, cause, mend)


def _counts_whole(terms: Terms, moment: Moment) -> bool:
    quantity, included = moment.quantity, moment.included
    if included and included.amount.value != int(included.amount.value):
        return False
    if isinstance(quantity, tree.Quantity):
        return quantity.amount.value == int(quantity.amount.value)
    if not isinstance(quantity, tree.Usage):
        return False
    if quantity.rounded and quantity.rounded.step:
        return quantity.rounded.step.value == int(quantity.rounded.step.value)
    meter = terms.meters.get(quantity.meter.text)
    measure = tree.one(meter.lines, tree.Measure) if meter else None
    return measure is None or measure.aggregation in _WHOLE
