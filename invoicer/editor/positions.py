"""editor: places as the language counts them, and as editors do.

The language counts lines and characters from 1. An editor counts both from 0, and measures a line in the units of an
encoding: of UTF-16 unless it offers another. A 😀 is one character, two units of UTF-16, four of UTF-8.
"""

from __future__ import annotations

from lsprotocol import types

from invoicer.errors import Place

Encoding = types.PositionEncodingKind


class Lines:
    """A text, line by line, for an editor that measures in the given encoding."""

    def __init__(self, text: str, encoding: str = Encoding.Utf16) -> None:
        self.lines = text.split("\n")
        self.encoding = encoding

    def position(self, line: int, column: int) -> types.Position:
        """The editor's position of a line and column counted from 1; one beyond the text is its nearest."""
        at = min(max(line, 1), len(self.lines)) - 1
        if line > len(self.lines):
            return types.Position(at, self._units(self.lines[at]))
        return types.Position(at, self._units(self.lines[at][: max(column, 1) - 1]))

    def place(self, position: types.Position) -> tuple[int, int]:
        """Line and column, counted from 1, of an editor's position; one beyond the line is its end."""
        if position.line >= len(self.lines):
            return len(self.lines), len(self.lines[-1]) + 1
        line = self.lines[position.line]
        return position.line + 1, self._characters(line, position.character) + 1

    def range(self, where: Place) -> types.Range:
        """What a place covers, never nothing: a whole line where it names no column, the first where it names no line,
        the last character of a line where it stands behind its end."""
        line = min(max(where.line, 1), len(self.lines))
        width = len(self.lines[line - 1])
        start = where.column or 1
        end_line, end = where.end_line or line, where.end_column
        if not where.column or not end:
            end_line, end = line, width + 1
        if (end_line, end) <= (line, start):
            end_line, end = line, start + 1
        if end_line == line:
            end = min(end, width + 1)
            start = max(1, min(start, end - 1))
        return types.Range(self.position(line, start), self.position(end_line, end))

    def offset(self, position: types.Position) -> int:
        """How many characters of the text come before an editor's position."""
        line, column = self.place(position)
        return sum(len(before) + 1 for before in self.lines[: line - 1]) + column - 1

    def _units(self, text: str) -> int:
        if self.encoding == Encoding.Utf32:
            return len(text)
        if self.encoding == Encoding.Utf8:
            return len(text.encode("utf-8", "surrogatepass"))
        return len(text) + sum(ord(character) > 0xFFFF for character in text)

    def _characters(self, line: str, units: int) -> int:
        if self.encoding == Encoding.Utf32:
            return min(max(units, 0), len(line))
        counted = 0
        for index, character in enumerate(line):
            if counted >= units:
                return index
            counted += self._units(character)
        return len(line)
