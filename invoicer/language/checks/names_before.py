"""language: checks of names that something had before: none that is still in use, none for two."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from invoicer.errors import Problem
from invoicer.language import tree
from invoicer.language.codes import Code, line_of, problem
from invoicer.language.gather import Terms

_MEND = "leave out the name here; or rename what has it now"


def check_names_before(terms: Terms) -> Iterator[Problem]:
    """Former names of charges and commitments. What was billed under a former name counts as billed under the new one,
    so it must be sure which one that is."""
    blocks = [charge.block for charge in terms.charges] + [block for _, block in terms.commitments]
    now = {block.id.text: block.id for block in blocks}
    claimed: dict[str, tree.Name] = {}
    for lines in [*(charge.lines for charge in terms.charges), *(block.lines for _, block in terms.commitments)]:
        for name in former_names(lines):
            if name.text in now:
                cause = f"`{name}` still names something of this contract ({line_of(now[name.text].where, name.where)})"
                yield problem(Code.C160, name.where, cause, _MEND)
            elif name.text in claimed:
                cause = f"`{name}` is claimed already ({line_of(claimed[name.text].where, name.where)})"
                yield problem(Code.C161, name.where, cause, "let one of the two have been renamed from it")
            claimed.setdefault(name.text, name)


def former_names(lines: Iterable[tree.Node]) -> tuple[tree.Name, ...]:
    """The names of a line ``renamed from``."""
    line = tree.one(lines, tree.Renamed)
    return line.names if line else ()
