"""language: commitments → the syntax tree."""

from __future__ import annotations

from typing import Any

from lark import v_args
from lark.tree import Meta

from invoicer.language import tree
from invoicer.language.build.parts import Parts


@v_args(inline=True, meta=True)
class CommitmentLines(Parts):
    """How much, for how long, and what counts."""

    def committed_per(self, meta: Meta, amount: tree.Amount, per: tree.Length) -> tree.Committed:
        return tree.Committed(self._place(meta), amount, per)

    def committed_over_term(self, meta: Meta, amount: tree.Amount) -> tree.Committed:
        return tree.Committed(self._place(meta), amount, None)

    def counts(self, meta: Meta, charges: tuple[tree.Name, ...]) -> tree.Counts:
        return tree.Counts(self._place(meta), charges)

    def prorated_line(self, meta: Meta, *_: Any) -> tree.Prorated:
        return tree.Prorated(self._place(meta))
