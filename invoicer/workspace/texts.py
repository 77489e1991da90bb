"""workspace: text files as spreadsheets and editors write them."""

from __future__ import annotations

import csv
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from invoicer.errors import Place, Problem

SEPARATORS = ",;\t"
BYTE_ORDER_MARK = "\ufeff"

_END = re.compile("\r\n|\r|\n")
_ABOVE = re.compile(r"sep=(?P<separator>[^\w\s\"]|\t)[\s,;]*|[\s,;]*", re.IGNORECASE)

csv.field_size_limit(2**31 - 1)  # the length of a cell is judged where it is used, and not by an error of the reader


def decoded(data: bytes, place: Place, code: str) -> str | Problem:
    """The text of a UTF-8 file (a byte order mark is dropped), or the problem with it: another encoding is never
    guessed, because a wrong guess spoils names without a word."""
    mend = "save it as UTF-8 (spreadsheets call it “CSV UTF-8”)"
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in data:
        return Problem(code, place, "this is no UTF-8 text; it looks like UTF-16 or a spreadsheet's own file", mend)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        byte = error.object[error.start : error.start + 1]  # without the byte order mark
        guess = byte.decode("cp1252", "replace")
        cause = f"this is no UTF-8 text: the byte {byte.hex().upper()} (“{guess}” in Windows-1252)"
        return Problem(code, Place(place.file, line, part=place.part), cause, mend)


@dataclass(frozen=True, slots=True)
class Header:
    """What the first row of a CSV file says: the ``columns``, by what they are separated, and on which ``line`` of the
    text (from 1, at the character ``start``) it stands."""

    columns: tuple[str, ...]
    separator: str
    line: int
    start: int


def header(text: str, known: Collection[str]) -> Header:
    """The names of the columns, however lines end: in the first line that says something. The columns are separated by
    comma, semicolon, tab, or what a line ``sep=`` names, whichever gives most of the known names. A text without any has
    no columns."""
    separators, line, start = SEPARATORS, 1, 0
    while (end := _END.search(text, start)) and (above := _above(text[start : end.start()])):
        separators = f"{above['separator'] or ''}{separators}"
        line, start = line + 1, end.end()
    shown = text[start : end.start() if end else len(text)]
    readings = [(tuple(cell.strip() for cell in _cells(shown, by)), by) for by in separators]
    if _above(shown):
        return Header((), SEPARATORS[0], 1, 0)
    columns, separator = max(readings, key=lambda reading: (len(set(reading[0]) & set(known)), len(reading[0])))
    return Header(columns, separator, line, start)


def down_to_header(lines: Iterable[bytes]) -> bytes:
    """The first lines of a CSV file, down to the one that :func:`header` reads."""
    found = []
    for line in lines:
        found.append(line)
        if not _above(line.decode("utf-8", "replace").removeprefix(BYTE_ORDER_MARK).rstrip("\r\n")):
            break
    return b"".join(found)


def _above(line: str) -> re.Match[str] | None:
    """What spreadsheets write above the first row: lines without text, and what separates the cells, for themselves.
    None of it is in quotes: the database that reads usage stumbles over quotes that it is to skip."""
    return _ABOVE.fullmatch(line)


def _cells(line: str, separator: str) -> list[str]:
    return next(csv.reader([line], delimiter=separator), [])
