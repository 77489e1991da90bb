"""language: the small parts of the syntax tree: numbers, days, conditions."""

# ruff: noqa: ARG002 (each method is handed the place of its rule, whether it needs it or not)
from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from lark import Token, Transformer, v_args
from lark.tree import Meta

from invoicer.domain.period import Span, Unit
from invoicer.domain.price import Comparison
from invoicer.errors import Place, Problem
from invoicer.language import tree
from invoicer.language.codes import Code, problem
from invoicer.language.notation import to_decimal


@v_args(inline=True, meta=True)
class Parts(Transformer[Token, Any]):
    """Methods are named after the rules of grammar.lark; those with an underscore are helpers."""

    def __init__(self, file: str) -> None:
        super().__init__()
        self.file = file
        self.problems: list[Problem] = []

    # -------------------------------------------------------------- helpers

    def _place(self, meta: Meta) -> Place:
        return Place(self.file, meta.line, meta.column, meta.end_line, meta.end_column)

    def _trimmed(self, meta: Meta, last: Sequence[tree.Node]) -> Place:
        """The place of a rule that ends with its line, without the end of the line."""
        if not last:
            return Place(self.file, meta.line, meta.column, meta.line, meta.column + 1)
        return tree.spanning(self._place(meta), last[-1].where)

    def _at(self, token: Token) -> Place:
        return Place(self.file, token.line or 0, token.column or 0, token.end_line or 0, token.end_column or 0)

    def _name(self, token: Token) -> tree.Name:
        return tree.Name(self._at(token), token[1:-1] if token.type == "STRING" else str(token))

    def _title(self, token: Token | None) -> str:
        return token[1:-1] if token else ""

    def _number(self, token: Token) -> tree.Number:
        return tree.Number(self._at(token), to_decimal(token))

    def _day(self, token: Token) -> tree.Day:
        return tree.Day(self._at(token), dt.date.fromisoformat(token))

    def _month(self, token: Token) -> tree.Month:
        return tree.Month(self._at(token), dt.date.fromisoformat(f"{token}-01"))

    def _whole(self, token: Token) -> tree.Number:
        return tree.Number(self._at(token), Decimal(self._count(token, 1, 99_999)))

    def _count(self, token: Token, least: int, most: int) -> int:
        """The token as a whole number within the bounds; else a problem, and the nearest number that could stand."""
        value = to_decimal(token)
        if value == value.to_integral_value() and least <= value <= most:
            return int(value)
        cause = f"`{token}` can't stand here: a whole number from {least} to {most} is needed"
        self.problems.append(problem(Code.T009, self._at(token), cause, "write a whole number in that range"))
        return least if value < least else most if value > most else max(least, int(value))

    def _positive(self, token: Token) -> Decimal:
        value = to_decimal(token)
        if value <= 0:
            cause = f"a price per {token} has no meaning"
            self.problems.append(problem(Code.T009, self._at(token), cause, "write a number above zero"))
            return Decimal(1)
        return value

    def _length(self, meta: Meta, count: Token | None, unit: Unit) -> tree.Length:
        return tree.Length(self._place(meta), Span(self._count(count, 1, 1200) if count else 1, unit))

    def _block(self, kind: tree.BlockKind, heading: tuple[Any, ...], lines: tuple[tree.Node, ...]) -> tree.Block:
        place, name, title, base = heading
        whole = tree.spanning(place, lines[-1].where) if lines else place
        return tree.Block(whole, kind, name, title, base, lines)

    # -------------------------------------------------------------- days, lengths, amounts

    def from_day(self, meta: Meta, day: Token) -> tree.Day:
        return self._day(day)

    def amount(self, meta: Meta, number: Token, currency: Token) -> tree.Amount:
        return tree.Amount(self._place(meta), to_decimal(number), str(currency))

    def length(self, meta: Meta, count: Token, unit: Unit) -> tree.Length:
        return self._length(meta, count, unit)

    def length_or_unit(self, meta: Meta, count: Token | None, unit: Unit) -> tree.Length:
        return self._length(meta, count, unit)

    def time_unit(self, meta: Meta, word: Token) -> Unit:
        return tree.TIME_UNITS[word]

    # -------------------------------------------------------------- conditions

    def any_of(self, meta: Meta, *parts: tree.Condition) -> tree.Condition:
        return tree.Either(self._place(meta), parts) if len(parts) > 1 else parts[0]

    def all_of(self, meta: Meta, *parts: tree.Condition) -> tree.Condition:
        return tree.Every(self._place(meta), parts) if len(parts) > 1 else parts[0]

    def negated(self, meta: Meta, part: tree.Condition) -> tree.Condition:
        return tree.Negated(self._place(meta), part)

    def comparison(
        self, meta: Meta, subject: tree.Name, how: Comparison, value: tuple[tree.Number | tree.Name, tree.Name | None]
    ) -> tree.Condition:
        return tree.Compared(self._place(meta), subject, how, *value)

    def between(self, meta: Meta, subject: tree.Name, low: tuple[Any, Any], high: tuple[Any, Any]) -> tree.Condition:
        where = self._place(meta)
        at_least = tree.Compared(where, subject, Comparison.AT_LEAST, *low)
        return tree.Every(where, (at_least, tree.Compared(where, subject, Comparison.AT_MOST, *high)))

    def subject(self, meta: Meta, name: Token) -> tree.Name:
        return self._name(name)

    def number_value(
        self, meta: Meta, number: Token, unit: Token | None
    ) -> tuple[tree.Number | tree.Name, tree.Name | None]:
        return self._number(number), self._name(unit) if unit else None

    def percent_value(self, meta: Meta, percent: Token) -> tuple[tree.Number | tree.Name, tree.Name | None]:
        return self._number(percent), tree.Name(self._at(percent), tree.PERCENT)

    def text_value(self, meta: Meta, text: Token) -> tuple[tree.Number | tree.Name, tree.Name | None]:
        return self._name(text), None

    def equals(self, meta: Meta) -> Comparison:
        return Comparison.IS

    def differs(self, meta: Meta) -> Comparison:
        return Comparison.IS_NOT

    def more(self, meta: Meta) -> Comparison:
        return Comparison.MORE

    def less(self, meta: Meta) -> Comparison:
        return Comparison.LESS

    def at_least(self, meta: Meta) -> Comparison:
        return Comparison.AT_LEAST

    def at_most(self, meta: Meta) -> Comparison:
        return Comparison.AT_MOST


def wording(kind: str) -> Callable[[Parts, Meta, Token], tree.Wording]:
    """The method of a line of a word and a text."""
    return lambda self, meta, text: tree.Wording(self._place(meta), kind, self._name(text))


def dating(kind: str) -> Callable[[Parts, Meta, Token], tree.Dating]:
    """The method of a line of a word and a day."""
    return lambda self, meta, day: tree.Dating(self._place(meta), kind, self._day(day))
