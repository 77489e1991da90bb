"""domain: contracts that go on in other ones: two that are merged, one that is split."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from invoicer.domain.contract import Charge, Contract
from invoicer.domain.contracts import Contracts
from invoicer.domain.price import Conditional, Once

Key = tuple[str, str]
"""A charge: the ids of its contract and its own."""


@dataclass(frozen=True, slots=True)
class Succession:
    """``heirs``: by the id of a contract those that continue it. ``before``: what each charge of those continues."""

    heirs: Mapping[str, tuple[Contract, ...]]
    before: Mapping[Key, tuple[Key, ...]]

    @classmethod
    def of(cls, contracts: Contracts) -> Succession:
        """The succession among contracts."""
        by_id = {contract.id: contract for contract in contracts.linked()}
        heirs: dict[str, list[Contract]] = defaultdict(list)
        before: dict[Key, tuple[Key, ...]] = {}
        for contract in by_id.values():
            for name in contract.continues:
                heirs[name].append(contract)
            for charge in contract.charges if contract.continues else ():
                if keys := tuple(_continued(contract, charge, by_id)):
                    before[contract.id, charge.id] = keys
        return cls({name: tuple(found) for name, found in heirs.items()}, before)

    def known_heirs(self, contract: str, known_on: dt.date) -> tuple[Contract, ...]:
        """Those that continue a contract, as known on a day."""
        return tuple(one for one in self.heirs.get(contract, ()) if one.agreed <= known_on)

    def handed_on(self, contract: str, known_on: dt.date) -> dt.date | None:
        """The first day on which others continue a contract, as known on a day."""
        return min((one.start for one in self.known_heirs(contract, known_on)), default=None)

    def applied(self, contract: Contract, known_on: dt.date) -> Contract:
        """The contract as known on a day: it ends where others continue it, and begins where it continues others; the cut
        counts by days. What is due once, and was due there already, is not due again."""
        day = self.handed_on(contract.id, known_on)
        if day is not None and (contract.end is None or day <= contract.end):
            mine = {
                key[1]
                for one in self.known_heirs(contract.id, known_on)
                for key in self._formers(one)
                if key[0] == contract.id
            }
            contract = replace(contract, end=max(day, contract.start), goes_on=frozenset(mine))
        if contract.continues:
            charges = tuple(
                one for one in contract.charges if not (self.before.get((contract.id, one.id)) and _once(one))
            )
            taken = frozenset(one.id for one in charges if (contract.id, one.id) in self.before)
            contract = replace(contract, charges=charges, goes_back=taken)
        return contract

    def family(self, contract: str, known_on: dt.date) -> frozenset[str]:
        """The ids of all contracts that a contract has to do with by succession, as known on a day; itself alone where
        there is none."""
        found, pending = {contract}, [contract]
        parents = defaultdict(list)
        for name, heirs in self.heirs.items():
            for heir in heirs:
                parents[heir.id].append((name, heir.agreed))
        while pending:
            one = pending.pop()
            near = [heir.id for heir in self.known_heirs(one, known_on)]
            near += [name for name, agreed in parents.get(one, ()) if agreed <= known_on]
            new = set(near) - found
            found |= new
            pending += new
        return frozenset(found)

    def roots(self, known_on: dt.date) -> Mapping[Key, Key]:
        """For each charge that continues or is continued, as known on a day, one of those that it has to do with, the same
        for all of them."""
        known = {one.id for heirs in self.heirs.values() for one in heirs if one.agreed <= known_on}
        root: dict[Key, Key] = {}

        def find(key: Key) -> Key:
            while root.setdefault(key, key) != key:
                key = root[key]
            return key

        for key, formers in sorted(self.before.items()):
            for former in formers if key[0] in known else ():
                one, other = sorted((find(key), find(former)))
                root[other] = one
        return {key: find(key) for key in list(root)}

    def _formers(self, heir: Contract) -> Iterator[Key]:
        for charge in heir.charges:
            yield from self.before.get((heir.id, charge.id), ())


NO_SUCCESSION = Succession({}, {})


def _continued(contract: Contract, charge: Charge, by_id: Mapping[str, Contract]) -> Iterator[Key]:
    """What a charge continues: what it says, else those of its name or its former names."""
    if charge.continues:
        yield from ((former, name) for name, former in charge.continues)
        return
    for former in contract.continues:
        there = by_id.get(former)
        names = {one.id for one in there.charges} if there else set()
        yield from ((former, name) for name in (charge.id, *charge.formerly) if name in names)


def _once(charge: Charge) -> bool:
    """Whether it is due a single time."""
    prices = [entry.value for entry in charge.price.entries[:1]]
    return any(
        isinstance(price, Once)
        or (isinstance(price, Conditional) and any(isinstance(o.price, Once) for o in price.options))
        for price in prices
    )
