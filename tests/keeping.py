"""A cache in the memory of a test."""

from __future__ import annotations


class Memory:
    """Keeps everything that is put there."""

    def __init__(self) -> None:
        self.salt = "salt"
        self.kept: dict[str, bytes] = {}

    def get(self, key: str) -> bytes | None:
        return self.kept.get(key)

    def put(self, key: str, value: bytes) -> None:
        self.kept[key] = value

    def tidy(self) -> None:
        pass
