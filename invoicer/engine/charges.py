"""engine: what a charge is owed for one billing period, before its bounds and discounts.

The order is that of the documentation: quantity, included units, bands, share of the period, rounding. Each run of equal
values within a billing period becomes one entitlement with one rounding. Amounts at one price in one billing period, and
the parts of one price period, are rounded cumulatively: what rounds is their running total, so they sum to the whole.

Decisions where terms leave room:

* An amount of nothing is left out, unless its quantity was measured: then it is kept, to be compared with what documents
  carry. It makes no line on a new document.
* A price per period is prorated also where the charge measures what adds up: only units are due as used.
* A changed number of included units counts from its day: units that are used stay used.
* Where a change of billing cuts a rating period, each side has its share by days of the included units of measured usage
  and of its bands: otherwise the days of that period would get them twice.
* ``clause`` and ``agreed`` of an entitlement name what was agreed last among its price, quantity and included units, and
  the stop that cut it short. ``concluded`` leaves the stop out: it ends a conclusion and makes no new one.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from invoicer.domain.contract import Contract
from invoicer.domain.entitlement import Component, Detail, Entitlement, Part
from invoicer.domain.money import Money, minor_digits
from invoicer.domain.period import Period
from invoicer.domain.price import Flat, Once, Percent, PerUnit, SimplePrice, Tiered
from invoicer.domain.trace import Trace, add, given, greater, lesser, rounded, subtract
from invoicer.engine import segments
from invoicer.engine.carry import Pool
from invoicer.engine.conditions import choose
from invoicer.engine.daycount import Share
from invoicer.engine.events import event_terms, free_row, priced_by_event
from invoicer.engine.holds import LATE_ONE_OFF, NO_OPTION, NO_QUANTITY, PERIODS_DISAGREE, Where
from invoicer.engine.pricing import Units, billable, priced, shared
from invoicer.engine.quantities import Context, quantity_of_cell, served
from invoicer.engine.rated import Agreed, RatedPart, RatedSlot, concluded, cut_share, entitled, times, whole
from invoicer.engine.schedule import Slot
from invoicer.engine.segments import Seen, runs_of, share_of
from invoicer.engine.steps import rounded_quantities

Pots = dict[tuple[object, ...], tuple[Fraction, Fraction, dt.date]]
"""Running totals by price and period: exact, rounded, and the first day."""
Position = tuple[segments.Part, Trace, Trace]


def rate_slot(
    context: Context, seen: Seen, slot: Slot, parts: Sequence[segments.Part], where: Where, pots: Pots, pool: Pool
) -> RatedSlot:
    """Rate one billing period of a charge; ``pots`` carries running totals from one period to the next, ``pool`` included
    units that were not used.

    Raises HeldError where a quantity, a price or a customer is missing.
    """
    measured = rounded_quantities([(part, context.quantity(part, parts, where)) for part in parts], context.is_flow)
    rated = [part for cell in _cells(parts) for part in _rate_cell(context, slot, cell, measured, where, pool)]
    lines = []
    for run in runs_of(parts):
        members = [one for one in rated if one.part in run]
        entitlement = _entitlement(context, seen, slot, members, pots)
        if entitlement.net or any(context.unit(one.part) and one.part.counter for one in members):
            lines.append(entitlement)
    return RatedSlot(context.contract, slot, seen, where, tuple(rated), tuple(lines), _quantity_of(context, measured))


def _cells(parts: Sequence[segments.Part]) -> list[list[segments.Part]]:
    cells: dict[segments.Cell, list[segments.Part]] = {}
    for part in parts:
        cells.setdefault(part.cell, []).append(part)
    return list(cells.values())


def _rate_cell(
    context: Context,
    slot: Slot,
    cell: Sequence[segments.Part],
    measured: Sequence[tuple[segments.Part, Trace | None]],
    where: Where,
    pool: Pool,
) -> list[RatedPart]:
    """The parts of one rating period in order: measured units run on through bands and included units."""
    found: list[RatedPart] = []
    cut = cut_share(slot, cell[0].cell.days)
    rule = context.contract.charge(where.charge).carry_over
    days = Period(cell[0].days.start, cell[-1].days.end)
    carried = pool.begin(days, cell[0].cell.days, context.unit(cell[0])) if rule else None
    positions = _positions(context, cell, measured, cut, carried)
    for part in cell:
        quantity = next(trace for other, trace in measured if other is part)
        flow = context.is_flow(part)
        price = _choose(context, slot, part, quantity_of_cell(part, measured, flow), where)
        _fits(context, slot, part, price, where)
        unit = context.unit(part)
        clause = part.values.price.clause
        if flow:
            units = Units(*_position(positions, part, unit), cut)
            share = share_of(slot, part) if isinstance(price, Flat) else None
        else:
            units = Units(quantity and billable(quantity, _included(part, unit), unit), unit)
            units = Units(units.after, unit, None, units.after.result if units.after else Fraction(0))
            share = None if slot.period.one_off else share_of(slot, part)
        terms = event_terms(slot, part, price)
        if terms and quantity:
            tally = context.tally(part, cell, terms, where)
            amount = priced_by_event(part, terms, tally, quantity, context.contract.currency)
            free = free_row(tally, unit)
        else:
            amount = priced(price, units, clause, context.contract.currency)
            free = _free(part, quantity, units, unit, _covered(found), carried)
        found.append(RatedPart(part, price, quantity, amount, free, share))
    if rule and positions:
        last = _included(cell[-1], context.unit(cell[-1]), cut)
        pool.end(rule, days, cell[0].cell.days, last.result if last else Fraction(0), _covered(found))
    return found


def _positions(
    context: Context,
    cell: Sequence[segments.Part],
    measured: Sequence[tuple[segments.Part, Trace | None]],
    cut: Trace | None,
    carried: Trace | None,
) -> list[Position]:
    """For each measured part of a rating period: the billable units before and after it, counted from its beginning."""
    found: list[Position] = []
    used: dict[str | None, list[Trace]] = {}
    reached: dict[str | None, Trace] = {}
    for part, quantity in measured:
        if part not in cell or not context.is_flow(part) or quantity is None:
            continue
        unit = context.unit(part)
        so_far = used.setdefault(part.counter, [])
        so_far.append(quantity)
        before = reached.get(part.counter, given(0, "billable", unit))
        total = so_far[0] if len(so_far) == 1 else add(so_far, "quantity", unit)
        after = billable(total, _with_carried(_included(part, unit, cut), carried, unit), unit)
        if not before.result <= after.result <= before.result + quantity.result:
            most = add((before, quantity), "billable", unit)
            after = lesser(greater(after, before, "billable", unit), most, "billable", unit)
        found.append((part, before, after))
        reached[part.counter] = after
    return found


def _position(positions: Sequence[Position], part: segments.Part, unit: str) -> tuple[Trace, str, Trace, Fraction]:
    before, after = next((before, after) for other, before, after in positions if other is part)
    return after, unit, before, [end for other, _, end in positions if other.counter == part.counter][-1].result


def _included(part: segments.Part, unit: str, cut: Trace | None = None) -> Trace | None:
    included = part.values.included
    return shared(given(included.value, "included", unit, included.clause), cut) if included else None


def _with_carried(included: Trace | None, carried: Trace | None, unit: str) -> Trace | None:
    """The units that are free: included ones, and those that earlier periods left."""
    if included is None or carried is None:
        return included or carried
    return add((carried, included), "free-units", unit)


def _free(
    part: segments.Part, quantity: Trace | None, units: Units, unit: str, before: Fraction, carried: Trace | None
) -> tuple[Detail, ...]:
    """The rows of free units: those that earlier periods left, which come first, and included ones. ``before`` is how
    many parts of the same rating period had."""
    if quantity is None or not (part.values.included or carried):
        return ()
    covered = quantity.result - units.between.result
    left = max(Fraction(0), carried.result - before) if carried else Fraction(0)
    rows = (("carried-over", min(left, covered)), ("included", covered - min(left, covered)))
    return tuple(Detail(label, many, unit, Decimal(0), Decimal(1), Fraction(0)) for label, many in rows if many > 0)


def _covered(parts: Sequence[RatedPart]) -> Fraction:
    """How many units were free in some parts."""
    return sum((row.quantity for one in parts for row in one.free), Fraction(0))


def _choose(context: Context, slot: Slot, part: segments.Part, own: Trace | None, where: Where) -> SimplePrice:
    def answer(subject: str) -> Fraction | str:
        return context.answer(subject, own, part.days.start, served(slot, part), where)

    price = choose(part.values.price.value, answer)
    if price is None:
        raise where.held(NO_OPTION, "none of the conditions of the price holds", "add a price with “otherwise”")
    return price


def _fits(context: Context, slot: Slot, part: segments.Part, price: SimplePrice, where: Where) -> None:
    """Refuse a price that can't be applied to these days."""
    one_off = slot.period.one_off
    if isinstance(price, Once) and not one_off:
        raise where.held(
            LATE_ONE_OFF,
            "a one-off price takes effect after the charge has begun",
            "let it take effect on the first day of the charge, or add a charge of its own",
        )
    if one_off and (isinstance(price, Flat) or getattr(price, "per", None) is not None or part.counter):
        raise where.held(
            LATE_ONE_OFF,
            "a charge has one-off and recurring prices, or a one-off price of measured usage",
            "make two charges of it, or state the quantity of the one-off",
        )
    if isinstance(price, PerUnit | Tiered | Percent) and part.values.quantity is None:
        raise where.held(
            NO_QUANTITY, "the price is per unit, and no quantity is in force", "state a quantity or a meter"
        )
    full = slot.period.full
    inside = full.start <= part.cell.days.start and part.cell.days.end <= full.end
    if context.is_flow(part) and (part.cell.of != 1 or not inside):
        raise where.held(
            PERIODS_DISAGREE,
            f"usage is rated for periods that do not fit into a billing period of one {slot.every}",
            "bill for the period of the price, or for a whole multiple of it",
        )


def _entitlement(context: Context, seen: Seen, slot: Slot, members: Sequence[RatedPart], pots: Pots) -> Entitlement:
    contract = context.contract
    first, last = members[0].part, members[-1].part
    exact = _exact(members, contract.currency)
    net_trace = _rounded_in_pot(contract, slot, first, exact, pots)
    net = Money.of(net_trace.result, contract.currency)
    face, details = _face(contract, members, net)
    return entitled(
        contract,
        seen.charge,
        slot.period,
        Period(first.days.start, last.days.end),
        net_trace,
        _agreed(slot, members),
        component=Component(seen.charge.id, Part.CHARGE),
        title=seen.charge.title,
        face=face,
        details=details,
        proration=_proration(members),
    )


def _exact(members: Sequence[RatedPart], currency: str) -> Trace:
    """The exact amount of a run. Full periods at one amount are counted, not repeated."""
    groups: list[tuple[RatedPart, list[Share]]] = []
    for one in members:
        alike = groups[-1] if groups else None
        if alike and one.share and alike[0].share and one.priced.amount == alike[0].priced.amount:
            alike[1].append(one.share)
        else:
            groups.append((one, [one.share] if one.share else []))
    amounts = [times(one.priced.amount, shares) for one, shares in groups]
    return amounts[0] if len(amounts) == 1 else add(amounts, "amount", currency)


def _rounded_in_pot(contract: Contract, slot: Slot, first: segments.Part, exact: Trace, pots: Pots) -> Trace:
    """The one rounding of an amount: of the running total at its price, less what earlier parts were rounded to."""
    currency, places = contract.currency, minor_digits(contract.currency)
    key = (slot.origin, first.cell.pot, first.cell.of, first.values.price.value)
    earlier = pots.get(key)
    if earlier is None:
        net = rounded(exact, places, contract.rounding, "net", currency)
        pots[key] = exact.result, net.result, first.days.start
        return net
    exact_before, net_before, since = earlier
    source = f"earlier at this price, from {Period(since, first.days.start)}"
    total = add((given(exact_before, "earlier-amount", currency, source=source), exact), "running-total", currency)
    net_total = rounded(total, places, contract.rounding, "running-total-rounded", currency)
    pots[key] = total.result, net_total.result, since
    before = given(net_before, "earlier-net", currency, source=source)
    return subtract(net_total, before, "net", currency)


def _face(contract: Contract, members: Sequence[RatedPart], net: Money) -> tuple[Detail, tuple[Detail, ...]]:
    """The row that the line itself shows (quantity × price = net), and the rows that explain it.

    Where no such row comes out to the cent, it is one times the net amount.
    """
    free = tuple(row for one in members for row in one.free)
    one_row = _one_row(members)
    if one_row:
        comes_to = one_row.quantity * Fraction(one_row.unit_price) / Fraction(one_row.price_base)
        if Money.of(comes_to, contract.currency, contract.rounding) == net:
            return one_row, free
    return whole(net), (*free, *_explained(members))


def _one_row(members: Sequence[RatedPart]) -> Detail | None:
    """A single row for all parts: full periods at one amount, or units measured at one price."""
    rows = [one.priced.rows[0] for one in members if len(one.priced.rows) == 1]
    if len(rows) != len(members):
        return None
    row = rows[0]
    if any((r.unit_price, r.price_base, r.unit) != (row.unit_price, row.price_base, row.unit) for r in rows):
        return None
    if members[0].share is None:
        total = sum((r.quantity for r in rows), Fraction(0))
        return Detail(row.label, total, row.unit, row.unit_price, row.price_base, row.amount)
    shares = [one.share for one in members if one.share]
    if any(r.quantity != row.quantity for r in rows) or not all(share.whole and share.of == 1 for share in shares):
        return None
    if isinstance(members[0].price, Flat):
        return Detail(row.label, Fraction(len(rows)), row.unit, row.unit_price, row.price_base, row.amount)
    return Detail(row.label, row.quantity, row.unit, row.unit_price * len(rows), row.price_base, row.amount)


def _explained(members: Sequence[RatedPart]) -> tuple[Detail, ...]:
    """The rows below a line: bands and prices, or full and incomplete periods where several make up the amount."""
    timed = all(one.share is not None and len(one.priced.rows) == 1 for one in members)
    only = members[0].share if len(members) == 1 else None
    if not timed or (only and only.of == 1 and only.in_days):
        return tuple(row for one in members for row in one.priced.rows)
    full = [one for one in members if one.share and one.share.whole and one.share.of == 1]
    together = _one_row(full) if full else None
    found: list[Detail] = []
    if together:
        amount = sum((one.priced.amount.result for one in full), Fraction(0))
        found.append(replace(together, label="period", amount=amount))
    for one in members:
        if one.share and not (together and one in full):
            row, part = one.priced.rows[0], one.share.fraction
            quantity, amount = row.quantity * part, one.priced.amount.result * part
            found.append(Detail("part-of-period", quantity, row.unit, row.unit_price, row.price_base, amount))
    return tuple(found)


def _proration(members: Sequence[RatedPart]) -> tuple[int, int] | None:
    if len(members) != 1 or members[0].share is None or members[0].share.whole:
        return None
    return members[0].share.in_days


def _agreed(slot: Slot, members: Sequence[RatedPart]) -> Agreed:
    """What was agreed last of all that made the amount; the price, where nothing was agreed after it."""
    found = [(e.agreed, e.amendment, e.clause) for e in members[0].part.values.entries()]
    if slot.stopped and members[-1].part.days.end == slot.days.end < slot.period.full.end:
        found.append((slot.stopped.agreed, slot.stopped.amendment, slot.stopped.clause))
    latest = found[0]
    for entry in found[1:]:
        if entry[:2] > latest[:2]:
            latest = entry
    return Agreed(latest[2], latest[0], concluded(members[0].part))


def _quantity_of(context: Context, measured: Sequence[tuple[segments.Part, Trace | None]]) -> Trace | None:
    """The quantity of a billing period, for the conditions of discounts: all that was measured where it adds up, else that
    of the first part that has one."""
    counted = [(part, quantity) for part, quantity in measured if quantity]
    if len(counted) > 1 and all(context.is_flow(part) for part, _ in counted):
        return add([quantity for _, quantity in counted], "quantity", counted[0][1].unit)
    return counted[0][1] if counted else None
