"""cli: words for traces. A trace is data; here it becomes lines that a person can follow, in English."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Any

from rich.markup import escape
from rich.text import Text
from rich.tree import Tree

from invoicer.domain import canonical
from invoicer.domain.money import is_currency, minor_digits
from invoicer.domain.supply import Treatment
from invoicer.domain.trace import Clause, Op, Trace

_SIGNS = {Op.ADD: " + ", Op.SUBTRACT: " − ", Op.MULTIPLY: " × ", Op.DIVIDE: " ÷ "}
_LENGTHS = frozenset(("day", "week", "month", "quarter", "year"))  # units of the engine's own, in the singular
_WORDS = {Op.LESSER: "the smaller of", Op.GREATER: "the larger of", Op.CEILING: "rounded up to a whole number:"}


def number(value: Fraction) -> str:
    """An exact number: as a decimal where it has an end, as a fraction (with its first digits) where it has none."""
    rest = value.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    with localcontext(prec=40):
        if rest == 1:
            text = f"{(Decimal(value.numerator) / Decimal(value.denominator)):f}"
            return text.rstrip("0").rstrip(".") if "." in text else text
        approximate = f"{(Decimal(value.numerator) / Decimal(value.denominator)):.6f}"
    return f"{value.numerator}/{value.denominator} (≈ {approximate})"


def plain(value: Decimal) -> str:
    """A decimal with all its digits: a price of 0.0000002, and not 2E-7."""
    return f"{value:f}"


def amount(trace: Trace) -> str:
    """The result of a trace; an amount of a currency with at least the decimals that the currency has."""
    text = number(trace.result)
    if not is_currency(trace.unit) or "/" in text:
        return text
    whole, _, decimals = text.partition(".")
    digits = minor_digits(trace.unit)
    return f"{whole}.{decimals.ljust(digits, '0')}" if digits else text


def tree_of(trace: Trace, quote: Callable[[Clause], str]) -> Tree:
    """The trace as a tree: the result above what it was made of; ``quote`` gives the words of a clause."""
    top = Tree(_said(trace, quote), guide_style="dim")
    for operand in trace.operands:
        top.add(tree_of(operand, quote))
    return top


def trace_data(trace: Trace) -> Any:
    """The trace as plain data, as it is stored."""
    return canonical.to_data(trace)


def with_tax(treatment: Treatment) -> str:
    """What to say behind an amount that holds its VAT."""
    return " (VAT included)" if treatment.includes_tax else ""


def name(trace: Trace) -> str:
    """What a number is called."""
    return trace.label.replace("-", " ") or str(trace.op)


def unit(trace: Trace) -> str:
    """The unit or currency of a number; a length of time in the plural where there are several."""
    return f"{trace.unit}s" if trace.unit in _LENGTHS and trace.result != 1 else trace.unit


def a(noun: str) -> str:
    """A noun with its article."""
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"


def _said(trace: Trace, quote: Callable[[Clause], str]) -> Text:
    said = f"[bold]{escape(name(trace))}[/bold] {amount(trace)}" + (f" {escape(unit(trace))}" if trace.unit else "")
    if trace.operands:
        said += f"  [dim]= {escape(formula(trace))}[/dim]"
    if trace.clause:
        words = quote(trace.clause)
        said += f"  [cyan]{escape(str(trace.clause))}[/cyan]" + (
            f" [italic]“{escape(words)}”[/italic]" if words else ""
        )
    if trace.source:
        said += f"  [cyan]{escape(trace.source)}[/cyan]"
    return Text.from_markup(said)


def formula(trace: Trace) -> str:
    """How a number was made of its operands."""
    parts = [number(operand.result).split(" (")[0] for operand in trace.operands]
    if trace.op is Op.ROUND:
        return f"{parts[0]} rounded to {trace.places} decimals, {trace.rounding}"
    if trace.op in _SIGNS:
        return _SIGNS[trace.op].join(parts) or "0"
    return f"{_WORDS[trace.op]} " + " and ".join(parts)
