"""domain: texts made small while they wait in the memory: a draft is ten kilobytes of JSON, and there may be many."""

from __future__ import annotations

import zlib

_FASTEST = 1


def pack(text: str | bytes) -> bytes:
    """The text (or its bytes in UTF-8), smaller."""
    return zlib.compress(text.encode() if isinstance(text, str) else text, _FASTEST)


def unpack(packed: bytes) -> str:
    """The text that :func:`pack` made small."""
    return in_bytes(packed).decode()


def in_bytes(packed: bytes) -> bytes:
    """The same, as its bytes in UTF-8."""
    return zlib.decompress(packed)
