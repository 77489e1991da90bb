"""runs: measure. All quantities that any contract needs, in one go."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping

from invoicer import engine, usage
from invoicer.domain.contract import Contract
from invoicer.domain.contracts import Card
from invoicer.domain.usage import Demand, Measurements, Served
from invoicer.errors import Problem
from invoicer.runs.desk import Desk
from invoicer.runs.evidence import evidence_for
from invoicer.runs.lineage import names_of

BilledUntil = Mapping[str, dt.date]


def _nothing(_: Contract) -> BilledUntil:
    return {}


def measure(
    desk: Desk,
    contracts: Iterable[Contract],
    as_of: dt.date,
    billed_until: Callable[[Contract], BilledUntil] = _nothing,
    unmetered: Iterable[Card] = (),
) -> tuple[Measurements, tuple[Problem, ...]]:
    """The quantities that rating these contracts as of a day needs, and what is wrong with the usage.

    ``billed_until`` says of a contract, for each charge, the first day after what documents carry of it. ``unmetered`` are
    contracts besides them in which nothing is metered: events of theirs are never billed.
    """
    demands: list[Demand] = []
    served = {card.id: Served(desk.seller(card).time_zone, {}) for card in unmetered}
    for contract in contracts:
        served[contract.id] = _served(desk, contract, as_of)
        if contract.meters:
            zone = served[contract.id].time_zone
            until, evidence = billed_until(contract), evidence_for(desk, contract)
            demands += engine.demands(contract, zone, as_of, as_of, until, evidence)
    return _measured(desk, demands, served, as_of, desk.today_is)


def usage_problems(desk: Desk, contracts: Iterable[Contract], today: dt.date) -> tuple[Problem, ...]:
    """What is wrong with the usage that these contracts need today. Events are looked at whole, whatever their days, so each
    meter is asked for once."""
    demands: list[Demand] = []
    served: dict[str, Served] = {}
    for contract in contracts:
        served[contract.id] = _served(desk, contract, today)
        if contract.meters:
            zone = served[contract.id].time_zone
            for name, days in engine.due_meters(contract, today, today).items():
                demands.append(Demand(contract.id, contract.meter(name), days, zone))
    return _measured(desk, demands, served, today, today)[1]


def _served(desk: Desk, contract: Contract, known_on: dt.date) -> Served:
    return Served(desk.seller(contract).time_zone, engine.served_meters(contract, known_on))


def _measured(
    desk: Desk, demands: Iterable[Demand], served: Mapping[str, Served], as_of: dt.date, today: dt.date | None
) -> tuple[Measurements, tuple[Problem, ...]]:
    known = [*desk.contracts.cards, *desk.terms.refused]
    return usage.measure(
        desk.workspace.usage_folder,
        demands,
        known_on=as_of,
        contracts=frozenset(known),
        meters=desk.terms.meters,
        served=served,
        today=today,
        renamed=names_of(desk.contracts).contracts,
    )
