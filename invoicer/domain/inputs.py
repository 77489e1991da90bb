"""domain: what people state for some days, where nothing measures it."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from invoicer.domain.period import Span
from invoicer.domain.trace import Clause


@dataclass(frozen=True, slots=True)
class Input:
    """What people state for some days: a turnover, a number of employees, an availability.

    A figure is stated for each ``stated`` length of time, from ``least`` to ``most`` (None: no limit). ``additive``: the
    figures of the parts of a period add up to that of the whole (a turnover); else each holds for all of its days (an
    availability).
    """

    id: str
    title: str
    unit: str
    stated: Span
    clause: Clause
    additive: bool = False
    least: Fraction = Fraction(0)
    most: Fraction | None = None


@dataclass(frozen=True, slots=True)
class Declared:
    """A declared quantity: ``input`` is the id of one of the contract's inputs."""

    input: str
