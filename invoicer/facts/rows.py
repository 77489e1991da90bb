"""facts: lists of tables in a facts.toml, each row with a law and a source: what is wrong with any of them, and the rest."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

T = TypeVar("T")
Row = Mapping[str, Any]
Wrong = tuple[str, str, str]
"""Part, cause, mend."""


def read_rows(
    table: Row, name: str, doubts: Callable[[Row], Iterator[tuple[str, str]]], make: Callable[[Row], T]
) -> tuple[list[T], list[Wrong]]:
    """What is made of the sound rows of a list, and what is wrong with the others (``doubts``: cause, mend)."""
    found: list[T] = []
    wrong: list[Wrong] = []
    for number, row in enumerate(table.get(name, ()), start=1):
        about = [(f"{name} {number}", *doubt) for doubt in doubts(row)]
        wrong += about
        if not about:
            found.append(make(row))
    return found, wrong


def wrong_keys(
    row: Row, name: str, needs: str, keys: Sequence[str], needed: Sequence[str]
) -> Iterator[tuple[str, str]]:
    """Keys that no row of that name has, and those that this one lacks; ``needs`` says so: "an issue-deadline needs"."""
    for key in row:
        if key not in keys:
            yield f"“{key}” is no key of {name}", f"use {', '.join(keys)}"
    for key in needed:
        if key not in row:
            yield f"“{key}” is missing", f"{needs} {', '.join(needed)}"


def wrong_days(row: Row, *keys: str) -> Iterator[tuple[str, str]]:
    """Days that are none."""
    for key in keys:
        if key in row and type(row[key]) is not dt.date:
            yield f"{key} is “{row[key]}”", "write a day, without quotes: 2026-01-01"


def unsourced(row: Row) -> Iterator[tuple[str, str]]:
    """A law or a source that says nothing."""
    for key in ("law", "source"):
        if key in row and not (isinstance(row[key], str) and row[key].strip()):
            yield f"its {key} is empty", "say which law it is, and where it stands, so that anyone can look it up"
