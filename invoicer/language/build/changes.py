"""language: what amendments change and stop → the syntax tree."""

# ruff: noqa: ARG002 (each method is handed the place of its rule, whether it needs it or not)
from __future__ import annotations

from typing import Any

from lark import Token, v_args
from lark.tree import Meta

from invoicer.language import tree
from invoicer.language.build.parts import Parts


@v_args(inline=True, meta=True)
class Changes(Parts):
    """Lines that begin with `change` or `stop`."""

    def change_price(self, meta: Meta, name: Token, price: tree.PriceNode, guard: Any) -> tree.Change:
        when, otherwise = guard or (None, False)
        priced = tree.Priced(price.where, None, price, when, otherwise)
        return tree.Change(self._trimmed(meta, (when or price,)), self._name(name), priced)

    def change_tiers(self, meta: Meta, name: Token, tiers: tuple[tree.Tiers, Any]) -> tree.Change:
        table, guard = tiers
        priced = tree.Priced(table.where, None, table, *(guard or (None, False)))
        return tree.Change(self._trimmed(meta, (table,)), self._name(name), priced)

    def change_quantity(self, meta: Meta, name: Token, to: tree.Quantity) -> tree.Change:
        return self._change(meta, name, to)

    def change_included(self, meta: Meta, name: Token, to: tree.Included) -> tree.Change:
        return self._change(meta, name, to)

    def change_bound(self, meta: Meta, name: Token, word: str, bounded: tuple[Any, ...]) -> tree.Change:
        bound = tree.Bounded(self._place(meta), word, *bounded)
        return tree.Change(self._trimmed(meta, (bound.per or bound.amount,)), self._name(name), bound)

    def change_each_event(self, meta: Meta, name: Token, to: tree.EachEvent) -> tree.Change:
        return self._change(meta, name, to)

    def change_first_free(self, meta: Meta, name: Token, to: tree.FirstEvents | tree.FirstAmount) -> tree.Change:
        return self._change(meta, name, to)

    def change_billing(self, meta: Meta, name: Token, to: tree.Bill) -> tree.Change:
        return self._change(meta, name, to)

    def change_contract_billing(self, meta: Meta, to: tree.Bill) -> tree.Change:
        return self._change(meta, None, to)

    def change_payment(self, meta: Meta, to: tree.Pay) -> tree.Change:
        return self._change(meta, None, to)

    def change_customer(self, meta: Meta, name: Token, later: bool | None) -> tree.Change:
        whole = self._place(meta)
        return tree.Change(whole, None, tree.NewCustomer(whole, self._name(name), bool(later)))

    def next_period(self, meta: Meta, *_words: Token) -> bool:
        return True

    def _change(
        self,
        meta: Meta,
        name: Token | None,
        to: tree.Quantity | tree.Included | tree.EachEvent | tree.FirstEvents | tree.FirstAmount | tree.Bill | tree.Pay,
    ) -> tree.Change:
        return tree.Change(self._trimmed(meta, (to,)), self._name(name) if name else None, to)

    def stop(self, meta: Meta, name: Token, *lines: tree.Refunding | tree.ShortRateTable) -> tree.Stop:
        charge = self._name(name)
        return tree.Stop(self._trimmed(meta, lines or (charge,)), charge, lines)
