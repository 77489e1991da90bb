"""engine: commitments. What the charges that count fall short of the agreed amount is due when the period is over.

Decisions where terms leave room:

* What counts is what the lines of a charge come to: its bounds, discounts and service credits included, taxes not. A line
  whose days lie in the period only in part counts by days; a one-off counts on its day. What is kept for days after the
  end of the contract counts in its last period: no other is left for it.
* A period is settled on the day after its last one; where a charge that counts is billed later for days of it, on that
  day. What becomes known afterwards (late usage, a discount agreed backwards) makes a difference like any other.
* The last period may be incomplete: the end of the contract, ``until`` or a stop cuts it. It is settled then, and the whole
  amount is due for it unless the terms say ``prorated``: then its share by days.
* A charge that counts towards two commitments counts wholly towards each.
* A period without shortfall is kept as an amount of nothing, to be compared with what documents carry.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from invoicer.domain.commitment import Commitment
from invoicer.domain.contract import Contract, Timing
from invoicer.domain.entitlement import Component, Detail, Entitlement, Part
from invoicer.domain.money import Money, minor_digits
from invoicer.domain.period import Period
from invoicer.domain.stop import Stopped, first_stop
from invoicer.domain.trace import Trace, add, divide, given, greater, multiply, rounded, subtract
from invoicer.engine.covers import billed
from invoicer.engine.holds import Held
from invoicer.engine.rated import Agreed, RatedSlot, entitled, line_amount
from invoicer.engine.schedule import ScheduledPeriod
from invoicer.engine.service import FOREVER


@dataclass(frozen=True, slots=True)
class Settlement:
    """A period of a commitment: when it is settled, the days whose lines count in it, their billing periods, and the stop
    that cut it."""

    commitment: Commitment
    period: ScheduledPeriod
    counting: Period
    counted: tuple[ScheduledPeriod, ...]
    stopped: Stopped | None


def settlements(contract: Contract, known_on: dt.date, until: dt.date) -> tuple[ScheduledPeriod, ...]:
    """Every period of every commitment that is settled up to and including ``until``, by the terms as known on a day. The
    ``charge`` of each is the id of its commitment."""
    found = (one.period for each in contract.commitments for one in _settlements(contract, each, known_on, until))
    return tuple(sorted((one for one in found if one.bill_date <= until), key=lambda one: (one.bill_date, one.charge)))


def settle(
    contract: Contract,
    known_on: dt.date,
    rated: Sequence[RatedSlot],
    through: dt.date,
    billed_until: Mapping[str, dt.date],
    held: Held,
) -> tuple[Entitlement, ...]:
    """The shortfalls of all periods that are settled by ``through``, and of those that documents carry already. A period in
    which something that counts is ``held`` is held as well."""
    found = []
    for commitment in contract.commitments:
        ahead = billed_until.get(commitment.id, dt.date.min)
        for one in _settlements(contract, commitment, known_on, max(through, ahead)):
            if one.period.bill_date > through and one.period.days.start >= ahead:
                continue
            missing = [problem for period in one.counted for problem in held.get(period, ())]
            if missing:
                held[one.period] = tuple(missing)
            else:
                found.append(_shortfall(contract, one, rated))
    return tuple(found)


# ------------------------------------------------------------------ periods


def _settlements(contract: Contract, commitment: Commitment, known_on: dt.date, until: dt.date) -> Iterator[Settlement]:
    """The periods of a commitment that are over by a day, in order."""
    if commitment.agreed > known_on:
        return
    stop = _ended(contract, commitment, known_on)
    end = min(contract.end or FOREVER, commitment.end or FOREVER, stop.effective if stop else FOREVER)
    ended = contract.ending(known_on)
    charges = [charge for charge in contract.charges if commitment.counts(charge.id)]
    counting = [slot for charge in charges for slot, _ in billed(contract, charge, known_on, until)]
    for full in _periods(contract, commitment):
        if full.start >= end or min(full.end, end) > until:
            return
        days = Period(full.start, min(full.end, end))
        counted = tuple(slot.period for slot in counting if slot.days.overlaps(days))
        bill_date = max([days.end, *(period.bill_date for period in counted)])
        period = ScheduledPeriod(
            commitment.id, days, full, bill_date, Timing.ARREARS, days.last_day, commitment.start, part=Part.COMMITMENT
        )
        counts = Period(days.start, FOREVER) if ended and ended.end == days.end else days
        cut_by = stop if stop and days.end == stop.effective < full.end else None
        yield Settlement(commitment, period, counts, counted, cut_by)


def _ended(contract: Contract, commitment: Commitment, known_on: dt.date) -> Stopped | None:
    """What ends it before its time, as known on a day: a stop of its own, or the end of the contract."""
    stop, ending = first_stop(commitment.stops, known_on), contract.ending(known_on)
    if ending is not None and (stop is None or ending.end < stop.effective):
        return Stopped(ending.end, ending.agreed, ending.clause, 0)
    return stop


def _periods(contract: Contract, commitment: Commitment) -> Iterator[Period]:
    """The full periods, without end; or the one from the start to the end of the first term."""
    if commitment.per is None:
        if contract.term_end is not None and commitment.start < contract.term_end:
            yield Period(commitment.start, contract.term_end)
        return
    k = 0
    while True:
        yield Period(commitment.per.after(commitment.start, k), commitment.per.after(commitment.start, k + 1))
        k += 1


# ------------------------------------------------------------------ amounts


def _shortfall(contract: Contract, one: Settlement, rated: Sequence[RatedSlot]) -> Entitlement:
    commitment, period, currency = one.commitment, one.period, contract.currency
    committed = given(Fraction(commitment.amount), "commitment", currency, commitment.clause)
    shared = commitment.prorated and period.days != period.full
    if shared:
        committed = multiply(
            committed, _share(period.days.days, period.full.days, "in-service"), "commitment", currency
        )
    counted = _counted(contract, commitment, one.counting, rated)
    short = subtract(committed, counted, "shortfall", currency)
    if short.result < 0:
        short = greater(short, given(0, "nothing", currency), "shortfall", currency)
    trace = rounded(short, minor_digits(currency), contract.rounding, "net", currency)
    source = one.stopped or commitment
    return entitled(
        contract,
        commitment,
        period,
        period.days,
        trace,
        Agreed(source.clause, source.agreed, commitment.agreed),
        component=Component(commitment.id, Part.COMMITMENT),
        title=commitment.title,
        details=_details(committed, counted, currency) if trace.result else (),
        proration=(period.days.days, period.full.days) if shared else None,
    )


def _details(committed: Trace, counted: Trace, currency: str) -> tuple[Detail, ...]:
    """How the shortfall came about, below its line."""

    def row(label: str, amount: Fraction, sign: int) -> Detail:
        shown = Money.of(amount, currency).amount
        return Detail(label, Fraction(sign), "", shown, Decimal(1), sign * amount)

    rows = row("committed", committed.result, 1), row("counted", counted.result, -1)
    return rows if counted.result >= 0 else ()


def _counted(contract: Contract, commitment: Commitment, days: Period, rated: Sequence[RatedSlot]) -> Trace:
    """What the lines of the charges come to for the days of a period, charge by charge."""
    by_charge: dict[str, list[Trace]] = {}
    for slot in rated:
        charge = slot.seen.charge.id
        if commitment.counts(charge):
            amounts = (_within(line, days) for line in slot.entitlements)
            by_charge.setdefault(charge, []).extend(amount for amount in amounts if amount)
    sums = [add(amounts, "counted", contract.currency) for amounts in by_charge.values() if amounts]
    return sums[0] if len(sums) == 1 else add(sums, "counted", contract.currency)


def _within(line: Entitlement, days: Period) -> Trace | None:
    """What a line counts in a period; None where none of its days lies in it."""
    both = line.days & days
    if both is None:
        return None
    amount = line_amount(line).named("counted-line")
    if both == line.days:
        return amount
    return multiply(amount, _share(both.days, line.days.days, "counted"), "counted-line", amount.unit)


def _share(days: int, of: int, label: str) -> Trace:
    return divide(given(days, f"days-{label}", "day"), given(of, "days-in-period", "day"), "share")
