"""language: the lines that say what an end gives back."""

from __future__ import annotations

from dataclasses import dataclass

from invoicer.language.tree.parts import Length, Node, Number


@dataclass(frozen=True, slots=True)
class Refunding(Node):
    """``percent`` of what is unused (100: refund unused, 0: no refund); None: by the short-rate table."""

    percent: Number | None


@dataclass(frozen=True, slots=True)
class ShortRateRow(Node):
    """``up_to`` None: above all rows before."""

    up_to: Length | None
    percent: Number


@dataclass(frozen=True, slots=True)
class ShortRateTable(Node):
    rows: tuple[ShortRateRow, ...]
