"""language: the blocks of the syntax tree, each a heading and its lines; and how to find a line among others."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from invoicer.domain.period import Unit
from invoicer.errors import Place
from invoicer.language.tree.deposits import Deposited
from invoicer.language.tree.endings import EndingNode
from invoicer.language.tree.examples import Example
from invoicer.language.tree.lines import Bill, Bounded, Dating, Included, NewCustomer, Pay, Quantity, Wording
from invoicer.language.tree.parts import Day, Name, Node, Number, Priced
from invoicer.language.tree.refunds import Refunding, ShortRateTable
from invoicer.language.tree.usage import EachEvent, FirstAmount, FirstEvents


class BlockKind(StrEnum):
    CHARGE = "charge"
    PREMIUM = "premium"
    METER = "meter"
    DISCOUNT = "discount"
    INPUT = "input"
    INDEXATION = "indexation"
    COMMITMENT = "commitment"
    CREDIT = "service-credit"


@dataclass(frozen=True, slots=True)
class Block(Node):
    """A heading and its lines; ``base`` names the price list of ``as in``."""

    kind: BlockKind
    id: Name
    title: str
    base: Name | None
    lines: tuple[Node, ...]

    @property
    def is_charge(self) -> bool:
        return self.kind in (BlockKind.CHARGE, BlockKind.PREMIUM)


@dataclass(frozen=True, slots=True)
class Change(Node):
    """``charge`` None: the contract's own billing, payment or customer. ``to`` tells what is changed."""

    charge: Name | None
    to: (
        Priced
        | Quantity
        | Included
        | Bounded
        | EachEvent
        | FirstEvents
        | FirstAmount
        | Deposited
        | Bill
        | Pay
        | NewCustomer
    )


@dataclass(frozen=True, slots=True)
class Stop(Node):
    charge: Name
    lines: tuple[Refunding | ShortRateTable, ...]


@dataclass(frozen=True, slots=True)
class Amendment(Node):
    """``heading`` is the place of its first line."""

    number: Number
    effective: Day | None
    agreed: Day | None
    title: str
    lines: tuple[Node, ...]
    items: tuple[Change | Stop | Block, ...]
    heading: Place

    @property
    def blocks(self) -> tuple[Block, ...]:
        return tuple(item for item in self.items if isinstance(item, Block))


@dataclass(frozen=True, slots=True)
class Document(Node):
    """A contract, or a price list (``is_list``), with the lines below its heading, its blocks, amendments, examples,
    and what ends it."""

    is_list: bool
    id: Name
    title: str
    lines: tuple[Node, ...]
    blocks: tuple[Block, ...]
    amendments: tuple[Amendment, ...]
    heading: Place
    examples: tuple[Example, ...] = ()
    endings: tuple[EndingNode, ...] = ()


N = TypeVar("N")


def every(lines: Iterable[object], kind: type[N]) -> tuple[N, ...]:
    """All lines of that kind, in order."""
    return tuple(line for line in lines if isinstance(line, kind))


def one(lines: Iterable[object], kind: type[N]) -> N | None:
    """The first line of that kind, or None."""
    return next(iter(every(lines, kind)), None)


def dated(lines: Iterable[object], kind: str) -> Day | None:
    """The day of the first line of that word (``starts``, ``ends``, ``on``, ``until``, ``from``), or None."""
    return next((line.day for line in every(lines, Dating) if line.kind == kind), None)


def worded(lines: Iterable[object], kind: str) -> str:
    """The text of the first line of that word (``reference``, ``clause`` …), or ""."""
    return next((line.text.text for line in every(lines, Wording) if line.kind == kind), "")


def spanning(first: Place, last: Place) -> Place:
    """From the beginning of one place to the end of another."""
    return Place(first.file, first.line, first.column, last.end_line, last.end_column)


TIME_UNITS = {f"{unit}{ending}": unit for unit in Unit for ending in ("", "s")}
"""The words for units of time, singular and plural."""
