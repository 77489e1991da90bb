"""language: the one parser of .terms files, built from grammar.lark once and then kept in the user's cache."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

from lark import Lark, Token
from lark import __version__ as lark_version

from invoicer.cache import cache_folder
from invoicer.domain.canonical import sha256

GRAMMAR = Path(__file__).with_name("grammar.lark")


class WholeWords:
    """Lets names and literals, the refused ones too, be read wherever they stand, so that a typo arrives as one whole
    unexpected token instead of a single character."""

    always_accept = (
        *("NAME", "NUMBER", "DATE", "MONTH", "STRING", "PERCENTAGE", "PROPERTY", "_NL"),
        *("BAD_MONEY", "BAD_DATE", "BAD_NUMBER", "BAD_STRING", "BAD_WORD"),
    )

    def process(self, stream: Iterator[Token]) -> Iterator[Token]:
        return stream


@cache
def parser() -> Lark:
    """The parser, from the cache where there is one. Building takes most of a second, loading a few hundredths; a cache
    that can't be read or written costs time and nothing else."""
    text = GRAMMAR.read_text("utf-8")
    kept = _cache_file(text)
    return Lark(
        text,
        parser="lalr",
        lexer="contextual",
        propagate_positions=True,
        maybe_placeholders=True,
        postlex=WholeWords(),
        cache=str(kept) if kept else False,
    )


def _cache_file(text: str) -> Path | None:
    """Where the built parser is kept; None where there is no folder for it."""
    folder = cache_folder()
    return folder / f"grammar-{sha256(text + lark_version)[:16]}.lark" if folder else None
