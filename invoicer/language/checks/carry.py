"""language: checks of included units that carry over: there are such units, they are used up, and for whole periods."""

from __future__ import annotations

from collections.abc import Iterator

from invoicer.domain.period import Span
from invoicer.domain.price import Model
from invoicer.errors import Problem
from invoicer.language import tree
from invoicer.language.checks.moments import Moment
from invoicer.language.codes import Code, line_of, problem
from invoicer.language.gather import ChargeTerms
from invoicer.language.words import long


def check_carry_over(charge: ChargeTerms, moment: Moment, adds_up: bool, period: Span | None) -> Iterator[Problem]:
    """What does not fit to `unused carry over` at one moment; ``adds_up``: whether the quantity is what was used, so that
    the parts of a period add up; ``period`` is the rating period."""
    line = charge.carry_over
    if line is None:
        return
    at = line.where
    if not charge.included.entries:
        cause = f"nothing is included in `{charge.id}` that could be left"
        yield problem(Code.C118, at, cause, "add a line `included …` with the units that are, or leave out this one")
    elif isinstance(moment.quantity, tree.Quantity):
        cause = (
            f"the quantity of `{charge.id}` is agreed ({line_of(moment.quantity.where, at)}): nothing of it is used up"
        )
        yield problem(Code.C118, at, cause, "leave out the line; or measure what is used, with `usage of …`")
    elif not adds_up:
        cause = f"`{charge.id}` measures a level: what is not reached is not left for later"
        mend = "leave out the line; or add up what is used: `sum of …`, or a level `per day`"
        yield problem(Code.C118, at, cause, mend)
    for priced in moment.prices:
        if isinstance(priced.price, tree.Tiers) and priced.price.model is Model.VOLUME:
            cause = (
                f"with `volume` ({line_of(priced.price.where, at)}) units that are left change the price of all others"
            )
            yield problem(Code.C118, at, cause, "leave out the line, or write `graduated`")
    if line.lifetime and period and not _whole(period, line.lifetime.span):
        span = line.lifetime.span
        cause = f"units are included for each period of {long(period)}, and {long(span)} are no whole number of those"
        yield problem(
            Code.C119, line.lifetime.where, cause, f"write a multiple of {long(period)}, or leave out the length"
        )


def _whole(period: Span, lifetime: Span) -> bool:
    if period.months and lifetime.months:
        return lifetime.months % period.months == 0
    return bool(period.days and lifetime.days) and lifetime.days % period.days == 0
