"""language: the words of one line as they are written: spaces, commas, thousands, and the columns of bands."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from lark import Token

from invoicer.language.format.lines import BLANKS, Line

COLUMN_GAP = 3

_LISTED = frozenset({"NAME", "NUMBER", "STRING", "DATE", "PERCENTAGE"})
"""Two of a kind side by side are a list, with commas. Between numbers the comma also keeps 1, 200 from being 1 200."""
_SET_OFF = {
    "notice": ("renews",),
    "rounded": ("usage", "graduated", "volume", "package"),
    "start": ("prorate",),
    "change": ("prorate",),
    "stop": ("prorate",),
}
"""Words with a comma before them, where one of the words beside them stands earlier on the line (not right before)."""
_NAMES_BY_NUMBER = ("version", "amendment", "supersedes", "is")
"""Words whose numbers are names rather than quantities: no spaces between thousands."""
_BANDS = ("up", "below", "above")
_PRICES_BEGIN = frozenset({"NUMBER", "PERCENTAGE", "STRING", "DATE"})


def rows_of(line: Line, width: int = 0) -> Iterator[tuple[str, str]]:
    """The line as (words, comment behind them), in one row or several: a line stays broken at the commas of its lists,
    and where a comment stands. ``width`` is that of the first column of a table; 0 for a line in no table."""
    kept = _kept_breaks(line)
    column = _price_column(line.tokens)
    row = _spelled(line.tokens, 0)
    for number in range(1, len(line.tokens)):
        word = _spelled(line.tokens, number)
        if number in kept:
            comments = list(line.breaks[number].texts())
            yield row + ",", comments[0] if comments else ""
            yield from ((",", comment) for comment in comments[1:])
            row = word
        elif number == column:
            row = row.ljust(width - COLUMN_GAP) + " " * COLUMN_GAP + word
        else:
            row += _between(line.tokens, number) + word
    yield row, ""


def is_band(line: Line) -> bool:
    """Whether it is a row of a table, with a price in a column of its own."""
    return _price_column(line.tokens) > 0 and not _kept_breaks(line)


def bound(line: Line) -> str:
    """The first column of a band."""
    row = _spelled(line.tokens, 0)
    for number in range(1, _price_column(line.tokens)):
        row += _between(line.tokens, number) + _spelled(line.tokens, number)
    return row


def _kept_breaks(line: Line) -> set[int]:
    column = _price_column(line.tokens)
    return {
        number
        for number, gap in line.breaks.items()
        if any(gap.texts()) or (number != column and _comma(line.tokens, number))
    }


def _price_column(tokens: Sequence[Token]) -> int:
    """The number of the token with which the price of a band begins; 0 for any other line."""
    first = _word(tokens[0])
    if first not in _BANDS:
        return 0
    number = 0 if first == "above" else next((at for at, one in enumerate(tokens) if one.type == "NUMBER"), len(tokens))
    begins = (
        at for at, one in enumerate(tokens) if at > number and (one.type in _PRICES_BEGIN or _word(one) == "free")
    )
    return next(begins, 0)


def _between(tokens: Sequence[Token], number: int) -> str:
    """What stands before a token that is not the first of its row."""
    if tokens[number - 1] == "(" or tokens[number] == ")":
        return ""
    return ", " if _comma(tokens, number) else " "


def _comma(tokens: Sequence[Token], number: int) -> bool:
    before, token = tokens[number - 1], tokens[number]
    if before.type == token.type and token.type in _LISTED:
        return True
    if before.type == "NUMBER" and token.type == "PERCENTAGE":
        return True
    after = _SET_OFF.get(_word(token), ())
    return any(_word(one) in after for one in tokens[: number - 1])


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
    before = [_word(token) for token in tokens[:number] if token != "not"]
    return bool(before) and (before[0] in _NAMES_BY_NUMBER or before[-1] in _NAMES_BY_NUMBER)


def _word(token: Token) -> str:
    """The token as a word of the language; "" where it is a name or a literal."""
    return "" if token.type in _LISTED else str(token)
