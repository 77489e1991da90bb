"""facts: reading a facts.toml; every problem of a file in one pass."""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from collections.abc import Iterator, Mapping
from decimal import Decimal
from difflib import get_close_matches
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

import pycountry

from invoicer.errors import Place, PluginError, Problem
from invoicer.facts.fact import Confidence, DateBasis, Fact, Facts, broken_series

_KEYS = ("levy", "category", "percent", "from", "to", "basis", "source", "confidence", "remark")
_NEEDED = ("levy", "category", "percent", "from", "source", "confidence")
_PERCENT = re.compile(r"\d{1,3}(\.\d{1,4})?")
_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_Choice = TypeVar("_Choice", bound=StrEnum)


def read_table(path: Path) -> dict[str, Any]:
    """A TOML file of a plugin. Raises PluginError where it is missing or no TOML."""
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        cause, mend = f"it can't be read: {error.strerror}", "a market needs this file beside its __init__.py"
    except UnicodeDecodeError:
        cause, mend = "it is not UTF-8 text", "save it as UTF-8"
    except tomllib.TOMLDecodeError as error:
        cause, mend = f"it is no TOML: {error}", "mend the line that the message names"
    raise PluginError(Problem("P010", Place(short(path)), cause, mend))


def read_facts(table: Mapping[str, Any], path: Path) -> Facts:
    """The facts in a parsed facts.toml: ``jurisdiction`` (ISO 3166) and a list of tables ``facts``.

    Raises PluginError with every problem: missing or misspelt keys, percentages that are not exact text, gaps and
    overlaps in time.
    """
    where = short(path)
    code = table.get("jurisdiction")
    if not isinstance(code, str) or pycountry.countries.get(alpha_2=code) is None:
        raise PluginError(
            Problem("P011", Place(where, part="jurisdiction"), f"“{code}” is no country", "write its ISO 3166 code: EE")
        )
    problems: list[Problem] = []
    facts: list[Fact] = []
    for number, row in enumerate(table.get("facts", ()), start=1):
        wrong = [Problem("P012", Place(where, part=f"facts {number}"), *what) for what in _wrong(row)]
        problems += wrong
        if not wrong:
            facts.append(_fact(code, row))
    problems += [
        Problem(
            "P013",
            Place(where, part=fact.id),
            what,
            "let each fact begin on the day after the last day of the one before",
        )
        for fact, what in broken_series(facts)
    ]
    if problems:
        raise PluginError(problems)
    return Facts(tuple(facts))


def short(path: Path) -> str:
    """The file with the two folders that it stands in: ``markets/ee/facts.toml``."""
    return "/".join(path.parts[-3:])


def _fact(code: str, row: Mapping[str, Any]) -> Fact:
    return Fact(
        jurisdiction=code,
        levy=row["levy"],
        category=row["category"],
        percent=Decimal(row["percent"]),
        valid_from=row["from"],
        valid_to=row.get("to"),
        basis=DateBasis(row.get("basis", DateBasis.TAX_POINT)),
        source=row["source"],
        confidence=Confidence(row["confidence"]),
        remark=row.get("remark", ""),
    )


def _wrong(row: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """(cause, mend) for each thing that is wrong with the table of one fact."""
    for key in row:
        if key not in _KEYS:
            meant = get_close_matches(key, _KEYS, n=1)
            yield f"“{key}” is no key of a fact", f"did you mean “{meant[0]}”?" if meant else f"use {', '.join(_KEYS)}"
    for key in _NEEDED:
        if key not in row:
            yield f"“{key}” is missing", f"a fact needs {', '.join(_NEEDED)}"
    for key in ("levy", "category"):
        if key in row and not (isinstance(row[key], str) and _NAME.fullmatch(row[key])):
            yield f"{key} is “{row[key]}”", "write small letters, digits and hyphens: reduced-1"
    if "percent" in row and not (isinstance(row["percent"], str) and _PERCENT.fullmatch(row["percent"])):
        yield f"percent is {row['percent']!r}", 'write it as exact text with a point and up to 4 decimals: "25.5"'
    for key in ("from", "to"):
        if key in row and type(row[key]) is not dt.date:
            yield f"{key} is “{row[key]}”", "write a day, without quotes: 2026-01-01"
    if type(row.get("from")) is dt.date and type(row.get("to")) is dt.date and row["to"] < row["from"]:
        yield f"it ends on {row['to']}, before it begins", "let “to” be the last day on which it counts"
    if "source" in row and not (isinstance(row["source"], str) and row["source"].strip()):
        yield "its source is empty", "say where the percentage stands, so that anyone can look it up"
    yield from _choice(row, "basis", DateBasis)
    yield from _choice(row, "confidence", Confidence)


def _choice(row: Mapping[str, Any], key: str, kind: type[_Choice]) -> Iterator[tuple[str, str]]:
    if key in row and row[key] not in set(kind):
        yield f"{key} is “{row[key]}”", f"choose one of {', '.join(kind)}"
