"""language: indexations → the syntax tree."""

from __future__ import annotations

from typing import Any

from lark import Token, v_args
from lark.tree import Meta

from invoicer.language import tree
from invoicer.language.build.parts import Parts


@v_args(inline=True, meta=True)
class IndexationLines(Parts):
    """What is raised, by how much, and when."""

    def raises_by_index(
        self, meta: Meta, charges: tuple[tree.Name, ...], series: Token, added: tuple[str, tree.Number] | None
    ) -> tree.RaisesByIndex:
        sign, percent = added or ("", None)
        plus, minus = (percent, None) if sign == "plus" else (None, percent)
        return tree.RaisesByIndex(self._place(meta), charges, self._name(series), plus, minus)

    def raises_by_percent(self, meta: Meta, charges: tuple[tree.Name, ...], percent: Token) -> tree.RaisesByPercent:
        return tree.RaisesByPercent(self._place(meta), charges, self._number(percent))

    def added(self, meta: Meta, sign: Token, percent: Token) -> tuple[str, tree.Number]:  # noqa: ARG002
        return str(sign), self._number(percent)

    def base(self, meta: Meta, month: Token, to: Token | None) -> tree.Base:
        return tree.Base(self._place(meta), self._month(month), self._month(to) if to else None)

    def adjusts_every(self, meta: Meta, every: tree.Length, first: Token) -> tree.Adjusts:
        return tree.Adjusts(self._place(meta), every, self._day(first))

    def adjusts_once(self, meta: Meta, day: Token) -> tree.Adjusts:
        return tree.Adjusts(self._place(meta), None, self._day(day))

    def floor(self, meta: Meta, percent: Token) -> tree.IndexLimit:
        return tree.IndexLimit(self._place(meta), "floor", self._number(percent))

    def cap(self, meta: Meta, percent: Token) -> tree.IndexLimit:
        return tree.IndexLimit(self._place(meta), "cap", self._number(percent))

    def revised(self, meta: Meta, *_: Any) -> tree.Revised:
        return tree.Revised(self._place(meta))
