"""language: contracts, price lists, amendments and the blocks in them → the syntax tree."""

# ruff: noqa: ARG002 (each method is handed the place of its rule, whether it needs it or not)
from __future__ import annotations

from typing import Any

from lark import Token, v_args
from lark.tree import Meta

from invoicer.errors import Place
from invoicer.language import tree
from invoicer.language.build.parts import Parts


@v_args(inline=True, meta=True)
class Documents(Parts):
    """Headings, and what stands below each."""

    def start(self, meta: Meta, *documents: tree.Document) -> tuple[tree.Document, ...]:
        return documents

    def contract(self, meta: Meta, heading: tuple[Place, tree.Name, str], *parts: tree.Node) -> tree.Document:
        return self._document(False, heading, parts)

    def price_list(self, meta: Meta, heading: tuple[Place, tree.Name, str], *parts: tree.Node) -> tree.Document:
        return self._document(True, heading, parts)

    def _document(
        self, is_list: bool, heading: tuple[Place, tree.Name, str], parts: tuple[tree.Node, ...]
    ) -> tree.Document:
        place, name, title = heading
        whole = tree.spanning(place, parts[-1].where) if parts else place
        blockish = tree.Block | tree.Amendment | tree.Example | tree.EndingNode
        lines = tuple(part for part in parts if not isinstance(part, blockish))
        blocks, amendments = tree.every(parts, tree.Block), tree.every(parts, tree.Amendment)
        examples = tree.every(parts, tree.Example)
        endings = tuple(part for part in parts if isinstance(part, tree.EndingNode))
        return tree.Document(whole, is_list, name, title, lines, blocks, amendments, place, examples, endings)

    def contract_heading(self, meta: Meta, name: Token, title: Token | None) -> tuple[Place, tree.Name, str]:
        return self._place(meta), self._name(name), self._title(title)

    price_list_heading = contract_heading

    def amendment(self, meta: Meta, heading: tuple[Any, ...], *parts: tree.Node) -> tree.Amendment:
        place, number, effective, agreed, title = heading
        whole = tree.spanning(place, parts[-1].where) if parts else place
        lines = tuple(part for part in parts if not isinstance(part, tree.Block | tree.Change | tree.Stop))
        items = tuple(part for part in parts if isinstance(part, tree.Block | tree.Change | tree.Stop))
        return tree.Amendment(whole, number, effective, agreed, title, lines, items, place)

    def amendment_heading(
        self, meta: Meta, number: Token, effective: tree.Day | None, agreed: tree.Day | None, title: Token | None
    ) -> tuple[Any, ...]:
        return self._place(meta), self._whole(number), effective, agreed, self._title(title)

    def agreed_day(self, meta: Meta, day: Token) -> tree.Day:
        return self._day(day)

    def supersedes(self, meta: Meta, *numbers: Token) -> tree.Supersedes:
        return tree.Supersedes(self._place(meta), tuple(map(self._whole, numbers)))

    def charge_heading(
        self, meta: Meta, name: Token, title: Token | None, base: tree.Name | None = None
    ) -> tuple[Place, tree.Name, str, tree.Name | None]:
        return self._place(meta), self._name(name), self._title(title), base

    premium_heading = meter_heading = discount_heading = indexation_heading = commitment_heading = charge_heading

    def as_in(self, meta: Meta, name: Token) -> tree.Name:
        return self._name(name)

    def charge(self, meta: Meta, heading: tuple[Any, ...], *lines: tree.Node) -> tree.Block:
        return self._block(tree.BlockKind.CHARGE, heading, lines)

    def premium(self, meta: Meta, heading: tuple[Any, ...], *lines: tree.Node) -> tree.Block:
        return self._block(tree.BlockKind.PREMIUM, heading, lines)

    def meter(self, meta: Meta, heading: tuple[Any, ...], *lines: tree.Node) -> tree.Block:
        return self._block(tree.BlockKind.METER, heading, lines)

    def discount(self, meta: Meta, heading: tuple[Any, ...], *lines: tree.Node) -> tree.Block:
        return self._block(tree.BlockKind.DISCOUNT, heading, lines)

    def indexation(self, meta: Meta, heading: tuple[Any, ...], *lines: tree.Node) -> tree.Block:
        return self._block(tree.BlockKind.INDEXATION, heading, lines)

    def commitment(self, meta: Meta, heading: tuple[Any, ...], *lines: tree.Node) -> tree.Block:
        return self._block(tree.BlockKind.COMMITMENT, heading, lines)
