"""language: service credits in the syntax tree."""

from __future__ import annotations

from dataclasses import dataclass

from invoicer.language.tree.parts import Condition, Length, Name, Node, Number


@dataclass(frozen=True, slots=True)
class CreditRow(Node):
    """25% of platform-fee when uptime less than 99%; ``charges`` empty: everything."""

    percent: Number
    charges: tuple[Name, ...]
    when: Condition


@dataclass(frozen=True, slots=True)
class Crediting(Node):
    """How a credit reaches the customer: on a note of its own, or on the next invoice."""

    as_note: bool


@dataclass(frozen=True, slots=True)
class Judged(Node):
    """Which days are judged together (None: each billing period), and how many days after them the figures are there."""

    per: Length | None
    within: int
