"""language: the lines of charges and premiums → the syntax tree."""

# ruff: noqa: ARG002 (each method is handed the place of its rule, whether it needs it or not)
from __future__ import annotations

from typing import Any

from lark import Token, v_args
from lark.tree import Meta

from invoicer.language import tree
from invoicer.language.build.parts import Parts, dating, wording


@v_args(inline=True, meta=True)
class ChargeLines(Parts):
    """Quantities, bounds, days, refunds, premiums."""

    clause = wording("clause")
    policy = wording("policy")
    insurer = wording("insurer")

    def quantity(self, meta: Meta, amount: Token, unit: Token) -> tree.Quantity:
        return tree.Quantity(self._place(meta), self._number(amount), self._name(unit))

    def usage(self, meta: Meta, meter: Token, rounded: tree.InSteps | None) -> tree.Usage:
        return tree.Usage(self._place(meta), self._name(meter), rounded)

    def included_units(self, meta: Meta, amount: Token, unit: Token | None) -> tree.Included:
        return tree.Included(self._place(meta), self._number(amount), self._name(unit) if unit else None)

    def included(self, meta: Meta, units: tree.Included) -> tree.Included:
        return tree.Included(self._place(meta), units.amount, units.unit)

    def bound(self, meta: Meta, word: str, bounded: tuple[Any, ...]) -> tree.Bounded:
        return tree.Bounded(self._place(meta), word, *bounded)

    def bound_word(self, meta: Meta, word: Token) -> str:
        return str(word)

    def bounded(
        self, meta: Meta, amount: tree.Amount, per: tree.Length | None, prorated: object | None
    ) -> tuple[tree.Amount, tree.Length | None, bool]:
        return amount, per, prorated is not None

    def prorated(self, meta: Meta, word: Token) -> Token:
        return word

    starts = dating("starts")
    ends = dating("ends")
    on = dating("on")

    def risk(self, meta: Meta, country: Token) -> tree.Risk:
        return tree.Risk(self._place(meta), self._name(country))

    def insurance_class(self, meta: Meta, name: Token) -> tree.InsuranceClass:
        return tree.InsuranceClass(self._place(meta), self._name(name))
