"""language: what usage is priced by: rounding → the syntax tree."""

# ruff: noqa: ARG002 (each method is handed the place of its rule, whether it needs it or not)
from __future__ import annotations

from lark import Token, v_args
from lark.tree import Meta

from invoicer.domain.trace import Rounding
from invoicer.language import tree
from invoicer.language.build.parts import Parts


@v_args(inline=True, meta=True)
class UsagePricing(Parts):
    """Quantities and packages that are rounded."""

    def in_steps(self, meta: Meta, rule: Rounding | None, step: Token) -> tree.InSteps:
        return tree.InSteps(self._place(meta), rule or Rounding.HALF_UP, self._number(step))

    def whole_packages(self, meta: Meta, rule: Rounding) -> tree.InSteps:
        return tree.InSteps(self._place(meta), rule, None)

    def up_or_down(self, meta: Meta, word: Token) -> Rounding:
        return Rounding(str(word))
