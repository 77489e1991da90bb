"""language: deposits, and when they are settled → the syntax tree."""

from __future__ import annotations

from lark import Token, v_args
from lark.tree import Meta

from invoicer.language import tree
from invoicer.language.build.parts import Parts

MOST_INSTALMENTS = 366


@v_args(inline=True, meta=True)
class Deposits(Parts):
    """Lines that begin with `deposit` and `adjust`, and the change of a deposit."""

    def deposited(self, meta: Meta, amount: tree.Amount, count: Token | None) -> tree.Deposited:
        instalments = self._count(count, 2, MOST_INSTALMENTS) if count else 1
        return tree.Deposited(self._place(meta), amount, instalments)

    def deposit(self, meta: Meta, deposited: tree.Deposited) -> tree.Deposited:
        return tree.Deposited(self._place(meta), deposited.amount, deposited.instalments)

    def adjust(self, meta: Meta, within: tree.Length) -> tree.AdjustOn:
        return tree.AdjustOn(self._place(meta), within)

    def change_deposit(self, meta: Meta, name: Token, to: tree.Deposited) -> tree.Change:
        return tree.Change(self._trimmed(meta, (to,)), self._name(name), to)
