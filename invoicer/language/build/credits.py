"""language: service credits → the syntax tree."""

# ruff: noqa: ARG002 (each method is handed the place of its rule, whether it needs it or not)
from __future__ import annotations

from typing import Any

from lark import Token, v_args
from lark.tree import Meta

from invoicer.errors import Place
from invoicer.language import tree
from invoicer.language.build.parts import Parts


@v_args(inline=True, meta=True)
class CreditLines(Parts):
    """What is given back, when it is judged, how it reaches the customer."""

    def service_credit_heading(
        self, meta: Meta, name: Token, title: Token | None
    ) -> tuple[Place, tree.Name, str, tree.Name | None]:
        return self._place(meta), self._name(name), self._title(title), None

    def service_credit(self, meta: Meta, heading: tuple[Any, ...], *lines: tree.Node) -> tree.Block:
        return self._block(tree.BlockKind.CREDIT, heading, lines)

    def credit_row(
        self, meta: Meta, percent: Token, charges: tuple[tree.Name, ...], when: tree.Condition
    ) -> tree.CreditRow:
        return tree.CreditRow(self._place(meta), self._number(percent), charges, when)

    def as_credit_note(self, meta: Meta) -> tree.Crediting:
        return tree.Crediting(self._place(meta), True)

    def on_next_invoice(self, meta: Meta) -> tree.Crediting:
        return tree.Crediting(self._place(meta), False)

    def judged_per(self, meta: Meta, per: tree.Length, days: Token | None) -> tree.Judged:
        return tree.Judged(self._place(meta), per, self._count(days, 0, 365) if days else 0)

    def judged_within(self, meta: Meta, days: Token) -> tree.Judged:
        return tree.Judged(self._place(meta), None, self._count(days, 0, 365))
