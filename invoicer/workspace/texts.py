"""workspace: text files as spreadsheets and editors write them."""

from __future__ import annotations

import csv
import re
from collections.abc import Collection

from invoicer.errors import Place, Problem

SEPARATORS = ",;\t"

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


def header(text: str, known: Collection[str]) -> tuple[tuple[str, ...], str]:
    """The column names in the first line of a CSV file, however its lines end, and what separates them: comma, semicolon
    or tab, whichever gives most of the known names."""
    line = re.split("[\r\n]", text, maxsplit=1)[0]
    readings = [(tuple(cell.strip() for cell in _cells(line, by)), by) for by in SEPARATORS]
    return max(readings, key=lambda reading: (len(set(reading[0]) & set(known)), len(reading[0])))


def _cells(line: str, separator: str) -> list[str]:
    return next(csv.reader([line], delimiter=separator), [])
