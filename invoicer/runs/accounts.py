"""runs: accounts. Contracts that share invoices, wait for each other or go on in each other, apart from all others.

What comes out for an account depends on nothing of the other ones: it sees a desk with its own contracts only. So each can
be worked out by itself, and what came out once holds as long as nothing of it has changed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cache

from invoicer.domain.party import in_force
from invoicer.domain.succession import Succession
from invoicer.runs.desk import Desk
from invoicer.runs.requested import Requests

Account = tuple[str, ...]
"""The ids of its contracts."""


def accounts(desk: Desk, requests: Requests, held: Collection[str], as_of: dt.date) -> Sequence[Account]:
    """The accounts, by the first contract of each. ``held`` are contracts that are held from the beginning: also those
    without sound terms belong to an account."""
    together = _Together((*desk.contracts.cards, *held))
    for names in _linked(desk, requests, as_of):
        together.join(names)
    return together.sets()


def desk_of(desk: Desk, account: Account) -> Desk:
    """The desk that an account sees."""
    mine = desk.contracts.only(account)
    refused = {name: desk.terms.refused[name] for name in account if name in desk.terms.refused}
    return replace(desk, terms=replace(desk.terms, contracts=mine, refused=refused), succession=Succession.of(mine))


def _linked(desk: Desk, requests: Requests, as_of: dt.date) -> Iterator[Iterable[str]]:
    """Contracts that have to do with each other; one may stand in several links."""

    @cache
    def shares(customer: str) -> bool:
        row = in_force(desk.workspace.customers.get(customer, ()), as_of, as_of)
        return row is not None and row.shares_invoices

    by_parties: dict[tuple[str, str], list[str]] = {}
    for card in desk.contracts.cards.values():
        for customer in card.customers:
            by_parties.setdefault((card.seller, customer), []).append(card.id)
    for name, parties in desk.terms.refused_parties.items():
        by_parties.setdefault(parties, []).append(name)
    yield from (names for (_, customer), names in by_parties.items() if shares(customer))
    yield from ((name, *(heir.id for heir in heirs)) for name, heirs in desk.succession.heirs.items())
    yield from (contracts for _, contracts in requests.waiting)


class _Together:
    """Sets of names that only grow together."""

    def __init__(self, names: Iterable[str]) -> None:
        self._above = {name: name for name in names}

    def join(self, names: Iterable[str]) -> None:
        """These belong together from now on."""
        first, *others = sorted({self._first(name) for name in names if name in self._above}) or [""]
        self._above |= dict.fromkeys(others, first)

    def sets(self) -> list[tuple[str, ...]]:
        """What belongs together, by the first name of each."""
        found: dict[str, list[str]] = {}
        for name in sorted(self._above):
            found.setdefault(self._first(name), []).append(name)
        return [tuple(names) for names in found.values()]

    def _first(self, name: str) -> str:
        while (above := self._above[name]) != name:
            self._above[name] = self._above[above]
            name = above
        return name
