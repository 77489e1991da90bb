"""language: text → syntax tree and every problem of how it is written, in one pass.

The lexer reads the text once. A probe, a parser that builds nothing, judges each line as it comes. A line that is wrong is
reported and then read on as it was probably meant; where nothing is meant for sure, its readable beginning counts, or
nothing of it. The tokens that are left are parsed, so a file with mistakes gives a tree as well, without what is damaged.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from copy import copy
from dataclasses import dataclass
from itertools import islice

from lark import Lark, Token, Tree, UnexpectedToken
from lark.parsers.lalr_parser_state import ParserState

from invoicer.errors import Place, Problem
from invoicer.language import tree
from invoicer.language.build import Build
from invoicer.language.codes import Code, problem
from invoicer.language.grammar import parser
from invoicer.language.hidden import hidden, without_hidden
from invoicer.language.notation import refuse
from invoicer.language.unexpected import Situation, explain
from invoicer.language.words import DOCUMENTS, EXPECTED_AMOUNTS, HEADINGS

MOST_PROBLEMS = 100
_MOST_QUOTED = 100  # characters of a line behind what was not expected
DEEPEST_CONDITION = 20

_SECTION_ENDS = {"contract": DOCUMENTS, "price-list": DOCUMENTS, "amendment": ("amendment", "expect", *DOCUMENTS)}


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a file says, what is wrong with how it says it, and the lines that could not be read as they stand."""

    file: str
    text: str
    documents: tuple[tree.Document, ...]
    problems: tuple[Problem, ...]
    damaged: frozenset[int]


def parse(file: str, text: str) -> Parsed:
    """Read the text of a terms file; ``file`` is its name in places and problems. Raises nothing."""
    return take_apart(file, text)[0]


def take_apart(file: str, text: str) -> tuple[Parsed, Tree[Token], tuple[Token, ...]]:
    """What :func:`parse` gives, and what it was made of: Lark's tree, and the tokens as far as they could be read."""
    unseen = tuple(islice(hidden(file, text), MOST_PROBLEMS))
    reading = Reading(parser(), file, without_hidden(text) if unseen else text)
    reading.run()
    build = Build(file)
    whole = reading.tree()
    documents = build.transform(whole)
    lines = {found.where.line for found in unseen}  # of which nothing else is said
    found = [found for found in (*reading.problems, *build.problems) if found.where.line not in lines]
    problems = sorted((*unseen, *found), key=lambda p: (p.where.line, p.where.column))
    parsed = Parsed(file, text, documents, tuple(problems), frozenset(reading.damaged | lines))
    return parsed, whole, tuple(reading.kept)


class Reading:
    """One file while it is read."""

    def __init__(self, lark: Lark, file: str, text: str) -> None:
        self.lark = lark
        self.file, self.text = file, text
        self.problems: list[Problem] = []
        self.damaged: set[int] = set()
        self.kept: list[Token] = []  # tokens of the lines that are done
        self.line: list[Token] = []  # tokens of this line, as far as they fit
        self.heading, self.heading_column = "", 0
        self.depth = 0  # of brackets and negations on this line; neither is ever taken back
        self.skip_line = False
        self.skip_to: tuple[str, ...] = ()  # headings that end a section that can't be read
        interactive = lark.parse_interactive(text + "\n")
        self.lexer = interactive.lexer_thread
        self.probe: ParserState[int] = interactive.parser_state
        self.probe.parse_conf = copy(self.probe.parse_conf)
        self.probe.parse_conf.callbacks = {}
        self.before_line = list(self.probe.state_stack)

    def run(self) -> None:
        last: Token | None = None
        for token in self.lexer.lex(self.probe):  # type: ignore[no-untyped-call]
            last = token
            if len(self.problems) >= MOST_PROBLEMS:
                cause = f"this file has more than {MOST_PROBLEMS} problems; the rest was not read"
                self.problems.append(problem(Code.T017, _at(self.file, token), cause, "mend these first"))
                self._drop_line()
                return
            self._read(token)
        if self.line and last is not None and not self.skip_to and not self.skip_line:
            # a comma at the very end carries on into nothing
            self._read(Token.new_borrow_pos("_NL", "\n", last))
            self._drop_line()

    def run_to(self, end: int) -> None:
        """Read what ends at or before an offset of the text, and stop there, in the middle of a line or not."""
        for token in self.lexer.lex(self.probe):  # type: ignore[no-untyped-call]
            if (token.end_pos or 0) <= end or (token.type == "_NL" and token.start_pos + token.index("\n") < end):
                self._read(token)

    def tree(self) -> Tree[Token]:
        """Lark's tree of all kept tokens."""
        interactive = self.lark.parse_interactive()
        for token in self.kept:
            interactive.feed_token(token)
        end = Token.new_borrow_pos("$END", "", self.kept[-1]) if self.kept else Token("$END", "", 0, 1, 1)
        whole: Tree[Token] = interactive.feed_token(end)
        return whole

    # -------------------------------------------------------------- one token

    def _read(self, token: Token) -> None:
        if self.skip_to:
            if self.line or token not in self.skip_to:
                self.line = [] if token.type == "_NL" else [token]
                return
            self.skip_to = ()
        if self.skip_line and token.type != "_NL":
            return
        self.skip_line = False
        if token.type == "_NL" and not self.line:
            return
        refused = refuse(token.type, token)
        if refused is not None and not (refused.code is Code.T012 and self._may_be_negative()):
            at = _at(self.file, token)
            self.problems.append(problem(refused.code, at, refused.cause, refused.mend, refused.label))
            self.damaged.add(at.line)
            if not self._feed([_like(token, *instead) for instead in refused.instead]):
                self._give_up(token)
        elif self._nested_too_deeply(token):
            cause = f"this condition is nested more than {DEEPEST_CONDITION} deep"
            mend = "say it in several simpler conditions"
            self.problems.append(problem(Code.T013, _at(self.file, token), cause, mend))
            self._give_up(token)
        elif not self._feed([token]):
            self._unexpected(token)

    def _unexpected(self, token: Token) -> None:
        accepted = self.accepted()
        end = token.end_pos or 0
        rest = self.text[end : end + _MOST_QUOTED].partition("\n")[0]
        situation = Situation(
            self.lark, self.file, token, tuple(self.line), rest, accepted, self.heading, self.heading_column
        )
        found, meant = explain(situation)
        self.problems.append(found)
        if meant is None or not self._feed([_like(token, *meant)]):
            self._give_up(token)
            if situation.seems_heading:
                self.skip_to, self.line = HEADINGS, [token]

    def _feed(self, tokens: list[Token]) -> bool:
        """Take the tokens if they fit, all or none."""
        before = list(self.probe.state_stack)
        try:
            for token in tokens:
                self.probe.feed_token(token)
        except UnexpectedToken:
            self._back_to(before)
            return False
        self.line.extend(tokens)
        if tokens and tokens[-1].type == "_NL":
            self._line_done()
        return True

    def _line_done(self) -> None:
        if _is_heading(self.line):
            self.heading = " ".join(self.line[:2]) if len(self.line) > 2 else str(self.line[0])
            self.heading_column = self.line[0].column or 1
        self.kept += self.line
        self.line, self.depth = [], 0
        self.before_line = list(self.probe.state_stack)

    # -------------------------------------------------------------- recovery

    def _give_up(self, token: Token) -> None:
        """Keep as much of the line's beginning as makes a line; of a heading that has none, skip the section."""
        self.damaged.add((token.line or 1) if token.type != "_NL" else (self.line or [token])[-1].line or 1)
        heading = str(self.line[0]) if self.line else str(token)
        begins = _is_heading(self.line or [token])
        self.line, self.depth = self._longest_beginning(), 0
        self.skip_line = token.type != "_NL"
        if self.line and not self.skip_line:
            self._feed([token])
        elif not self.line and begins:
            self.skip_to, self.skip_line = _SECTION_ENDS.get(heading, HEADINGS), False
            self.line = [] if token.type == "_NL" else [token]

    def _longest_beginning(self) -> list[Token]:
        """The longest beginning of this line that is a line; the probe stands after it."""
        self._back_to(self.before_line)
        best, stack = 0, self.before_line
        for count, token in enumerate(self.line, 1):
            self.probe.feed_token(token)
            if "_NL" in self.accepted({"_NL"}):
                best, stack = count, list(self.probe.state_stack)
        self._back_to(stack)
        return self.line[:best]

    def _drop_line(self) -> None:
        self._back_to(self.before_line)
        self.line = []

    def _back_to(self, stack: list[int]) -> None:
        self.probe.state_stack[:] = stack

    def accepted(self, among: Iterable[str] | None = None) -> frozenset[str]:
        """The terminals that fit next."""
        here = list(self.probe.state_stack)
        choices = self.probe.parse_conf.parse_table.states[here[-1]]
        fitting = set()
        for terminal in choices if among is None else among:
            if terminal.isupper():
                try:
                    self.probe.feed_token(Token(terminal, ""))
                    fitting.add(terminal)
                except UnexpectedToken:
                    pass
                self._back_to(here)
        return frozenset(fitting)

    def _may_be_negative(self) -> bool:
        """Whether this line tells what an invoice comes to, where a discount or a credit is below zero."""
        return bool(self.line) and self.line[0] in EXPECTED_AMOUNTS

    def _nested_too_deeply(self, token: Token) -> bool:
        negation = token.type == "NOT" and bool(self.line) and self.line[-1].type != "IS"
        if not negation and token.type != "LPAR":
            return False
        self.depth += 1
        return self.depth > DEEPEST_CONDITION


def _like(token: Token, terminal: str, text: str) -> Token:
    """Another token in the place of this one."""
    return Token.new_borrow_pos(terminal, text, token)


def _at(file: str, token: Token) -> Place:
    return Place(file, token.line or 1, token.column or 1, token.end_line or 1, token.end_column or 1)


def _is_heading(line: Sequence[str]) -> bool:
    """Whether a line begins a block; `notice` is also the first word of a line of a contract (notice 30 days)."""
    return line[0] in HEADINGS and (line[0] != "notice" or len(line) == 1 or line[1] == "given")
