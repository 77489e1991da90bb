"""tax: a levy beside VAT becomes an amount of its own.

Each part of a charge (the charge itself, its minimum, its maximum, each discount) carries its own levy for the same days,
so that whatever happens to a part later happens to its levy as well: the levies of a charge add up to its levy, each
rounded once. (Their sum can differ from the percentage of the sum by less than half a cent for each part.)
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from invoicer.domain.entitlement import Component, Entitlement, Part
from invoicer.domain.money import Money, minor_digits
from invoicer.domain.supply import Category, Levy, Market, Treatment
from invoicer.domain.trace import Rounding, Trace, add, divide, given, multiply, rounded, subtract
from invoicer.errors import Place, Problem, TaxError
from invoicer.tax.notes import percent_text


def levied(
    entitlement: Entitlement, treatment: Treatment, markets: Mapping[str, Market], language: str
) -> Iterator[tuple[Entitlement, Treatment]]:
    """The entitlement and treatment of each levy on an entitlement; nothing where that is zero.

    The levy is ``percent`` of the net amount, rounded half away from zero to the minor unit; where prices include tax it is
    taken out of the amount, so :func:`without` it, and both hold their VAT. One on an exempt supply (a
    premium tax) is exempt beside it and no turnover; one on a taxed supply belongs to the taxable amount (art. 78(a)
    of Directive 2006/112/EC), so it is treated as that is.
    """
    turnover = treatment.category is not Category.EXEMPT
    base = Fraction(100)
    if entitlement.includes_tax:
        base += sum((Fraction(levy.percent) for levy in treatment.levies), Fraction(0))
    for levy in treatment.levies if entitlement.net else ():
        rule = f"levy/{levy.id}"
        how = replace(
            treatment, levies=(), law=levy.law, source=levy.source, note="", rule=rule, taxable_turnover=turnover
        )
        yield _amount(entitlement, levy, base, _title(levy, markets, language)), how


def without(entitlement: Entitlement, levies: Iterable[tuple[Entitlement, Treatment]]) -> Entitlement:
    """What is left of an amount that includes tax when its levies are taken out; any other amount as it is."""
    taken = [levy for levy, _ in levies]
    if not entitlement.includes_tax or not taken:
        return entitlement
    currency = entitlement.net.currency
    amounts = [levy.trace for levy in taken]
    out = amounts[0] if len(amounts) == 1 else add(amounts, "levies", currency)
    return _restated(entitlement, subtract(entitlement.trace, out, "net", currency))


def _amount(entitlement: Entitlement, levy: Levy, base: Fraction, title: str) -> Entitlement:
    currency = entitlement.net.currency
    rate = given(Fraction(levy.percent), "levy-percent", "%", source=levy.source)
    share = divide(
        multiply(entitlement.trace, rate, "levy-hundredfold", currency), _hundred(base, levy), "levy", currency
    )
    trace = rounded(share, minor_digits(currency), Rounding.HALF_UP, "levy", currency)
    component = Component(entitlement.component.charge, Part.LEVY, _name(levy, entitlement.component))
    return _restated(replace(entitlement, component=component, title=title, details=()), trace)


def _restated(entitlement: Entitlement, trace: Trace) -> Entitlement:
    """The same with another amount, which the line shows as one times it."""
    net = Money.of(trace.result, entitlement.net.currency)
    return replace(
        entitlement,
        net=net,
        quantity=Fraction(-1 if net.amount < 0 else 1),
        unit="",
        unit_price=abs(net.amount),
        price_base=Decimal(1),
        trace=trace,
    )


def _hundred(base: Fraction, levy: Levy) -> Trace:
    """What a percentage is taken of: 100, or 100 and all levies where the amount holds them."""
    return given(base, "hundred" if base == 100 else "hundred-and-levies", source="" if base == 100 else levy.source)


def _name(levy: Levy, of: Component) -> str:
    """``ipt-fi`` for the levy of a charge, ``ipt-fi/minimum`` or ``ipt-fi/discount/launch`` for that of its parts."""
    if of.part is Part.CHARGE:
        return levy.id
    return f"{levy.id}/{of.part}" + (f"/{of.name}" if of.name else "")


def _title(levy: Levy, markets: Mapping[str, Market], language: str) -> str:
    try:
        text = markets[levy.jurisdiction].note(levy.name, language)
    except KeyError:
        cause = f"the market {levy.jurisdiction} has no wording for its levy {levy.id} (note “{levy.name}”)"
        raise TaxError(Problem("X041", Place(), cause, "tell the author of that market's plugin")) from None
    return text.format(rate=percent_text(levy.percent, language))
