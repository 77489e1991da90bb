"""language: the lines of a commitment."""

from __future__ import annotations

from dataclasses import dataclass

from invoicer.language.tree.parts import Amount, Length, Name, Node


@dataclass(frozen=True, slots=True)
class Committed(Node):
    """``per`` None: over the term."""

    amount: Amount
    per: Length | None


@dataclass(frozen=True, slots=True)
class Counts(Node):
    """The charges that count; none: everything."""

    charges: tuple[Name, ...]


@dataclass(frozen=True, slots=True)
class Prorated(Node):
    """An incomplete period counts by days."""
