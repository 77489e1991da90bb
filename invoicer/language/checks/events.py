"""language: checks of percentages that are taken of each event, and of the lines about each event."""

from __future__ import annotations

from collections.abc import Iterator

from invoicer.domain.contract import Aggregation
from invoicer.errors import Problem
from invoicer.language import tree
from invoicer.language.checks.moments import Moment
from invoicer.language.codes import Code, line_of, problem
from invoicer.language.gather import ChargeTerms, Terms

Line = tree.EachEvent | tree.FirstEvents | tree.FirstAmount
_WORDS = {tree.EachEvent: "each event", tree.FirstEvents: "first … events free", tree.FirstAmount: "first … free"}


def check_events(terms: Terms, charge: ChargeTerms, moment: Moment) -> Iterator[Problem]:
    """What does not fit together where each event is priced by itself, at one moment."""
    lines = [one for one in (moment.each_event, moment.first_events, moment.first_amount) if one]
    shares = [priced.price for priced in moment.prices if isinstance(priced.price, tree.Share)]
    for line in lines if lines and not _ever_shares(charge) else ():
        yield _about_no_share(moment, line)
    if shares and (lines or any(share.fixed for share in shares)):
        reason: tree.Node = next((share.fixed for share in shares if share.fixed), None) or lines[0]
        yield from _countable(terms, moment, shares[0], reason)
    if moment.each_event:
        yield from _bounds(moment.each_event, shares)
    if moment.first_amount and moment.first_amount.amount.value == 0:
        cause = "a free amount of nothing says nothing"
        yield problem(Code.C117, moment.first_amount.where, cause, "leave out the line, or state the amount")


def _ever_shares(charge: ChargeTerms) -> bool:
    """Whether some price of the charge, at some time, is a percentage of a meter: the lines are about that one."""
    return any(isinstance(priced.price, tree.Share) for entry in charge.price.entries for priced in entry.value)


def _about_no_share(moment: Moment, line: Line) -> Problem:
    there = line_of(moment.prices[0].price.where, line.where)
    cause = f"`{_WORDS[type(line)]}` is about a percentage of each event; the price of {there} is none"
    mend = "write a price such as `2.99% of card-volume`, or leave out the line"
    if isinstance(line, tree.FirstEvents):
        mend = "units that are free are stated with `included …`; " + mend
    return problem(Code.C115, line.where, cause, mend)


def _countable(terms: Terms, moment: Moment, share: tree.Share, reason: tree.Node) -> Iterator[Problem]:
    """Whether single events can be told apart: those of a meter that adds up amounts, and nothing else."""
    because = f"each event is priced by itself ({line_of(reason.where, share.meter.where)})"
    if share.meter.text in terms.inputs:
        cause = f"{because}, and a declared input such as `{share.meter}` has no events"
        yield problem(
            Code.C116, share.meter.where, cause, "take the percentage of a meter, or leave out what is per event"
        )
    block = terms.meters.get(share.meter.text)
    measure = tree.one(block.lines, tree.Measure) if block else None
    if measure and (measure.aggregation is not Aggregation.SUM or measure.per_day):
        cause = f"{because}, so `{share.meter}` must add up what the events are about"
        field = measure.field.text if measure.field else "amount"
        yield problem(Code.C116, measure.where, cause, f"write `sum of {field}`")
    if isinstance(moment.quantity, tree.Usage) and moment.quantity.rounded:
        cause = f"the sum of the events is rounded, but {because}"
        yield problem(Code.C116, moment.quantity.rounded.where, cause, "leave out the rounding")
    if moment.included:
        cause = f"included units are taken off the sum of the events, but {because}"
        yield problem(Code.C116, moment.included.where, cause, "write `first 500.00 EUR free` or `first 3 events free`")


def _bounds(line: tree.EachEvent, shares: list[tree.Share]) -> Iterator[Problem]:
    least, most = line.least, line.most
    if least and most and least.currency == most.currency and least.value > most.value:
        cause = f"each event costs at least {least.value:f} and at most {most.value:f}"
        yield problem(Code.C034, least.where, cause, "mend one of the two amounts")
        return
    for fixed in (share.fixed for share in shares):
        if fixed and most and fixed.currency == most.currency and fixed.value >= most.value:
            cause = f"each event costs {most.value:f} at most, and its fixed part is {fixed.value:f} already "
            cause += f"({line_of(fixed.where, most.where)}): the percentage never counts"
            yield problem(
                Code.C117, most.where, cause, "mend one of the two amounts; what an event costs includes both"
            )
