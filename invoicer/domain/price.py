"""domain: the ways in which a charge is priced. Amounts are ``Decimal`` as agreed, often finer than money."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from invoicer.domain.period import Span
from invoicer.domain.trace import Rounding


@dataclass(frozen=True, slots=True)
class Free:
    """Nothing is due."""


@dataclass(frozen=True, slots=True)
class Flat:
    """``amount`` for each ``per`` (450.00 EUR per month), whatever the quantity."""

    amount: Decimal
    per: Span


@dataclass(frozen=True, slots=True)
class Once:
    """``amount`` (× quantity, where the charge has one) a single time, on the day the charge begins."""

    amount: Decimal


@dataclass(frozen=True, slots=True)
class PerUnit:
    """``amount`` for each ``size`` units of ``unit``; for each ``per`` as well, where a period is stated
    (12.00 EUR per seat per month, 0.42 EUR per hour, 5.00 EUR per 100 GB)."""

    amount: Decimal
    unit: str
    size: Decimal = Decimal(1)
    per: Span | None = None


class Model(StrEnum):
    """What the bands of a tiered price mean."""

    GRADUATED = "graduated"  # each unit at the price of its band
    VOLUME = "volume"  # all units at the price of the band reached
    PACKAGE = "package"  # like graduated, in whole packages


@dataclass(frozen=True, slots=True)
class Band:
    """Units up to and including ``up_to`` (None: all above the band before), at ``amount`` for each ``size`` units, plus
    ``flat`` once when a unit falls into the band. With ``below`` (volume only) the bound belongs to the next band.
    ``percent``: the amount is a percentage of money, and ``size`` is 100."""

    up_to: Fraction | None
    amount: Decimal
    size: Decimal = Decimal(1)
    flat: Decimal = Decimal(0)
    below: bool = False
    percent: bool = False


@dataclass(frozen=True, slots=True)
class Tiered:
    """Bands by rising upper bound, the last one open; counted anew in each ``per`` (the billing period when None).
    ``rounding`` says whether a package that is begun is due (up) or only one that is full (down)."""

    model: Model
    bands: tuple[Band, ...]
    per: Span | None = None
    rounding: Rounding = Rounding.UP


@dataclass(frozen=True, slots=True)
class Percent:
    """``percent`` of the measured quantity, which is an amount of money (1.40% of card-volume), plus ``fixed`` for each
    event."""

    percent: Decimal
    fixed: Decimal = Decimal(0)


class Comparison(StrEnum):
    """How two operands of a condition are compared."""

    IS = "is"
    IS_NOT = "is not"
    MORE = "more than"
    LESS = "less than"
    AT_LEAST = "at least"
    AT_MOST = "at most"


@dataclass(frozen=True, slots=True)
class Compare:
    """``subject`` is ``quantity`` (of the charge), a charge id (its quantity), or ``customer.country`` / ``customer.kind``;
    ``value`` a number or a text."""

    subject: str
    comparison: Comparison
    value: Fraction | str


@dataclass(frozen=True, slots=True)
class AllOf:
    """True when every part is."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """True when at least one part is."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """True when the part is not."""

    part: Condition


Condition = Compare | AllOf | AnyOf | Not


def comparisons(condition: Condition | None) -> Iterator[Compare]:
    """All comparisons in a condition."""
    match condition:
        case Compare():
            yield condition
        case Not(part):
            yield from comparisons(part)
        case AllOf(parts) | AnyOf(parts):
            for part in parts:
                yield from comparisons(part)


SimplePrice = Free | Flat | Once | PerUnit | Tiered | Percent


@dataclass(frozen=True, slots=True)
class Option:
    """One line of a conditional price: counts when its condition holds (None: ``otherwise``)."""

    when: Condition | None
    price: SimplePrice


@dataclass(frozen=True, slots=True)
class Conditional:
    """The first option whose condition holds."""

    options: tuple[Option, ...]


Price = SimplePrice | Conditional
