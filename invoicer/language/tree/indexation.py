"""language: the lines of an indexation."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from invoicer.language.tree.parts import Day, Length, Name, Node, Number


@dataclass(frozen=True, slots=True)
class Month(Node):
    """2026-10, as its first day."""

    value: dt.date


@dataclass(frozen=True, slots=True)
class RaisesByIndex(Node):
    """``plus`` or ``minus`` a percentage, where one of them is written; no ``charges``: everything."""

    charges: tuple[Name, ...]
    series: Name
    plus: Number | None
    minus: Number | None


@dataclass(frozen=True, slots=True)
class RaisesByPercent(Node):
    charges: tuple[Name, ...]
    percent: Number


@dataclass(frozen=True, slots=True)
class Base(Node):
    """``to`` is the month compared with it, for an adjustment that is made once."""

    month: Month
    to: Month | None


@dataclass(frozen=True, slots=True)
class Adjusts(Node):
    """``every`` None: once."""

    every: Length | None
    first: Day


@dataclass(frozen=True, slots=True)
class IndexLimit(Node):
    """At least or at most a percentage, for each adjustment."""

    kind: str  # floor, cap
    percent: Number


@dataclass(frozen=True, slots=True)
class Revised(Node):
    pass


RaisesNode = RaisesByIndex | RaisesByPercent
