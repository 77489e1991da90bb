"""engine: discounts, each off what the charge, its bounds and earlier discounts left of a billing period.

Decisions where terms leave room:

* Discounts apply in the order of the text and compound; together they never bring a billing period below zero.
* A discount that counts for a part of the days of a line takes that share of the line by days.
* An amount *per* period is counted like a price per period. An amount *once* falls on the first bill date on which the
  named charges cost something; what they cost less than it lapses.
* An amount off several charges is one amount: charges billed on the same day for the same days share it in proportion to
  what is left of each (rounded cumulatively); charges that are billed later get what is left of it for those days.
* The band of a volume discount is the one that the amount of the billing period reaches; all of it is reduced. Where a
  change of billing cuts the period, the ends of the bands are shared by days, so that the cut alone changes no band.
* A condition sees the quantity of the billing period as the charge measured it, or as agreed on the period's first day.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from itertools import groupby, pairwise

from invoicer.domain.contract import AmountOff, Contract, Discount, PercentOff, VolumeOff
from invoicer.domain.entitlement import Component, Part
from invoicer.domain.money import minor_digits, total
from invoicer.domain.period import Period, Span
from invoicer.domain.stop import first_stop
from invoicer.domain.trace import Trace, add, divide, given, lesser, multiply, round_fraction, rounded, subtract
from invoicer.engine.conditions import holds
from invoicer.engine.daycount import Share, counted_by, part_of
from invoicer.engine.holds import HeldError
from invoicer.engine.quantities import Context, counts_for
from invoicer.engine.rated import RatedSlot, beside, cut_share, line_amount, times
from invoicer.engine.refunds import InParts
from invoicer.engine.segments import cell_at
from invoicer.errors import Problem


@dataclass(slots=True)
class _Taken:
    """What an amount has already given, by days of service; for one that is given once, its bill date; for one that is
    given in parts of its period, the running totals (exact, rounded) by charge, schedule and period."""

    by_days: list[tuple[Period, Fraction]] = field(default_factory=list)
    once_on: dt.date | None = None
    pots: dict[tuple[str, dt.date, dt.date], tuple[Fraction, Fraction]] = field(default_factory=dict)


def shares_amounts(contract: Contract) -> bool:
    """Whether some amount is off several charges."""
    return len(contract.charges) > 1 and any(
        isinstance(one.off, AmountOff) and (one.charges is None or len(one.charges) > 1) for one in contract.discounts
    )


def discount(context: Context, slots: Sequence[RatedSlot], settled: InParts) -> tuple[Problem, ...]:
    """Add the discounts to rated billing periods, which are ordered by bill date and then as the charges stand in the
    contract. Returns the holds of conditions that can't be decided. Of an amount, what the ``settled`` periods keep is
    given already."""
    held: list[Problem] = []
    for off in context.contract.discounts:
        eligible = []
        for rated in slots:
            try:
                if _counts(context, off, rated):
                    eligible.append(rated)
            except HeldError as error:
                held.extend(error.problems)
        if isinstance(off.off, AmountOff):
            _amount_off(off, off.off, [one for one in eligible if one.key not in settled], settled)
        else:
            for rated in eligible:
                _reduce(rated, off, _wanted(rated, off))
    return tuple(held)


def _counts(context: Context, off: Discount, rated: RatedSlot) -> bool:
    """Whether a discount applies to a billing period."""
    if not counts_for(off, rated.seen.charge, rated.slot, context.known_on):
        return False
    days = rated.slot.days

    def answer(subject: str) -> Fraction | str:
        return context.answer(subject, rated.quantity, days.start, days, rated.where)

    return off.when is None or holds(off.when, answer)


def _window(rated: RatedSlot, off: Discount) -> Period:
    window = off.window(rated.seen.known_on)
    assert window is not None
    return window


def _left(rated: RatedSlot) -> Fraction:
    """What the lines of a billing period so far leave of it."""
    return total((line.net for line in rated.entitlements), rated.contract.currency).exact


def _wanted(rated: RatedSlot, off: Discount) -> Trace:
    """What a percentage takes off, exact."""
    currency = rated.contract.currency
    base = _base(rated, _window(rated, off))
    if isinstance(off.off, VolumeOff):
        left = _left(rated)
        percent = next((p for up_to, p in off.off.bands if up_to is None or left <= _band_end(rated, up_to)), None)
    else:
        assert isinstance(off.off, PercentOff)
        percent = off.off.percent
    rate = divide(given(Fraction(percent or 0), "percent", "%", off.clause), given(100, "hundred"), "rate")
    return multiply(base, rate, "discount", currency)


def _band_end(rated: RatedSlot, up_to: Decimal) -> Fraction:
    """Where a band ends in a billing period; its share, rounded as the amounts are that it is compared with."""
    cut = cut_share(rated.slot, rated.slot.period.full)
    if cut is None:
        return Fraction(up_to)
    return round_fraction(Fraction(up_to) * cut.result, minor_digits(rated.contract.currency), rated.contract.rounding)


def _base(rated: RatedSlot, window: Period) -> Trace:
    """What is left of the lines for the days that a discount counts for."""
    found = []
    for line in rated.entitlements:
        days = line.days & window
        if days is None:
            continue
        amount = line_amount(line)
        if days != line.days:
            share = part_of(days, line.days, counted_by(rated.slot.counting, rated.slot.every), "days-discounted")
            amount = multiply(amount, share, "line-net", amount.unit)
        found.append(amount)
    return found[0] if len(found) == 1 else add(found, "discounted-amount", rated.contract.currency)


def _reduce(rated: RatedSlot, off: Discount, wanted: Trace) -> Fraction:
    """Add the line of a discount: the wanted amount, rounded, at most what is left. Returns what it took off."""
    contract = rated.contract
    left = _left(rated)
    wanted = rounded(wanted, minor_digits(contract.currency), contract.rounding, "discount", contract.currency)
    if wanted.result > left:
        lines = [line_amount(line) for line in rated.entitlements]
        wanted = lesser(wanted, add(lines, "left", contract.currency), "discount", contract.currency)
    if wanted.result <= 0:
        return Fraction(0)
    days = rated.slot.days & _window(rated, off)
    assert days is not None
    net = subtract(given(0, "nothing", contract.currency), wanted, "net", contract.currency)
    component = Component(rated.seen.charge.id, Part.DISCOUNT, off.id)
    stop = first_stop(off.stops, rated.seen.known_on)
    source = stop if stop and days.end == stop.effective < rated.slot.days.end else off
    rated.extra.append(beside(rated, component, off.title, days, net, source.clause, source.agreed))
    return wanted.result


def _amount_off(off: Discount, amount: AmountOff, slots: Sequence[RatedSlot], settled: InParts) -> None:
    """An agreed amount, shared by the charges that are billed on the same day for the same days."""
    taken = _Taken()
    for one in settled.values():
        if kept := list(one.given_off(off.id)):
            taken.by_days += kept
            taken.once_on = min(taken.once_on or dt.date.max, one.rated.slot.period.bill_date)
    ordered = sorted(slots, key=lambda rated: (rated.slot.period.bill_date, rated.slot.days))
    for (bill_date, days), members in groupby(ordered, key=lambda r: (r.slot.period.bill_date, r.slot.days)):
        group = [rated for rated in members if _left(rated) > 0]
        if not group:
            continue
        parts: list[Share] = []
        wanted = _agreed(off, amount, group[0])
        if amount.per is None:
            if taken.once_on not in (None, bill_date):
                continue
            taken.once_on = bill_date
        elif not group[0].slot.period.one_off:
            counted = days & _window(group[0], off)
            assert counted is not None
            parts = _parts(group[0], amount.per, counted)
            wanted = _per_period(wanted, parts, group[0], amount.per, taken)
        still = _less_taken(taken, wanted, days, once=amount.per is None)
        if amount.per and parts:
            still = _within(taken, still, parts, group[0], amount.per, Fraction(amount.amount))
        if still.result > 0:
            given_off = _share_out(off, group, still)
            taken.by_days += _spread(taken, parts, Fraction(amount.amount), given_off) or [(days, given_off)]


def _agreed(off: Discount, amount: AmountOff, rated: RatedSlot) -> Trace:
    return given(Fraction(amount.amount), "discount", rated.contract.currency, off.clause)


def _parts(rated: RatedSlot, per: Span, days: Period) -> list[Share]:
    """The periods (of that length) and the parts of such that some days are made of."""
    found = []
    day = days.start
    while day < days.end:
        cell = cell_at(rated.slot, per, day)
        end = min(cell.days.end, days.end)
        found.append(Share(Period(day, end), cell.days, cell.of, cell.counting))
        day = end
    return found


def _per_period(agreed: Trace, parts: Sequence[Share], rated: RatedSlot, per: Span, taken: _Taken) -> Trace:
    """The amount for periods and parts of such, incomplete ones by days; parts of one period sum to it."""
    shares: dict[int, list[Share]] = {}
    for part in parts:
        shares.setdefault(part.of, []).append(part)
    amounts = [times(agreed, group) for group in shares.values()]
    exact = amounts[0] if len(amounts) == 1 else add(amounts, "discount", rated.contract.currency)
    if set(shares) == {1}:
        return exact
    first = parts[0].days
    assert first is not None
    pot = rated.seen.charge.id, rated.slot.origin, cell_at(rated.slot, per, first.start).pot
    exact_before, net_before = taken.pots.get(pot, (Fraction(0), Fraction(0)))
    currency, source = rated.contract.currency, "earlier parts of this discount's period"
    total_so_far = add(
        (given(exact_before, "earlier-amount", currency, source=source), exact), "running-total", currency
    )
    net = rounded(total_so_far, minor_digits(currency), rated.contract.rounding, "running-total-rounded", currency)
    taken.pots[pot] = total_so_far.result, net.result
    return subtract(net, given(net_before, "earlier-net", currency, source=source), "discount", currency)


def _within(
    taken: _Taken, wanted: Trace, parts: Sequence[Share], rated: RatedSlot, per: Span, amount: Fraction
) -> Trace:
    """At most what is left of the whole periods that some days lie in: a month is no third of the days of a quarter."""
    whole = {part.full if part.of == 1 else _of_parts(rated, per, part.full.start) for part in parts}
    left = sum((amount - _used(taken, days) for days in whole), Fraction(0))
    if wanted.result <= left:
        return wanted
    source = "the same discount off other charges"
    return lesser(wanted, given(left, "left-of-period", wanted.unit, source=source), "discount", wanted.unit)


def _of_parts(rated: RatedSlot, per: Span, day: dt.date) -> Period:
    """The period of the amount that a day lies in, where billing periods are equal parts of it."""
    start = cell_at(rated.slot, per, day).pot
    return Period(start, per.after(start))


def _spread(
    taken: _Taken, parts: Sequence[Share], amount: Fraction, given_off: Fraction
) -> list[tuple[Period, Fraction]]:
    """For which days something was given off: for each period what was left of its own amount, in proportion. By days alone
    a long month would get more than its amount, and what is billed for a short one would find too much of it left."""
    lefts: list[tuple[Period, Fraction]] = []
    for part in parts:
        if part.days:
            own = amount * part.fraction
            of_part = max(own - _used(taken, part.days), Fraction(0))
            pieces = [
                (days, max(own * Fraction(days.days, part.days.days) - _used(taken, days), Fraction(0)))
                for days in _pieces(taken, part.days)
            ]
            in_pieces = sum((left for _, left in pieces), Fraction(0))
            lefts += [(days, of_part * left / in_pieces) for days, left in pieces if left]
    everything = sum((left for _, left in lefts), Fraction(0))
    return [(days, given_off * left / everything) for days, left in lefts if left]


def _pieces(taken: _Taken, days: Period) -> Iterator[Period]:
    """Some days, cut where what was given off before begins and ends."""
    edges = {edge for earlier, _ in taken.by_days for edge in (earlier.start, earlier.end)}
    inside = sorted(edge for edge in edges if days.start < edge < days.end)
    for first, end in pairwise((days.start, *inside, days.end)):
        yield Period(first, end)


def _used(taken: _Taken, days: Period) -> Fraction:
    """What was given off for some days."""
    both = ((earlier & days, earlier, amount) for earlier, amount in taken.by_days)
    return sum(
        (amount * Fraction(shared.days, earlier.days) for shared, earlier, amount in both if shared), Fraction(0)
    )


def _less_taken(taken: _Taken, wanted: Trace, days: Period, once: bool) -> Trace:
    """What is left of an amount after what other charges got of it."""
    used = sum((amount for _, amount in taken.by_days), Fraction(0)) if once else _used(taken, days)
    if not used:
        return wanted
    before = given(used, "already-given", wanted.unit, source="the same discount off other charges")
    return subtract(wanted, before, "discount", wanted.unit)


def _share_out(off: Discount, group: Sequence[RatedSlot], wanted: Trace) -> Fraction:
    """Share an amount among charges in proportion to what is left of each; what rounds is the running total."""
    if len(group) == 1:
        return _reduce(group[0], off, wanted)
    contract = group[0].contract
    places, currency = minor_digits(contract.currency), contract.currency
    lefts = [_left(rated) for rated in group]
    everything = sum(lefts, Fraction(0))
    if wanted.result > everything:
        wanted = lesser(
            wanted, given(everything, "left", currency, source="all lines that share it"), "discount", currency
        )
    so_far, rounded_so_far, given_off = Fraction(0), Fraction(0), Fraction(0)
    for rated, left in zip(group, lefts, strict=True):
        so_far += left
        share = divide(
            given(so_far, "left-so-far", currency, source=f"lines up to {rated.seen.charge.id}"),
            given(everything, "left", currency, source="all lines that share it"),
            "share",
        )
        running = rounded(
            multiply(wanted, share, "discount-so-far", currency), places, contract.rounding, "discount-so-far", currency
        )
        before = given(rounded_so_far, "discount-before", currency, source="other lines that share it")
        given_off += _reduce(rated, off, subtract(running, before, "discount", currency))
        rounded_so_far = running.result
    return given_off
