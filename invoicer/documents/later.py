"""documents: what reduces a supply after it was made, such as a service credit: a later event, and no error.

It never changes what was billed: it stands on the invoice that its charge makes next, on that of the same days where
they are invoiced only now, or on a credit note that names the line of those days. Its VAT belongs to that document.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

from invoicer.documents.difference import Correction, Difference, Reason
from invoicer.domain.entitlement import BilledLine, Later, Part
from invoicer.domain.money import total
from invoicer.domain.trace import given


def is_later(difference: Difference) -> bool:
    """Whether it is a later event (or a levy on one)."""
    return difference.entitled is not None and difference.entitled.later is not None


def placed_later(
    difference: Difference, placed: Sequence[Difference], held_by: Sequence[BilledLine | None], through: dt.date
) -> Difference | None:
    """Where a later event stands, given what is ``placed`` already. ``held_by`` are the lines that carry its charge for the
    same days, None for one that is invoiced only now. None: nothing carries its charge."""
    assert difference.entitled is not None
    levied = _levied_on(difference, placed)
    beside = None
    if levied is not None:
        beside = levied if levied.is_supply else None
    elif difference.entitled.later is Later.INVOICE:
        beside = _next_invoice(difference, placed)
    if beside is None and levied is None and None in held_by:
        beside = _same_days(difference, placed)
    if beside is not None:
        return replace(difference, bill_date=beside.bill_date, tax_point=beside.tax_point)
    lines = [line for line in held_by if line is not None and line.net.amount > 0]
    if not lines:
        return None
    line = min(lines, key=lambda line: line.component.part is not Part.CHARGE)
    nothing = given(0, "billed", difference.net.currency, source=f"{line.document}/{line.line}")
    correction = Correction(line, nothing, difference.entitled.trace, Reason.CREDIT, difference.entitled.clause)
    return replace(difference, tax_point=through, correction=correction)


def _levied_on(levy: Difference, placed: Sequence[Difference]) -> Difference | None:
    """What a levy on a later event belongs to; None for anything else, and for a levy that changed alone."""
    if levy.component.part is not Part.LEVY:
        return None
    return next((one for one in placed if is_later(one) and _is_levy_on(levy, one)), None)


def _is_levy_on(levy: Difference, one: Difference) -> bool:
    of = one.component
    named = levy.component.name.endswith(f"/{of.part}/{of.name}")
    return named and of.charge == levy.component.charge and one.days == levy.days and one.parties == levy.parties


def _next_invoice(difference: Difference, placed: Sequence[Difference]) -> Difference | None:
    """The new supply of its charge that is billed on its bill date, where that is worth as much as is given back."""
    there = [one for one in placed if _is_supply_of(difference, one) and one.bill_date == difference.bill_date]
    if not there or total((one.net for one in (*there, difference)), difference.net.currency).amount < 0:
        return None
    return next((one for one in there if not is_later(one)), None)


def _same_days(difference: Difference, placed: Sequence[Difference]) -> Difference | None:
    """The new supply of its charge for the same days."""
    there = (one for one in placed if _is_supply_of(difference, one) and not is_later(one))
    return next((one for one in there if one.days.overlaps(difference.days)), None)


def _is_supply_of(difference: Difference, other: Difference) -> bool:
    same = other.component.charge == difference.component.charge and other.parties == difference.parties
    return same and other.is_supply and other.component.part is not Part.LEVY
