"""runs: schedule. What each contract bills when, and what became of it."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from invoicer import engine
from invoicer.domain.contract import Contract
from invoicer.domain.ending import Ending
from invoicer.domain.entitlement import BilledLine, Part
from invoicer.engine import ScheduledPeriod
from invoicer.errors import Place, Problem, RunError
from invoicer.ledger import Ledger
from invoicer.runs.desk import Desk
from invoicer.runs.families import carried_before
from invoicer.runs.law import under_law
from invoicer.runs.lineage import billed_lines, names_of


class State(StrEnum):
    """What became of a scheduled period."""

    ISSUED = "issued"
    HELD = "held"
    DUE = "due"  # its bill date has come, and no document carries it
    CARRIED = "carried forward"  # its bill date has come; a small amount may wait for more
    TO_COME = "to come"


@dataclass(frozen=True, slots=True)
class ScheduleRow:
    """A billing period of a charge, its state, and the documents that carry it."""

    contract: str
    period: ScheduledPeriod
    state: State
    documents: tuple[str, ...]


def schedule(
    desk: Desk,
    ledger: Ledger,
    since: dt.date,
    until: dt.date,
    today: dt.date,
    contracts: Collection[str] | None = None,
) -> tuple[ScheduleRow, ...]:
    """The billing periods whose bill date lies from ``since`` to ``until`` (both included), as known today.

    Raises RunError when one of the contracts is not in the files.
    """
    chosen = chosen_contracts(desk, contracts)
    held = ledger.plan().holds if ledger.plans() else {}
    held = {**held, **desk.refusals()}
    names = names_of(desk.contracts)
    wanted = frozenset[str]().union(*(desk.succession.family(contract.id, today) for contract in chosen))
    billed: dict[str, list[BilledLine]] = defaultdict(list)
    for line in billed_lines(ledger, names, wanted):
        billed[line.contract].append(line)
    carried = _carried(line for lines in billed.values() for line in lines)
    rows = []
    for contract in chosen:
        seen = under_law(desk, contract, today)
        for period in (*engine.schedule(seen, today, until), *engine.settlements(seen, today, until)):
            if period.bill_date >= since:
                before = (one for one in carried_before(desk, contract.id, period.charge, billed) if not one.one_off)
                same = (line for line in before if line.component.part is period.part)
                numbers = _documents(period, (*carried.get((contract.id, period.charge, period.part), ()), *same))
                rows.append(
                    ScheduleRow(
                        contract.id, period, _state(contract, period, numbers, contract.id in held, today), numbers
                    )
                )
    return tuple(sorted(rows, key=lambda row: (row.period.bill_date, row.contract, row.period.charge)))


def chosen_contracts(desk: Desk, contracts: Collection[str] | None) -> list[Contract]:
    """The contracts of these ids, all of them for None. Raises RunError when one is not in the files, or is refused."""
    known = desk.contracts
    for unknown in sorted(set(contracts or ()) - known.cards.keys()):
        if unknown in desk.terms.refused:
            raise RunError(desk.terms.refused[unknown])
        mend = f"the contracts are {', '.join(known.cards)}"
        if unknown in desk.workspace.customer_ids:
            mend += (
                f"; “{unknown}” is a customer: `invoicer schedule --to MONTH --customer {unknown}` shows its contracts"
            )
        raise RunError(Problem("L206", Place(part=f"contract {unknown}"), "no file has such a contract", mend))
    return [*(known if contracts is None else known.only(contracts))]


def endings(
    desk: Desk, today: dt.date, contracts: Collection[str] | None = None
) -> tuple[tuple[Contract, Ending], ...]:
    """The contracts that a notice or a termination ends, as known today, by id."""
    lawful = (under_law(desk, contract, today) for contract in chosen_contracts(desk, contracts))
    return tuple((contract, ending) for contract in lawful if (ending := contract.ending(today)) is not None)


def _carried(lines: Iterable[BilledLine]) -> Mapping[tuple[str, str, Part], list[BilledLine]]:
    carried: dict[tuple[str, str, Part], list[BilledLine]] = {}
    for line in lines:
        carried.setdefault((line.contract, line.component.charge, line.component.part), []).append(line)
    return carried


def _documents(period: ScheduledPeriod, lines: Iterable[BilledLine]) -> tuple[str, ...]:
    mine = (
        line for line in lines if line.one_off == period.one_off and (period.one_off or line.days.overlaps(period.days))
    )
    return tuple(dict.fromkeys(line.document for line in mine))


def _state(
    contract: Contract, period: ScheduledPeriod, documents: tuple[str, ...], held: bool, today: dt.date
) -> State:
    if documents:
        return State.ISSUED
    if period.bill_date > today:
        return State.TO_COME
    if held:
        return State.HELD
    least = contract.least_invoice
    return State.CARRIED if least and least.wait.after(period.bill_date) > today else State.DUE
