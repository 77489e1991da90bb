"""language: what usage is priced by: rounding, events → the syntax tree."""

# ruff: noqa: ARG002 (each method is handed the place of its rule, whether it needs it or not)
from __future__ import annotations

from dataclasses import replace

from lark import Token, v_args
from lark.tree import Meta

from invoicer.domain.trace import Rounding
from invoicer.language import tree
from invoicer.language.build.parts import Parts


@v_args(inline=True, meta=True)
class UsagePricing(Parts):
    """Quantities and packages that are rounded, events that are priced one by one."""

    def in_steps(self, meta: Meta, rule: Rounding | None, step: Token) -> tree.InSteps:
        return tree.InSteps(self._place(meta), rule or Rounding.HALF_UP, self._number(step))

    def whole_packages(self, meta: Meta, rule: Rounding) -> tree.InSteps:
        return tree.InSteps(self._place(meta), rule, None)

    def plus_per_event(self, meta: Meta, amount: tree.Amount) -> tree.Amount:
        return amount

    def each_event(self, meta: Meta, bounds: tree.EachEvent) -> tree.EachEvent:
        return replace(bounds, where=self._place(meta))

    def event_bounds(self, meta: Meta, least: tree.Amount, most: tree.Amount | None) -> tree.EachEvent:
        return tree.EachEvent(self._place(meta), least, most)

    def event_maximum(self, meta: Meta, most: tree.Amount) -> tree.EachEvent:
        return tree.EachEvent(self._place(meta), None, most)

    def first_events(self, meta: Meta, count: Token) -> tree.FirstEvents:
        return tree.FirstEvents(self._place(meta), self._whole(count))

    def first_amount(self, meta: Meta, amount: tree.Amount) -> tree.FirstAmount:
        return tree.FirstAmount(self._place(meta), amount)

    def carry_over(self, meta: Meta, lifetime: tree.Length | None) -> tree.CarryOver:
        return tree.CarryOver(self._place(meta), lifetime)

    def up_or_down(self, meta: Meta, word: Token) -> Rounding:
        return Rounding(str(word))
