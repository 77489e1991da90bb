"""domain: money, an amount that has had its one rounding.

Prices and quantities are finer and are no money: they stay ``Decimal`` (as agreed) or ``Fraction`` (as computed) until
:meth:`Money.of` rounds an amount to the minor unit of its currency.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cache, lru_cache

from invoicer.domain.trace import Rounding, round_ratio
from invoicer.errors import DefectError

LIMIT = 10**15
"""Amounts are below this many units of their currency: far beyond any invoice, and within what databases count exactly."""


class AmountError(ValueError):
    """An amount beyond :data:`LIMIT`; whoever computes from terms turns it into a hold."""


@cache
def minor_digits(currency: str) -> int:
    """How many decimals an amount of this ISO 4217 currency has; ValueError for an unknown code."""
    from iso4217 import Currency  # reads its table of XML, for which a program that counts no money need not wait

    return int(Currency(currency).exponent or 0)


@lru_cache(maxsize=1024)
def is_currency(code: str) -> bool:
    """Whether the code stands in ISO 4217."""
    try:
        minor_digits(code)
    except ValueError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class Money:
    """An amount with exactly the decimals of its currency; DefectError where it has others, so nothing unrounded
    can pass for money."""

    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        if self.amount.as_tuple().exponent != -minor_digits(self.currency):
            raise DefectError(f"{self.amount} {self.currency} is not rounded to {minor_digits(self.currency)} decimals")

    @classmethod
    def of(cls, value: Fraction | Decimal | int | str, currency: str, rounding: Rounding = Rounding.HALF_UP) -> Money:
        """The value, rounded to the minor unit of the currency. Raises AmountError for one of :data:`LIMIT` or more."""
        places = minor_digits(currency)
        exact = Fraction(value)
        if abs(exact.numerator) >= LIMIT * exact.denominator:
            digits = len(str(abs(int(exact))))
            raise AmountError(f"an amount in {currency} has {digits} digits, and 15 are the most")
        minor = round_ratio(exact.numerator * 10**places, exact.denominator, rounding)
        return cls(Decimal(f"{minor}e-{places}"), currency)  # read as it is written, whatever the decimal context

    @classmethod
    def zero(cls, currency: str) -> Money:
        return _zero(currency)

    @property
    def exact(self) -> Fraction:
        """The amount as a fraction, to go on computing with."""
        return Fraction(self.amount)

    def __add__(self, other: Money) -> Money:
        return Money(self.amount + self._same(other).amount, self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.amount - self._same(other).amount, self.currency)

    def __neg__(self) -> Money:
        return Money(-self.amount if self.amount else self.amount, self.currency)

    def __abs__(self) -> Money:
        return Money(abs(self.amount), self.currency)

    def __lt__(self, other: Money) -> bool:
        return self.amount < self._same(other).amount

    def __le__(self, other: Money) -> bool:
        return self.amount <= self._same(other).amount

    def __bool__(self) -> bool:
        return bool(self.amount)

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"

    def _same(self, other: Money) -> Money:
        if self.currency != other.currency:
            raise DefectError(f"{self} and {other} are of different currencies")
        return other


@cache
def _zero(currency: str) -> Money:
    return Money.of(0, currency)


def total(parts: Iterable[Money], currency: str) -> Money:
    """The sum of the parts; zero of that currency for none."""
    return sum(parts, start=Money.zero(currency))
