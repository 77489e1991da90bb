"""Terms written carelessly: any text of terms with other spaces, commas, line ends and comments, and random terms made
from the rules of the grammar, whatever rules it has. A new literal of the grammar needs samples in LITERALS."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, field
from functools import cache

from lark import Token
from lark.grammar import Terminal

from invoicer.language.grammar import parser
from invoicer.language.parse import take_apart

LITERALS = {
    "NAME": ("fee", "seats", "api-calls", "GB", "straße", "v2", "start", "stop", "up"),
    "NUMBER": (
        *("1", "2", "3", "5", "7", "12", "28") * 3,
        "100",
        "1 000",
        "25 000",
        "1000000",
        "0.5",
        "12.50",
        "1 234.567",
    ),
    "DATE": ("2026-01-01", "2026-12-31", "2028-02-29"),
    "MONTH": ("2025-10", "2026-01"),
    "STRING": ('"a"', '""', '"# no comment, not one"', '"  two  spaces "', '"up to 5: free"'),
    "PERCENTAGE": ("20%", "1.40 %", "0%"),
    "CURRENCY": ("EUR", "USD"),
    "PROPERTY": ("customer.country", "customer.kind"),
}
COMMENTS = (
    "#",
    "# a word",
    "#no space",
    "# , :",
    '# "quoted',
    "## more # than, one",
    "# tab\tinside  it",
    "# 50% – ü 漢",
)

SPLINTERS = (
    "\n",
    "\n\n",
    " ",
    "\t",
    "\u00a0",
    "\f",
    "\r",
    "\r\n",
    "#",
    "# x\n",
    "\n#",
    ",",
    ", ",
    ",\n",
    ":",
    "(",
    ")",
    '"',
)


def splintered(chance: random.Random, text: str) -> str:
    """The text with something put in here and there, and something else lost."""
    for _ in range(chance.randint(1, 5)):
        at = chance.randrange(len(text) + 1)
        lost = chance.randrange(3) if chance.random() < 0.3 else 0
        text = text[:at] + chance.choice(SPLINTERS) + text[at + lost :]
    return text


@dataclass
class Scribble:
    """How a text is written: each thing that may be done to it is done with the help of chance."""

    chance: random.Random
    comments: bool = True
    blanks: bool = True
    breaks: bool = True
    written: list[str] = field(default_factory=list)

    def rewrite(self, text: str) -> str:
        """The same terms as in the text (which has no problem), without its own comments; those that are put in stand in
        ``written``, in their order."""
        _, _, tokens = take_apart("a.terms", text)
        out = self._between_lines(first=True)
        lines = _lines(tokens)
        for number, line in enumerate(lines):
            for at, token in enumerate(line):
                word = self._word(token)
                out += (self._between(line[at - 1], token) if at else "") + word
            out += self._line_end(last=number == len(lines) - 1)
        return self._ends(out)

    def _word(self, token: Token) -> str:
        text = str(token)
        if token.type == "NUMBER":
            bare = re.sub("[ \u00a0\u202f]", "", text)
            if token.start_pos is not None and self.chance.random() < 0.5:
                grouped = f"{int(bare.partition('.')[0]):,}" + "".join(bare.partition(".")[1:])
                bare = grouped.replace(",", self.chance.choice(" \u00a0\u202f"))
            return bare
        if token.type == "PERCENTAGE":
            return re.sub("[ \u00a0\u202f]", "", text).replace("%", self.chance.choice(("%", " %", "\u00a0%")))
        return text

    def _between(self, before: Token, after: Token) -> str:
        blank = self.chance.choice(("  ", "\t ", " \u202f", "   ", ", ", " , ", ": ", " :\t"))
        if self.breaks and self.chance.random() < 0.1:
            return "," + self.chance.choice(("", " ", "\t")) + self._comment() + "\n" + self._blank()
        if before == "(" or after == ")":
            return self.chance.choice(("", blank))
        digits = before[-1:].isdigit() and after[:1].isdigit()
        return blank if digits or self.chance.random() < 0.5 else " "

    def _line_end(self, last: bool) -> str:
        behind = self.chance.choice(("", "", " ", ":", " : ")) + self._blank() + self._comment()
        if last and self.chance.random() < 0.3:
            return behind
        own = self._between_lines()
        if own.startswith("\n") and "#" not in behind and self.chance.random() < 0.5:
            behind += ","  # it would carry on, but for the empty line
        return f"{behind}\n{own}{self._blank()}"

    def _between_lines(self, first: bool = False) -> str:
        rows = ""
        while self.chance.random() < (0.2 if first else 0.3):
            if self.blanks and self.chance.random() < 0.5:
                rows += f"{self._blank()}\n"
            elif comment := self._comment(always=True):
                rows += f"{self._blank()}{comment}\n"
        return rows

    def _blank(self) -> str:
        return self.chance.choice(("", "", " ", "  ", "  ", "    ", "\t", "         ", "\u00a0"))

    def _comment(self, always: bool = False) -> str:
        if not self.comments or not (always or self.chance.random() < 0.2):
            return ""
        self.written.append(self.chance.choice(COMMENTS))
        return self.written[-1] + self.chance.choice(("", "", "  ", "\t"))

    def _ends(self, text: str) -> str:
        mark = self.chance.choice(("", "", "\ufeff"))
        return mark + text.replace("\n", self.chance.choice(("\n", "\n", "\r\n", "\r")))


def _lines(tokens: tuple[Token, ...]) -> list[list[Token]]:
    lines: list[list[Token]] = [[]]
    for token in tokens:
        if token.type != "_NL":
            lines[-1].append(token)
        elif lines[-1]:
            lines.append([])
    return [line for line in lines if line]


# ------------------------------------------------------------------ random terms


def random_terms(chance: random.Random, longest: int = 14) -> str:
    """Some words in an order that the grammar admits. Now and then they still have a problem (a year of 12.50 months)."""
    grammar = _grammar()
    words: list[str] = []

    def derive(name: str, budget: int) -> None:
        options = grammar.rules[name]
        if budget <= 0:
            least = min(map(grammar.depth_of, options))
            options = [option for option in options if grammar.depth_of(option) == least]
        elif name.startswith("__") and chance.random() < 0.5:  # a list: rather longer than shorter
            options = sorted(options, key=len)[-1:]
        for part, terminal in chance.choice(options):
            if not terminal:
                derive(part, budget - 1)
            elif part == "_NL":
                words.append("\n")
            else:
                words.append(grammar.words.get(part) or chance.choice(LITERALS[part]))

    derive("start", longest)
    return "  ".join(words)


@dataclass(frozen=True)
class Grammar:
    """The rules by name, each with its options: parts, and whether they are terminals. How deep each goes at least. The
    terminals that are words."""

    rules: dict[str, list[list[tuple[str, bool]]]]
    depths: dict[str, int]
    words: dict[str, str]

    def depth_of(self, option: list[tuple[str, bool]]) -> int:
        return max((self.depths[part] for part, terminal in option if not terminal), default=0)


@cache
def _grammar() -> Grammar:
    words = {one.name: one.pattern.value for one in parser().terminals if one.pattern.type == "str"}
    grammar = Grammar({}, {}, words)
    for rule in parser().rules:
        parts = [(str(part.name), isinstance(part, Terminal)) for part in rule.expansion]
        grammar.rules.setdefault(str(rule.origin.name), []).append(parts)
    while len(grammar.depths) < len(grammar.rules):
        for name, options in grammar.rules.items():
            known = [
                option for option in options if all(terminal or part in grammar.depths for part, terminal in option)
            ]
            if known and name not in grammar.depths:
                grammar.depths[name] = 1 + min(map(grammar.depth_of, known))
    return grammar
