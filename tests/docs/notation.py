"""tests of the documentation: the grammar in a form for readers: its blocks, their lines, and what these are made of.

A rule whose first part is a heading is a block. Rules that begin with ``_`` only group others. A rule that the page explains
by itself is a *part*, shown by a name in capitals; all others are shown in place.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from lark import Token, Tree
from lark.load_grammar import load_grammar

from invoicer.language.cursor import nth
from invoicer.language.grammar import GRAMMAR
from invoicer.language.mentions import kinds_of

NAMED = {"DATE": "DAY", "MONTH": "YEAR-MONTH", "PERCENTAGE": "N%", "CURRENCY": "CURRENCY", "PROPERTY": "PROPERTY"}
"""How literals are shown; names, numbers and texts by what they are the name of."""

_NEXT_LINE = "/"


@dataclass(frozen=True)
class Row:
    """A line, or an alternative of a part: its key (the alias or the rule of the grammar) and its notation."""

    key: str
    notation: str


@dataclass
class Notation:
    """The grammar for readers. ``parts`` are the rules that are shown by a name; ``seen`` those that were shown so far."""

    parts: Mapping[str, str]
    seen: set[str] = field(default_factory=set)

    def rows(self, rule: str) -> list[Row]:
        """The alternatives of a rule that have a name of their own, a row each, and the others in one row."""
        self.seen.add(rule)
        unnamed = [each for each in rules()[rule].children if _alias(each) is None]
        found = []
        if unnamed:
            shown = [self._shown(each, rule) for each in unnamed]
            found.append(Row(rule, " | ".join(_without_singulars(shown))))
        for each in rules()[rule].children:
            if alias := _alias(each):
                found.append(Row(alias, self._shown(each, alias)))
        return found

    def lines(self, rule: str) -> list[Row]:
        """The lines that can stand in a block: the rules that it groups, those of other blocks left out."""
        self.seen.add(rule)
        found: list[Row] = []
        for each in _members(rule):
            found += self.lines_of(each)
        return list(dict.fromkeys(found))

    def lines_of(self, member: Tree[object]) -> list[Row]:
        """The rows of one thing that a group holds: a rule, or words of its own."""
        names = _nonterminals(member)
        if len(names) == 1 and not _words(member):
            (name,) = names
            if name.startswith("_"):
                return self.lines(name)
            return [] if is_block(name) else self.rows(name)
        return [Row(names[0], self._shown(member, names[0]))] if names else []

    def _shown(self, node: object, rule: str) -> str:
        return " ".join(_Writer(self, rule).write(node)).removesuffix(f" {_NEXT_LINE}").replace("( ", "(")


@dataclass
class _Writer:
    """Writes one alternative. ``rule`` is the name by which its names are known."""

    notation: Notation
    rule: str
    counted: dict[str, int] = field(default_factory=dict)

    def write(self, node: object) -> Iterator[str]:
        """The words of a node of the grammar, in their order."""
        assert isinstance(node, Tree)
        if node.data == "alias":
            yield from self.write(node.children[0])
        elif node.data == "expansion":
            for child in node.children:
                yield from self.write(child)
        elif node.data == "expansions":
            yield from self._choice(node)
        elif node.data == "maybe":
            yield f"[{' '.join(self._inner(node.children[0]))}]"
        elif node.data == "expr":
            yield from self._repeated(node)
        else:
            yield from self._symbol(node.children[0])

    def _inner(self, node: object) -> list[str]:
        """A choice without the brackets that it would have among other words."""
        if isinstance(node, Tree) and node.data == "expansions":
            return [" | ".join(_without_singulars([" ".join(self.write(child)) for child in node.children]))]
        return list(self.write(node))

    def _choice(self, node: Tree[object]) -> Iterator[str]:
        shown = _without_singulars([" ".join(self.write(child)) for child in node.children])
        yield shown[0] if len(shown) == 1 else f"({' | '.join(shown)})"

    def _repeated(self, node: Tree[object]) -> Iterator[str]:
        inner, sign = node.children[0], str(node.children[1])
        words = " ".join(self._inner(inner)) if sign == "?" else " ".join(self.write(inner))
        if words.endswith(f" {_NEXT_LINE}"):  # lines of a table
            yield f"{words.removesuffix(f' {_NEXT_LINE}')} {_NEXT_LINE} …"
        else:
            yield {"?": f"[{words}]", "+": f"{words} …", "*": f"[{words} …]"}[sign]

    def _symbol(self, symbol: object) -> Iterator[str]:
        if isinstance(symbol, Tree):  # a word of the language, in quotes
            word = str(symbol.children[0])
            yield word[1:-1] if word[1].isalpha() else word
            return
        name = str(getattr(symbol, "name", symbol))
        if name in rules():
            yield from self._rule(name)
        elif name == "_NL":
            yield _NEXT_LINE
        else:
            yield self._literal(name)

    def _rule(self, name: str) -> Iterator[str]:
        self.notation.seen.add(name)
        if name in self.notation.parts:
            yield self.notation.parts[name]
            return
        alternatives = rules()[name].children
        shown = [" ".join(_Writer(self.notation, _alias(each) or name).write(each)) for each in alternatives]
        shown = _without_singulars(shown)
        yield shown[0] if len(shown) == 1 else f"({' | '.join(shown)})"

    def _literal(self, terminal: str) -> str:
        if terminal in NAMED:
            return NAMED[terminal]
        self.counted[terminal] = self.counted.get(terminal, 0) + 1
        kinds = kinds_of(terminal, nth(self.rule, self.counted[terminal]))
        names = [kind.value.split(" of ")[0].upper().replace(" ", "-") for kind in kinds]
        if terminal == "STRING":
            return f'"{names[0] if names else "TEXT"}"'
        if terminal == "NUMBER":
            return names[0] if names else "N"
        return names[0] if len(names) == 1 else f"({' | '.join(names)})" if names else "NAME"


@cache
def rules() -> Mapping[str, Tree[object]]:
    """The rules of the grammar as they are written."""
    load: Any = load_grammar
    grammar, _ = load(GRAMMAR.read_text("utf-8"), GRAMMAR.name, [], False)
    return {str(getattr(name, "name", name)): tree for name, _, tree, _ in grammar.rule_defs}


def is_block(rule: str) -> bool:
    """Whether a rule begins with a heading."""
    return heading_of(rule) is not None


def heading_of(rule: str) -> str | None:
    """The rule of a block's heading; None for what is no block."""
    first = next(iter(_nonterminals(rules()[rule])), "")
    return first if first.endswith("_heading") and len(rules()[rule].children) == 1 else None


def block_rules() -> list[str]:
    """The blocks of the language, in the order of the grammar."""
    return [rule for rule in rules() if is_block(rule)]


def blocks_within(rule: str) -> list[str]:
    """The blocks that can stand in a block, or group."""
    found: list[str] = []
    for each in _nonterminals(rules()[rule]):
        if is_block(each):
            found.append(each)
        elif each.startswith("_"):
            found += blocks_within(each)
    return list(dict.fromkeys(found))


def _members(rule: str) -> Iterator[Tree[object]]:
    """What a block or group holds, one after the other, its heading left out."""
    heading = heading_of(rule)
    for member in _parts(rules()[rule]):
        names = _nonterminals(member)
        if names != [heading] and names:
            yield member


def _parts(node: Tree[object]) -> Iterator[Tree[object]]:
    """A choice or a sequence taken apart down to what has words of its own, or is a rule."""
    if node.data == "value" or (node.data in ("expansion", "alias") and _words(node)):
        yield node
        return
    for child in node.children:
        if isinstance(child, Tree):
            yield from _parts(child)


def _words(node: Tree[object]) -> list[str]:
    """The words of the language in a node itself."""
    return [str(token) for token in node.scan_values(lambda value: isinstance(value, Token)) if str(token)[:1] == '"']


def _nonterminals(node: Tree[object]) -> list[str]:
    """The rules that a node names, in their order."""
    values = [child for value in node.find_data("value") for child in value.children]
    names = [str(getattr(child, "name", child)) for child in values]
    places = {name: str(node).find(f"'{name}'") for name in names}
    return sorted({name for name in names if name in rules()}, key=places.__getitem__)


def _alias(node: object) -> str | None:
    """The name of an alternative."""
    if isinstance(node, Tree) and node.data == "alias" and node.children[1] is not None:
        return str(getattr(node.children[1], "name", node.children[1]))
    return None


def _without_singulars(shown: list[str]) -> list[str]:
    """`days | day` is shown as `days`, and what is the same in two alternatives once."""
    return [each for each in dict.fromkeys(shown) if f"{each}s" not in shown]
