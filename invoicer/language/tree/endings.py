"""language: notices, terminations, and how a contract may be ended."""

from __future__ import annotations

from dataclasses import dataclass

from invoicer.domain.ending import Giver
from invoicer.domain.period import Unit
from invoicer.errors import Place
from invoicer.language.tree.parts import Day, Length, Node


@dataclass(frozen=True, slots=True)
class NoticeLine(Node):
    """A line of a contract that may be ended at any time; ``to_end_of`` a month, a quarter, a year."""

    length: Length
    to_end_of: Unit | None


@dataclass(frozen=True, slots=True)
class NoticeGiven(Node):
    """``by`` None: not stated. ``heading`` is the place of its first line."""

    given: Day
    by: Giver | None
    title: str
    lines: tuple[Node, ...]
    heading: Place


@dataclass(frozen=True, slots=True)
class Terminates(Node):
    """``last`` is the last day."""

    last: Day
    agreed: Day | None
    by: Giver | None
    title: str
    lines: tuple[Node, ...]
    heading: Place


EndingNode = NoticeGiven | Terminates
