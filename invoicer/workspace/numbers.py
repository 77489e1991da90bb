"""workspace: a number as a cell has it, and what people and spreadsheets write in its place.

A point stands before the decimals and nothing between thousands. A comma, or a second point, is never guessed at: which of
two numbers it is depends on the country of whoever wrote it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction

from invoicer.workspace.checks import Flaw

_PLAIN = re.compile(r"-?\d{1,24}(\.\d{1,24})?", re.ASCII)
_SPACES = re.compile("[ \u00a0\u2000-\u200a\u202f\u3000]")
_CURRENCY = re.compile(r"^[A-Z]{3} ?(?=[\d.,+-])|(?<=\d) ?[A-Z]{3}$|[€$£]", re.ASCII)
_LARGEST_POWER = 24
_HOW = "a point for decimals, nothing between thousands"


def number(text: str) -> Fraction:
    """A number as figures are written: digits, and a point before the decimals. Raises Flaw, with every number that was
    possibly meant."""
    if _PLAIN.fullmatch(text):
        return Fraction(text)
    raise no_number(text, "127.30")


def no_number(text: str, sample: str) -> Flaw:
    """What to say of a cell that is no number; ``sample`` shows how one is written."""
    bare = _CURRENCY.sub("", text).strip()
    if bare != text and (meant := _readings(bare)):
        cause = f"“{text}” has more than a number in it: what it counts is said in the terms"
        return Flaw(cause, f"write {' or '.join(meant)}")
    if re.fullmatch(r"[+-]?\d+([.,]\d+)?[eE][+-]?\d{1,2}", text, re.ASCII):
        cause = f"“{text}” is a number that a spreadsheet has shortened, so digits may be lost"
        return Flaw(cause, f"write all its digits, such as {_spelt_out(text) or sample}")
    meant = _readings(text)
    if len(meant) > 1:
        cause = f"“{text}” is read differently in different countries"
        mend = f"write {' or '.join(meant)}, whichever is meant: {_HOW}"
        return Flaw(cause, mend)
    if meant:
        return Flaw(f"“{text}” is not written as numbers are here", f"write {meant[0]}: {_HOW}")
    return Flaw(f"“{text}” is no number", f"write it like {sample}")


def _readings(text: str) -> list[str]:
    """The numbers that a text may stand for, as they are to be written; none where it stands for none."""
    grouped_by_spaces = re.fullmatch(r"[+-]?\d{1,3}(\D\d{3})*([.,]\d+)?", text, re.ASCII)
    bare = (_SPACES.sub("", text) if grouped_by_spaces else text).removeprefix("+")
    digits = bare.removeprefix("-")
    found = []
    for decimal, between in ((".", "[,'’]"), (",", "[.'’]")):
        if re.fullmatch(rf"(\d+|[1-9]\d{{0,2}}({between}\d{{3}})+)(\{decimal}\d+)?", digits, re.ASCII):
            found.append(bare[: len(bare) - len(digits)] + re.sub(between, "", digits).replace(decimal, "."))
    sound = [one for one in dict.fromkeys(found) if _PLAIN.fullmatch(one)]
    return list(two_spellings(sound[-1])) if len(sound) == 2 else sound


def _spelt_out(text: str) -> str:
    value = Decimal(text.replace(",", "."))
    return f"{value:f}" if abs(value.adjusted()) < _LARGEST_POWER else ""


def may_be_thousands(text: str, others: Iterable[str]) -> bool:
    """Whether the point of a number may have been meant to stand between thousands, as half of Europe writes it: one to
    three digits, a point, and three more. Not so where another number of the same kind has a point and other than three
    digits behind it, or a zero alone before it: whoever wrote that one writes decimals behind a point."""
    if not _pointed(text):
        return False
    return not any("." in other and not _pointed(other) for other in others)


def _pointed(text: str) -> bool:
    return re.fullmatch(r"-?[1-9]\d{0,2}\.\d{3}", text, re.ASCII) is not None


def two_spellings(text: str) -> tuple[str, str]:
    """A number of three decimals, written so that nobody can misread it: as thousands, and as a fraction."""
    short = text.rstrip("0").rstrip(".")
    decimals = len(short.partition(".")[2])
    return text.replace(".", ""), short + ("" if decimals in (1, 2) else "0" if decimals else ".0")
