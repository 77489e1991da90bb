"""language: the small parts of the syntax tree: names, amounts, days, conditions, prices."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from invoicer.domain.period import Span
from invoicer.domain.price import Comparison, Model
from invoicer.domain.trace import Rounding
from invoicer.errors import Place


@dataclass(frozen=True, slots=True)
class Node:
    """Something that is written: ``where`` is its file, first and last line and column."""

    where: Place


# ------------------------------------------------------------------ small parts


@dataclass(frozen=True, slots=True)
class Name(Node):
    """The id of something, a unit, a column; or a text in quotes."""

    text: str

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Number(Node):
    value: Decimal


@dataclass(frozen=True, slots=True)
class Amount(Node):
    """450.00 EUR, as agreed and unrounded."""

    value: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class Day(Node):
    value: dt.date


@dataclass(frozen=True, slots=True)
class Length(Node):
    """12 months, or the period after ``per``."""

    span: Span


@dataclass(frozen=True, slots=True)
class InSteps(Node):
    """rounded up to 100; of packages without a step."""

    rounding: Rounding
    step: Number | None


@dataclass(frozen=True, slots=True)
class Each(Node):
    """per seat, per 100 GB."""

    size: Decimal
    unit: Name


# ------------------------------------------------------------------ conditions


@dataclass(frozen=True, slots=True)
class Compared(Node):
    """``unit`` is written after a number, where one is."""

    subject: Name
    comparison: Comparison
    value: Number | Name
    unit: Name | None


@dataclass(frozen=True, slots=True)
class Every(Node):
    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Either(Node):
    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Negated(Node):
    part: Condition


Condition = Compared | Every | Either | Negated

# ------------------------------------------------------------------ prices


@dataclass(frozen=True, slots=True)
class Free(Node):
    pass


@dataclass(frozen=True, slots=True)
class Rate(Node):
    """An amount per unit, per period, or once, as far as each is written."""

    amount: Amount
    per: tuple[Each | Length, ...]
    once: bool


@dataclass(frozen=True, slots=True)
class Share(Node):
    """1.40% of card-volume; ``fixed`` is added for each event."""

    percent: Number
    meter: Name
    fixed: Amount | None = None


@dataclass(frozen=True, slots=True)
class Band(Node):
    """``amount`` None: free, or ``percent`` of the measured money."""

    up_to: Number | None
    unit: Name | None
    amount: Amount | None = None
    size: Decimal = Decimal(1)
    size_unit: Name | None = None
    flat: Amount | None = None
    percent: Number | None = None
    below: bool = False  # ``up_to`` is the first quantity that is not in the band


@dataclass(frozen=True, slots=True)
class Tiers(Node):
    """``packages``: how packages are rounded, where the table says so."""

    model: Model
    per: Length | None
    bands: tuple[Band, ...]
    packages: InSteps | None = None


PriceNode = Free | Rate | Share | Tiers


@dataclass(frozen=True, slots=True)
class Priced(Node):
    """One line of a price: from a day on (None: from the beginning), under a condition, or ``otherwise``."""

    since: Day | None
    price: PriceNode
    when: Condition | None
    otherwise: bool

    @property
    def guarded(self) -> bool:
        return self.when is not None or self.otherwise
