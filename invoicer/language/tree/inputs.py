"""language: declared inputs in the syntax tree: what a customer or a colleague states for some days."""

from __future__ import annotations

from dataclasses import dataclass

from invoicer.language.tree.lines import Quantity, Usage
from invoicer.language.tree.parts import Length, Name, Node, Number

PERCENT = "percent"
"""The unit that a number with the sign % is in."""


@dataclass(frozen=True, slots=True)
class Declared(Node):
    """The quantity of a charge is what is declared for that input."""

    input: Name


@dataclass(frozen=True, slots=True)
class Stated(Node):
    """How long the periods are that figures are declared for."""

    per: Length


@dataclass(frozen=True, slots=True)
class AddsUp(Node):
    """Figures of the parts of a period add up to that of the whole."""


@dataclass(frozen=True, slots=True)
class Limit(Node):
    """at least 0, at most 100: figures beyond it are refused."""

    kind: str  # least, most
    value: Number
    unit: Name | None


Counted = Quantity | Usage | Declared
"""Where the quantity of a charge comes from: agreed, measured, declared."""
