"""language: declared inputs → the syntax tree."""

# ruff: noqa: ARG002 (each method is handed the place of its rule, whether it needs it or not)
from __future__ import annotations

from typing import Any

from lark import Token, v_args
from lark.tree import Meta

from invoicer.errors import Place
from invoicer.language import tree
from invoicer.language.build.parts import Parts

Figure = tuple[tree.Number, tree.Name | None]


@v_args(inline=True, meta=True)
class InputLines(Parts):
    """What is stated by people, for which periods, within which limits."""

    def input_heading(
        self, meta: Meta, name: Token, title: Token | None
    ) -> tuple[Place, tree.Name, str, tree.Name | None]:
        return self._place(meta), self._name(name), self._title(title), None

    def input(self, meta: Meta, heading: tuple[Any, ...], *lines: tree.Node) -> tree.Block:
        return self._block(tree.BlockKind.INPUT, heading, lines)

    def declared(self, meta: Meta, name: Token) -> tree.Declared:
        return tree.Declared(self._place(meta), self._name(name))

    def stated(self, meta: Meta, per: tree.Length) -> tree.Stated:
        return tree.Stated(self._place(meta), per)

    def adds_up(self, meta: Meta) -> tree.AddsUp:
        return tree.AddsUp(self._place(meta))

    def limit(self, meta: Meta, word: str, figure: Figure) -> tree.Limit:
        return tree.Limit(self._place(meta), word, *figure)

    def limit_word(self, meta: Meta, word: Token) -> str:
        return str(word)

    def number_figure(self, meta: Meta, number: Token, unit: Token | None) -> Figure:
        return self._number(number), self._name(unit) if unit else None

    def percent_figure(self, meta: Meta, percent: Token) -> Figure:
        return self._number(percent), tree.Name(self._at(percent), tree.PERCENT)
