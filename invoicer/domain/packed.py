"""domain: texts made small while they wait in the memory: a draft is ten kilobytes of JSON, and there may be many."""

from __future__ import annotations

import zlib

_FASTEST = 1


def pack(text: str) -> bytes:
    """The text, smaller."""
    return zlib.compress(text.encode(), _FASTEST)


def unpack(packed: bytes) -> str:
    """The text that :func:`pack` made small."""
    return zlib.decompress(packed).decode()
