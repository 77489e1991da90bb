"""language: trying conditions out: which values are worth trying, and whether a condition holds for them."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise, product
from math import prod

from invoicer.domain.party import PartyKind
from invoicer.domain.price import AllOf, AnyOf, Compare, Comparison, Condition, Not

Value = Fraction | str
Case = Mapping[str, Value]
Limits = tuple[Fraction, Fraction | None]
"""From the least to the most (None: without end)."""
NO_LIMITS: Mapping[str, Limits] = {}

OTHER = "\0other"  # a text that no terms can name
MOST_COMPARISONS = 100_000
"""How many comparisons are made to try one price, discount or meter out: cases multiply with each subject."""
_ORDERED: Mapping[Comparison, Callable[[Fraction, Fraction], bool]] = {
    Comparison.MORE: operator.gt,
    Comparison.LESS: operator.lt,
    Comparison.AT_LEAST: operator.ge,
    Comparison.AT_MOST: operator.le,
}


def compares(condition: Condition) -> Iterator[Compare]:
    """All comparisons in a condition."""
    match condition:
        case Compare():
            yield condition
        case Not(part=part):
            yield from compares(part)
        case AllOf(parts=parts) | AnyOf(parts=parts):
            for part in parts:
                yield from compares(part)


def holds(condition: Condition, case: Case) -> bool:
    """Whether a condition holds when each subject has the value of the case."""
    match condition:
        case AllOf(parts=parts):
            return all(holds(part, case) for part in parts)
        case AnyOf(parts=parts):
            return any(holds(part, case) for part in parts)
        case Not(part=part):
            return not holds(part, case)
        case Compare(subject=subject, comparison=comparison, value=value):
            actual = case[subject]
            if comparison is Comparison.IS:
                return actual == value
            if comparison is Comparison.IS_NOT:
                return actual != value
            if isinstance(actual, str) or isinstance(value, str):
                return False
            return _ORDERED[comparison](actual, value)


def cases(
    conditions: Sequence[Condition], negative: bool = False, limits: Mapping[str, Limits] = NO_LIMITS
) -> Iterator[Case]:
    """All cases that the conditions can tell apart, plain numbers first. ``negative``: numbers may be below zero (columns
    of usage; quantities never are). ``limits``: what a subject lies between."""
    values = _tried(conditions, negative, limits)
    for combination in product(*values.values()):
        yield dict(zip(values, combination, strict=True))


def can_try(conditions: Sequence[Condition]) -> bool:
    """Whether there are so few cases that each condition can be tried in each of them."""
    comparisons = sum(1 for condition in conditions for _ in compares(condition))
    return comparisons * prod(map(len, _tried(conditions).values())) <= MOST_COMPARISONS


def _tried(
    conditions: Iterable[Condition], negative: bool = False, limits: Mapping[str, Limits] = NO_LIMITS
) -> dict[str, list[Value]]:
    constants: dict[str, set[Value]] = {}
    for condition in conditions:
        for compare in compares(condition):
            constants.setdefault(compare.subject, set()).add(compare.value)
    return {
        subject: _values(subject, used, negative, limits.get(subject)) for subject, used in sorted(constants.items())
    }


def _values(subject: str, constants: set[Value], negative: bool, limits: Limits | None) -> list[Value]:
    if subject == "customer.kind":
        return [str(kind) for kind in PartyKind]
    texts: list[Value] = sorted(value for value in constants if isinstance(value, str))
    numbers = sorted(value for value in constants if isinstance(value, Fraction))
    if not numbers:
        return [*texts, OTHER]
    near = {number + step for number in numbers for step in (-1, 0, 1)} | {(a + b) / 2 for a, b in pairwise(numbers)}
    near |= {numbers[0] - Fraction(1, 2), numbers[0] / 2, numbers[-1] + Fraction(1, 2)}
    possible = {number for number in near if number >= 0 or negative}
    if limits:
        least, most = limits
        possible |= {end for end in limits if end is not None}
        possible = {number for number in possible if number >= least and (most is None or number <= most)}
    return [*sorted(possible, key=lambda number: (number.denominator > 1, number)), *texts, *([OTHER] if texts else [])]


def shown(case: Case) -> str:
    """A case in words: `quantity` is 50 and `customer.country` is anything else."""
    return " and ".join(f"`{subject}` is {_worded(value)}" for subject, value in case.items())


def limited(limits: Limits) -> str:
    """Limits in words: 0 to 100; 0 on."""
    least, most = limits
    return f"{_worded(least)} to {_worded(most)}" if most is not None else f"{_worded(least)} on"


def _worded(value: Value) -> str:
    if value == OTHER:
        return "anything else"
    if isinstance(value, str):
        return f'"{value}"'
    return f"{Decimal(value.numerator) / Decimal(value.denominator):,f}".replace(",", " ")
