"""language: where what was read once may be kept."""

from __future__ import annotations

from typing import Protocol


class Cache(Protocol):
    """Keeps bytes by keys. What it gives back may be old, damaged or missing: that costs time and nothing else.

    ``salt`` stands for everything but the texts that can make a difference when they are read (the code, the grammar, the
    versions of Python and of data); "" where nothing is kept.
    """

    salt: str

    def get(self, key: str) -> bytes | None:
        """What was put under that key."""

    def put(self, key: str, value: bytes) -> None:
        """Keep it, if that can be done."""

    def tidy(self) -> None:
        """Let go of what has not been wanted for long, where there is too much: after each run."""


class _NoCache:
    salt = ""

    def get(self, key: str) -> bytes | None:  # noqa: ARG002
        return None

    def put(self, key: str, value: bytes) -> None:
        pass

    def tidy(self) -> None:
        pass


NO_CACHE: Cache = _NoCache()
