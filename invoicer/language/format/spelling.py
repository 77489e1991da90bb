"""language: the words of one line as they are written: spaces, commas, thousands, and the columns of bands."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from lark import Token

from invoicer.language.format.lines import BLANKS, Line

COLUMN_GAP = 3

_LISTED = frozenset({"NAME", "NUMBER", "STRING", "DATE", "PERCENTAGE"})
"""Two of a kind side by side are a list, with commas. Between numbers the comma also keeps 1, 200 from being 1 200."""
_SET_OFF: dict[str, tuple[frozenset[str], ...]] = {
    "notice": (frozenset({"renews"}),),
    "upgrades": (frozenset({"uses"}),),
    "start": (frozenset({"prorate"}),),
    "change": (frozenset({"prorate"}),),
    "stop": (frozenset({"prorate"}),),
    "rounded": tuple(frozenset({word}) for word in ("usage", "graduated", "volume", "package")),
    "at": (frozenset({"each", "at"}), frozenset({"invoices", "at"})),
}
"""Words with a comma before them where all the words of a set stand earlier on the line (not right before)."""
_NAMES_BY_NUMBER = ("version", "amendment", "supersedes", "is")
"""Words whose numbers are names rather than quantities: no spaces between thousands."""
_BANDS = ("up", "below", "above")
_PRICES_BEGIN = frozenset({"NUMBER", "PERCENTAGE", "STRING", "DATE"})


class Spelled:
    """The words of a line as they are to stand, and where commas, columns and new rows come between them."""

    def __init__(self, line: Line) -> None:
        self.line = line
        self.words = [_spelled(line.tokens, number) for number in range(len(line.tokens))]
        self.price = _price(line.tokens)
        self.commas = set(_commas(line.tokens)) - {self.price}
        self.breaks = {
            number for number, gap in line.breaks.items() if number in self.commas or any(gap.texts())
        }  # the others go: a line is broken at the commas of its lists, and where a comment stands

    @property
    def is_band(self) -> bool:
        """Whether it is a row of a table, with a price in a column of its own."""
        return self.price > 0 and not self.breaks

    @property
    def bound(self) -> str:
        """The first column of a band."""
        row = self.words[0]
        for number in range(1, self.price):
            row += self._between(number) + self.words[number]
        return row

    def rows(self, width: int) -> Iterator[tuple[str, str]]:
        """(words, comment behind them) of each row. ``width`` is that of the first column of a table; 0 for a line in no
        table."""
        row = self.words[0]
        for number in range(1, len(self.words)):
            word = self.words[number]
            if number in self.breaks:
                comments = list(self.line.breaks[number].texts())
                yield row + ",", comments[0] if comments else ""
                yield from ((",", comment) for comment in comments[1:])
                row = word
            elif number == self.price:
                row = row.ljust(width) + " " * COLUMN_GAP + word
            else:
                row += self._between(number) + word
        yield row, ""

    def _between(self, number: int) -> str:
        """What stands before a word that is not the first of its row."""
        if self.words[number - 1] == "(" or self.words[number] == ")":
            return ""
        return ", " if number in self.commas else " "


def _price(tokens: Sequence[Token]) -> int:
    """The number of the token with which the price of a band begins; 0 for any other line."""
    first = _word(tokens[0])
    if first not in _BANDS:
        return 0
    number = 0 if first == "above" else next((at for at, one in enumerate(tokens) if one.type == "NUMBER"), len(tokens))
    begins = (
        at for at, one in enumerate(tokens) if at > number and (one.type in _PRICES_BEGIN or _word(one) == "free")
    )
    return next(begins, 0)


def _commas(tokens: Sequence[Token]) -> Iterator[int]:
    """The numbers of the tokens that have a comma before them."""
    earlier: set[str] = set()
    for number, (before, token) in enumerate(pairwise(tokens), 1):
        listed = before.type == token.type and token.type in _LISTED
        merging = before.type == "NUMBER" and token.type == "PERCENTAGE"
        if listed or merging or any(words <= earlier for words in _SET_OFF.get(_word(token), ())):
            yield number
        earlier.add(_word(before))


def _spelled(tokens: Sequence[Token], number: int) -> str:
    token = tokens[number]
    text = str(token)
    if token.type not in ("NUMBER", "PERCENTAGE"):
        return text
    bare = re.sub(f"[{BLANKS}]", "", text)
    if token.type == "PERCENTAGE":
        return bare
    sign, whole, decimals = re.fullmatch(r"(-?)0*(\d+)(.*)", bare).groups()  # type: ignore[union-attr]
    return sign + (whole if _is_name(tokens, number) else f"{int(whole):,}".replace(",", " ")) + decimals


def _is_name(tokens: Sequence[Token], number: int) -> bool:
    before = [_word(token) for token in (tokens[0], *tokens[max(0, number - 2) : number]) if token != "not"]
    return before[0] in _NAMES_BY_NUMBER or before[-1] in _NAMES_BY_NUMBER


def _word(token: Token) -> str:
    """The token as a word of the language; "" where it is a name or a literal."""
    return "" if token.type in _LISTED else str(token)
