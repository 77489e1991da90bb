"""runs: measure. All quantities that any contract needs, in one go."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping

from invoicer import engine, usage
from invoicer.domain.contract import Contract
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
) -> tuple[Measurements, tuple[Problem, ...]]:
    """The quantities that rating these contracts as of a day needs, and what is wrong with the usage.

    ``billed_until`` says of a contract, for each charge, the first day after what documents carry of it.
    """
    demands: list[Demand] = []
    listed = tuple(contracts)
    for contract in listed:
        if not contract.meters:
            continue  # it needs no quantity
        zone = desk.seller(contract).time_zone
        demands += engine.demands(contract, zone, as_of, as_of, billed_until(contract), evidence_for(desk, contract))
    return _measured(desk, demands, listed, as_of, desk.today_is)


def usage_problems(desk: Desk, contracts: Iterable[Contract], today: dt.date) -> tuple[Problem, ...]:
    """What is wrong with the usage that these contracts need today. Events are looked at whole, whatever their days, so each
    meter is asked for once."""
    demands: list[Demand] = []
    listed = tuple(contracts)
    for contract in listed:
        if contract.meters:
            zone = desk.seller(contract).time_zone
            for name, days in engine.due_meters(contract, today, today).items():
                demands.append(Demand(contract.id, contract.meter(name), days, zone))
    return _measured(desk, demands, listed, today, today)[1]


def _measured(
    desk: Desk, demands: Iterable[Demand], contracts: Iterable[Contract], as_of: dt.date, today: dt.date | None
) -> tuple[Measurements, tuple[Problem, ...]]:
    served = {one.id: Served(desk.seller(one).time_zone, engine.served_meters(one, as_of)) for one in contracts}
    known = [*(contract.id for contract in desk.terms.contracts), *desk.terms.refused]
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
