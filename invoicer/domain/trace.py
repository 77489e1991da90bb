"""domain: why a number is what it is, as data made together with the number.

Every amount is built with the functions below, which compute and record in one step; so a number without its trace
cannot arise. :func:`replay` computes a stored trace again without language, engine or plugins. Words are put to a trace
only when it is shown (``label`` is a key, not a sentence).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction

from invoicer.errors import DefectError


class Op(StrEnum):
    """The few operations that money is made with; closed for ``format: 1``."""

    GIVEN = "given"
    ADD = "add"
    SUBTRACT = "subtract"
    MULTIPLY = "multiply"
    DIVIDE = "divide"
    LESSER = "lesser"
    GREATER = "greater"
    CEILING = "ceiling"
    ROUND = "round"


class Rounding(StrEnum):
    """What happens to the half: away from zero (the default), to the even digit, or always away from / towards zero."""

    HALF_UP = "half-up"
    HALF_EVEN = "half-even"
    UP = "up"
    DOWN = "down"


@dataclass(frozen=True, slots=True)
class Clause:
    """The place in the signed terms that a number comes from.

    ``file`` is relative to the workspace; lines and columns count from 1; ``text_hash`` is the SHA-256 (hex) of the
    text of the span; ``reference`` is the clause number of the signed paper, if the terms name one.
    """

    file: str
    line: int
    column: int
    end_line: int
    end_column: int
    text_hash: str
    reference: str = ""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}" + (f" (clause {self.reference})" if self.reference else "")


@dataclass(frozen=True, slots=True)
class Trace:
    """An operation, its operands and its exact result.

    ``label`` says what the number is (``unit-price``, ``days-in-service``, ``band`` …), ``unit`` its unit or currency,
    ``source`` where a given number that is not in the terms came from; ``places`` and ``rounding`` belong to ``round``.
    """

    op: Op
    result: Fraction
    operands: tuple[Trace, ...] = ()
    label: str = ""
    unit: str = ""
    clause: Clause | None = None
    source: str = ""
    places: int | None = None
    rounding: Rounding | None = None

    def named(self, label: str, unit: str = "") -> Trace:
        """The same number under another label (and unit, where one is given)."""
        return replace(self, label=label, unit=unit or self.unit)


def given(
    value: Fraction | int | str, label: str, unit: str = "", clause: Clause | None = None, source: str = ""
) -> Trace:
    """A number that was agreed, measured, published or counted: a leaf."""
    return Trace(Op.GIVEN, Fraction(value), (), label, unit, clause, source)


def add(parts: Iterable[Trace], label: str, unit: str = "") -> Trace:
    """The sum of the parts; zero of no parts."""
    return _made(Op.ADD, tuple(parts), label, unit)


def subtract(first: Trace, second: Trace, label: str, unit: str = "") -> Trace:
    """first − second."""
    return _made(Op.SUBTRACT, (first, second), label, unit)


def multiply(first: Trace, second: Trace, label: str, unit: str = "") -> Trace:
    """first × second."""
    return _made(Op.MULTIPLY, (first, second), label, unit)


def divide(first: Trace, second: Trace, label: str, unit: str = "") -> Trace:
    """first ÷ second, exact."""
    return _made(Op.DIVIDE, (first, second), label, unit)


def lesser(first: Trace, second: Trace, label: str, unit: str = "") -> Trace:
    """The smaller of the two."""
    return _made(Op.LESSER, (first, second), label, unit)


def greater(first: Trace, second: Trace, label: str, unit: str = "") -> Trace:
    """The larger of the two."""
    return _made(Op.GREATER, (first, second), label, unit)


def ceiling(part: Trace, label: str, unit: str = "") -> Trace:
    """The smallest whole number that is not below the part."""
    return _made(Op.CEILING, (part,), label, unit)


def rounded(part: Trace, places: int, rounding: Rounding, label: str, unit: str = "") -> Trace:
    """The part rounded to that many decimal places."""
    result = round_fraction(part.result, places, rounding)
    return Trace(Op.ROUND, result, (part,), label, unit or part.unit, places=places, rounding=rounding)


def replay(trace: Trace) -> Fraction:
    """Compute a trace again from its leaves and return its result.

    Raises DefectError when any stored result differs from what its operands give.
    """
    values = tuple(replay(operand) for operand in trace.operands)
    if trace.op is Op.GIVEN:
        result = trace.result
    elif trace.op is Op.ROUND:
        if trace.places is None or trace.rounding is None:
            raise DefectError(f"the rounding of {trace.label} names no places or no rule")
        result = round_fraction(values[0], trace.places, trace.rounding)
    else:
        result = _compute(trace.op, values)
    if result != trace.result:
        raise DefectError(f"{trace.label}: the trace says {trace.result}, its operands give {result}")
    return result


def round_fraction(value: Fraction, places: int, rounding: Rounding) -> Fraction:
    """Round to ``places`` decimals; symmetric about zero for every rule."""
    scale = 10**places
    return Fraction(round_ratio(value.numerator * scale, value.denominator, rounding), scale)


def round_ratio(numerator: int, denominator: int, rounding: Rounding) -> int:
    """Round a ratio with a positive denominator to a whole number, as :func:`round_fraction` does."""
    whole, rest = divmod(abs(numerator), denominator)
    match rounding:
        case Rounding.HALF_UP:
            up = 2 * rest >= denominator
        case Rounding.HALF_EVEN:
            up = 2 * rest > denominator or (2 * rest == denominator and whole % 2 == 1)
        case Rounding.UP:
            up = rest > 0
        case Rounding.DOWN:
            up = False
    return -(whole + up) if numerator < 0 else whole + up


def _made(op: Op, operands: tuple[Trace, ...], label: str, unit: str) -> Trace:
    result = _compute(op, tuple(operand.result for operand in operands))
    return Trace(op, result, operands, label, unit)


def _compute(op: Op, values: tuple[Fraction, ...]) -> Fraction:
    match op, values:
        case Op.ADD, _:
            return sum(values, Fraction(0))
        case Op.SUBTRACT, (first, second):
            return first - second
        case Op.MULTIPLY, (first, second):
            return first * second
        case Op.DIVIDE, (first, second):
            return first / second
        case Op.LESSER, (first, second):
            return min(first, second)
        case Op.GREATER, (first, second):
            return max(first, second)
        case Op.CEILING, (only,):
            return Fraction(-((-only.numerator) // only.denominator))
    raise DefectError(f"a trace can't {op} {len(values)} values")
