"""runs: the quantities that versions of contracts are compared with: given by a person, or measured."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import count, pairwise, takewhile

from invoicer import engine, usage
from invoicer.domain.contract import Contract, Metered
from invoicer.domain.evidence import Declaration
from invoicer.domain.period import Period
from invoicer.domain.usage import Demand, Measured, Measurements
from invoicer.errors import Problem
from invoicer.runs.given import NEUTRAL_ZONE
from invoicer.usage.manifest import MANIFEST
from invoicer.workspace import Workspace


def zone_of(contract: Contract, space: Workspace | None) -> str:
    """The time zone of the contract's seller, where it is known."""
    seller = space.sellers.get(contract.seller) if space else None
    return seller.time_zone if seller else NEUTRAL_ZONE


def measured(
    demands: Collection[Demand],
    space: Workspace | None,
    known_on: dt.date,
    contracts: Iterable[str],
    meters: Iterable[str],
    renamed: Mapping[str, str],
) -> tuple[Measurements, tuple[Problem, ...]]:
    """What the usage of a workspace answers, and what is wrong with it; nothing, where there is no usage. ``contracts`` and
    ``meters`` are the ids that either version defines, ``renamed`` the ids of today of contracts by former ones."""
    if space is None or not (space.usage_folder / MANIFEST).is_file():
        return {}, ()
    return usage.measure(
        space.usage_folder,
        demands,
        known_on=known_on,
        contracts=frozenset(contracts),
        meters=frozenset(meters),
        renamed=renamed,
    )


def answered(
    demands: Iterable[Demand],
    given: Mapping[str, Fraction],
    versions: Sequence[Contract],
    known_on: dt.date,
    until: dt.date,
) -> Iterator[tuple[tuple[str, str, Period], Measured]]:
    """Given quantities, each for every billing period of its meter.

    Both versions are answered alike: the billing periods are those of the first of ``versions`` and, where it has none, of
    the next. For other days, the quantity of a meter that adds up is shared by days; any other is the same on all."""
    periods = {meter: _periods(meter, versions, known_on, until) for meter in given}
    for demand in demands:
        value = given.get(demand.meter.id)
        if value is None:
            continue
        if demand.meter.additive:
            shares = ((full, days & demand.days) for days, full in periods[demand.meter.id])
            value = value * sum((Fraction(both.days, full) for full, both in shares if both), Fraction(0))
        yield demand.key, Measured(value, "given by hand", 0)


def declared(
    contract: Contract, given: Mapping[str, Fraction], until: dt.date
) -> Mapping[str, tuple[Declaration, ...]]:
    """Given figures of inputs, each for every length of time that it is stated for, from the start of the contract."""
    found = {}
    for asked in contract.inputs:
        if asked.id in given:
            every, value = asked.stated, given[asked.id]
            edges = pairwise(every.after(contract.start, k) for k in count())
            days = takewhile(lambda edge: edge[0] <= until, edges)
            found[asked.id] = tuple(Declaration(Period(*one), value, contract.agreed, "given by hand") for one in days)
    return found


def _periods(meter: str, versions: Sequence[Contract], known_on: dt.date, until: dt.date) -> list[tuple[Period, int]]:
    """Days of billing periods with that meter, without overlap, each with how many days its billing period has."""
    found: list[tuple[Period, int]] = []
    for contract in versions:
        charges = [
            charge.id for charge in contract.charges if charge.quantity and _uses(charge.quantity.entries, meter)
        ]
        for one in engine.schedule(contract, known_on, until):
            if charges and one.charge == charges[0]:
                edges = [edge for days, _ in found for edge in (days.start, days.end)]
                parts = [part for part in one.days.cut_at(edges) if not any(part.overlaps(days) for days, _ in found)]
                found += [(part, one.days.days) for part in parts]
    return found


def _uses(entries: Iterable[object], meter: str) -> bool:
    values = (getattr(entry, "value", None) for entry in entries)
    return any(isinstance(value, Metered) and value.meter == meter for value in values)
