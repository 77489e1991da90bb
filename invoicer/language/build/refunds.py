"""language: what an end gives back → the syntax tree."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from lark import Token, v_args
from lark.tree import Meta

from invoicer.language import tree
from invoicer.language.build.parts import Parts


@v_args(inline=True, meta=True)
class Refunds(Parts):
    """Lines that begin with `refund`, `no refund` and `short-rate`."""

    def refund_unused(self, meta: Meta) -> tree.Refunding:
        where = self._place(meta)
        return tree.Refunding(where, tree.Number(where, Decimal(100)))

    def no_refund(self, meta: Meta) -> tree.Refunding:
        where = self._place(meta)
        return tree.Refunding(where, tree.Number(where, Decimal(0)))

    def refund_part(self, meta: Meta, percent: Token) -> tree.Refunding:
        return tree.Refunding(self._place(meta), self._number(percent))

    def refund_short_rate(self, meta: Meta) -> tree.Refunding:
        return tree.Refunding(self._place(meta), None)

    def short_rate(self, meta: Meta, *rows: tree.ShortRateRow) -> tree.ShortRateTable:
        return tree.ShortRateTable(self._trimmed(meta, rows), rows)

    def short_rate_row(self, meta: Meta, *parts: Any) -> tree.ShortRateRow:
        *up_to, percent = parts
        return tree.ShortRateRow(self._place(meta), up_to[0] if up_to else None, self._number(percent))
