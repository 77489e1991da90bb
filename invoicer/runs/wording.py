"""runs: what was agreed, in words: prices, quantities, billing, payment. In English and in the notation of terms."""

from __future__ import annotations

from decimal import Decimal, localcontext
from fractions import Fraction

from invoicer.domain.commitment import Commitment
from invoicer.domain.contract import (
    AmountOff,
    Anchor,
    Billing,
    Bound,
    Discount,
    Fixed,
    Meter,
    Metered,
    PercentOff,
    Proration,
    ProrationRules,
    Quantity,
    VolumeOff,
    counter_of,
)
from invoicer.domain.credit import ServiceCredit
from invoicer.domain.ending import Renewal
from invoicer.domain.indexation import ByIndex, ByPercent, Indexation
from invoicer.domain.inputs import Declared
from invoicer.domain.payment import PaymentRule, PaymentTerms
from invoicer.domain.period import Span, Unit
from invoicer.domain.price import (
    AllOf,
    AnyOf,
    Band,
    Compare,
    Comparison,
    Condition,
    Conditional,
    Flat,
    Free,
    Not,
    Once,
    Percent,
    PerUnit,
    Price,
    SimplePrice,
    Tiered,
)
from invoicer.domain.refund import Refund
from invoicer.domain.trace import Rounding
from invoicer.domain.uncounted import Uncounted
from invoicer.language.words import MONTHS

_CADENCES = {Unit.DAY: "daily", Unit.WEEK: "weekly", Unit.MONTH: "monthly", Unit.QUARTER: "quarterly"}


def number(value: Fraction | Decimal | int) -> str:
    """A number as terms write it: 100 000, 0.5; one without an end as a fraction."""
    exact = Fraction(value)
    rest = exact.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    if rest != 1:
        return f"{exact.numerator}/{exact.denominator}"
    with localcontext(prec=60):
        decimal = Decimal(exact.numerator) / Decimal(exact.denominator)
        text = f"{decimal:,f}".replace(",", " ")
    return text.rstrip("0").rstrip(".") if "." in text else text


def amount(value: Decimal, currency: str) -> str:
    """An amount with the decimals that were agreed: 2 500.00 EUR."""
    return f"{value:,f} {currency}".replace(",", " ")


def price(agreed: Price, currency: str, meter: str = "") -> str:
    """A price whole, with its bands or conditions; ``meter`` is what is measured, where something is."""
    if isinstance(agreed, Conditional):
        lines = (
            simple(one.price, currency, meter) + (f" when {condition(one.when)}" if one.when else " otherwise")
            for one in agreed.options
        )
        return "; ".join(lines)
    text = simple(agreed, currency, meter)
    if isinstance(agreed, Tiered):
        text += ": " + ", ".join(_band(band, currency) for band in agreed.bands)
    return text


def simple(agreed: SimplePrice, currency: str, meter: str = "") -> str:
    """A price in a few words; of bands only how they count."""
    match agreed:
        case Free():
            return "free"
        case Flat():
            return f"{amount(agreed.amount, currency)} per {agreed.per}"
        case Once():
            return f"{amount(agreed.amount, currency)} once"
        case PerUnit():
            return f"{amount(agreed.amount, currency)} per {_sized(agreed.size, agreed.unit)}" + _per(agreed.per)
        case Tiered():
            full = ", rounded down" if agreed.rounding is Rounding.DOWN else ""
            return str(agreed.model) + _per(agreed.per) + full
        case Percent():
            fixed = f" plus {amount(agreed.fixed, currency)} per event" if agreed.fixed else ""
            return f"{number(agreed.percent)}% of {meter or 'usage'}{fixed}"


def counted(agreed: SimplePrice, quantity: Quantity | None, currency: str) -> str:
    """A price with the quantity that it is multiplied by: 12.00 EUR × 40 seats per month."""
    if not isinstance(quantity, Fixed):
        name = counter_of(quantity) if quantity else None
        text = simple(agreed, currency, name or "")
        if quantity is None or isinstance(quantity, Uncounted) or isinstance(agreed, Percent | Flat):
            return text
        return f"{text}, {_counter(quantity)}"
    units = f"{number(quantity.amount)} {quantity.unit}"
    match agreed:
        case PerUnit(amount=each, size=size, per=per) if size == 1:
            return f"{amount(each, currency)} × {units}" + _per(per)
        case Once(amount=each):
            return f"{amount(each, currency)} × {units} once"
        case PerUnit() | Tiered():
            return f"{simple(agreed, currency)} × {units}"
        case _:
            return simple(agreed, currency)


def bound(agreed: Bound, currency: str) -> str:
    """A minimum or maximum."""
    return amount(agreed.amount, currency) + _per(agreed.per) + (" prorated" if agreed.prorated else "")


def quantity(agreed: Quantity) -> str:
    """A quantity: 40 seats, usage of a meter, or what is declared for an input."""
    if isinstance(agreed, Fixed):
        return f"{number(agreed.amount)} {agreed.unit}"
    return "no quantity" if isinstance(agreed, Uncounted) else _counter(agreed)


def meter(agreed: Meter) -> str:
    """What a meter measures."""
    what = f"{agreed.aggregation} of {agreed.field or 'events'}" + (" per day" if agreed.per_day else "")
    return f"{what} in {agreed.unit}" + (f", only {condition(agreed.only)}" if agreed.only else "")


def billing(agreed: Billing) -> str:
    """How often, when, from which day: monthly in advance on day 1."""
    every = agreed.every
    cadence = "annually" if every.unit is Unit.YEAR else _CADENCES[every.unit]
    often = cadence if every.count == 1 else f"every {every}"
    return f"{often} in {agreed.timing}" + (f" on {_anchor(agreed.anchor)}" if every.months else "")


def payment(agreed: PaymentTerms) -> str:
    """When an invoice is to be paid: within 30 days."""
    match agreed.rule:
        case PaymentRule.DAYS:
            by = f"within {agreed.number} days"
        case PaymentRule.BUSINESS_DAYS:
            by = f"within {agreed.number} business-days of {agreed.calendar}"
        case PaymentRule.END_OF_MONTH:
            by = f"within {agreed.number} days from end of month"
        case PaymentRule.DAY_OF_NEXT_MONTH:
            by = f"on day {agreed.number} of next month"
        case PaymentRule.ON_RECEIPT:
            by = "on receipt"
    return f"by direct debit {by}" if agreed.direct_debit else by


def proration(rules: ProrationRules) -> str:
    """What an incomplete period costs."""
    stated: dict[str, Proration] = {"start": rules.start, "change": rules.change, "stop": rules.stop}
    if len(set(stated.values())) == 1:
        return str(rules.start)
    return ", ".join(f"{moment} {rule}" for moment, rule in stated.items())


def renewal(agreed: Renewal | None) -> str:
    """How a contract goes on after its term."""
    if agreed is None:
        return "renews never"
    return f"renews for {_length(agreed.by)}" + (f", notice {_length(agreed.notice)}" if agreed.notice else "")


def refund(agreed: Refund) -> str:
    """What a stop gives back of what was billed in advance."""
    if agreed.short_rate:
        return "refund short-rate"
    if agreed.partial:
        return f"refund {number(agreed.percent)}% of unused"
    return "no refund" if agreed.nothing else "refund unused"


def short_rate(agreed: Refund, other: Refund) -> str:
    """The rows of a short-rate table that another table does not have."""
    rows = (row for row in agreed.short_rate if row not in other.short_rate)
    steps = ((f"up to {_length(row.up_to)}" if row.up_to else "above", row.percent) for row in rows)
    return ", ".join(f"{step} {number(percent)}%" for step, percent in steps)


def credit(agreed: ServiceCredit) -> tuple[str, ...]:
    """What a service credit gives back and when; then how it is judged and paid out."""
    rows = (
        f"{number(row.percent)}% of {', '.join(row.charges) if row.charges else 'everything'} when {condition(row.when)}"
        for row in agreed.rows
    )
    within = f", judged within {days(agreed.within)}" if agreed.within else ""
    return *rows, ("on a credit note" if agreed.as_note else "on next invoice") + _per(agreed.per) + within


def days(count: int) -> str:
    """So many days."""
    return f"{count} {'day' if count == 1 else 'days'}"


def indexation(agreed: Indexation) -> str:
    """What an indexation raises, by what and how often."""
    charges = ", ".join(agreed.charges) if agreed.charges else "everything"
    match agreed.how:
        case ByPercent(percent=percent):
            by = f"by {number(percent)}%"
        case ByIndex(series=series, plus=plus):
            sign = "plus" if plus > 0 else "minus"
            by = f"with “{series}”" + (f" {sign} {number(abs(plus))}%" if plus else "")
    bounds = (("at least", agreed.at_least), ("at most", agreed.at_most))
    limits = "".join(f", {word} {number(limit)}%" for word, limit in bounds if limit is not None)
    return f"raises {charges} {by}{limits}, " + (f"every {agreed.every}" if agreed.every else "once")


def commitment(agreed: Commitment, currency: str) -> str:
    """How much is committed for how long, and what counts."""
    charges = ", ".join(agreed.charges) if agreed.charges else "everything"
    return f"{amount(agreed.amount, currency)}{_per(agreed.per) or ' over the term'}, counts {charges}"


def discount(agreed: Discount, currency: str) -> str:
    """What a discount takes off what."""
    charges = ", ".join(agreed.charges) if agreed.charges else "everything"
    match agreed.off:
        case PercentOff(percent=percent):
            off = f"{number(percent)}% off {charges}"
        case AmountOff(amount=value, per=per):
            off = f"{amount(value, currency)} off {charges}" + (_per(per) or " once")
        case VolumeOff(bands=bands):
            steps = (
                (f"up to {amount(up_to, currency)} " if up_to is not None else "above ") + f"{number(percent)}%"
                for up_to, percent in bands
            )
            off = f"volume on {charges}: {', '.join(steps)}"
    return off + (f" when {condition(agreed.when)}" if agreed.when else "")


def condition(agreed: Condition) -> str:
    """A condition of a price, a discount or a meter."""
    match agreed:
        case Compare(subject=subject, comparison=comparison, value=value):
            sign = str(comparison) if comparison in (Comparison.IS, Comparison.IS_NOT) else f"is {comparison}"
            return f"{subject} {sign} " + (f"“{value}”" if isinstance(value, str) else number(value))
        case AllOf(parts=parts):
            return " and ".join(_part(part) for part in parts)
        case AnyOf(parts=parts):
            return " or ".join(_part(part) for part in parts)
        case Not(part=part):
            return f"not {_part(part)}"


def _counter(agreed: Metered | Declared) -> str:
    if isinstance(agreed, Declared):
        return f"declared {agreed.input}"
    if agreed.rounded is None:
        return f"usage of {agreed.meter}"
    way = "" if agreed.rounded.rounding is Rounding.HALF_UP else f"{agreed.rounded.rounding} "
    return f"usage of {agreed.meter}, rounded {way}to {number(agreed.rounded.step)}"


def _part(agreed: Condition) -> str:
    return condition(agreed) if isinstance(agreed, Compare) else f"({condition(agreed)})"


def _band(band: Band, currency: str) -> str:
    bound_words = "above" if band.up_to is None else f"{'below' if band.below else 'up to'} {number(band.up_to)}"
    parts = []
    if band.amount or not band.flat:
        each = " each" if band.size == 1 else f" per {number(band.size)}"
        parts.append(amount(band.amount, currency) + each if band.amount else "free")
    if band.flat:
        parts.append(f"{amount(band.flat, currency)} flat")
    return f"{bound_words} {' plus '.join(parts)}"


def _anchor(anchor: Anchor) -> str:
    if anchor.day is None and anchor.month is None:
        return "anniversary"
    day = "last day" if anchor.day == 31 else f"day {anchor.day or 1}"
    return day + (f" of {MONTHS[anchor.month - 1]}" if anchor.month else "")


def _length(span: Span) -> str:
    return f"1 {span}" if span.count == 1 else str(span)


def _per(per: Span | None) -> str:
    return f" per {per}" if per else ""


def _sized(size: Decimal, unit: str) -> str:
    return unit if size == 1 else f"{number(size)} {unit}"
