"""language: the syntax tree of examples beside a contract."""

from __future__ import annotations

from dataclasses import dataclass

from invoicer.errors import Place
from invoicer.language.tree.indexation import Month
from invoicer.language.tree.parts import Amount, Day, Name, Node, Number


@dataclass(frozen=True, slots=True)
class InvoiceOn(Node):
    day: Day


@dataclass(frozen=True, slots=True)
class KnownOn(Node):
    day: Day


@dataclass(frozen=True, slots=True)
class Given(Node):
    """A quantity; ``first`` and ``last`` are its days where they are stated. ``events`` are the amounts that it is the sum
    of, where they are given one by one."""

    name: Name
    value: Number
    unit: Name | None
    first: Day | None
    last: Day | None
    events: tuple[Number, ...] = ()


@dataclass(frozen=True, slots=True)
class GivenIndex(Node):
    """The value of an index for a month."""

    series: Name
    month: Month
    value: Number


@dataclass(frozen=True, slots=True)
class ComponentNode(Node):
    """A charge with all that belongs to it (``part`` ""), or a part of it; ``name`` is that of a discount."""

    charge: Name
    part: str
    name: Name | None

    @property
    def key(self) -> tuple[str, str, str]:
        return self.charge.text, self.part, self.name.text if self.name else ""

    def __str__(self) -> str:
        return " ".join(filter(None, self.key))


@dataclass(frozen=True, slots=True)
class Expectation(Node):
    """A line that the invoice has, or (``amount`` None) has not; without ``component`` the total of the invoice."""

    component: ComponentNode | None
    amount: Amount | None


@dataclass(frozen=True, slots=True)
class Example(Node):
    """An `expect` block; ``heading`` is the place of its first line."""

    title: str
    lines: tuple[Node, ...]
    heading: Place
