"""language: the lines of the syntax tree about what usage is priced by."""

from __future__ import annotations

from dataclasses import dataclass

from invoicer.language.tree.parts import Amount, Length, Node, Number


@dataclass(frozen=True, slots=True)
class EachEvent(Node):
    """each event at least 1.75 EUR, at most 12.00 EUR; one of the two may be left out."""

    least: Amount | None
    most: Amount | None


@dataclass(frozen=True, slots=True)
class FirstEvents(Node):
    """first 3 events free"""

    count: Number


@dataclass(frozen=True, slots=True)
class FirstAmount(Node):
    """first 500.00 EUR free"""

    amount: Amount


@dataclass(frozen=True, slots=True)
class CarryOver(Node):
    """unused carry over for 3 months; without a length: without end."""

    lifetime: Length | None
