"""language: lines of terms → text, in the one layout."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby

from invoicer.language.format.lines import Comment, Gap, Sheet
from invoicer.language.format.spelling import Spelled

INDENT = 2
CARRIED = 4
"""How much deeper than its line stands what is carried over to the next one."""
COMMENTS_FROM = 42
COMMENTS_UNTIL = 72
"""Comments behind lines stand below each other in a column from the first to the second of these (from 0); a line that
reaches farther has its comment right behind it."""


@dataclass(slots=True)
class Row:
    """A line of the result: indented text, and the comment behind it. A comment without a text continues the one above."""

    text: str = ""
    comment: str = ""


def lay_out(sheet: Sheet) -> str:
    """The text of a sheet."""
    page = _Page()
    lines = [Spelled(line) for line in sheet.lines]
    widths = _widths(lines)
    before: Spelled | None = None
    gap = sheet.above
    for number, line in enumerate(lines):
        page.between(before, gap, line)
        page.write(line, widths.get(number, 0))
        before, gap = line, line.line.below
    page.between(before, gap, None)
    return "".join(f"{row}\n" for row in _aligned(page.rows))


class _Page:
    """The rows so far. ``open`` are the columns (of the source) and levels at which a comment may still belong to what
    stands above it."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.level = 0
        self.open: list[tuple[int, int]] = []

    def write(self, spelled: Spelled, width: int) -> None:
        """Add a statement; ``width`` is that of the first column of its table."""
        line = spelled.line
        indent = INDENT * line.level
        for number, (words, comment) in enumerate(spelled.rows(width)):
            self.rows.append(Row(" " * (indent + CARRIED if number else indent) + words, comment))
        self.level = line.level
        self.open = [(column, level) for column, level in self.open if level < line.level]
        self.open.append((line.column, line.level))
        if line.opens:
            self.open.append((line.column + 1, line.level + 1))

    def between(self, before: Spelled | None, gap: Gap, after: Spelled | None) -> None:
        """Add what stands between two statements: comments stay with what follows, unless they stand deeper, as notes at
        the end of a block do. Blank lines are kept, one at most; none within a table, one above each heading that is not
        indented."""
        if before is not None:
            self.rows[-1].comment = gap.beside
        if before and after and _one_table(before, after):
            gap = gap.tight()
        comments = list(gap.comments)
        while before and gap.beside and comments and _continues(comments[0], gap):
            self.rows.append(Row("", comments.pop(0).text))
        level, column = (after.line.level, after.line.column) if after else (0, 0)
        above = self._levels_above(comments, gap.after_blank or after is None, level, column)
        for home, comment in zip(above, comments, strict=False):
            self._add(comment, home)
        apart = bool(after) and level == 0 and bool(self.rows)
        for comment in comments[len(above) :]:
            self._add(comment, level, apart)
            apart = False
        if after and self.rows and (apart or (gap.after_blank and level <= self.level)):
            self.rows.append(Row())

    def _add(self, comment: Comment, level: int, apart: bool = False) -> None:
        if self.rows and (apart or (comment.after_blank and level <= self.level)):
            self.rows.append(Row())
        self.rows.append(Row(" " * (INDENT * level) + comment.text))
        self.level = level

    def _levels_above(self, comments: list[Comment], after_blank: bool, level: int, column: int) -> list[int]:
        """The levels of the first comments, those that belong to what stands above them. A comment with a blank line above
        it and none below never does."""
        if not after_blank:
            attached = next((n for n in range(len(comments) - 1, -1, -1) if comments[n].after_blank), len(comments))
            comments = comments[:attached]
        levels: list[int] = []
        for comment in comments:
            homes = [(begins, home) for begins, home in self.open if home > level]
            if comment.column <= column or not homes:
                break
            levels.append(max((home for begins, home in homes if begins <= comment.column), default=homes[0][1]))
        return levels


def _continues(comment: Comment, gap: Gap) -> bool:
    """Whether a comment goes on with the one that stands beside the line above, in the same column."""
    return comment.column == gap.beside_column and not comment.after_blank


def _one_table(one: Spelled, other: Spelled) -> bool:
    """Whether two neighbouring lines are bands of one table."""
    return one.is_band and other.is_band and one.line.level == other.line.level


def _widths(lines: Iterable[Spelled]) -> Mapping[int, int]:
    """How wide the first column of each band's table is, by the number of the line: bands that stand below each other."""
    widths: dict[int, int] = {}
    for (band, _), group in groupby(enumerate(lines), key=lambda one: (one[1].is_band, one[1].line.level)):
        if band:
            bounds = {number: len(line.bound) for number, line in group}
            widths |= dict.fromkeys(bounds, max(bounds.values()))
    return widths


def _aligned(rows: Iterable[Row]) -> Iterator[str]:
    """The rows as text: comments of neighbouring rows begin in one column."""
    for commented, group in groupby(rows, key=lambda row: bool(row.comment)):
        if not commented:
            yield from (row.text for row in group)
            continue
        run = list(group)
        ends = (len(row.text) + 2 for row in run)
        common = max((end for end in ends if end <= COMMENTS_UNTIL), default=0)
        column = 0
        for row in run:
            column = max(COMMENTS_FROM, common, len(row.text) + 2) if row.text else column
            yield row.text.ljust(column) + row.comment
