"""language: a text of terms as lines: the words of each, the comments around it, and how deep it belongs.

What stands between two tokens of the lexer is spaces, line ends, commas, colons and comments, and nothing else; what is
told from it here never changes what the tokens say. Depth comes from the grammar: a line lies one step deeper than the line
on which the rule that holds it begins; the blocks of a contract or price list alone stand at its own depth.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise

from lark import Token, Tree

from invoicer.errors import DefectError

BLANKS = " \t\f\u00a0\u202f"
_BETWEEN = frozenset(BLANKS + ",:")
_END = "_NL"


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment on a line of its own: from its # on, in which column (from 0), and whether a blank line stands above."""

    text: str
    column: int
    after_blank: bool


@dataclass(frozen=True, slots=True)
class Gap:
    """What stands between two tokens: the comment behind the first one and its column, those on lines of their own, and
    whether a blank line stands above the second token."""

    beside: str = ""
    beside_column: int = 0
    comments: tuple[Comment, ...] = ()
    after_blank: bool = False
    broken: bool = False

    def tight(self) -> Gap:
        """The same without blank lines."""
        comments = tuple(replace(comment, after_blank=False) for comment in self.comments)
        return replace(self, comments=comments, after_blank=False)

    def texts(self) -> Iterator[str]:
        """Its comments, in their order."""
        if self.beside:
            yield self.beside
        yield from (comment.text for comment in self.comments)


@dataclass(frozen=True, slots=True)
class Line:
    """A statement, though it may be written on several lines: ``breaks`` has the gap before each token (by its number)
    that begins a line within it. ``above`` stands before it, ``below`` between it and what follows. ``opens``: it is a
    heading or has lines of its own."""

    tokens: tuple[Token, ...]
    breaks: Mapping[int, Gap]
    above: Gap
    below: Gap
    level: int
    opens: bool

    @property
    def column(self) -> int:
        """Where it begins in the text, from 0."""
        return (self.tokens[0].column or 1) - 1


@dataclass(frozen=True, slots=True)
class Sheet:
    """The lines of a file; ``above`` is what stands above the first one, or alone in a file without any."""

    lines: tuple[Line, ...]
    above: Gap

    def comments(self) -> Iterator[str]:
        """Every comment of the file, in its order."""
        yield from self.above.texts()
        for line in self.lines:
            for gap in line.breaks.values():
                yield from gap.texts()
            yield from line.below.texts()


def sheet_of(text: str, tree: Tree[Token], tokens: Iterable[Token]) -> Sheet:
    """The lines of a text that was read without a problem, from Lark's tree and tokens of it."""
    statements = list(_statements(tokens))
    if not statements:
        return Sheet((), _gap(text, 0, len(text)))
    levels = Levels(statements)
    levels.visit(tree)
    above = _gap(text, 0, statements[0][0].start_pos or 0)
    lines = []
    gap_above = above
    for at, (words, following) in enumerate(zip(statements, [*statements[1:], None], strict=True)):
        end = following[0].start_pos if following else len(text)
        below = _gap(text, words[-1].end_pos or 0, end or 0, words[-1])
        gaps = ((number, _gap(text, one.end_pos or 0, other.start_pos or 0, one)) for number, (one, other) in
                enumerate(pairwise(words), 1))  # fmt: skip
        breaks = {number: gap for number, gap in gaps if gap.broken}
        lines.append(Line(words, breaks, gap_above, below, levels.of[at], at in levels.openers))
        gap_above = below
    return Sheet(tuple(lines), above)


def _statements(tokens: Iterable[Token]) -> Iterator[tuple[Token, ...]]:
    """The tokens of each line, without the ends of lines."""
    words: list[Token] = []
    for token in tokens:
        if token.type != _END:
            words.append(token)
        elif words:
            yield tuple(words)
            words = []
    if words:
        yield tuple(words)


def _gap(text: str, start: int, end: int, before: Token | None = None) -> Gap:
    """What stands in a part of the text that has no tokens. ``before`` is the token on whose line it begins."""
    rows = text[start:end].split("\n")
    last = len(rows) - 1
    beside, column = "", 0
    if before is not None:
        words, beside = _commented(rows[0])
        column = (before.end_column or 1) - 1 + len(words)
        rows[0] = ""
    comments = []
    blank = False
    for number, row in enumerate(rows):
        words, comment = _commented(row)
        if comment:
            comments.append(Comment(comment, len(words), blank))
            blank = False
        elif number < last and (number or before is None):
            blank = True
    return Gap(beside, column, tuple(comments), blank, last > 0)


def _commented(row: str) -> tuple[str, str]:
    """A row of a gap in two: what stands before the comment, and the comment without blanks at its end."""
    words, sign, comment = row.partition("#")
    if not _BETWEEN.issuperset(words):
        raise DefectError(f"“{words}” is no token and does not belong between tokens either")
    return words, (sign + comment).rstrip(BLANKS)


@dataclass(slots=True)
class Levels:
    """How deep each statement belongs, by its number, and which ones are headings or have lines of their own."""

    statements: list[tuple[Token, ...]]
    of: dict[int, int] = field(default_factory=dict)
    openers: set[int] = field(default_factory=set)
    _at: dict[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for number, words in enumerate(self.statements):
            for token in words:
                self._at[token.start_pos or 0] = number

    def visit(self, start: Tree[Token]) -> None:
        """Walk Lark's tree, from its root down."""
        for document in start.children:
            self._below(document, None, 0, in_file=True)
        level = 0
        for number in range(len(self.statements)):
            level = self.of.setdefault(number, level)

    def _below(self, node: object, owner: int | None, level: int, in_file: bool = False) -> None:
        """Note the level of a node that begins a statement, and go on to what it holds. ``owner`` is the statement on
        which the innermost rule around the node begins, ``level`` that of the node where it begins another one."""
        begin = _start(node)
        if begin is None:
            return
        number = self._at[begin]
        if number != owner:
            self.of.setdefault(number, level)
            if owner is not None:
                self.openers.add(owner)
        if not isinstance(node, Tree):
            return
        if _has_heading(node):
            self.openers.add(number)
        if (node.meta.end_pos or 0) <= (self.statements[number][-1].end_pos or 0):
            return
        inner = self.of[number] + 1
        for child in node.children:
            block = in_file and isinstance(child, Tree) and _has_heading(child)
            self._below(child, number, inner - 1 if block else inner)


def _start(node: object) -> int | None:
    """Where a node of Lark's tree begins in the text; None for a part that was left out, or that is empty."""
    if isinstance(node, Token):
        return node.start_pos
    return None if not isinstance(node, Tree) or node.meta.empty else node.meta.start_pos


def _has_heading(node: Tree[Token]) -> bool:
    """Whether a rule holds a block: its first part is its heading."""
    first = node.children[0] if node.children else None
    return isinstance(first, Tree) and str(first.data).endswith("_heading")
