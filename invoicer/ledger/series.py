"""ledger: number series. A pattern such as ``HN-{year}-{number:5}`` says how the numbers of a series look.

``{year}`` is the year of the issue date, ``{number:5}`` the running number, padded with zeros to five digits. The *key* of
a series is its pattern with the year filled in, so that a pattern with a year begins again at 1 every year. Numbers run
without gaps within a series, as art. 226 (2) of Directive 2006/112/EC asks: sequential, and unique for the document.
"""

from __future__ import annotations

import datetime as dt
import re

_PLACE = re.compile(r"\{([^{}]*)\}")
_NUMBER = re.compile(r"\{number(?::([1-9]))?\}")
_WORDS = re.compile(r"[A-Za-z0-9./-]*")


def pattern_fault(pattern: str) -> str:
    """What is wrong with a pattern, in words that end a sentence; "" when nothing is.

    Letters, digits, ``-``, ``/`` and ``.`` may stand around the places, so that each number can become a file name.
    """
    places = _PLACE.findall(pattern)
    unknown = [place for place in places if place != "year" and not _NUMBER.fullmatch("{" + place + "}")]
    words = _PLACE.sub("", pattern)
    if unknown:
        return f"it has {{{unknown[0]}}}, and only {{year}}, {{number}} and {{number:1}} to {{number:9}} are known"
    if sum(place != "year" for place in places) != 1:
        return "it needs {number} exactly once"
    if places.count("year") > 1:
        return "it has {year} more than once"
    if not _WORDS.fullmatch(words):
        wrong = next(sign for sign in words if not _WORDS.fullmatch(sign))
        return f"it has “{wrong}”, and only letters, digits, “-”, “/” and “.” may stand in a document number"
    if pattern[0] in "./-":
        return "it begins with a sign; begin with a letter, a digit or a place"
    return ""


def series_key(pattern: str, issue_date: dt.date) -> str:
    """The key of the series that a document issued on that day belongs to: ``HN-2026-{number:5}``."""
    return pattern.replace("{year}", f"{issue_date.year:04}")


def document_number(key: str, count: int) -> str:
    """The document number that ``count`` (from 1) gets in the series of that key: ``HN-2026-00001``."""
    return _NUMBER.sub(lambda place: f"{count:0{place.group(1) or 1}}", key)


def count_of(key: str, number: str) -> int | None:
    """The count that a number has in the series of that key; None where the series never gives such a number."""
    before, after = key[: key.index("{")], key[key.index("}") + 1 :]
    digits = number[len(before) : len(number) - len(after)]
    if not digits.isdecimal() or not digits.isascii():
        return None
    return int(digits) if document_number(key, int(digits)) == number else None


def placed(pattern: str, number: str) -> tuple[str, int | None] | None:
    """The key of the series of a pattern that gives such a number, and the year in it (None: the pattern has none); None
    where no series of it does."""
    wanted = "".join(
        re.escape(part) if index % 2 == 0 else r"(?P<year>\d{4})" if part == "year" else r"\d+"
        for index, part in enumerate(_PLACE.split(pattern))
    )
    found = re.fullmatch(wanted, number, re.ASCII)
    if not found:
        return None
    year = found.groupdict().get("year")
    return (pattern.replace("{year}", year), int(year)) if year else (pattern, None)


def file_name(number: str, file_format: str, issue_date: dt.date) -> str:
    """Where people find a document, relative to the folder of documents: ``2026/HN-2026-00001.pdf``.

    A slash in the number becomes an underscore, which no number has: so different numbers have different names.
    """
    return f"{issue_date.year:04}/{number.replace('/', '_')}.{file_format}"
