"""engine: measured quantities rounded as agreed (``usage of sms, rounded up to 100``), once in each rating period.

What rounds is the running total of the rating period, so that a change of price within it does not round twice: the parts
add up to the rounded whole.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from fractions import Fraction

from invoicer.domain.contract import InSteps, Metered, Quantity
from invoicer.domain.timeline import Dated
from invoicer.domain.trace import Clause, Trace, add, divide, given, multiply, rounded, subtract
from invoicer.engine.segments import Part

Measured = Sequence[tuple[Part, Trace | None]]


def rounded_quantities(measured: Measured, is_flow: Callable[[Part], bool]) -> list[tuple[Part, Trace | None]]:
    """The quantities of the parts of a billing period, with those rounded whose charge says so. ``is_flow``: whether what
    a part measured adds up over time."""
    found: list[tuple[Part, Trace | None]] = []
    so_far: dict[tuple[object, ...], list[Trace]] = {}
    for part, quantity in measured:
        steps = _steps(part.values.quantity)
        if quantity is None or steps is None:
            found.append((part, quantity))
        elif not is_flow(part):
            found.append((part, in_steps(quantity, *steps)))
        else:
            before = so_far.setdefault((part.cell, part.counter), [])
            earlier = in_steps(_sum(before), *steps) if before else None
            before.append(quantity)
            total = in_steps(_sum(before), *steps)
            found.append((part, subtract(total, earlier, "quantity", total.unit) if earlier else total))
    return found


def in_steps(quantity: Trace, steps: InSteps, clause: Clause) -> Trace:
    """A quantity rounded to a multiple of the step."""
    unit, places = quantity.unit, _places(steps.step)
    if places is not None:
        return rounded(quantity, places, steps.rounding, "quantity", unit)
    step = given(Fraction(steps.step), "step", unit, clause)
    return multiply(rounded(divide(quantity, step, "steps"), 0, steps.rounding, "steps"), step, "quantity", unit)


def as_agreed(quantity: Trace, agreed: Dated[Quantity]) -> Trace:
    """A measured quantity, rounded if the charge that measures it says so."""
    steps = _steps(agreed)
    return in_steps(quantity, *steps) if steps else quantity


def _steps(agreed: Dated[Quantity] | None) -> tuple[InSteps, Clause] | None:
    if agreed is None or not isinstance(agreed.value, Metered) or agreed.value.rounded is None:
        return None
    return agreed.value.rounded, agreed.clause


def _places(step: Decimal) -> int | None:
    """The decimals that a rounding to 1, 0.1, 0.01 … leaves; None for any other step."""
    return next((places for places in range(13) if step * 10**places == 1), None)


def _sum(quantities: Sequence[Trace]) -> Trace:
    return quantities[0] if len(quantities) == 1 else add(quantities, "quantity", quantities[0].unit)
