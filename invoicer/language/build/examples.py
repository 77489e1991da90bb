"""language: examples beside the contract → the syntax tree."""

# ruff: noqa: ARG002 (each method is handed the place of its rule, whether it needs it or not)
from __future__ import annotations

from decimal import Decimal

from lark import Token, v_args
from lark.tree import Meta

from invoicer.errors import Place
from invoicer.language import tree
from invoicer.language.build.parts import Parts
from invoicer.language.codes import Code, problem


@v_args(inline=True, meta=True)
class Examples(Parts):
    """Blocks that begin with `expect`, and their lines."""

    def example(self, meta: Meta, heading: tuple[Place, str], *lines: tree.Node) -> tree.Example:
        place, title = heading
        whole = tree.spanning(place, lines[-1].where) if lines else place
        return tree.Example(whole, title, lines, place)

    def example_heading(self, meta: Meta, title: Token) -> tuple[Place, str]:
        return self._place(meta), self._title(title)

    def invoice_on(self, meta: Meta, day: Token) -> tree.InvoiceOn:
        return tree.InvoiceOn(self._place(meta), self._day(day))

    def known_on(self, meta: Meta, day: Token) -> tree.KnownOn:
        return tree.KnownOn(self._place(meta), self._day(day))

    def given(
        self, meta: Meta, name: Token, value: Token, *rest: Token | tuple[tree.Day, tree.Day] | None
    ) -> tree.Given:
        *unit, days = rest
        word = next((self._name(one) for one in unit if isinstance(one, Token)), None)
        first, last = days if isinstance(days, tuple) else (None, None)
        return tree.Given(self._place(meta), self._name(name), self._number(value), word, first, last)

    def given_index(self, meta: Meta, series: Token, month: Token, value: Token) -> tree.GivenIndex:
        number = self._number(value)
        if not number.value:
            cause = "the value of an index can't be 0"
            self.problems.append(problem(Code.T009, number.where, cause, "write it as it is published, such as 127.30"))
            number = tree.Number(number.where, Decimal(1))
        return tree.GivenIndex(self._place(meta), self._name(series), self._month(month), number)

    def given_events(self, meta: Meta, name: Token, *rest: Token | tuple[tree.Day, tree.Day] | None) -> tree.Given:
        *parts, days = rest
        tokens = [one for one in parts if isinstance(one, Token)]
        events = tuple(self._number(one) for one in tokens if one.type == "NUMBER")
        word = next((self._name(one) for one in tokens if one.type != "NUMBER"), None)
        first, last = days if isinstance(days, tuple) else (None, None)
        total = tree.Number(events[0].where, sum((one.value for one in events), Decimal(0)))
        return tree.Given(self._place(meta), self._name(name), total, word, first, last, events)

    def given_days(self, meta: Meta, first: Token, last: Token) -> tuple[tree.Day, tree.Day]:
        return self._day(first), self._day(last)

    def component(self, meta: Meta, charge: Token, part: tuple[str, tree.Name | None] | None) -> tree.ComponentNode:
        word, name = part or ("", None)
        return tree.ComponentNode(self._place(meta), self._name(charge), word, name)

    def part(self, meta: Meta, word: Token) -> tuple[str, None]:
        return str(word), None

    def named_part(self, meta: Meta, word: Token, name: Token) -> tuple[str, tree.Name]:
        return str(word), self._name(name)

    def expected_line(self, meta: Meta, component: tree.ComponentNode, amount: tree.Amount) -> tree.Expectation:
        return tree.Expectation(self._place(meta), component, amount)

    def no_line(self, meta: Meta, component: tree.ComponentNode) -> tree.Expectation:
        return tree.Expectation(self._place(meta), component, None)

    def expected_total(self, meta: Meta, amount: tree.Amount) -> tree.Expectation:
        return tree.Expectation(self._place(meta), None, amount)
