"""usage: the conditions of a meter (``only status less than 500``) as SQL with parameters."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal, localcontext
from fractions import Fraction

from invoicer.domain.price import AllOf, AnyOf, Compare, Comparison, Condition, Not

PLACES = 12
"""How many decimals a number in an event may have; with up to 18 digits before the point (``number_of``)."""

_SIGNS = {
    Comparison.IS: "=",
    Comparison.IS_NOT: "<>",
    Comparison.MORE: ">",
    Comparison.LESS: "<",
    Comparison.AT_LEAST: ">=",
    Comparison.AT_MOST: "<=",
}


def as_sql(condition: Condition | None, column: Callable[[str], str]) -> tuple[str, list[str]]:
    """A boolean expression and its parameters; ``column`` gives the SQL name of a column of the events.

    A number is compared as a number, a text as a text (by code points).
    """
    match condition:
        case None:
            return "true", []
        case Not(part):
            inner, parameters = as_sql(part, column)
            return f"(NOT {inner})", parameters
        case AllOf(parts) | AnyOf(parts):
            made = [as_sql(part, column) for part in parts]
            word = " AND " if isinstance(condition, AllOf) else " OR "
            return f"({word.join(sql for sql, _ in made)})", [value for _, values in made for value in values]
        case Compare(subject, comparison, str(value)):
            return f"({column(subject)} {_SIGNS[comparison]} ?)", [value]
        case Compare(subject, comparison, Fraction() as value):
            return _compare_number(f"number_of({column(subject)})", comparison, value)
    raise TypeError(f"{condition!r} is no condition")


def _compare_number(number: str, comparison: Comparison, value: Fraction) -> tuple[str, list[str]]:
    """Events carry twelve decimals at most and less than 10^18: a finer or larger value lies between or beyond them."""
    scaled = value * 10**PLACES
    below = max(min(scaled.numerator // scaled.denominator, 10**31), -(10**31))
    with localcontext(prec=60):
        parameter = f"{Decimal(below).scaleb(-PLACES):f}"
    if below == scaled:
        return f"({number} {_SIGNS[comparison]} CAST(? AS DECIMAL(38, {PLACES})))", [parameter]
    if comparison in (Comparison.IS, Comparison.IS_NOT):
        return f"({number} IS NOT NULL AND {'false' if comparison is Comparison.IS else 'true'})", []
    sign = ">" if comparison in (Comparison.MORE, Comparison.AT_LEAST) else "<="
    return f"({number} {sign} CAST(? AS DECIMAL(38, {PLACES})))", [parameter]
