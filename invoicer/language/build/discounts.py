"""language: the lines of discounts → the syntax tree."""

# ruff: noqa: ARG002 (each method is handed the place of its rule, whether it needs it or not)
from __future__ import annotations

from typing import Any

from lark import Token, v_args
from lark.tree import Meta

from invoicer.language import tree
from invoicer.language.build.parts import Parts, dating


@v_args(inline=True, meta=True)
class DiscountLines(Parts):
    """What is taken off, and when."""

    until = dating("until")
    since = dating("from")

    def percent_off(self, meta: Meta, percent: Token, charges: tuple[tree.Name, ...]) -> tree.PercentOff:
        return tree.PercentOff(self._place(meta), self._number(percent), charges)

    def amount_off(
        self, meta: Meta, amount: tree.Amount, charges: tuple[tree.Name, ...], per: tree.Length | Token
    ) -> tree.AmountOff:
        return tree.AmountOff(self._place(meta), amount, charges, per if isinstance(per, tree.Length) else None)

    def once_word(self, meta: Meta, word: Token) -> Token:
        return word

    def everything(self, meta: Meta) -> tuple[tree.Name, ...]:
        return ()

    def charges(self, meta: Meta, *names: Token) -> tuple[tree.Name, ...]:
        return tuple(map(self._name, names))

    def for_first(self, meta: Meta, length: tree.Length) -> tree.ForFirst:
        return tree.ForFirst(self._place(meta), length)

    def when_line(self, meta: Meta, condition: tree.Condition) -> tree.When:
        return tree.When(self._place(meta), condition)

    def volume_off(self, meta: Meta, charges: tuple[tree.Name, ...], *bands: tree.VolumeBand) -> tree.VolumeOff:
        return tree.VolumeOff(self._trimmed(meta, bands or charges), charges, bands)

    def volume_band(self, meta: Meta, *parts: Any) -> tree.VolumeBand:
        *bound, percent = parts
        return tree.VolumeBand(self._place(meta), bound[0] if bound else None, self._number(percent))
