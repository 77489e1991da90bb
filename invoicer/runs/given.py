"""runs: quantities that a person gives, in the place of measured ones."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from fractions import Fraction

from invoicer import engine
from invoicer.domain.contract import Charge, Contract, Metered, counter_of
from invoicer.domain.events import tally
from invoicer.domain.evidence import NO_EVIDENCE, Declaration, Evidence, IndexValue
from invoicer.domain.example import Given, GivenIndex
from invoicer.domain.period import Period
from invoicer.domain.usage import Demand, Measured, Measurements
from invoicer.errors import Place, Problem, Severity
from invoicer.runs.wording import number

EARLIER = Measured(Fraction(0), "an earlier period, for which no quantity is given", 0)
BY_HAND = "given by hand"
NEUTRAL_ZONE = "UTC"
_MOST_EVENTS = 100_000
_DAY = r"\d{4}-\d{2}-\d{2}"
_WRITTEN = re.compile(
    rf"(?P<meter>[^=]+)=(?P<value>-?[\d._ +x]+?)(?: +from +(?P<first>{_DAY}) +to +(?P<last>{_DAY}))?", re.ASCII
)
MISSING_QUANTITY = "L203"


INDEX = re.compile(r"(.+):(\d{4}-(?:0[1-9]|1[0-2]))")
"""An index series and a month, as ``--given`` names them: NL-CPI-2015:2026-10."""


def parse_given(text: str) -> Given:
    """A quantity as it is written at the command line. Raises ValueError for anything else.

    ``sms=1200`` for the period that is billed; ``"sms=800 from 2026-01-01 to 2026-01-31"`` for stated days;
    ``cards=10+80+3x25`` for single events, of which three are of 25.
    """
    match = _WRITTEN.fullmatch(text.replace("\u00a0", " ").strip())
    if match is None:
        raise ValueError(text)
    days = None
    if match["first"]:
        last = dt.date.fromisoformat(match["last"])
        days = Period(dt.date.fromisoformat(match["first"]), last + dt.timedelta(days=1))
    parts = [part.rpartition("x") for part in re.sub("[ _]", "", match["value"]).split("+")]
    if len(parts) == 1 and not parts[0][1]:
        value = Fraction(parts[0][2])
        if INDEX.fullmatch(match["meter"]) and (value <= 0 or days):  # no index is
            raise ValueError(text)
        return Given(match["meter"], value, days)
    if INDEX.fullmatch(match["meter"]) or any(int(count or 1) > _MOST_EVENTS for count, _, _ in parts):
        raise ValueError(text)
    events = tuple(Fraction(amount) for count, _, amount in parts for _ in range(int(count or 1)))
    return Given(match["meter"], sum(events, Fraction(0)), days, events)


def sorted_out(given: Iterable[Given]) -> tuple[tuple[Given, ...], tuple[GivenIndex, ...]]:
    """Quantities by meter; and index values, which are given by series and month in the place of a meter."""
    named = [(one, INDEX.fullmatch(one.meter)) for one in given]
    indices = (
        GivenIndex(match[1], dt.date.fromisoformat(f"{match[2]}-01"), one.value) for one, match in named if match
    )
    return tuple(one for one, match in named if not match), tuple(indices)


def with_values(indices: Iterable[GivenIndex], evidence: Evidence = NO_EVIDENCE) -> Evidence:
    """The evidence with given index values in the place of those published for their months."""
    found = dict(evidence.indices)
    for one in indices:
        others = tuple(value for value in found.get(one.series, ()) if value.month != one.month)
        found[one.series] = (*others, IndexValue(one.month, one.value, dt.date.min, BY_HAND))
    return replace(evidence, indices=found)


def answers(
    contract: Contract,
    on: dt.date,
    known_on: dt.date,
    given: Iterable[Given],
    mend: str,
    evidence: Evidence = NO_EVIDENCE,
) -> Measurements:
    """What rating the contract for an invoice on a day asks of usage, answered with given quantities.

    A quantity for stated days answers for those days. One without days is that of the period billed on the day of the
    invoice. Where a price changes within the period, the quantity of a meter that adds up is shared among its parts by
    days; single events are not shared, and need days of their own. Earlier periods count as zero, or
    as used up where unused units carry over. A quantity that is not
    given is a hold (L203) with that ``mend``, in which ``{}`` stands for the meter.
    """
    quantities = tuple(given)
    demands = engine.demands(contract, NEUTRAL_ZONE, known_on, on, evidence=evidence)
    return {demand.key: _answered(demand, contract, on, known_on, quantities, mend) for demand in demands}


def _answered(
    demand: Demand, contract: Contract, on: dt.date, known_on: dt.date, given: tuple[Given, ...], mend: str
) -> Measured | Problem:
    found = _answer(demand, contract, on, known_on, given, mend)
    if isinstance(found, Measured) and found.value < 0:
        cause = f"{number(found.value)} is given for meter {demand.meter.id}, less than nothing"
        return Problem("L213", Place(), cause, "give what was used: 0 or more", Severity.HOLD)
    if isinstance(found, Problem) or not demand.events:
        return found
    billed_now = _billed_now(contract, demand, on, known_on)
    mine = [replace(one, days=one.days or billed_now) for one in given if one.meter == demand.meter.id]
    tallies = []
    for terms in demand.events:
        earlier: list[Fraction] = []
        events: list[Fraction] = []
        for one in sorted((one for one in mine if one.days), key=lambda one: one.days or demand.days):
            if one.days is None or one.days.end <= terms.since or one.days.start >= demand.days.end:
                continue
            inside = demand.days.start <= one.days.start and one.days.end <= demand.days.end
            before = one.days.end <= demand.days.start
            if (one.value and not one.events) or not (inside or before):
                return _not_by_event(demand, contract, one, inside or before)
            (events if inside else earlier).extend(one.events)
        tallies.append((terms, tally(earlier, events, terms)))
    return replace(found, tallies=tuple(tallies))


def _not_by_event(demand: Demand, contract: Contract, given: Given, fits: bool) -> Problem:
    """The hold of a quantity that does not say what each event comes to, or on which side of a change it was."""
    name = demand.meter.id
    place = Place(part=f"contract {contract.id}, meter {name}")
    if fits:
        cause = f"each event of {name} is priced by itself, and only their sum is given"
        mend = f"give the events: `--given {name}=10+80+3x25`; in an example `given {name} events 10.00, 80.00`"
    else:
        cause = f"the price changes within {given.days}, and nothing says which events of {name} came before that"
        mend = f"give those of {demand.days} apart, with `from {demand.days.start} to {demand.days.last_day}`"
    return Problem(MISSING_QUANTITY, place, cause, mend, Severity.HOLD)


def figures(
    contract: Contract,
    on: dt.date,
    known_on: dt.date,
    given: Iterable[Given],
    mend: str,
    evidence: Evidence = NO_EVIDENCE,
) -> tuple[Evidence, tuple[Problem, ...]]:
    """The same for what is to be declared: a figure for stated days holds for those days; one without days is that of
    the period billed on the day of the invoice, and where it adds up its parts share it by days. A figure that is not
    given is left out, with a problem (L203). Index values are those of ``evidence``."""
    mine: dict[str, list[Given]] = {one.id: [] for one in contract.inputs}
    for one in given:
        mine.get(one.meter, []).append(one)
    asked = engine.asked_figures(contract, known_on, on, evidence)
    found: dict[tuple[str, Period], Fraction] = {}
    problems: dict[Problem, None] = {}
    for name, days, bill_date in asked:
        undated = next((one.value for one in mine[name] if one.days is None), None)
        if any(one.days and one.days.overlaps(days) for one in mine[name]):
            continue
        if bill_date != on:
            found.setdefault((name, days), EARLIER.value)
        elif undated is None:
            problems[_not_given(contract, f"input {name}", name, days, mend)] = None
        else:
            together = [other for known, other, day in asked if (known, day) == (name, bill_date)]
            share = Fraction(days.days, _hull(together).days) if contract.counter(name).additive else Fraction(1)
            found[name, days] = undated * share
    declared = {name: _stated(stated) for name, stated in mine.items()}
    for (name, days), value in found.items():
        declared[name].append(Declaration(days, value, dt.date.min, BY_HAND))
    declarations = {name: tuple(those) for name, those in declared.items()}
    return replace(evidence, declarations=declarations), tuple(problems)


def told(holds: Iterable[Problem], not_given: Sequence[Problem]) -> tuple[Problem, ...]:
    """The holds of a rating from given figures: one that a figure is not given stands for those that it is missing."""
    return (*not_given, *(hold for hold in holds if not not_given or hold.code != engine.UNDECLARED))


def _stated(given: Iterable[Given]) -> list[Declaration]:
    return [Declaration(one.days, one.value, dt.date.min, BY_HAND) for one in given if one.days]


def _hull(periods: Iterable[Period]) -> Period:
    found = list(periods)
    return Period(min(one.start for one in found), max(one.end for one in found))


def _not_given(contract: Contract, what: str, name: str, days: Period, mend: str) -> Problem:
    place = Place(part=f"contract {contract.id}, {what}")
    return Problem(
        MISSING_QUANTITY, place, f"no quantity was given for {name} in {days}", mend.format(name), Severity.HOLD
    )


def _answer(
    demand: Demand, contract: Contract, on: dt.date, known_on: dt.date, given: tuple[Given, ...], mend: str
) -> Measured | Problem:
    mine = [one for one in given if one.meter == demand.meter.id]
    dated = [(one.value, one.days) for one in mine if one.days and one.days.overlaps(demand.days)]
    if dated:
        return Measured(_for_days(demand, dated), BY_HAND, 0)
    billed_now = _billed_now(contract, demand, on, known_on)
    if billed_now is None:
        return _used_up(contract, demand)
    undated = [one.value for one in mine if one.days is None]
    if not undated:
        return _not_given(contract, f"meter {demand.meter.id}", demand.meter.id, demand.days, mend)
    return Measured(_for_days(demand, [(undated[0], billed_now)]), BY_HAND, 0)


def _used_up(contract: Contract, demand: Demand) -> Measured:
    """An earlier period for which nothing is given: nothing was used; but where unused units carry over, all of them were,
    for nobody has said that some are left."""
    keeping = [charge for charge in contract.charges if charge.carry_over and _counts(charge, demand.meter.id)]
    if not keeping:
        return EARLIER
    included = [entry.value for charge in keeping if charge.included for entry in charge.included.entries]
    steps = [entry.value.rounded.step for charge in keeping if charge.quantity for entry in charge.quantity.entries
             if isinstance(entry.value, Metered) and entry.value.rounded]  # fmt: skip
    enough = max(included, default=Fraction(0)) + max(map(Fraction, steps), default=Fraction(0))
    return Measured(enough, "an earlier period, taken as used up", 0)


def _counts(charge: Charge, meter: str) -> bool:
    return charge.quantity is not None and any(counter_of(e.value) == meter for e in charge.quantity.entries)


def _for_days(demand: Demand, given: Iterable[tuple[Fraction, Period]]) -> Fraction:
    """The given quantities for the days asked for: shares of those that add up, the largest of others."""
    if not demand.meter.additive:
        return max(value for value, _ in given)
    parts = ((value, days, days & demand.days) for value, days in given)
    return sum((value * Fraction(both.days, days.days) for value, days, both in parts if both), Fraction(0))


def _billed_now(contract: Contract, demand: Demand, on: dt.date, known_on: dt.date) -> Period | None:
    """The period billed on the day that the demanded days belong to, or None when they were billed earlier."""
    periods = [
        one.days
        for one in engine.schedule(contract, known_on, on)
        if one.bill_date == on and one.days.overlaps(demand.days)
    ]
    return min(periods, key=lambda days: days.days, default=None)
