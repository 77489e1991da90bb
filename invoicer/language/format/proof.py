"""language: the proof that a new layout says what the old one said. Nothing is written before it."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from decimal import Decimal
from typing import Any

from invoicer.errors import DefectError, Place
from invoicer.language.format.lines import Sheet, sheet_of
from invoicer.language.parse import Parsed, take_apart


def prove(before: Parsed, sheet: Sheet, result: str) -> None:
    """Read the result and compare it: the same syntax tree but for places, numbers digit for digit, and every comment
    in its turn. Raises DefectError where that is not so."""
    after, tree, tokens = take_apart(before.file, result)
    if after.problems:
        raise _defect(before.file, f"could not be read: {after.problems[0]}")
    if meaning(after.documents) != meaning(before.documents):
        raise _defect(before.file, "would mean something else")
    if tuple(sheet_of(result, tree, tokens).comments()) != tuple(sheet.comments()):
        raise _defect(before.file, "would lose or move a comment")


def meaning(node: Any) -> Any:
    """What a part of a syntax tree says, without where it says it. Decimals keep their last zeros: 450.0 is not 450.00."""
    if is_dataclass(node):
        values = (getattr(node, one.name) for one in fields(node))
        return type(node), *(meaning(value) for value in values if not isinstance(value, Place))
    if isinstance(node, Decimal):
        return node.as_tuple()
    if isinstance(node, list | tuple):
        return tuple(map(meaning, node))
    if isinstance(node, dict):
        return tuple((meaning(key), meaning(value)) for key, value in node.items())
    return node


def _defect(file: str, what: str) -> DefectError:
    return DefectError(f"{file}: in its new layout it {what}. Nothing was written; please report this with the file")
