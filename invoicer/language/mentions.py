"""language: what a file names and where: every name that is given and every mention of one, and the outline of its blocks.

What a name is the name of follows from the rule of the grammar in which it stands; :data:`NAMES`, :data:`TEXTS` and
:data:`NUMBERS` say so for each rule.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from lark import Token, Tree

from invoicer.errors import Place
from invoicer.language.cursor import nth
from invoicer.language.parse import take_apart


class Kind(StrEnum):
    """What something is the name of."""

    CONTRACT = "contract"
    PRICE_LIST = "price list"
    CHARGE = "charge"
    METER = "meter"
    INPUT = "input"
    DISCOUNT = "discount"
    INDEXATION = "indexation"
    CREDIT = "service credit"
    INDEX = "index series"
    COMMITMENT = "commitment"
    AMENDMENT = "amendment"
    VERSION = "version"
    CUSTOMER = "customer"
    SELLER = "seller"
    SUPPLY = "supply kind"
    CALENDAR = "calendar of business days"
    COUNTRY = "country"
    CLASS = "class of insurance"
    UNIT = "unit"
    FIELD = "column of usage"
    VALUE = "value"
    MESSAGE = "message"


NAMES: dict[str, tuple[Kind, ...]] = {
    "contract_heading": (Kind.CONTRACT,),
    "price_list_heading": (Kind.PRICE_LIST,),
    "charge_heading": (Kind.CHARGE,),
    "premium_heading": (Kind.CHARGE,),
    "meter_heading": (Kind.METER,),
    "input_heading": (Kind.INPUT,),
    "discount_heading": (Kind.DISCOUNT,),
    "indexation_heading": (Kind.INDEXATION,),
    "commitment_heading": (Kind.COMMITMENT,),
    "service_credit_heading": (Kind.CREDIT,),
    "uses": (Kind.PRICE_LIST,),
    "uses_from_now": (Kind.PRICE_LIST,),
    "as_in": (Kind.PRICE_LIST,),
    "seller": (Kind.SELLER,),
    "customer": (Kind.CUSTOMER,),
    "supply": (Kind.SUPPLY,),
    "pay_business_days": (Kind.CALENDAR,),
    "risk": (Kind.COUNTRY,),
    "insurance_class": (Kind.CLASS,),
    "usage": (Kind.METER,),
    "share": (Kind.METER, Kind.INPUT),
    "charges": (Kind.CHARGE,),
    "stop": (Kind.CHARGE, Kind.DISCOUNT, Kind.INDEXATION, Kind.COMMITMENT, Kind.CREDIT),
    "change_price": (Kind.CHARGE,),
    "change_tiers": (Kind.CHARGE,),
    "change_quantity": (Kind.CHARGE,),
    "change_included": (Kind.CHARGE,),
    "change_bound": (Kind.CHARGE,),
    "change_deposit": (Kind.CHARGE,),
    "change_each_event": (Kind.CHARGE,),
    "change_first_free": (Kind.CHARGE,),
    "change_billing": (Kind.CHARGE,),
    "change_customer": (Kind.CUSTOMER,),
    "declared": (Kind.INPUT,),
    "subject": (Kind.CHARGE, Kind.INPUT, Kind.METER),
    "measure": (Kind.FIELD,),
    "weighted": (Kind.FIELD,),
    "per_unit": (Kind.UNIT,),
    "band": (Kind.UNIT,),
    "band_below": (Kind.UNIT,),
    "band_per": (Kind.UNIT,),
    "quantity": (Kind.UNIT,),
    "included_units": (Kind.UNIT,),
    "meter_unit": (Kind.UNIT,),
    "number_value": (Kind.UNIT,),
    "number_figure": (Kind.UNIT,),
    "text_value": (Kind.VALUE,),
    "renamed": (Kind.VALUE,),
    "continues": (Kind.VALUE,),
    "charge_of": (Kind.VALUE,),
    "charge_of/2": (Kind.VALUE,),
    "acknowledge": (Kind.MESSAGE,),
    "given": (Kind.METER, Kind.INPUT),
    "given_events": (Kind.METER, Kind.INPUT),
    "given/2": (Kind.UNIT,),
    "given_events/2": (Kind.UNIT,),
    "component": (Kind.CHARGE, Kind.COMMITMENT),
    "named_part": (Kind.DISCOUNT, Kind.CREDIT),
}
"""What a name in a rule of the grammar is the name of; of several the first that there is. ``given/2`` is the second name in
a rule, where that is of another kind than the first."""

TEXTS: dict[str, tuple[Kind, ...]] = {
    "seller": (Kind.SELLER,),
    "customer": (Kind.CUSTOMER,),
    "raises_by_index": (Kind.INDEX,),
    "given_index": (Kind.INDEX,),
}
"""Rules in which a text in quotes is a name as well. In all others it is a title or a wording."""

NUMBERS: dict[str, tuple[Kind, ...]] = {
    "uses": (Kind.VERSION,),
    "uses_from_now": (Kind.VERSION,),
    "version": (Kind.VERSION,),
    "amendment_heading": (Kind.AMENDMENT,),
    "supersedes": (Kind.AMENDMENT,),
}
"""Rules in which a number is a name."""

_TABLES = {"NAME": NAMES, "STRING": TEXTS, "NUMBER": NUMBERS}
_HEADING = "_heading"
_IN_A_FILTER = {"subject": (Kind.FIELD,)}  # below `only` of a meter, conditions ask for columns


@dataclass(frozen=True, slots=True)
class Mention:
    """A name where it stands. ``kinds`` says what it may be the name of, ``defines`` whether it is given here.
    ``document`` counts the contracts and price lists of the file from 0. ``block`` is the heading's line of the block,
    amendment or document that it stands in. ``base`` is, for the heading of a charge ``as in`` a price list, that list."""

    kinds: tuple[Kind, ...]
    text: str
    where: Place
    defines: bool
    rule: str
    document: int
    block: int
    base: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A contract, price list, block, amendment, or a change in one: its first word, what it is named, its title.
    ``where`` is all of it, ``heading`` its first line."""

    word: str
    name: str
    title: str
    where: Place
    heading: Place
    parts: tuple[Section, ...]


@dataclass(frozen=True, slots=True)
class Syntax:
    """The names, the outline and the words of a file. ``words`` are the tokens of all lines that can be read."""

    mentions: tuple[Mention, ...]
    sections: tuple[Section, ...]
    words: tuple[Token, ...]

    def at(self, line: int, column: int) -> Mention | None:
        """The name at a place (its last letter's right side counts as well)."""
        here = (m for m in self.mentions if m.where.line == line and m.where.column <= column <= m.where.end_column)
        return max(here, key=lambda m: m.where.column, default=None)

    def document(self, line: int) -> int:
        """Which of the file's contracts and price lists a line belongs to, counted from 0; -1 before the first."""
        return sum(section.heading.line <= line for section in self.sections) - 1


def kinds_of(terminal: str, rule: str) -> tuple[Kind, ...]:
    """What a NAME, STRING or NUMBER in a rule may be the name of; ``rule`` as :attr:`Cursor.rules` has it."""
    table = _TABLES.get(terminal, {})
    return table.get(rule) or table.get(rule.split("/")[0], ())


def syntax(file: str, text: str) -> Syntax:
    """The names and the outline of a text, of its lines that can be read; raises nothing."""
    _, tree, kept = take_apart(file, text)
    walk = _Walk(file)
    walk.mentions_of(tree, (), -1, 0)
    return Syntax(tuple(walk.mentions), tuple(_sections(file, f"{text}\n".split("\n"), tree)), kept)


class _Walk:
    """The names below a node, in the order of the text."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.mentions: list[Mention] = []
        self.documents = -1

    def mentions_of(self, tree: Tree[Token], above: tuple[str, ...], document: int, block: int) -> None:
        """Note the names below a node; ``above`` are the rules around it."""
        rule = str(tree.data)
        if rule in ("contract", "price_list"):
            self.documents += 1
            document = self.documents
        heading = _heading(tree)
        block = heading.meta.line if heading else block
        first = len(self.mentions)
        seen: Counter[str] = Counter()
        for child in tree.children:
            if isinstance(child, Tree):
                self.mentions_of(child, (*above, rule), document, block)
            elif isinstance(child, Token):
                seen[child.type] += 1
                self._note(child, nth(rule, seen[child.type]), above, document, block)
        if rule.endswith(_HEADING):
            base = next((m.text for m in self.mentions[first:] if m.rule == "as_in"), "")
            if base and self.mentions[first].defines:
                self.mentions[first] = replace(self.mentions[first], base=base)

    def _note(self, token: Token, rule: str, above: tuple[str, ...], document: int, block: int) -> None:
        kinds = kinds_of(token.type, rule)
        rule = rule.split("/")[0]
        if rule in _IN_A_FILTER and token.type == "NAME" and "only" in above:
            kinds = _IN_A_FILTER[rule]
        if kinds:
            text = str(token[1:-1] if token.type == "STRING" else token)
            defines = rule.endswith(_HEADING) or rule == "version"
            self.mentions.append(Mention(kinds, text, _place(self.file, token), defines, rule, document, block))


def _sections(file: str, lines: list[str], tree: Tree[Token]) -> Iterator[Section]:
    """The sections below a node: whatever begins with a heading, and changes and stops."""
    for child in tree.children:
        if not isinstance(child, Tree):
            continue
        heading = _heading(child)
        if heading is not None:
            yield _section(file, lines, child, heading)
        elif str(child.data).startswith(("change", "stop")) and not child.meta.empty:
            yield _section(file, lines, child, child)


def _section(file: str, lines: list[str], tree: Tree[Token], heading: Tree[Token]) -> Section:
    tokens = [child for child in heading.children if isinstance(child, Token)]
    name = next((str(token) for token in tokens if token.type in ("NAME", "NUMBER")), "")
    title = next((str(token[1:-1]) for token in tokens if token.type == "STRING"), "")
    line, column, last, end = tree.meta.line, heading.meta.column, tree.meta.end_line, tree.meta.end_column
    word = lines[line - 1][column - 1 :].split()[0]
    width = len(lines[line - 1].rstrip()) + 1
    while last > line and not lines[last - 1][: end - 1].strip():
        last -= 1
        end = len(lines[last - 1]) + 1
    whole = Place(file, line, column, last, end if last > line else width)
    parts = tuple(_sections(file, lines, tree))
    return Section(word, name, title, whole, Place(file, line, column, line, width), parts)


def _heading(tree: Tree[Token]) -> Tree[Token] | None:
    """The heading of a section; None of another node."""
    first = tree.children[0] if tree.children else None
    return first if isinstance(first, Tree) and str(first.data).endswith(_HEADING) else None


def _place(file: str, token: Token) -> Place:
    return Place(file, token.line or 1, token.column or 1, token.end_line or 1, token.end_column or 1)
