"""ledger: the ledger as it would be with documents of another system that are not imported yet."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from invoicer.cache import NO_CACHE, Cache
from invoicer.domain import canonical
from invoicer.domain.document import Document
from invoicer.domain.entitlement import BilledLine
from invoicer.ledger.carried import Proved
from invoicer.ledger.imported import Foreign
from invoicer.ledger.ledger import Ledger
from invoicer.ledger.records import Issued


class Supposed(Ledger):
    """A ledger that is read; it writes nothing."""

    def __init__(self, ledger: Ledger, foreign: Iterable[Foreign]) -> None:
        super().__init__(ledger._store, ledger.files)
        self._foreign = {one.document.number: one for one in foreign}

    def billed(self, contracts: Collection[str]) -> tuple[BilledLine, ...]:
        """What documents carry of these contracts, and what those that are supposed do."""
        more = (line for one in self._foreign.values() for line in one.billed if line.contract in set(contracts))
        return (*more, *super().billed(contracts))

    def carried(self, memory: Cache = NO_CACHE) -> Proved:  # noqa: ARG002
        """For each contract a hash of what documents carry of it, and of what those that are supposed do: what is worked
        out upon a supposition is remembered as that. All of it is proved each time."""
        found = dict(super().carried().marks)
        for number, one in sorted(self._foreign.items()):
            said = canonical.sha256(canonical.to_json(one.document))
            for contract in {line.contract for line in one.billed}:
                found[contract] = canonical.sha256(f"{found.get(contract, '')}\nsupposed {number} {said}")
        return Proved(found)

    def billed_contracts(self) -> frozenset[str]:
        """The ids of all contracts that were ever billed."""
        more = frozenset(line.contract for one in self._foreign.values() for line in one.billed)
        return more | super().billed_contracts()

    def imported(self) -> tuple[Issued, ...]:
        """The documents of another system, those that are supposed among them."""
        return (*map(_brief, self._foreign.values()), *super().imported())

    def document(self, number: str) -> Document:
        """The document of that number. Raises RunError (L140)."""
        found = self._foreign.get(number)
        return found.document if found else super().document(number)


def _brief(one: Foreign) -> Issued:
    paper = one.document
    return Issued(
        paper.number,
        "",
        paper.kind,
        paper.seller.id,
        paper.customer.id,
        paper.currency,
        paper.net,
        paper.tax,
        paper.gross,
        paper.issue_date,
        paper.bill_date,
        paper.due_date,
        "",
    )
