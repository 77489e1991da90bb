"""language: deposits, and when they are settled."""

from __future__ import annotations

from dataclasses import dataclass

from invoicer.language.tree.parts import Amount, Length, Node


@dataclass(frozen=True, slots=True)
class Deposited(Node):
    amount: Amount
    instalments: int


@dataclass(frozen=True, slots=True)
class AdjustOn(Node):
    within: Length
