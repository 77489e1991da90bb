"""language: checks of indexations: lines that are missing or contradict each other, months, days, and what is raised."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import islice, product

from invoicer.domain.contract import Anchor, Timing
from invoicer.domain.indexation import Indexation
from invoicer.domain.period import Grid, add_months
from invoicer.domain.trace import Clause
from invoicer.errors import Place, Problem
from invoicer.language import tree
from invoicer.language.checks.names import Known
from invoicer.language.codes import Code, line_of, problem
from invoicer.language.gather import Agreement, ChargeTerms, Terms
from invoicer.language.indexing import to_indexation
from invoicer.language.words import close_to, listed

_HORIZON = 1200  # months from the start of the contract within which adjustments are compared
_MOST_ADJUSTMENTS = 50_000  # of all indexations of a contract, looked at for days that they share
_MOST_BEFORE = 20  # indexations of one day with which another one of that day is compared
_LONG_BEFORE = 18  # months between the month compared and the adjustment
_MOST_CHARGES = 1000  # of an indexation that are looked at, whether an invoice would wait
_MOST_AWAITED = 5000  # adjustments of charges that are looked at for that
_AHEAD = 120  # months after the first adjustment in which they are looked at
DAY = dt.timedelta(days=1)
_NOWHERE = Clause("", 0, 0, 0, 0, "")


def check_indexation_lines(document: tree.Document) -> Iterator[Problem]:
    """What is missing or does not fit in each indexation by itself."""
    amended = (block for amendment in document.amendments for block in amendment.blocks)
    for block in (*document.blocks, *amended):
        if block.kind is tree.BlockKind.INDEXATION:
            yield from _missing(block)
            yield from _misfits(block)
            yield from _limits(block)
            yield from _months(block)
            yield from _ended(block)


def check_indexations(terms: Terms, known: Known) -> Iterator[Problem]:
    """Indexations together with the charges that they raise, the term, and the series of the workspace."""
    any_raisable = any(map(_raisable, terms.charges))
    for agreement, block in terms.indexations:
        yield from _series(block, known)
        yield from _nothing(terms, block, any_raisable)
        yield from _before(agreement, block)
        yield from _awaited(terms, agreement, block)
    yield from _twice(terms)


# ------------------------------------------------------------------ one indexation by itself


def _raises(block: tree.Block) -> tree.RaisesNode | None:
    return tree.one(block.lines, tree.RaisesByIndex) or tree.one(block.lines, tree.RaisesByPercent)


def _missing(block: tree.Block) -> Iterator[Problem]:
    raises = _raises(block)
    name = f"indexation `{block.id}`"
    if raises is None:
        mend = 'add a line such as `raises everything with "NL-CPI-2015"` or `raises everything by 3%`'
        yield problem(Code.C070, block.id.where, f"{name} does not say what it raises", mend)
    elif isinstance(raises, tree.RaisesByIndex) and tree.one(block.lines, tree.Base) is None:
        mend = "add a line such as `base 2025-10`, the month whose value is the base"
        yield problem(Code.C070, block.id.where, f"{name} does not say from which month the index counts", mend)
    if tree.one(block.lines, tree.Adjusts) is None:
        mend = "add a line such as `every year from 2027-01-01` or `once on 2027-01-01`"
        yield problem(Code.C070, block.id.where, f"{name} does not say when it raises", mend)


def _misfits(block: tree.Block) -> Iterator[Problem]:
    raises, adjusts = _raises(block), tree.one(block.lines, tree.Adjusts)
    if isinstance(raises, tree.RaisesByPercent):
        percent = f"a fixed percentage ({line_of(raises.where, raises.where)})"
        for line in block.lines:
            if isinstance(line, tree.Base | tree.Revised | tree.IndexLimit):
                what = {tree.Base: "a base month", tree.Revised: "revised values"}.get(type(line), "floor and cap")
                cause = f"{what} {'has' if isinstance(line, tree.Base) else 'have'} no meaning for {percent}"
                yield problem(Code.C076, line.where, cause, "leave out the line, or raise with an index")
    base = tree.one(block.lines, tree.Base)
    alternating = adjusts is not None and adjusts.every is not None  # then no second month may stand here at all
    if base and base.to and base.to.value <= base.month.value and not alternating:
        cause = f"{base.to.value:%Y-%m} does not lie after the base {base.month.value:%Y-%m}"
        yield problem(Code.C076, base.to.where, cause, "name the later month behind `to`")
    if adjusts is None:
        return
    if adjusts.every is None and base and base.to is None and isinstance(raises, tree.RaisesByIndex):
        cause = "an adjustment that is made once needs both months that it compares"
        yield problem(Code.C076, base.where, cause, f"write `base {base.month.value:%Y-%m} to …`")
    if adjusts.every and base and base.to:
        cause = f"the months compared follow from `every {adjusts.every.span}`: `to` has no meaning here"
        yield problem(Code.C076, base.to.where, cause, "leave out `to` and its month, or write `once on …`")
    if adjusts.every and not adjusts.every.span.months:
        cause = "prices are adjusted in months, quarters or years, not in days or weeks"
        yield problem(Code.C076, adjusts.every.where, cause, "write, for example, `every year from 2027-01-01`")


def _ended(block: tree.Block) -> Iterator[Problem]:
    until, adjusts = tree.dated(block.lines, "until"), tree.one(block.lines, tree.Adjusts)
    if until and adjusts and until.value < adjusts.first.value:
        cause = f"indexation `{block.id}` ends on {until.value}, before its first adjustment on {adjusts.first.value}"
        yield problem(Code.C027, until.where, cause, "mend one of the two days")


def _limits(block: tree.Block) -> Iterator[Problem]:
    limits = {limit.kind: limit for limit in tree.every(block.lines, tree.IndexLimit)}
    floor, cap = limits.get("floor"), limits.get("cap")
    if floor and cap and floor.percent.value > cap.percent.value:
        cause = f"at least {_percent(floor.percent.value)} is more than at most {_percent(cap.percent.value)}"
        yield problem(
            Code.C075, floor.where, f"{cause} ({line_of(cap.where, floor.where)})", "mend one of the two percentages"
        )


def _months(block: tree.Block) -> Iterator[Problem]:
    """The first adjustment compares two months; the later one is over by then, and not long ago."""
    base, adjusts, after = tree.one(block.lines, tree.Base), tree.one(block.lines, tree.Adjusts), _compared(block)
    if base is None or adjusts is None or after is None or isinstance(_raises(block), tree.RaisesByPercent):
        return
    day = adjusts.first.value
    compares = f"the adjustment of {day} compares {after:%Y-%m} with {base.month.value:%Y-%m}"
    if add_months(after, 1) > day:
        cause = f"{compares}, and {after:%Y-%m} is not over on that day: its value can't have been published"
        yield problem(Code.C073, base.where, cause, "name an earlier base, or a later day for the first adjustment")
    elif add_months(after, _LONG_BEFORE) <= day:
        months = (day.year - after.year) * 12 + day.month - after.month
        cause = f"{compares}: that is {months} months before"
        wanted = add_months(base.month.value, _meant(after, day))
        mend = f"each adjustment raises by the change since the one before: did you mean `base {wanted:%Y-%m}`?"
        yield problem(Code.C074, base.where, cause, mend)


def _meant(after: dt.date, day: dt.date) -> int:
    """By how many months, in whole years, the base would have to move so that the adjustment compares the year before."""
    months = (day.year - after.year) * 12 + day.month - after.month
    return (months - 1) // 12 * 12


# ------------------------------------------------------------------ with everything else


def _series(block: tree.Block, known: Known) -> Iterator[Problem]:
    raises = _raises(block)
    if isinstance(raises, tree.RaisesByIndex) and known.series is not None and raises.series.text not in known.series:
        name = raises.series.text
        near = close_to(name, known.series)
        mend = f"did you mean `{near}`?" if near else f"add the file indices/{name}.csv, or mend the name"
        yield problem(Code.C066, raises.series.where, f"there is no index series `{name}` in indices/", mend)


def _nothing(terms: Terms, block: tree.Block, any_raisable: bool) -> Iterator[Problem]:
    raises = _raises(block)
    if raises is None:
        return
    for name in raises.charges:
        charge = terms.charge(name.text)
        if charge and charge.price.entries and not _raisable(charge):
            cause = f"`{name}` has no price that an index could raise: {_unraisable(charge)}"
            yield problem(Code.C071, name.where, cause, "leave it out here")
    if not raises.charges and terms.charges and not any_raisable:
        cause = "no charge here has a price that an index could raise"
        mend = "one-off prices, percentages and `free` stay as they are: leave out the indexation"
        yield problem(Code.C071, raises.where, cause, mend)


def _raisable(charge: ChargeTerms) -> bool:
    prices = (line.price for entry in charge.price.entries for line in entry.value)
    return any(amount.value for price in prices for amount in _amounts(price))


def _amounts(price: tree.PriceNode) -> Iterator[tree.Amount]:
    if isinstance(price, tree.Rate) and not price.once:
        yield price.amount
    elif isinstance(price, tree.Tiers):
        yield from (amount for band in price.bands for amount in (band.amount, band.flat) if amount)


def _unraisable(charge: ChargeTerms) -> str:
    prices = [line.price for entry in charge.price.entries for line in entry.value]
    if any(isinstance(price, tree.Rate) and price.once for price in prices):
        return "it is due once"
    shares = any(isinstance(price, tree.Share | tree.Tiers) for price in prices)
    return "a percentage follows prices by itself" if shares else "it is free"


def _before(agreement: Agreement, block: tree.Block) -> Iterator[Problem]:
    adjusts = tree.one(block.lines, tree.Adjusts)
    if agreement.number and adjusts and adjusts.first.value < agreement.effective:
        cause = f"the adjustment of {adjusts.first.value} lies before amendment {agreement.number}, "
        cause += f"which counts from {agreement.effective}"
        mend = f"let the first adjustment be on {agreement.effective} or later, or mend the day of the amendment"
        yield problem(Code.C067, adjusts.first.where, cause, mend)


def _awaited(terms: Terms, agreement: Agreement, block: tree.Block) -> Iterator[Problem]:
    """The first adjustment in the middle of a period that is billed in advance, before the month compared is over."""
    raises, ends = _raises(block), terms.ends.get(block.id.text)
    if not isinstance(raises, tree.RaisesByIndex) or not _complete(block):
        return
    made = to_indexation(agreement, block, ends, _nowhere)
    until = min(terms.end - DAY if terms.end else dt.date.max, add_months(made.first, _AHEAD))
    named = {name.text: name for name in raises.charges}
    listed_charges = (terms.charge(name) for name in named) if named else iter(terms.charges)
    charges = [charge for charge in islice(listed_charges, _MOST_CHARGES) if charge and _in_advance(charge)]
    for one, charge in islice(product(made.adjustments(until) if charges else (), charges), _MOST_AWAITED):
        day, after = one.day, one.after
        billed = _billed_on(charge, day) if after and not (ends and ends.at(day, dt.date.max)) else None
        if after and billed and billed < min(day, add_months(after, 1)):
            where = named[charge.id].where if named else raises.where
            cause = f"the adjustment of {day} lies within days of `{charge.id}` that are billed on {billed}: "
            cause += f"that invoice waits until the index of {after:%Y-%m} is published"
            mend = "let adjustments fall on the first day of a billing period; if it is meant to wait, acknowledge it"
            yield problem(Code.C058, where, cause, mend)
            return


def _in_advance(charge: ChargeTerms) -> bool:
    return any(entry.value.timing is Timing.ADVANCE for entry in charge.billing.entries)


def _compared(block: tree.Block) -> dt.date | None:
    """The later month that the first adjustment compares, as far as it is stated."""
    base, adjusts = tree.one(block.lines, tree.Base), tree.one(block.lines, tree.Adjusts)
    if base is None or adjusts is None:
        return None
    if adjusts.every is None:
        return base.to.value if base.to else None
    return add_months(base.month.value, adjusts.every.span.months) if adjusts.every.span.months else None


def _billed_on(charge: ChargeTerms, day: dt.date) -> dt.date | None:
    """When a day of a charge is billed in advance, by months and at a price that an adjustment of that day raises; None
    for other charges and days."""
    known = dt.date.max
    price, served, billing = charge.price.at(day, known), charge.service.at(day, known), charge.billing.at(day, known)
    if charge.one_off or charge.deposit.entries or not (price and served and billing):
        return None
    raised = any(amount.value for line in price.value for amount in _amounts(line.price))
    if price.effective == day or not raised or not served.value.active:
        return None
    bill = billing.value
    if bill.timing is not Timing.ADVANCE or not bill.every.months:
        return None
    begins, anchor = max(served.effective, billing.effective), bill.anchor or Anchor()
    grid = Grid.from_anchor(begins, anchor.day, anchor.month)
    return max(begins, grid.edge(bill.every, grid.index(bill.every, day)))


def _twice(terms: Terms) -> Iterator[Problem]:
    """Two indexations that raise one charge on one day: nobody can say which comes first."""
    whole = [
        (block, to_indexation(agreement, block, terms.ends.get(block.id.text), _nowhere))
        for agreement, block in terms.indexations
        if _complete(block)
    ]
    if len(whole) < 2:
        return
    until = terms.end or add_months(terms.start, _HORIZON)
    every = dict.fromkeys(charge.id for charge in terms.charges)
    raised = [every if one.charges is None else {c: None for c in one.charges if c in every} for _, one in whole]
    on: dict[dt.date, list[int]] = {}  # the indexations of a day
    left = _MOST_ADJUSTMENTS
    for number, (block, one) in enumerate(whole):
        told = False
        for day in _days(terms, one, until):
            left -= 1
            if left < 0:
                cause = "there are too many adjustments to tell whether two indexations raise a charge on one day"
                yield problem(Code.C045, block.id.where, cause, "leave out indexations, or let them raise less often")
                return
            same = on.setdefault(day, [])
            for before in () if told else islice(reversed(same), _MOST_BEFORE):
                if whole[before][1].id != one.id and not raised[before].keys().isdisjoint(raised[number]):
                    both = [charge for charge in raised[number] if charge in raised[before]]
                    yield _both(whole[before][0], block, both, day)
                    told = True
                    break
            same.append(number)


def _both(block: tree.Block, other: tree.Block, charges: Sequence[str], day: dt.date) -> Problem:
    raises = _raises(other)
    assert raises is not None
    names = listed([f"`{charge}`" for charge in charges], "and")
    cause = f"`{block.id}` ({line_of(block.where, raises.where)}) raises {names} on {day} as well"
    mend = "let each charge be raised by one of them, on days of its own; or stop one before the other begins"
    return problem(Code.C072, raises.where, cause, mend)


def _days(terms: Terms, one: Indexation, until: dt.date) -> Iterator[dt.date]:
    stops: Sequence[dt.date] = [stop.effective for stop in one.stops]
    end = min(stops, default=dt.date.max)
    return (a.day for a in one.adjustments(until) if a.day < end and a.day >= terms.start)


def _complete(block: tree.Block) -> bool:
    """Whether nothing is missing in it, so that its adjustments can be told."""
    adjusts, raises = tree.one(block.lines, tree.Adjusts), _raises(block)
    based = isinstance(raises, tree.RaisesByPercent) or tree.one(block.lines, tree.Base) is not None
    every = adjusts is not None and (adjusts.every is None or bool(adjusts.every.span.months))
    return raises is not None and based and every


def _nowhere(_where: Place, _reference: str) -> Clause:
    return _NOWHERE


def _percent(value: Decimal) -> str:
    return f"{value.normalize():f}%"
