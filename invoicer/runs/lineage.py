"""runs: lineage. What was billed under former names counts as billed under those of today.

A contract, a charge or a commitment that was renamed is the same as before. Documents keep the names that they were issued
with; whatever is read from them is looked at here under the names that the terms have now.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from invoicer.domain.contracts import Contracts
from invoicer.domain.document import Line
from invoicer.domain.entitlement import BilledLine, Component

if TYPE_CHECKING:
    from invoicer.ledger import Ledger

Named = TypeVar("Named", BilledLine, Line)


@dataclass(frozen=True, slots=True)
class Names:
    """``contracts``: the id of today by each former one; ``charges``: for each contract of today the same of its charges
    and commitments."""

    contracts: Mapping[str, str]
    charges: Mapping[str, Mapping[str, str]]

    def contract(self, name: str) -> str:
        """The id that a contract has today."""
        return self.contracts.get(name, name)

    def component(self, contract: str, component: Component) -> Component:
        """What a component of a contract (by its id of today) is called today."""
        charge = self.charges.get(contract, {}).get(component.charge)
        return replace(component, charge=charge) if charge else component

    def now(self, line: Named) -> Named:
        """A line under the names of today."""
        contract = self.contract(line.contract)
        component = self.component(contract, line.component)
        if contract == line.contract and component is line.component:
            return line
        return replace(line, contract=contract, component=component)

    def ever(self, contracts: Iterable[str]) -> frozenset[str]:
        """The ids of contracts, and all that they had before."""
        wanted = {self.contract(one) for one in contracts}
        return frozenset(wanted | {former for former, now in self.contracts.items() if now in wanted})


def names_of(contracts: Contracts) -> Names:
    """The former names of contracts and of all that is in them."""
    cards = contracts.cards.values()
    homes = {former: card.id for card in cards for former in card.formerly}
    return Names(homes, {card.id: dict(card.renamed) for card in cards if card.renamed})


def billed_lines(ledger: Ledger, names: Names, contracts: Collection[str]) -> list[BilledLine]:
    """What documents carry of these contracts (by their ids of today), under the names of today, in the order of issue."""
    return [names.now(line) for line in ledger.billed(sorted(names.ever(contracts)))]
