"""editor: open texts are checked in the background, always as they stand now.

Changes come faster than checks are done. A check waits for a short pause in the typing, and one that has begun is given up
when the next change comes; so nothing queues up.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Iterator

from lsprotocol import types

from invoicer.editor.buffers import Buffer
from invoicer.editor.diagnose import diagnostics
from invoicer.editor.positions import Lines
from invoicer.editor.shelf import Shelf, Shelves
from invoicer.editor.view import View
from invoicer.errors import Problem
from invoicer.workspace.model import CUSTOMERS, SETTINGS

PAUSE = 0.15  # seconds without a change before a check begins
LONGEST_PAUSE = 1.0  # seconds after which it begins all the same

Publish = Callable[[types.PublishDiagnosticsParams], None]
log = logging.getLogger(__name__)


class Checker:
    """Checks what is open. ``opened`` gives the texts with the encoding in which the editor measures, ``publish`` tells the
    editor, ``failed`` tells it that a check ended by a mistake of ours."""

    def __init__(
        self,
        shelves: Shelves,
        opened: Callable[[], tuple[tuple[Buffer, ...], str]],
        publish: Publish,
        failed: Callable[[Exception], None],
    ) -> None:
        self._shelves, self._opened, self._publish, self._failed = shelves, opened, publish, failed
        self._told: dict[str, tuple[int | None, list[types.Diagnostic]]] = {}
        self._changes = 0  # how many were told
        self._checking = 0  # how many there were when the check began
        self._first = ""
        self._woken: asyncio.Event | None = None
        self._task: asyncio.Task[None] | None = None

    def wake(self, uri: str = "") -> None:
        """Something has changed; the text of that address is checked first."""
        self._changes += 1
        self._first = uri or self._first
        if self._woken is None:
            self._woken = asyncio.Event()
            self._task = asyncio.get_running_loop().create_task(self._run(self._woken))
        self._woken.set()

    def closed(self, uri: str) -> None:
        """A text was closed: nothing is said about it any more."""
        if self._told.pop(uri, None):
            self._publish(types.PublishDiagnosticsParams(uri, []))
        self.wake()

    def stop(self) -> None:
        """Give up what is being checked, and check nothing more."""
        self._changes += 1
        if self._task:
            self._task.cancel()

    async def _run(self, woken: asyncio.Event) -> None:
        loop = asyncio.get_running_loop()

        def publish(told: types.PublishDiagnosticsParams) -> None:
            loop.call_soon_threadsafe(self._tell, told, self._checking)

        while True:
            await woken.wait()
            waited = 0.0
            while woken.is_set() and waited < LONGEST_PAUSE:
                woken.clear()
                await asyncio.sleep(PAUSE)
                waited += PAUSE
            woken.clear()
            opened, encoding = self._opened()
            first, self._checking = self._first, self._changes
            in_order = sorted(opened, key=lambda buffer: buffer.uri != first)
            try:
                await asyncio.to_thread(self._check, in_order, encoding, publish)
            except Exception as error:
                log.exception("a check failed")
                self._failed(error)

    def _check(self, buffers: list[Buffer], encoding: str, publish: Publish) -> None:
        """Check the texts, in a thread of its own; returns early when something has changed."""
        about: dict[str, Shelf] = {}
        self._shelves.look_again()
        for buffer in buffers:
            shelf, name = self._shelves.of(buffer, buffers)
            if shelf.folder:
                about[shelf.folder.as_posix()] = shelf
            for problems in View(shelf, name).problems():
                if self._changes != self._checking:
                    return
                publish(told(shelf, buffer, problems, encoding))
        for shelf in about.values():
            for one in of_workspace(shelf, encoding):
                publish(one)

    def _tell(self, told: types.PublishDiagnosticsParams, changes: int) -> None:
        """Tell the editor what it does not know yet, unless the text has changed meanwhile."""
        known = self._told.get(told.uri, (None, []))
        if self._changes == changes and known != (told.version, told.diagnostics):
            self._told[told.uri] = (told.version, list(told.diagnostics))
            self._publish(told)


def told(shelf: Shelf, buffer: Buffer, problems: Iterable[Problem], encoding: str) -> types.PublishDiagnosticsParams:
    """What the editor is told about an open text."""

    def elsewhere(other: str) -> tuple[str, Lines] | None:
        entry = shelf.entries.get(other)
        return (shelf.uri(other), Lines(entry.text, encoding)) if entry else None

    found = diagnostics(problems, Lines(buffer.text, encoding), buffer.uri, elsewhere)
    return types.PublishDiagnosticsParams(buffer.uri, found, buffer.version)


def of_workspace(shelf: Shelf, encoding: str) -> Iterator[types.PublishDiagnosticsParams]:
    """What the editor is told about settings and customers, whether they are open or not."""
    for name in (SETTINGS, CUSTOMERS):
        problems = [problem for problem in shelf.problems if problem.where.file == name]
        text = _text_of(shelf, name) if problems else ""
        found = diagnostics(problems, Lines(text, encoding), shelf.uri(name), lambda _: None)
        yield types.PublishDiagnosticsParams(shelf.uri(name), found)


def _text_of(shelf: Shelf, name: str) -> str:
    path = shelf.folder / name if shelf.folder else None
    try:
        return path.read_text("utf-8", errors="replace") if path else ""
    except OSError:
        return ""
