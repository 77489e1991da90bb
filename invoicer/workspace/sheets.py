"""workspace: CSV files as spreadsheets export them, with every wrong row in one pass.

What is wrong with a row belongs to whom the row names; what names nobody belongs to the whole file.
"""

from __future__ import annotations

import csv
import io
import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from invoicer.errors import Place, Problem, Severity
from invoicer.workspace import checks
from invoicer.workspace.checks import Flaw
from invoicer.workspace.texts import Header, decoded, header

T = TypeVar("T")
_LONGEST, _LONGEST_NAME = 10_000, 60  # of a cell; of a column's name in a message
_NAMED = 5  # columns in a message
_SPACES = re.compile("[\u00a0\u2000-\u200a\u202f\u3000]")  # spreadsheets and web pages bring them along


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

    def text(self, column: str, *, required: bool = False) -> str:
        """The cell's text ("" where it is empty or something is wrong with it)."""
        return self.value(column, str, required=required) or ""

    def value(self, column: str, check: Callable[[str], T], *, required: bool = False) -> T | None:
        """The cell in its normal form; None where it is empty or wrong."""
        text = self.cells.get(column, "").strip()
        try:
            if not text:
                if required:
                    self.flaw(self._codes.empty, column, Flaw(f"{column} is empty", "fill it in"))
                return None
            if len(text) > _LONGEST:
                cause = f"the cell has {len(text)} characters, more than belong in it"
                raise Flaw(cause, "look for a quote that is opened and never closed")
            if not _SPACES.sub(" ", text).isprintable():
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
    """A file with the columns ``required`` and ``optional``; ``shown`` is its path as messages name it, ``owner`` the
    column with the id of whom a row belongs to ("": rows belong to nobody). ``either`` are optional columns of which each
    row fills in one.

    While :meth:`rows` is read, these fill up: ``problems_of`` by owner, ``problems`` of no one row or of rows that name no
    owner, and ``lines``, where the rows of each owner stand, sound or not.
    """

    def __init__(
        self,
        path: Path,
        shown: str,
        *,
        required: Collection[str],
        optional: Collection[str],
        codes: Codes,
        owner: str = "",
        either: Sequence[str] = (),
    ) -> None:
        self.shown = shown
        self._either = tuple(either)
        self.problems: list[Problem] = []
        self.problems_of: dict[str, list[Problem]] = defaultdict(list)
        self.lines: dict[str, list[int]] = defaultdict(list)
        self._path, self._codes, self._owner = path, codes, owner
        self._required, self._known = tuple(required), (*required, *optional)

    def rows(self) -> Iterator[Row]:
        """The rows that have something in them and as many cells as the first one; none when the columns are wrong."""
        text = self._text()
        if text is None:
            return
        first = header(text, self._known)
        columns, line = first.columns, first.line
        if not self._columns_fit(first):
            return
        reader = csv.reader(io.StringIO(text[first.start :], newline=""), delimiter=first.separator, strict=True)
        try:
            next(reader)
            line = reader.line_num + first.line
            for cells in reader:
                if any(cell.strip() for cell in cells):
                    yield from self._row(columns, cells, line)
                line = reader.line_num + first.line
        except csv.Error:
            mend = "close the quote; a cell with quotes in it stands in quotes, with each quote inside written twice"
            cause = "the quotes of this row do not match, so it and the rows after it can't be read"
            self.problems.append(Problem(self._codes.cells, Place(self.shown, line), cause, mend))

    def _text(self) -> str | None:
        place, code = Place(self.shown), self._codes.unreadable
        try:
            text = decoded(self._path.read_bytes(), place, code)
        except OSError as error:
            text = Problem(code, place, f"{self.shown} can't be read: {error.strerror}", "put the file there, readable")
        if isinstance(text, Problem):
            self.problems.append(text)
            return None
        return text

    def _columns_fit(self, first: Header) -> bool:
        columns, place = first.columns, Place(self.shown, first.line)
        missing = [column for column in self._required if column not in columns]
        if not set(columns) & set(self._known):  # data, or another kind of file: its cells are no misspelt columns
            cause = f"these columns are missing: {', '.join(missing)}"
            beside = f", with {' or '.join(self._either)} among them" if self._either else ""
            self._refuse(place, cause, f"begin the file with a row {','.join(self._required)}{beside}")
            return False
        absent = [column for column in self._known if column not in columns]
        for column in filter(None, dict.fromkeys(columns)):
            shown = column if len(column) <= _LONGEST_NAME else f"{column[:_LONGEST_NAME]}…"
            if column in self._known:
                if columns.count(column) > 1:
                    self._refuse(place, f"the column “{column}” comes more than once", "keep one of them")
                continue
            meant = checks.did_you_mean(column, absent)
            if meant:
                absent.remove(meant)
                missing = [required for required in missing if required != meant]
                self._refuse(place, f"“{shown}” is no column here", f"did you mean “{meant}”?")
            else:
                mend = "remove it, or leave it if it is only for yourselves"
                lacking = [column for column in absent if column != "remark"]
                if 0 < len(lacking) <= _NAMED:
                    mend += f"; if it is meant to be {' or '.join(lacking)}, name it so"
                cause = f"the column “{shown}” is not read"
                self.problems.append(Problem(self._codes.unread, place, cause, mend, Severity.WARNING))
        if self._either and set(self._either) <= set(absent):
            missing.append(" or ".join(self._either))
        if missing:
            names = ", ".join(missing)
            cause = f"the column “{names}” is missing" if len(missing) == 1 else f"these columns are missing: {names}"
            mend = "add it to the first row, which names the columns, and fill it in"
            self._refuse(place, cause, mend)
        return all(problem.severity is Severity.WARNING for problem in self.problems)

    def _refuse(self, place: Place, cause: str, mend: str) -> None:
        self.problems.append(Problem(self._codes.columns, place, cause, mend))

    def _row(self, columns: tuple[str, ...], cells: list[str], line: int) -> Iterator[Row]:
        named, place = dict(zip(columns, cells, strict=False)), Place(self.shown, line)
        owner = named.get(self._owner, "").strip()
        whole = len(cells) == len(columns)
        note = self.problems.append
        # a row with cells too many or too few tells its owner only when the id stands before the damage
        if checks.is_name(owner) and (whole or columns[0] == self._owner):
            self.lines[owner].append(line)
            note = self.problems_of[owner].append
        if whole:
            yield Row(named, place, self._codes, note)
            return
        cause = f"the row has {len(cells)} cells, the first row names {len(columns)} columns"
        mend = "give it a cell for each column; put text with a separator in it into quotes"
        note(Problem(self._codes.cells, place, cause, mend))
