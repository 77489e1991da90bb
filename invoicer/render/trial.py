"""render: a page made for trial, to see whether this machine can make documents as they are meant."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass

from invoicer.errors import InvoicerError
from invoicer.render.folders import TemplateFolders
from invoicer.render.press import Press

_PAGE = "<!doctype html><html lang='en'><body><p>Š õ ä ž ł ø € 0123456789</p><p><b>0.10 EUR</b></p></body></html>"
_STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.DOTALL)
_SUBSET = re.compile(rb"/FontName\s*/[A-Z]{6}\+")  # the tag of a font that was cut: ISO 32000-2, 9.9.2


@dataclass(frozen=True, slots=True)
class Trial:
    """How it went: ``size`` in bytes, whether the fonts are in the file and ``subset``, or the ``error`` ("" for none)."""

    size: int
    embedded: bool
    subset: bool
    error: str = ""


def try_page() -> Trial:
    """Make a small page with the letters and digits that documents are made of, with the style sheet that they have."""
    try:
        data = Press(TemplateFolders([])).pdf(_PAGE)
    except (InvoicerError, OSError) as error:
        return Trial(0, embedded=False, subset=False, error=str(error))
    said = data + b"".join(_inflated(stream) for stream in _STREAM.findall(data))
    return Trial(len(data), embedded=b"/FontFile" in said, subset=bool(_SUBSET.search(said)))


def _inflated(stream: bytes) -> bytes:
    try:
        return zlib.decompress(stream)
    except zlib.error:  # a stream that is not compressed says it itself
        return b""
