"""language: notices, terminations, and how a contract may be ended → the syntax tree."""

# ruff: noqa: ARG002 (each method is handed the place of its rule, whether it needs it or not)
from __future__ import annotations

from typing import Any

from lark import Token, v_args
from lark.tree import Meta

from invoicer.domain.ending import Giver
from invoicer.domain.period import Unit
from invoicer.errors import Place
from invoicer.language import tree
from invoicer.language.build.parts import Parts


@v_args(inline=True, meta=True)
class Endings(Parts):
    """What begins with `notice` and `terminates`."""

    def notice(self, meta: Meta, length: tree.Length, to_end_of: Unit | None) -> tree.NoticeLine:
        return tree.NoticeLine(self._place(meta), length, to_end_of)

    def notice_heading(self, meta: Meta, day: Token, by: Giver | None, title: Token | None) -> tuple[Any, ...]:
        return self._place(meta), self._day(day), by, self._title(title)

    def notice_given(self, meta: Meta, heading: tuple[Any, ...], *lines: tree.Node) -> tree.NoticeGiven:
        place, given, by, title = heading
        return tree.NoticeGiven(self._whole_block(place, lines), given, by, title, lines, place)

    def terminates_heading(
        self, meta: Meta, last: Token, agreed: tree.Day | None, by: Giver | None, title: Token | None
    ) -> tuple[Any, ...]:
        return self._place(meta), self._day(last), agreed, by, self._title(title)

    def terminates(self, meta: Meta, heading: tuple[Any, ...], *lines: tree.Node) -> tree.Terminates:
        place, last, agreed, by, title = heading
        return tree.Terminates(self._whole_block(place, lines), last, agreed, by, title, lines, place)

    def by(self, meta: Meta, _by: Token, who: Token) -> Giver:
        return Giver(str(who))

    def _whole_block(self, heading: Place, lines: tuple[tree.Node, ...]) -> Place:
        return tree.spanning(heading, lines[-1].where) if lines else heading
