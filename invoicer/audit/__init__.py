"""audit: a document proves itself, out of its stored JSON and nothing else.

Each format of documents has an interpreter of its own, which is never changed once documents of that format are issued.
None of them imports the language, the plugins, or the classes that documents are made with today: so a document is as
provable in ten years as on the day of its issue.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from invoicer.audit import format1
from invoicer.audit.fault import Fault

FORMATS: Mapping[int, Callable[[Mapping[str, Any]], Iterator[Fault]]] = {1: format1.faults}
"""The interpreters by the number of the format."""


def faults(document: Mapping[str, Any]) -> tuple[Fault, ...]:
    """Every way in which a document (its JSON as plain data) does not prove itself; none when all of it adds up."""
    number = document.get("format", 1)
    if type(number) is not int or number not in FORMATS:
        known = ", ".join(map(str, FORMATS))
        return (Fault(0, f"it is of format {number}, and this version of invoicer can prove format {known}"),)
    try:
        return tuple(FORMATS[number](document))
    except (ArithmeticError, AttributeError, IndexError, KeyError, RecursionError, TypeError, ValueError) as error:
        return (Fault(0, f"it is no document of format {number}: {_said(error)}"),)


def _said(error: Exception) -> str:
    if isinstance(error, KeyError) and error.args:
        return f"“{error.args[0]}” is missing somewhere in it"
    if isinstance(error, IndexError):
        return "a list in it is shorter than it was"
    return "something in it is not of the kind that stands there"


__all__ = ["FORMATS", "Fault", "faults"]
