"""render: how wide text is, without asking any font. Widths are those of Open Sans or Helvetica, whichever is wider, so that
what fits here fits in either."""

from __future__ import annotations

import unicodedata
from functools import cache

FONTS = "'Open Sans', 'Helvetica Neue', Helvetica, Arial, sans-serif"

_CLASSES = {
    240: "'",
    270: "ijl",
    300: " !,.:;I·\u00a0",
    330: "[]",
    360: "()-ft",
    390: "/\\{}",
    420: '"r',
    510: "Jcsvyz",
    540: "kx",
    570: "*?L^_aeg|–“”",
    600: "$+0123456789<=>`~×≥≤€",
    630: "FTZbdhnopqu",
    660: "#",
    690: "ABEKPSVXY",
    750: "&CDHRU",
    780: "GNOQw",
    900: "%",
    930: "Mm",
    960: "W",
    1020: "@—…→",
}
_WIDTHS = {character: width for width, characters in _CLASSES.items() for character in characters}
_ANY, _WIDE, _BOLDER = 780, 1300, 1.06  # of a letter that is not listed; of one that fills a square; of semi-bold text


def width(text: str, size: float, bold: bool = False) -> float:
    """How wide a text of that size is, in the same unit."""
    return sum(map(_width, text)) * size / 1000 * (_BOLDER if bold else 1)


def shortened(text: str, room: float, size: float, bold: bool = False) -> str:
    """The text, or as much of it as has room, with an ellipsis; "" where not even two letters have."""
    if width(text, size, bold) <= room:
        return text
    left = room - width("…", size, bold)
    for at, character in enumerate(text):
        left -= width(character, size, bold)
        if left < 0:
            return text[:at].rstrip() + "…" if at >= 2 else ""
    return text


@cache
def _width(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    if unicodedata.east_asian_width(character) in "WF":
        return _WIDE
    base = unicodedata.normalize("NFD", character)[0]
    return _WIDTHS.get(base, _ANY)
