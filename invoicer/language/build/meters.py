"""language: the lines of meters → the syntax tree."""

# ruff: noqa: ARG002 (each method is handed the place of its rule, whether it needs it or not)
from __future__ import annotations

from lark import Token, v_args
from lark.tree import Meta

from invoicer.domain.contract import Aggregation
from invoicer.language import tree
from invoicer.language.build.parts import Parts


@v_args(inline=True, meta=True)
class MeterLines(Parts):
    """What is measured."""

    def measure(self, meta: Meta, aggregation: Aggregation, field: Token, per_day: object | None) -> tree.Measure:
        return tree.Measure(self._place(meta), aggregation, self._name(field), per_day is not None)

    def count(self, meta: Meta, per_day: object | None) -> tree.Measure:
        return tree.Measure(self._place(meta), Aggregation.COUNT, None, per_day is not None)

    def weighted(self, meta: Meta, aggregation: Aggregation, field: Token, per_day: object | None) -> tree.Measure:
        return tree.Measure(self._place(meta), aggregation, self._name(field), per_day is not None)

    def weighting(self, meta: Meta, word: Token) -> Aggregation:
        return Aggregation(f"time-weighted {word}")

    def aggregation(self, meta: Meta, word: Token) -> Aggregation:
        return Aggregation(str(word))

    def per_day(self, meta: Meta, _per: Token, day: Token) -> Token:
        return day

    def meter_unit(self, meta: Meta, unit: Token) -> tree.MeterUnit:
        return tree.MeterUnit(self._place(meta), self._name(unit))

    def only(self, meta: Meta, condition: tree.Condition) -> tree.When:
        return tree.When(self._place(meta), condition)
