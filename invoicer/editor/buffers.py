"""editor: the texts that are open in the editor, saved or not, as it tells about every change."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit
from urllib.request import url2pathname

from lsprotocol import types

from invoicer.editor.positions import Encoding, Lines

Changes = Sequence[types.TextDocumentContentChangeEvent]


@dataclass(frozen=True, slots=True)
class Buffer:
    """An open text with plain line ends. ``version`` is the editor's count of changes; ``path`` is where it is to be
    saved, None for one that has no file yet."""

    uri: str
    path: Path | None
    text: str
    version: int | None


class Buffers:
    """All open texts by their address. (Not those of pygls: it takes a form feed or U+2028 for the end of a line, which no
    editor does, and loses the last character of a text to a range that reaches beyond it.)"""

    def __init__(self) -> None:
        self.encoding: str = Encoding.Utf16
        self._open: dict[str, Buffer] = {}

    def __iter__(self) -> Iterator[Buffer]:
        return iter(tuple(self._open.values()))

    def get(self, uri: str) -> Buffer | None:
        """The open text of an address."""
        return self._open.get(unquote(uri))

    def open(self, uri: str, text: str, version: int | None) -> None:
        """A text was opened."""
        self._open[unquote(uri)] = Buffer(uri, path_of(uri), _plain(text), version)

    def change(self, uri: str, changes: Changes, version: int | None) -> None:
        """A text was changed, step by step; a change without a range is the new text. Of an unknown text only that says
        something."""
        buffer = self.get(uri)
        text = buffer.text if buffer else None
        for change in changes:
            if not isinstance(change, types.TextDocumentContentChangePartial):
                text = _plain(change.text)
            elif text is not None:
                lines = Lines(text, self.encoding)
                start, end = lines.offset(change.range.start), lines.offset(change.range.end)
                text = text[:start] + _plain(change.text) + text[max(start, end) :]
        if text is not None:
            self._open[unquote(uri)] = Buffer(uri, path_of(uri), text, version)

    def close(self, uri: str) -> None:
        """A text was closed: from now on the file counts."""
        self._open.pop(unquote(uri), None)


def path_of(uri: str) -> Path | None:
    """The file of an address, None for a text that has no file."""
    parts = urlsplit(uri)
    if parts.scheme != "file":
        return None
    host = f"//{parts.netloc}" if parts.netloc not in ("", "localhost") else ""
    return Path(host + url2pathname(parts.path))


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")
