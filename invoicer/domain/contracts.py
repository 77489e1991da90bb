"""domain: the contracts of a workspace. Most of them are packed away, and what has to be known of all stands on cards.

A contract is some hundred objects. Tens of thousands of them fill the memory, and hardly any step looks at more than one.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from invoicer.domain.contract import Contract, Source

_AT_HAND = 64  # contracts that are not taken out again when they are asked for again


@dataclass(frozen=True, slots=True)
class Card:
    """What is known of a contract without looking into it: the ids of its ``seller``, of all its ``customers`` (the first
    one first) and those that it had before (``formerly``), the contracts that it ``continues``, the texts that it was read
    from, the names of its index series and of its inputs, former and present ids of what was ``renamed`` in it, and
    whether anything in it is ``metered``."""

    id: str
    seller: str
    customers: tuple[str, ...]
    sources: tuple[Source, ...]
    formerly: tuple[str, ...] = ()
    continues: tuple[str, ...] = ()
    renamed: tuple[tuple[str, str], ...] = ()
    index_series: tuple[str, ...] = ()
    inputs: tuple[str, ...] = ()
    metered: bool = False

    @classmethod
    def of(cls, contract: Contract) -> Card:
        """The card of a contract."""
        renamed = (one for each in (contract.charges, contract.commitments) for one in each if one.formerly)
        return cls(
            id=contract.id,
            seller=contract.seller,
            customers=contract.buyers.customers,
            sources=contract.sources,
            formerly=contract.formerly,
            continues=contract.continues,
            renamed=tuple((former, one.id) for one in renamed for former in one.formerly),
            index_series=contract.index_series,
            inputs=tuple(one.id for one in contract.inputs),
            metered=bool(contract.meters),
        )


class Contracts(Collection[Contract]):
    """Contracts in the order of their ids; ``cards`` has that of each by its id. Going through them takes out one after the
    other."""

    def __init__(self, cards: Iterable[Card], take_out: Callable[[str], Contract]) -> None:
        self.cards: Mapping[str, Card] = {card.id: card for card in sorted(cards, key=lambda card: card.id)}
        self._take_out = take_out

    @classmethod
    def packed(cls, cards: Iterable[Card], unpack: Callable[[str], Contract]) -> Contracts:
        """Contracts that :func:`unpack` makes by their ids; the last few are remembered."""
        return cls(cards, _AtHand(unpack))

    def __iter__(self) -> Iterator[Contract]:
        return map(self._take_out, self.cards)

    def __len__(self) -> int:
        return len(self.cards)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Contracts):
            return NotImplemented
        return self.cards == other.cards and all(one == two for one, two in zip(self, other, strict=True))

    __hash__ = None  # type: ignore[assignment]

    def __contains__(self, contract: object) -> bool:
        return isinstance(contract, Contract) and self.get(contract.id) == contract

    def __getitem__(self, name: str) -> Contract:
        """The contract of that id; KeyError when there is none."""
        return self._take_out(self.cards[name].id)

    def get(self, name: str) -> Contract | None:
        """The contract of that id, if there is one."""
        return self[name] if name in self.cards else None

    def only(self, names: Iterable[str]) -> Contracts:
        """Those of these ids that there are."""
        return Contracts((self.cards[name] for name in names if name in self.cards), self._take_out)

    def linked(self) -> Contracts:
        """Those that continue others or are continued."""
        continuing = [card for card in self.cards.values() if card.continues]
        return self.only({name for card in continuing for name in (card.id, *card.continues)})


class _AtHand:
    """Remembers the contracts that were asked for last."""

    def __init__(self, unpack: Callable[[str], Contract]) -> None:
        self._unpack = unpack
        self._last: OrderedDict[str, Contract] = OrderedDict()

    def __call__(self, name: str) -> Contract:
        if name not in self._last:
            self._last[name] = self._unpack(name)
            if len(self._last) > _AT_HAND:
                self._last.popitem(last=False)
        self._last.move_to_end(name)
        return self._last[name]
