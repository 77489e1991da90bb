"""engine: conditions of prices and discounts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction

from invoicer.domain.price import AllOf, AnyOf, Compare, Comparison, Condition, Conditional, Not, Price, SimplePrice

Answer = Callable[[str], Fraction | str]


def holds(condition: Condition, answer: Answer) -> bool:
    """Whether a condition holds; ``answer`` gives what a subject is. Of ``and`` and ``or`` only as many parts are asked as
    needed, in the order of the text."""
    match condition:
        case Compare():
            return _compare(condition, answer(condition.subject))
        case AllOf(parts):
            return all(holds(part, answer) for part in parts)
        case AnyOf(parts):
            return any(holds(part, answer) for part in parts)
        case Not(part):
            return not holds(part, answer)


def choose(price: Price, answer: Answer) -> SimplePrice | None:
    """The price itself, or the first option of a conditional price that holds; None where none does."""
    if not isinstance(price, Conditional):
        return price
    for option in price.options:
        if option.when is None or holds(option.when, answer):
            return option.price
    return None


def subjects(condition: Condition) -> Iterator[str]:
    """What a condition asks about."""
    match condition:
        case Compare(subject=subject):
            yield subject
        case AllOf(parts) | AnyOf(parts):
            for part in parts:
                yield from subjects(part)
        case Not(part):
            yield from subjects(part)


def subjects_of(price: Price) -> Iterator[str]:
    """What the conditions of a price ask about."""
    if isinstance(price, Conditional):
        for option in price.options:
            if option.when is not None:
                yield from subjects(option.when)


def _compare(condition: Compare, found: Fraction | str) -> bool:
    wanted = condition.value
    if isinstance(found, str) or isinstance(wanted, str):
        return (str(found) == str(wanted)) is (condition.comparison is not Comparison.IS_NOT)
    match condition.comparison:
        case Comparison.IS:
            return found == wanted
        case Comparison.IS_NOT:
            return found != wanted
        case Comparison.MORE:
            return found > wanted
        case Comparison.LESS:
            return found < wanted
        case Comparison.AT_LEAST:
            return found >= wanted
        case Comparison.AT_MOST:
            return found <= wanted
