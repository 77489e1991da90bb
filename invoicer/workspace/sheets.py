"""workspace: small CSV files of figures as spreadsheets export them, with every wrong row in one pass."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TypeVar

from invoicer.errors import Place, Problem, Severity
from invoicer.workspace import checks
from invoicer.workspace.checks import Flaw
from invoicer.workspace.texts import decoded, header

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Codes:
    """The codes of what can be wrong with a kind of file: it can't be read, its columns are wrong, a row has too many or
    too few cells, a cell is empty, a cell is wrong; and, a warning, a column is not read."""

    unreadable: str
    columns: str
    cells: str
    empty: str
    wrong: str
    unread: str


class Row:
    """A row under the eyes of a reader: cells by column name, and where its problems go."""

    def __init__(self, cells: dict[str, str], place: Place, codes: Codes, note: Callable[[Problem], None]) -> None:
        self.cells, self.place = cells, place
        self.sound = True
        self._codes, self._note = codes, note

    def value(self, column: str, check: Callable[[str], T]) -> T | None:
        """The cell in its normal form; None where it is empty or wrong. It is required."""
        text = self.cells.get(column, "").strip()
        try:
            if not text:
                self.flaw(self._codes.empty, column, Flaw(f"{column} is empty", "fill it in"))
                return None
            if not text.isprintable():
                raise Flaw(f"{text!r} has a line break or another control character in it", "write it on one line")
            return check(text)
        except Flaw as flaw:
            self.flaw(self._codes.wrong, column, flaw)
            return None

    def flaw(self, code: str, column: str, flaw: Flaw) -> None:
        """Note what is wrong in a column."""
        self.sound = False
        place = Place(self.place.file, self.place.line, part=column)
        self._note(Problem(code, place, flaw.cause, flaw.mend))


class Sheet:
    """A file with the columns ``required`` and ``optional``; ``shown`` is its path as messages name it.

    ``problems`` fills up while :meth:`rows` is read.
    """

    def __init__(
        self, path: Path, shown: str, *, required: Collection[str], optional: Collection[str], codes: Codes
    ) -> None:
        self.shown = shown
        self.problems: list[Problem] = []
        self._path, self._codes = path, codes
        self._required, self._optional = tuple(required), tuple(optional)

    def rows(self) -> Iterator[Row]:
        """The rows that have something in them and as many cells as the first one; none when the columns are wrong."""
        text = self._text()
        columns, separator = header(text.split("\n", 1)[0].rstrip("\r"), (*self._required, *self._optional))
        if any(one.severity is Severity.ERROR for one in self.problems) or not self._columns_fit(columns):
            return
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
        line = 1
        try:
            next(reader)
            line = reader.line_num + 1
            for cells in reader:
                if any(cell.strip() for cell in cells):
                    yield from self._row(columns, cells, line)
                line = reader.line_num + 1
        except csv.Error:
            mend = "close the quote; a cell with quotes in it stands in quotes, with each quote inside written twice"
            cause = "the quotes of this row do not match, so it and the rows after it can't be read"
            self._note(self._codes.cells, Place(self.shown, line), cause, mend)

    def _text(self) -> str:
        try:
            text = decoded(self._path.read_bytes(), Place(self.shown), self._codes.unreadable)
        except OSError as error:
            self._note(
                self._codes.unreadable,
                Place(self.shown),
                f"{self.shown} can't be read: {error.strerror}",
                "make it readable",
            )
            return ""
        if isinstance(text, Problem):
            self.problems.append(text)
            return ""
        return text

    def _columns_fit(self, columns: tuple[str, ...]) -> bool:
        place, known = Place(self.shown, 1), (*self._required, *self._optional)
        missing = [column for column in self._required if column not in columns]
        fits = True
        for column in dict.fromkeys(columns):
            if column in known and columns.count(column) > 1:
                self._note(
                    self._codes.columns, place, f"the column “{column}” comes more than once", "keep one of them"
                )
                fits = False
            elif column and column not in known:
                meant = checks.did_you_mean(column, missing)
                if meant:
                    missing.remove(meant)
                    self._note(self._codes.columns, place, f"“{column}” is no column here", f"did you mean “{meant}”?")
                    fits = False
                else:
                    mend = "remove it, or leave it if it is only for yourselves"
                    self._note(self._codes.unread, place, f"the column “{column}” is not read", mend, Severity.WARNING)
        if missing:
            cause = f"the first row does not name the column{'s' if len(missing) > 1 else ''} {', '.join(missing)}"
            self._note(self._codes.columns, place, cause, f"begin the file with a row {','.join(self._required)}")
            fits = False
        return fits

    def _row(self, columns: tuple[str, ...], cells: list[str], line: int) -> Iterator[Row]:
        if len(cells) != len(columns):
            cause = f"the row has {len(cells)} cells, the first row names {len(columns)} columns"
            mend = "give it a cell for each column; put text with a separator in it into quotes"
            self._note(self._codes.cells, Place(self.shown, line), cause, mend)
            return
        yield Row(dict(zip(columns, cells, strict=True)), Place(self.shown, line), self._codes, self.problems.append)

    def _note(self, code: str, place: Place, cause: str, mend: str, severity: Severity = Severity.ERROR) -> None:
        self.problems.append(Problem(code, place, cause, mend, severity))


def number(text: str) -> Fraction:
    """A number as figures are written: digits, and a point before the decimals."""
    if re.fullmatch(r"-?\d{1,24}(\.\d{1,24})?", text, re.ASCII):
        return Fraction(text)
    meant = re.fullmatch(r"(-?\d+),(\d+)", text, re.ASCII)
    spaced = re.sub(r"(?<=\d)[ \u00a0\u202f](?=\d{3}(\D|$))", "", text)
    if meant:
        raise Flaw(f"“{text}” is read differently in different countries", f"write {meant[1]}.{meant[2]} if that is it")
    mend = f"write {spaced}" if spaced != text and re.fullmatch(r"-?\d+(\.\d+)?", spaced) else "write it like 127.30"
    raise Flaw(f"“{text}” is no number", mend)
