"""language: what may stand at a place of a text, as the parser sees it: words, literals, and names of which things.

Nothing here knows a line of the language by itself. The terminals that fit come from the parser, which has read what stands
before; what a name would be the name of comes from the rules of the grammar that the parser is in the middle of.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from lark import Token, UnexpectedToken
from lark.grammar import Rule
from lark.parsers.lalr_analysis import Shift

from invoicer.language.grammar import parser
from invoicer.language.hidden import without_hidden
from invoicer.language.parse import Reading

_LONGEST_PHRASE = 4
_NAMING: tuple[str, ...] = ("NAME", "STRING", "NUMBER")
Item = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Cursor:
    """What may stand next. ``line`` are the words before it on its line, ``heading`` the first words of its block.

    ``phrases`` are words of the language, each with those that must follow it (``purchase order``); ``literals`` the names
    of other terminals that fit (NUMBER, DATE, CURRENCY …); ``rules`` has, for NAME, STRING and NUMBER, the rules of the
    grammar that such a token would belong to, with ``/2`` behind where it would be the second one there.
    """

    line: tuple[str, ...]
    heading: str
    phrases: tuple[tuple[str, ...], ...]
    literals: frozenset[str]
    rules: Mapping[str, frozenset[str]]

    @property
    def starts_line(self) -> bool:
        return not self.line


def cursor(text: str) -> Cursor | None:
    """What may stand after a text, which may break off anywhere between two words; None where nothing can be said,
    because the line can't be read up to there."""
    reading = Reading(parser(), "", without_hidden(text))
    reading.run_to(len(text))
    if reading.skip_line or (reading.skip_to and reading.line):
        return None
    if reading.skip_to:
        return Cursor((), reading.heading, tuple((word,) for word in reading.skip_to), frozenset(), {})
    fitting = reading.accepted()
    words = keywords()
    phrases = tuple(_phrase(reading, name) for name in sorted(fitting & words.keys(), key=words.__getitem__))
    rules: dict[str, frozenset[str]] = {name: _rules(reading, name) for name in _NAMING if name in fitting}
    return Cursor(
        line=tuple(map(str, reading.line)),
        heading=reading.heading,
        phrases=phrases,
        literals=fitting - words.keys(),
        rules=rules,
    )


@cache
def keywords() -> Mapping[str, str]:
    """The words of the language by their terminals, brackets left out."""
    fixed = {t.name: str(t.pattern.value) for t in parser().terminals if t.pattern.type == "str"}
    return {name: word for name, word in fixed.items() if word[0].isalpha()}


@cache
def rules_with(terminal: str) -> frozenset[str]:
    """The rules of the grammar (or their alternatives) in which such a token stands."""
    return frozenset(
        owner
        for rule in parser().rules
        for symbol in rule.expansion
        if symbol.name == terminal
        for owner in _owners(rule)
    )


def nth(rule: str, number: int) -> str:
    """A rule as :attr:`Cursor.rules` names it for its first, second … token of a kind."""
    return rule if number == 1 else f"{rule}/{number}"


@cache
def openers() -> Mapping[str, bool]:
    """The first words of headings, each with whether a name or a number follows it."""
    words = keywords()
    headings = (rule for rule in parser().rules if str(rule.origin.name).endswith("_heading"))
    return {
        words[first.name]: second.name in ("NAME", "NUMBER")
        for first, second, *_ in (rule.expansion for rule in headings)
        if first.name in words
    }


def _phrase(reading: Reading, terminal: str) -> tuple[str, ...]:
    """A word and the words that must follow it."""
    words = keywords()
    stack = reading.probe.state_stack
    before = list(stack)
    phrase = [words[terminal]]
    reading.probe.feed_token(Token(terminal, phrase[0]))
    while len(phrase) < _LONGEST_PHRASE:
        fitting = reading.accepted()
        follows = next(iter(fitting))
        if len(fitting) != 1 or follows not in words:
            break
        phrase.append(words[follows])
        reading.probe.feed_token(Token(follows, words[follows]))
    stack[:] = before
    return tuple(phrase)


# ------------------------------------------------------------------ the rules that the parser is in


def _rules(reading: Reading, terminal: str) -> frozenset[str]:
    """The rules that a token belongs to when it comes next."""
    stack = reading.probe.state_stack
    before = list(stack)
    try:
        reading.probe.feed_token(Token(terminal, ""))
        states = stack[:-1]
    except UnexpectedToken:
        states = []
    stack[:] = before
    rules = parser().rules
    here = ((rules[rule], dot) for rule, dot in _items(states) if _next(rules[rule], dot) == terminal)
    return frozenset(
        nth(owner, 1 + sum(symbol.name == terminal for symbol in rule.expansion[:dot]))
        for rule, dot in here
        for owner in _owners(rule)
    )


def _items(states: Iterable[int]) -> frozenset[Item]:
    """The rules that the parser is in the middle of, and how far it is in each (LR(0) items). A state of the automaton is
    entered by one symbol only, so the states on the stack tell which symbols were read."""
    symbols = _entered_by()
    items = _closure(frozenset((rule, 0) for rule in _of_origin().get(_START, ())))
    for state in list(states)[1:]:
        items = _after(items, symbols[state])
    return items


_START = "start"


@cache
def _after(items: frozenset[Item], symbol: str) -> frozenset[Item]:
    rules = parser().rules
    return _closure(frozenset((rule, dot + 1) for rule, dot in items if _next(rules[rule], dot) == symbol))


def _closure(items: frozenset[Item]) -> frozenset[Item]:
    rules, of_origin = parser().rules, _of_origin()
    found, waiting = set(items), list(items)
    while waiting:
        rule, dot = waiting.pop()
        for number in of_origin.get(_next(rules[rule], dot), ()):
            if (number, 0) not in found:
                found.add((number, 0))
                waiting.append((number, 0))
    return frozenset(found)


def _next(rule: Rule, dot: int) -> str:
    return str(rule.expansion[dot].name) if dot < len(rule.expansion) else ""


@cache
def _of_origin() -> Mapping[str, tuple[int, ...]]:
    found: dict[str, tuple[int, ...]] = {}
    for number, rule in enumerate(parser().rules):
        name = str(rule.origin.name)
        found[name] = (*found.get(name, ()), number)
    return found


@cache
def _entered_by() -> Mapping[int, str]:
    """The symbol by which each state of the parser is entered."""
    states = parser().parse_interactive("").parser_state.parse_conf.states
    return {to: name for moves in states.values() for name, (action, to) in moves.items() if action is Shift}


def _owners(rule: Rule) -> tuple[str, ...]:
    """The name of a rule as the tree has it: its alias or its own; for a repetition that Lark made a rule of, those of the
    rules in which it stands."""
    name = str(rule.alias or rule.origin.name)
    if not name.startswith("__"):
        return (name,)
    holders = (one for one in parser().rules if any(symbol.name == name for symbol in one.expansion))
    outer = (one for one in holders if str(one.origin.name) != name)
    return tuple(dict.fromkeys(owner for one in outer for owner in _owners(one)))
