"""runs: contracts that belong together because some continue others: they are settled together, or wait together."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from invoicer.domain.contract import Contract
from invoicer.domain.entitlement import BilledLine
from invoicer.errors import Place, Problem, Severity

if TYPE_CHECKING:
    from invoicer.runs.desk import Desk

Problems = tuple[str, tuple[Problem, ...]]


def families(desk: Desk, contracts: Sequence[Contract], known_on: dt.date) -> Iterator[tuple[Contract, ...]]:
    """The contracts in their order, each with those that it has to do with by succession; the last to begin stands last."""
    if not desk.succession.heirs:
        yield from ((one,) for one in contracts)
        return
    there = {one.id: one for one in contracts}
    done: set[str] = set()
    for contract in contracts:
        if contract.id not in done:
            kin = desk.succession.family(contract.id, known_on)
            done |= kin
            yield tuple(sorted((there[name] for name in kin if name in there), key=lambda one: (one.start, one.id)))


def missing_kin(desk: Desk, family: Sequence[Contract], held: Collection[str], known_on: dt.date) -> Iterator[Problems]:
    """A hold for each contract of a family of which another is held before anything was worked out."""
    kin = desk.succession.family(family[0].id, known_on) if desk.succession.heirs else frozenset()
    absent = sorted(kin & frozenset(held))
    yield from ((one.id, (waits(one.id, absent[0]),)) for one in family if absent)


def waiting_for_kin(family: Sequence[Contract], holds: Mapping[str, tuple[Problem, ...]]) -> Iterator[Problems]:
    """A hold for each contract of a family without one of its own."""
    held = next((name for name, problems in holds.items() if problems), "")
    yield from ((one.id, (waits(one.id, held),)) for one in family if not holds.get(one.id))


def waits(contract: str, other: str) -> Problem:
    """What holds a contract that goes on from, or in, another one that is held."""
    cause = f"it goes on from, or in, contract {other}, which is held"
    return Problem("L232", Place(part=f"contract {contract}"), cause, f"mend what holds {other}", Severity.HOLD)


def kin_of(desk: Desk, contract: str) -> frozenset[str]:
    """The ids of the contracts that one continues, directly or through others."""
    found: set[str] = set()
    pending = [contract]
    while pending:
        one = pending.pop()
        new = {name for name, heirs in desk.succession.heirs.items() if one in {heir.id for heir in heirs}} - found
        found |= new
        pending += new
    return frozenset(found)


def billed_until(desk: Desk, contract: Contract, billed: Mapping[str, Sequence[BilledLine]]) -> dict[str, dt.date]:
    """For each charge of a contract the first day after all that documents carry of it; what others were billed of a
    charge that goes on in this one counts too."""
    found: dict[str, dt.date] = {}
    for line in billed.get(contract.id, ()):
        charge = line.component.charge
        found[charge] = max(found.get(charge, dt.date.min), line.days.end)
    for charge in contract.goes_back:
        for line in carried_before(desk, contract.id, charge, billed):
            if line.days.end > contract.start:
                found[charge] = max(found.get(charge, dt.date.min), line.days.end)
    return found


def carried_before(
    desk: Desk, contract: str, charge: str, billed: Mapping[str, Sequence[BilledLine]]
) -> Iterator[BilledLine]:
    """What documents carry of the charges of other contracts that go on in a charge."""
    for name, former in desk.succession.before.get((contract, charge), ()):
        yield from (line for line in billed.get(name, ()) if line.component.charge == former)
        yield from carried_before(desk, name, former, billed)
