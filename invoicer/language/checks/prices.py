"""language: checks of how price, quantity, bounds and billing of one charge fit together, at every moment of its life
(:mod:`moments`)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from invoicer.domain.contract import Timing
from invoicer.domain.period import Span
from invoicer.domain.timeline import in_force
from invoicer.errors import Place, Problem
from invoicer.language import tree
from invoicer.language.checks.carry import check_carry_over
from invoicer.language.checks.conditions import asked_quantities
from invoicer.language.checks.inputs import fitting, subjects
from invoicer.language.checks.moments import Moment, Moments, MomentsError
from invoicer.language.checks.usage import check_usage_moment
from invoicer.language.codes import Code, line_of, problem
from invoicer.language.gather import ChargeTerms, Terms, split_rate
from invoicer.language.words import close_to, long, same_unit

_HOW: dict[type, str] = {tree.Quantity: "agreed", tree.Usage: "measured", tree.Declared: "declared"}


def check_prices(terms: Terms) -> Iterator[Problem]:
    """What does not fit together, charge by charge."""
    asked = asked_quantities(terms)
    yield from _anything(terms)
    for charge in terms.charges:
        yield from _whole(terms, charge)
    moments = Moments(terms)
    try:
        for charge in terms.charges:
            for moment in moments.of(charge):
                yield from _moment(terms, charge, moment, charge.id in asked)
    except MomentsError as too_many:
        yield too_many.problem


def _moment(terms: Terms, charge: ChargeTerms, moment: Moment, asked: bool) -> Iterator[Problem]:
    yield from _units(terms, moment)
    yield from _quantity(charge, moment, asked)
    yield from _bounds(moment)
    yield from _periods(terms, moment)
    yield from _declared(terms, moment)
    yield from _measured(terms, charge, moment)
    yield from _one_off(terms, moment)
    yield from check_usage_moment(terms, charge, moment)
    known = moment.counter is None or terms.counter(moment.counter.text) is not None
    yield from check_carry_over(charge, moment, not known or _adds_up(terms, moment), _rating_period(moment))


# ------------------------------------------------------------------ the charge as a whole


def _anything(terms: Terms) -> Iterator[Problem]:
    """A contract bills something; a price list that can't be found is told elsewhere."""
    document = terms.document
    blocks = [*document.blocks, *(block for amendment in document.amendments for block in amendment.blocks)]
    own = any(block.is_charge for block in blocks)
    lines = (document.lines, *(amendment.lines for amendment in document.amendments))
    if not terms.charges and not own and not any(tree.every(some, tree.Uses) for some in lines):
        mend = (
            'add a block such as `charge fee "Platform fee"` with its price, or take one from a price list with `uses`'
        )
        cause = f"contract `{document.id.text}` has no charge: nothing will ever be billed"
        yield problem(Code.C102, document.heading, cause, mend)


def _whole(terms: Terms, charge: ChargeTerms) -> Iterator[Problem]:
    if charge.block.base and charge.base is None:
        return  # it is told elsewhere that what it is as in can't be found
    name = f"{charge.block.kind} `{charge.id}`"
    at = charge.block.id.where
    if not charge.price.entries:
        mend = f"add a line such as `450.00 {terms.currency or 'EUR'} per month`"
        yield problem(Code.C037, at, f"{name} has no price", mend)
    elif min(entry.effective for entry in charge.price.entries) > charge.begins:
        first = min(entry.effective for entry in charge.price.entries)
        cause = f"{name} begins on {charge.begins} and has no price before {first}"
        yield problem(Code.C037, at, cause, "add a line with the price from the beginning")
    recurring = charge.price.entries and not charge.one_off
    if recurring and (not charge.billing.entries or charge.billing.entries[0].value.where == charge.block.where):
        mend = "add a line such as `bill monthly in advance on day 1` to the contract or the charge"
        yield problem(Code.C001, at, f"{name} does not say when it is billed, nor does the contract", mend)
    if charge.block.kind is tree.BlockKind.PREMIUM:
        for missing, line, example in _premium(charge):
            if line is None:
                yield problem(Code.C036, at, f"{name} states no {missing}", f"add a line such as `{example}`")
    yield from _refund(terms, charge)
    yield from _kind_of_charge(charge)


def _kind_of_charge(charge: ChargeTerms) -> Iterator[Problem]:
    """A charge is due once or again and again, all its life."""
    one_off = charge.one_off
    for line in tree.every(charge.lines, tree.Dating):
        if line.kind == "on" and charge.price.entries and not one_off:
            cause = f"`on` is the day of a charge that is due once; `{charge.id}` is due again and again"
            yield problem(Code.C054, line.where, cause, f"write `starts {line.day.value}`")
    for entry in charge.price.entries[1:]:
        for priced in entry.value:
            if one_off != (isinstance(priced.price, tree.Rate) and priced.price.once):
                cause = f"`{charge.id}` is due {'once' if one_off else 'again and again'}, but not at this price"
                yield problem(Code.C054, priced.where, cause, "make another charge of it")


def _premium(charge: ChargeTerms) -> Iterator[tuple[str, object, str]]:
    yield "policy", tree.worded(charge.lines, "policy") or None, 'policy "MTPL-2026-101"'
    yield "class of insurance", tree.one(charge.lines, tree.InsuranceClass), "insurance class motor-liability"
    yield "country of risk", tree.one(charge.lines, tree.Risk), "risk in NL"


def _refund(terms: Terms, charge: ChargeTerms) -> Iterator[Problem]:
    """A stop within a period that is billed already: the terms say what is given back."""
    if charge.one_off or tree.every(charge.lines, tree.Refunding):
        return
    stops = terms.stops.get(charge.id, ())
    billing = charge.billing.known_on(dt.date.max) if stops else ()
    for agreement, stop in stops:
        bill = in_force(billing, agreement.effective)
        if not tree.every(stop.lines, tree.Refunding) and bill and bill.value.timing is Timing.ADVANCE:
            cause = f"`{charge.id}` is billed in advance, and this stop does not say what it gives back"
            yield problem(Code.C053, stop.where, cause, "add a line `refund unused` or `no refund` below it")


# ------------------------------------------------------------------ one moment


def _units(terms: Terms, moment: Moment) -> Iterator[Problem]:
    def differs(unit: tree.Name | None) -> Iterator[Problem]:
        if unit and moment.unit and moment.quantity and not same_unit(unit.text, moment.unit):
            counted = _HOW[type(moment.quantity)]
            line = moment.quantity.where
            mend = _meant_time(unit) or "use one unit for both, in singular or plural"
            if line.file == unit.where.file:
                cause = f"`{unit}` does not fit: the quantity is {counted} in {moment.unit} (line {line.line})"
                yield problem(Code.C012, unit.where, cause, mend)
            else:  # the price is a price list's, so it is for the contract to fit
                cause = f"{moment.unit} do not fit: the price counts `{unit}` ({line_of(unit.where, line)})"
                yield problem(Code.C012, line, cause, mend)

    for priced in moment.prices:
        if isinstance(priced.price, tree.Rate):
            yield from _rate_parts(priced.price)
            each, _ = split_rate(priced.price, moment.counted)
            yield from differs(each.unit if each else None)
        elif isinstance(priced.price, tree.Share):
            yield from _share(terms, priced.price, moment)
    for unit in moment.units:
        yield from differs(unit)
    if moment.included:
        yield from differs(moment.included.unit)


def _meant_time(unit: tree.Name) -> str:
    """A mend for a unit that looks like a misspelt unit of time, or ""."""
    near = close_to(unit.text, tree.TIME_UNITS)
    return f"did you mean `{near}`?" if near else ""


def _rate_parts(rate: tree.Rate) -> Iterator[Problem]:
    for kind, what in ((tree.Each, "units"), (tree.Length, "periods")):
        parts = tree.every(rate.per, kind)
        if len(parts) > 1:
            cause = f"a price can't be per two {what}"
            code = Code.C012 if kind is tree.Each else Code.C051
            yield problem(code, parts[1].where, cause, "keep one of them, as in `12.00 EUR per seat per month`")


def _share(terms: Terms, share: tree.Share, moment: Moment) -> Iterator[Problem]:
    """A percentage is of what the charge counts; where nothing else says what that is, of what the first one names."""
    quantity, counter = moment.quantity, moment.counter
    if quantity is None:
        if counter is not None and counter.text != share.meter.text:
            there = line_of(counter.where, share.meter.where)
            cause = f"a percentage of `{share.meter}` is another quantity than `{counter}` ({there})"
            yield problem(Code.C012, share.meter.where, cause, "take both of the same quantity, or make two charges")
    elif isinstance(quantity, tree.Quantity) or counter is None or counter.text != share.meter.text:
        there = line_of(quantity.where, share.meter.where)
        cause = f"a percentage of `{share.meter}` is another quantity than that of {there}"
        words = "declared" if share.meter.text in terms.inputs else "usage of"
        yield problem(Code.C012, share.meter.where, cause, f"write `{words} {share.meter}`, or leave that line out")


def _quantity(charge: ChargeTerms, moment: Moment, asked: bool) -> Iterator[Problem]:
    needing = [p for p in moment.prices if _needs_quantity(p.price, moment)]
    if needing and moment.quantity is None:
        cause = f"`{charge.id}` has a price per unit and no quantity"
        mend = "add a line such as `quantity 40 seats` or `usage of api-calls`"
        each = [
            per.unit for p in needing if isinstance(p.price, tree.Rate) for per in tree.every(p.price.per, tree.Each)
        ]
        mend = next(filter(None, map(_meant_time, each)), mend)
        yield problem(Code.C038, needing[0].price.where, cause, mend)
    counted = needing or any(isinstance(p.price, tree.Share) for p in moment.prices)
    conditional = any(priced.when for priced in moment.prices)
    free = all(isinstance(p.price, tree.Free) for p in moment.prices)
    if counted or free:
        return
    if moment.quantity is not None and not asked and not conditional:
        rate = moment.prices[0].price
        cause = (
            f"the quantity of `{charge.id}` takes no part in its price ({line_of(rate.where, moment.quantity.where)})"
        )
        mend = "say `per` what the price is, such as `12.00 EUR per seat per month`; or leave out the quantity"
        yield problem(Code.C039, moment.quantity.where, cause, mend)
    if moment.included is not None:
        cause = f"included units take no part in the price of `{charge.id}`, which is not per unit"
        yield problem(Code.C039, moment.included.where, cause, "leave them out, or state a price per unit")


def _needs_quantity(price: tree.PriceNode, moment: Moment) -> bool:
    if isinstance(price, tree.Rate):
        return split_rate(price, moment.counted)[0] is not None
    return isinstance(price, tree.Tiers)


def _bounds(moment: Moment) -> Iterator[Problem]:
    least, most = moment.minimum, moment.maximum
    if least and most and least.amount.currency == most.amount.currency and least.amount.value > most.amount.value:
        cause = f"the minimum of {least.amount.value:f} is above the maximum of {most.amount.value:f}"
        cause += f" ({line_of(most.where, least.amount.where)})"
        yield problem(Code.C034, least.amount.where, cause, "mend one of the two amounts")


def _periods(terms: Terms, moment: Moment) -> Iterator[Problem]:
    """The rating period is stated once, or alike; and the billing period has a whole number of them."""
    stated = list(_stated_periods(moment))
    spans = [length for _, length in stated]
    for length in spans[1:]:
        if _size(length.span) != _size(spans[0].span):
            cause = f"per {length.span} here, but per {spans[0].span} on {line_of(spans[0].where, length.where)}"
            mend = "state one period for the price, the bands and the bounds of a charge"
            yield problem(Code.C051, length.where, cause, mend)
            return
    if moment.bill is None or not spans:
        return
    length, billed = spans[0], moment.bill.every
    parts = all(isinstance(price, tree.Rate) for price, _ in stated) and moment.included is None
    parts = parts and not _adds_up(terms, moment)
    if not (_divides(length.span, billed) or (parts and _divides(billed, length.span))):
        at = f"({line_of(moment.bill.where, length.where)})"
        cause = f"a billing period of {long(billed)} {at} has no whole number of periods of {long(length.span)}"
        mend = "bill so that each billing period holds whole periods, or state the price per billing period"
        yield problem(Code.C052, length.where, cause, mend)


def _adds_up(terms: Terms, moment: Moment) -> bool:
    """Whether the quantity is what was used in a period, which can't be shared out over shorter ones."""
    block = terms.counter(moment.counter.text) if moment.counter else None
    measure = tree.one(block.lines, tree.Measure) if block else None
    if measure is None:
        return block is not None and tree.one(block.lines, tree.AddsUp) is not None
    return measure.per_day or measure.aggregation.additive


def _declared(terms: Terms, moment: Moment) -> Iterator[Problem]:
    """The inputs of the quantity and the conditions are stated for periods that give a figure for each rating period."""
    if moment.bill is None:
        return
    needed = _rating_period(moment) or moment.bill.every
    names = [name for priced in moment.prices for name in subjects(priced.when)]
    yield from fitting(terms, [*([moment.counter] if moment.counter else []), *names], [needed])


def _rating_period(moment: Moment) -> Span | None:
    """For how long units are counted: the period that is stated, where a bill holds whole ones, or the billing period."""
    stated = [length.span for _, length in _stated_periods(moment)]
    if moment.bill is None:
        return None
    return stated[0] if stated and _divides(stated[0], moment.bill.every) else moment.bill.every


def _stated_periods(moment: Moment) -> Iterator[tuple[tree.PriceNode | None, tree.Length]]:
    for priced in moment.prices:
        price = priced.price
        if isinstance(price, tree.Rate) and not price.once:
            length = split_rate(price, moment.counted)[1]
            if length:
                yield price, length
        elif isinstance(price, tree.Tiers) and price.per:
            yield price, price.per
    for bound in (moment.minimum, moment.maximum):
        if bound and bound.per:
            yield None, bound.per


def _size(span: Span) -> tuple[int, int]:
    return span.months, span.days


def _divides(part: Span, whole: Span) -> bool:
    """Whether the whole is a multiple of the part; months and days have no common measure."""
    if part.months and whole.months:
        return whole.months % part.months == 0
    return bool(part.days and whole.days) and whole.days % part.days == 0


def _measured(terms: Terms, charge: ChargeTerms, moment: Moment) -> Iterator[Problem]:
    usage = _usage_place(terms, moment)
    if usage and moment.bill and moment.bill.timing is Timing.ADVANCE and not charge.deposit.entries:
        cause = f"usage is known when a period is over, but {line_of(moment.bill.where, usage)} bills in advance"
        yield problem(Code.C050, usage, cause, "add a line such as `bill monthly in arrears` to the charge")
    for meter in _money_meters(moment):
        block = terms.counter(meter.text)
        unit = tree.one(block.lines, tree.MeterUnit) if block else None
        if block and unit and unit.unit.text != terms.currency:
            needed = "an input" if block.kind is tree.BlockKind.INPUT else "a meter"
            cause = f"a percentage needs {needed} that counts {terms.currency}; `{meter}` counts {unit.unit}"
            mend = f"write `unit {terms.currency}` if the {block.kind} counts money, or state a price per unit"
            yield problem(Code.C057, unit.unit.where, cause, mend)


def _usage_place(terms: Terms, moment: Moment) -> Place | None:
    if isinstance(moment.quantity, tree.Usage):
        return moment.quantity.where
    shares = (p.price for p in moment.prices if isinstance(p.price, tree.Share))
    return next((share.where for share in shares if share.meter.text not in terms.inputs), None)


def _money_meters(moment: Moment) -> Iterator[tree.Name]:
    counter = None if isinstance(moment.quantity, tree.Quantity) else moment.counter
    for price in (priced.price for priced in moment.prices):
        if isinstance(price, tree.Share):
            yield price.meter
        elif isinstance(price, tree.Tiers) and counter and moment.shares:
            yield counter


def _one_off(terms: Terms, moment: Moment) -> Iterator[Problem]:
    once = [p for p in moment.prices if isinstance(p.price, tree.Rate) and p.price.once]
    if not once:
        return
    if len(once) < len(moment.prices):
        other = next(p for p in moment.prices if p not in once)
        cause = f"a charge is either due once ({line_of(once[0].where, other.price.where)}) or again and again"
        mend = "make two charges of it"
        if any(one.guarded for one in moment.prices):
            mend += f"; where the one-off is not due it says `0.00 {terms.currency} once`, where the other is not due `free`"
        yield problem(Code.C054, other.price.where, cause, mend)
    if isinstance(moment.quantity, tree.Usage | tree.Declared):
        doing = "measure usage" if isinstance(moment.quantity, tree.Usage) else "take what is declared for a period"
        cause = f"a price that is due once ({line_of(once[0].where, moment.quantity.where)}) can't {doing}"
        yield problem(Code.C054, moment.quantity.where, cause, "state a `quantity`, or a price that is not `once`")
    for bound in (moment.minimum, moment.maximum):
        if bound:
            cause = f"a {bound.kind} is for charges that are due again and again; this one is due once"
            yield problem(Code.C054, bound.where, cause, "leave out the line")
