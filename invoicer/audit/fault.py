"""audit: what does not add up."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """A statement of a document that the rest of it contradicts. ``line`` is its line, 0 for the document itself."""

    line: int
    cause: str
