"""render: elements of an SVG picture, written one after the other; every text and attribute is escaped here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from xml.sax.saxutils import escape

from invoicer.render.chart.lettering import FONTS

# What XML 1.0 can't carry (section 2.2), control characters beyond ASCII, and marks that turn the direction of text.
_UNFIT = re.compile("[^\t\n\r\u0020-\u007e\u00a0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_TURNING = re.compile("[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]")
_LONGEST_NOTE = 600

Value = str | float | int


def clean(text: str) -> str:
    """The text on one line, without what a picture can't carry."""
    return " ".join(_TURNING.sub("", _UNFIT.sub("\ufffd", text)).split())


class Sheet:
    """Collects elements; coordinates are in pixels, rounded to tenths."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._depth = 0

    def rect(self, x: float, y: float, width: float, height: float, note: str = "", **attributes: Value) -> None:
        """A rectangle; ``note`` is shown where the pointer rests."""
        self._shape("rect", note, {"x": x, "y": y, "width": width, "height": height, **attributes})

    def line(self, x1: float, y1: float, x2: float, y2: float, note: str = "", **attributes: Value) -> None:
        """A line."""
        self._shape("line", note, {"x1": x1, "y1": y1, "x2": x2, "y2": y2, **attributes})

    def shape(self, points: Iterable[tuple[float, float]], note: str = "", **attributes: Value) -> None:
        """A closed shape with straight sides."""
        corners = " ".join(f"{_said(x)},{_said(y)}" for x, y in points)
        self._shape("polygon", note, {"points": corners, **attributes})

    def text(self, x: float, y: float, text: str, size: float, note: str = "", **attributes: Value) -> None:
        """A line of text with its baseline at y."""
        title = _title(note) if note else ""
        self._write(
            f"<text{_attributes({'x': x, 'y': y, 'font-size': size, **attributes})}>{title}{escape(clean(text))}</text>"
        )

    def append(self, other: Sheet) -> None:
        """What another sheet has collected, above all so far."""
        self._parts += other._parts

    @contextmanager
    def group(self, **attributes: Value) -> Iterator[None]:
        """Elements that belong together."""
        self._write(f"<g{_attributes(attributes)}>")
        self._depth += 1
        yield
        self._depth -= 1
        self._write("</g>")

    def picture(self, width: float, height: float, title: str, description: str) -> str:
        """The whole picture."""
        box = f"0 0 {_said(width)} {_said(height)}"
        head = _attributes(
            {
                "xmlns": "http://www.w3.org/2000/svg",
                "viewBox": box,
                "width": width,
                "height": height,
                "role": "img",
                "aria-labelledby": "title desc",
                "font-family": FONTS,
            }
        )
        told = f'<title id="title">{escape(clean(title))}</title>\n<desc id="desc">{escape(clean(description))}</desc>'
        return "\n".join((f"<svg{head}>", told, *self._parts, "</svg>", ""))

    def _shape(self, name: str, note: str, attributes: dict[str, Value]) -> None:
        inside = _title(note) if note else ""
        self._write(f"<{name}{_attributes(attributes)}" + (f">{inside}</{name}>" if inside else "/>"))

    def _write(self, element: str) -> None:
        self._parts.append("  " * self._depth + element)


def _title(note: str) -> str:
    said = clean(note)
    said = said if len(said) <= _LONGEST_NOTE else said[:_LONGEST_NOTE] + "…"
    return f"<title>{escape(said)}</title>"


def _attributes(values: dict[str, Value]) -> str:
    named = ((name.rstrip("_").replace("_", "-"), value) for name, value in values.items())
    return "".join(f' {name}="{escape(_said(value), {chr(34): "&quot;"})}"' for name, value in named)


def _said(value: Value) -> str:
    if isinstance(value, str):
        return value
    text = f"{value:.1f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
