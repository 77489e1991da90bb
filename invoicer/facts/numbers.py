"""facts: what the law of a country asks of the numbers of invoices, with a source."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from invoicer.domain.supply import NumberingLaw
from invoicer.facts.rows import Wrong

_KEYS = ("dates", "law", "source")
_DATES = {"rise": True, "free": False}


def read_numbering(table: Mapping[str, Any]) -> tuple[NumberingLaw | None, list[Wrong]]:
    """The table ``numbering`` of a facts.toml, None where there is none, and what is wrong with it.

    ``dates`` is ``"rise"`` where the law wants the days of issue to rise with the numbers of a series and ``"free"`` where
    it is known not to; ``law`` and ``source`` say where that stands.
    """
    row = table.get("numbering")
    if row is None:
        return None, []
    if not isinstance(row, dict):
        return None, [("numbering", "numbering is no table", f"write [numbering] with {', '.join(_KEYS)}")]
    wrong = [
        (f"numbering.{key}", f"“{key}” is no key of numbering", f"use {', '.join(_KEYS)}")
        for key in row
        if key not in _KEYS
    ]
    if row.get("dates") not in _DATES:
        wrong.append(("numbering.dates", f"dates is “{row.get('dates', '')}”", 'write "rise" or "free"'))
    for key in ("law", "source"):
        if not (isinstance(row.get(key), str) and row[key].strip()):
            mend = "say which law it is, and where it stands, so that anyone can look it up"
            wrong.append((f"numbering.{key}", f"its {key} is empty", mend))
    if wrong:
        return None, wrong
    return NumberingLaw(_DATES[row["dates"]], row["law"], row["source"]), []
