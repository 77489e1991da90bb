"""editor: formatting, as the few edits that lead from a text to its layout; so cursor and folds stay where they are."""

from __future__ import annotations

from difflib import SequenceMatcher

from lsprotocol import types

from invoicer.editor.positions import Lines
from invoicer.language.format import formatted


def edits(text: str, lines: Lines, name: str) -> list[types.TextEdit]:
    """The edits that give a text the one layout; none where it has it. Raises TermsError for a text that can't be read."""
    before = lines.lines
    after = formatted(text, name).split("\n")
    found = []
    for change, start, end, first, last in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if change == "equal":
            continue
        if end < len(before):  # whole lines, up to the beginning of the next
            where = types.Range(lines.position(start + 1, 1), lines.position(end + 1, 1))
            new = "".join(f"{line}\n" for line in after[first:last])
        else:  # up to the end of the text, which has no line end of its own
            where = types.Range(_end_of_line_before(lines, start), lines.position(end, len(before[-1]) + 1))
            new = "".join(f"\n{line}" for line in after[first:last])
            new = new if start else new[1:]
        found.append(types.TextEdit(where, new))
    return found


def _end_of_line_before(lines: Lines, index: int) -> types.Position:
    if index == 0:
        return types.Position(0, 0)
    return lines.position(index, len(lines.lines[index - 1]) + 1)
