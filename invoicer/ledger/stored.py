"""ledger: what is stored becomes what it was made of, or is refused as something that was never written."""

from __future__ import annotations

from typing import TypeVar

from invoicer.domain import canonical
from invoicer.ledger.dialect.words import RESTORE
from invoicer.ledger.trouble import refused

Kind = TypeVar("Kind")


def read_as(kind: type[Kind], text: str, code: str, part: str) -> Kind:
    """The value that a stored text says. Raises RunError of that code where it says none: somebody else wrote there."""
    try:
        return canonical.from_json(kind, text)
    except Exception as error:  # whatever today's classes refuse: no ledger has written it
        raise refused(code, "", f"{part} is not what was written", RESTORE, part) from error
