"""runs: what documents carry of each contract, read a hundred contracts at a time, as they are asked for.

A plan walks through the contracts in one order. What was billed of all of them in years would fill the memory;
what is at hand is what the walk comes by.
"""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from invoicer.domain.entitlement import BilledLine
from invoicer.ledger import Ledger
from invoicer.runs.lineage import Names, billed_lines
from invoicer.runs.requested import Requests

_TOGETHER = 100  # contracts to a question
_AT_HAND = 2  # answers that are kept


class Books(Mapping[str, Sequence[BilledLine]]):
    """Billed lines by contract (by its id of today), in the order of issue; nothing for one of which nothing was billed. Of
    ``contracts``, in that order, and only while the ledger is open."""

    def __init__(self, ledger: Ledger, names: Names, requests: Requests, contracts: Iterable[str]) -> None:
        self._ledger, self._names, self._requests = ledger, names, requests
        self._order = list(contracts)
        self._place = {contract: at // _TOGETHER for at, contract in enumerate(self._order)}
        self._at_hand: OrderedDict[int, dict[str, list[BilledLine]]] = OrderedDict()

    def __getitem__(self, contract: str) -> Sequence[BilledLine]:
        place = self._place[contract]
        if place not in self._at_hand:
            self._at_hand[place] = self._read(self._order[place * _TOGETHER : (place + 1) * _TOGETHER])
            if len(self._at_hand) > _AT_HAND:
                self._at_hand.popitem(last=False)
        self._at_hand.move_to_end(place)
        return self._at_hand[place].get(contract, ())

    def __iter__(self) -> Iterator[str]:
        return iter(self._order)

    def __len__(self) -> int:
        return len(self._order)

    def _read(self, contracts: Sequence[str]) -> dict[str, list[BilledLine]]:
        found: dict[str, list[BilledLine]] = defaultdict(list)
        for line in self._requests.carried(billed_lines(self._ledger, self._names, contracts)):
            found[line.contract].append(line)
        return dict(found)
