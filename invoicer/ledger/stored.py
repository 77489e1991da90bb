"""ledger: what is stored becomes what it was made of, or is refused as something that was never written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from invoicer.domain import canonical
from invoicer.errors import DefectError
from invoicer.ledger.dialect.words import RESTORE
from invoicer.ledger.trouble import refused

Kind = TypeVar("Kind")


def read_as(kind: type[Kind], text: str, code: str, part: str) -> Kind:
    """The value that a stored text says. Raises RunError of that code where it says none: somebody else wrote there."""
    try:
        return canonical.from_json(kind, text)
    except Exception as error:  # whatever today's classes refuse: no ledger has written it
        raise refused(code, "", f"{part} is not what was written", RESTORE, part) from error


def read_list(of: type[Kind], text: str, code: str, part: str) -> tuple[Kind, ...]:
    """The words, or numbers, of a stored list. Raises RunError of that code where it is none."""
    found = _plain(text)
    if not isinstance(found, list) or not all(isinstance(one, of) for one in found):
        raise refused(code, "", f"{part} is not what was written", RESTORE, part)
    return tuple(found)


def read_entry(text: str, sequence: int) -> Mapping[str, Any]:
    """What an entry of the log says. Raises RunError (L112) where it says nothing."""
    found = read_object(text)
    if not found:
        part = f"log entry {sequence}"
        raise refused("L112", "", f"entry {sequence} of the log is not what was written", RESTORE, part)
    return found


def read_object(text: str | bytes) -> Mapping[str, Any]:
    """The members of a stored object; none where the text is no object."""
    found = _plain(text)
    return found if isinstance(found, dict) else {}


def columns_in(
    made: Callable[[Mapping[str, Any]], Mapping[str, Any]], text: str, code: str, part: str
) -> Mapping[str, Any]:
    """The columns that are ``made`` of a stored object. Raises RunError of that code where they can't be: a member is
    missing, or is of another kind."""
    try:
        return made(read_object(text))
    except (ArithmeticError, AttributeError, DefectError, LookupError, TypeError, ValueError) as error:
        raise refused(code, "", f"{part} is not what was written", RESTORE, part) from error


def _plain(text: str | bytes) -> Any:
    try:
        return canonical.read(text)
    except (ValueError, TypeError, RecursionError):
        return None
