"""language: which parts of a file could not be read, so that nothing is said about them that may not be true."""

from __future__ import annotations

from bisect import bisect_left, bisect_right

from invoicer.language import tree
from invoicer.language.parse import Parsed


class Damage:
    """The lines of one file that could not be read as they stand, and the blocks that they belong to."""

    def __init__(self, parsed: Parsed) -> None:
        self._lines = sorted(parsed.damaged)
        documents = parsed.documents
        self._documents = sorted(document.heading.line for document in documents)
        headings = list(self._documents)
        for document in documents:
            headings += [block.where.line for block in document.blocks]
            headings += [example.heading.line for example in document.examples]
            headings += [ending.heading.line for ending in document.endings]
            for amendment in document.amendments:
                headings += [amendment.heading.line, *(item.where.line for item in amendment.items)]
        self._headings = sorted(headings)
        self._blocks = {bisect_right(self._headings, line) for line in self._lines}
        self._last = parsed.text.count("\n") + 1

    def extent(self, document: tree.Document) -> tuple[int, int]:
        """The first line of a document, and the last one before the next document."""
        after = bisect_right(self._documents, document.heading.line)
        return document.heading.line, self._documents[after] - 1 if after < len(self._documents) else self._last

    def touches(self, document: tree.Document) -> bool:
        """Whether a line of the document could not be read."""
        first, last = self.extent(document)
        return bisect_left(self._lines, first) < bisect_right(self._lines, last)

    def in_damaged_block(self, line: int) -> bool:
        """Whether the line belongs to a block with a line that could not be read."""
        return bool(self._blocks) and bisect_right(self._headings, line) in self._blocks
