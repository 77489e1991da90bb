"""Sees every write and every sync of a process, and ends the process at one of them, as `kill -9` does.

Nothing has to be registered: files are seen by Python's audit events and by ``os.fsync``, the database by the events of
SQLAlchemy, and the points of :mod:`invoicer.ledger.faults` by the fault that stories open their ledger with.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import sqlalchemy as sa

import invoicer.ledger
from invoicer.ledger import Point

LEDGER = str(Path(invoicer.ledger.__file__).parent)
_CHANGES = ("INSERT", "UPDATE", "DELETE", "CREATE", "ALTER", "DROP")
_FILES = {"os.rename", "os.mkdir", "os.remove", "os.chmod", "os.truncate"}
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT


class Watch:
    """Counts operations below a folder and on databases; at the ``at``-th the process ends, or ``act`` is called."""

    def __init__(self, folder: Path, at: int = 0, act: Callable[[str], None] | None = None) -> None:
        self.folder = str(folder)
        self.at = at
        self.act = act or _end
        self.seen: list[tuple[str, str]] = []
        self.lines: set[tuple[str, int]] = set()

    def install(self) -> None:
        """From now on, to the end of the process."""
        sys.addaudithook(self._audit)
        sync = os.fsync

        def fsync(descriptor: int) -> None:
            self.reached(f"sync {Path(f'/proc/self/fd/{descriptor}').readlink().name}")
            sync(descriptor)

        setattr(os, "fsync", fsync)  # noqa: B010, a plain assignment has another type
        sa.event.listen(sa.Engine, "after_cursor_execute", self._executed)
        sa.event.listen(sa.Engine, "commit", lambda _: self.reached("commit"))

    def __call__(self, point: Point) -> None:
        """The fault of a ledger."""
        self.reached(f"point {point.value}")

    def reached(self, what: str) -> None:
        """An operation is about to be done, or was just done."""
        self.seen.append((what, _site(sys._getframe(1))))
        if len(self.seen) == self.at:
            self.act(what)

    def trace(self) -> None:
        """Note every line of the ledger that is executed from now on."""

        def line(frame: FrameType, event: str, _: Any) -> Any:
            if event == "line":
                self.lines.add((frame.f_code.co_filename, frame.f_lineno))
            return line

        def call(frame: FrameType, _event: str, _: Any) -> Any:
            return line if frame.f_code.co_filename.startswith(LEDGER) else None

        sys.settrace(call)

    def _audit(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open":
            path, _, flags = arguments
            if isinstance(path, str) and path.startswith(self.folder) and flags & _WRITES:
                self.reached(f"open {_kind(path)}")
        elif event in _FILES and str(arguments[0]).startswith(self.folder):
            self.reached(f"{event.removeprefix('os.')} {_kind(str(arguments[0]))}")

    def _executed(self, _connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        words = statement.replace('"', "").split()
        if words and words[0].upper() in _CHANGES:
            self.reached(" ".join(words[:3]))


def _kind(path: str) -> str:
    """What a file is, whatever its random name."""
    name = Path(path).name
    return "unfinished file" if name.startswith(".invoicer-") else Path(name).suffix or "folder or kept file"


def _end(_: str) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _site(frame: FrameType | None) -> str:
    """Where in the ledger that is."""
    while frame is not None:
        file = frame.f_code.co_filename
        if file.startswith(LEDGER):
            return f"{file.removeprefix(LEDGER + '/')}:{frame.f_code.co_name}:{frame.f_lineno}"
        frame = frame.f_back
    return ""
