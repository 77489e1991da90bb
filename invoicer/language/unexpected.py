"""language: what to say about a word that can't stand where it stands, and what was probably meant."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise

from lark import Lark, Token

from invoicer.domain.money import is_currency
from invoicer.errors import Place, Problem
from invoicer.language.codes import Code, problem
from invoicer.language.tree import TIME_UNITS
from invoicer.language.words import (
    EXAMPLES,
    HEADINGS,
    HOMES,
    LITERALS,
    MONTHS,
    OF_AMENDMENTS,
    SYNONYMS,
    close_to,
    listed,
    shortened,
)


@dataclass(frozen=True, slots=True)
class Situation:
    """An unexpected token, the tokens before it on its line and the text after it, the terminals that would have fitted,
    and the heading of the block it stands in (with its column; 0 above the first one)."""

    lark: Lark
    file: str
    token: Token
    line: tuple[Token, ...]
    rest: str
    accepted: frozenset[str]
    heading: str
    heading_column: int

    @property
    def seems_heading(self) -> bool:
        """Whether the line stands where headings stand, so that the lines below it would be its own."""
        return not self.line and self.token.type == "NAME" and (self.token.column or 1) <= self.heading_column

    @property
    def where(self) -> Place:
        token = self.token
        return Place(self.file, token.line or 1, token.column or 1, token.end_line or 1, token.end_column or 1)

    @property
    def keywords(self) -> dict[str, str]:
        """The fitting words of the language, each with its terminal."""
        return {word: name for name, word in _words(self.lark).items() if name in self.accepted}

    @property
    def expected(self) -> str:
        """What would have fitted, in words: literals first."""
        fitting = [words for terminal, words in LITERALS.items() if terminal in self.accepted]
        keywords = {word for word in self.keywords if not (self.line and word in HEADINGS)}
        for group, words in ((TIME_UNITS, "a unit of time such as `month`"), (MONTHS, "a month such as `january`")):
            if keywords.issuperset(group):
                keywords -= set(group)
                fitting.append(words)
        return listed(fitting + [f"`{word}`" for word in sorted(keywords)])


def explain(situation: Situation) -> tuple[Problem, tuple[str, str] | None]:
    """The problem, and the (terminal, text) that the token was probably meant to be, if any."""
    token = situation.token
    if token.type == "_NL":
        return _too_early(situation), None
    if glued := _glued_currency(situation):
        return glued, None
    if not situation.line and token.type != "BAD_WORD":
        return _unknown_line(situation)
    mend, meant = _hint(situation)
    cause = f"I did not expect `{shortened(str(token))}` here: expected {situation.expected}"
    return problem(Code.T001, situation.where, cause, mend or _example(situation)), meant


def _glued_currency(situation: Situation) -> Problem | None:
    """What to say about `10.00USD` and `1 250USD`, of which the number ends at the point or space; None of anything else."""
    token, where, before = situation.token, situation.where, situation.line[-1:]
    gap = (token.column or 1) - (before[0].end_column or 1) if before and before[0].type == "NUMBER" else -1
    if gap != 0 and not (gap == 1 and re.match(r"\d{3}\D", token)):
        before = ()
    written = (" " * gap).join((*before, token))
    found = re.match(r"(\d[\d \u00a0\u202f]*(?:\.\d+)?)([A-Za-z]{3})(?!\w)", written)
    if not found or not is_currency(code := found[2].upper()) or not (before or "NUMBER" in situation.accepted):
        return None
    if before:
        where = replace(where, column=before[0].column or 1)
    cause = f"`{shortened(written)}` has no space between the amount and its currency"
    return problem(Code.T001, where, cause, f"write `{found[1]} {code}`")


def _too_early(situation: Situation) -> Problem:
    last = situation.line[-1]
    line, column = last.end_line or 1, last.end_column or 1
    where = Place(situation.file, line, column, line, column + 1)
    cause = f"this line stops too early: expected {situation.expected}"
    return problem(Code.T002, where, cause, _example(situation))


def _unknown_line(situation: Situation) -> tuple[Problem, tuple[str, str] | None]:
    word = str(situation.token)
    keywords = situation.keywords
    block = f"`{situation.heading}`" if situation.heading else "a file"
    glued = re.fullmatch(r"([A-Za-z]{3})(\d+)", word)
    near = "" if is_currency(word) else close_to(word, keywords)
    meant = (keywords[near], near) if near else None
    below_change = situation.heading.split(" ")[0] in ("change", "stop") and word in OF_AMENDMENTS
    if glued and is_currency(glued[1].upper()) and "NUMBER" in situation.accepted:
        mend = f"the currency follows the amount: `{_with_currency(glued[1].upper(), glued[2] + situation.rest)}`"
    elif is_currency(word):
        mend = f"the currency follows the amount: `{_with_currency(word, situation.rest)}`"
    elif near:
        example = _examples(situation).get(near) if SYNONYMS.get(word.lower()) == near else None
        mend = f"did you mean `{near}`, as in `{example}`?" if example else f"did you mean `{near}`?"
    elif below_change:
        mend = f"`{word}` belongs to the amendment: move the line above the first `change` or `stop`, below the heading"
    elif word in HOMES:
        mend = f"`{word}` {HOMES[word]}"
    else:
        inner = (
            []
            if situation.seems_heading
            else [f"`{keyword}`" for keyword in sorted(keywords) if keyword not in HEADINGS]
        )
        amounts = ["an amount"] if inner and "NUMBER" in situation.accepted else []
        if inner or amounts:
            mend = f"lines here begin with {listed(amounts + inner, most=14)}; a new block with a word such as `charge`"
        else:
            headings = [f"`{keyword}`" for keyword in sorted(keywords) if keyword in HEADINGS]
            mend = f"blocks begin with {listed(headings)}; lines of a block are indented below its heading"
    cause = f"no line of {block} begins with `{shortened(word)}`"
    if situation.seems_heading and not near and not below_change and word not in HOMES:
        cause = f"no block begins with `{shortened(word)}`"
    return problem(Code.T003, situation.where, cause, mend), meant


def _hint(situation: Situation) -> tuple[str, tuple[str, str] | None]:
    """What was meant, for the mistakes that can be told; ("", None) for others."""
    token, line, accepted = situation.token, situation.line, situation.accepted
    text = str(token)
    if token.type == "DATE" and "MONTH" in accepted:
        return f"write the month: `{text[:7]}`", ("MONTH", text[:7])
    if token.type == "MONTH" and "DATE" in accepted:
        return f"write the day as well: `{text}-01`, for example", ("DATE", f"{text}-01")
    glued = re.fullmatch(r"(\d+(?:\.\d+)?)([^\W\d]+)", text)
    if glued and "NAME" in accepted and "NUMBER" not in accepted:
        return f"a name begins with a letter: `{glued[2]}{glued[1]}`, for example", None
    if glued:
        return f"leave a space between number and unit: `{glued[1]} {glued[2]}`", None
    if re.fullmatch(r"\.\d+", text):
        return f"write `0{text}`", None
    if "CURRENCY" in accepted and token.type == "NAME" and is_currency(text.upper()):
        return f"did you mean `{text.upper()}`?", ("CURRENCY", text.upper())
    for word in situation.keywords:
        if token.type == "NAME" and len(word) > 2 and text.startswith(word) and len(text) > len(word):
            return f"leave a space between words: `{word} {text.removeprefix(word).lstrip('-')}`", None
    near = close_to(text, situation.keywords) if token.type == "NAME" else ""
    if near:
        return f"did you mean `{near}`?", (situation.keywords[near], near)
    if token.type == "NUMBER" and line[-1].type == "NUMBER" and line[0] == "above":
        return "`above` takes no number: it is everything above the band before", None
    band = line[:1] in (("up",), ("below",))
    for number, unit in pairwise(line if band else ()):  # the bound of a band may lack its colon
        if number.type == "NUMBER" and " " in number and is_currency(str(unit)):
            bound, _, price = number.rpartition(" ")
            return f"`{number}` was read as one number: write `{bound}: {price} {unit}`", None
    return "", None


def _example(situation: Situation) -> str:
    first = situation.line[0] if situation.line else situation.token
    key = "amount" if first.type == "NUMBER" else "percentage" if first.type == "PERCENTAGE" else str(first)
    example = _examples(situation).get(key)
    if example and key != str(first):
        example = _with_own(example, situation.line)
    return f"for example `{example}`" if example else "leave out what is too much, or add what is missing"


def _examples(situation: Situation) -> Mapping[str, str]:
    """Lines of the block by their first words, and those that may stand in many blocks."""
    return {**EXAMPLES[""], **EXAMPLES.get(situation.heading.split(" ")[0], {})}


def _with_own(example: str, line: tuple[Token, ...]) -> str:
    """An example of a line that begins with an amount or a percentage, with what the reader has written there."""
    own = [str(token) for token in line[:2] if token.type in ("NUMBER", "PERCENTAGE", "CURRENCY")]
    begins = r"\d[\d .]*(?<=\d)%?" + ("( [A-Z]{3})?" if len(own) > 1 else "")
    return re.sub(f"^{begins}", lambda _: " ".join(own), example) if own else example


def _with_currency(currency: str, rest: str) -> str:
    """A line that begins with a currency, with the amount before it; an ellipsis where none can be read."""
    amount = re.match(r"\s*(\d[\d \u00a0\u202f]*(?:\.\d+)?)(?![\d.,])\s*([^#]*)", rest)
    number, what = (amount[1].strip(), amount[2].strip()) if amount else ("…", "")
    return shortened(f"{number} {currency} {what}".strip())


@cache
def _words(lark: Lark) -> Mapping[str, str]:
    """The words of the language by their terminals."""
    return {t.name: t.pattern.value for t in lark.terminals if t.pattern.type == "str"}
