"""The check in the background: the latest text only, and never the end of the server."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from lsprotocol import types

from invoicer.editor import check
from invoicer.editor.buffers import Buffer, Buffers
from invoicer.editor.check import Checker
from invoicer.editor.shelf import Shelf, Shelves
from tests.editor.shelves import CONTRACT, FILES, on_disk

URI = "file:///nowhere/a.terms"


class Desk:
    """A checker with texts, and what it said."""

    def __init__(self, shelves: Shelves) -> None:
        self.buffers = Buffers()
        self.told: list[types.PublishDiagnosticsParams] = []
        self.failures: list[str] = []
        self.news = asyncio.Event()
        self.checker = Checker(shelves, lambda: (tuple(self.buffers), "utf-16"), self._tell, self._fail)

    def _tell(self, told: types.PublishDiagnosticsParams) -> None:
        self.told.append(told)
        self.news.set()

    def _fail(self, error: Exception) -> None:
        self.failures.append(str(error))
        self.news.set()

    def type(self, text: str, version: int) -> None:
        self.buffers.open(URI, text, version)
        self.checker.wake(URI)

    async def until(self, heard: Callable[[], bool]) -> None:
        async with asyncio.timeout(20):
            while not heard():
                self.news.clear()
                await self.news.wait()


class Broken(Shelves):
    """Shelves that fail the first time they are asked."""

    failed = False

    def of(self, buffer: Buffer, buffers: Iterable[Buffer]) -> tuple[Shelf, str]:
        if not self.failed:
            self.failed = True
            raise ZeroDivisionError("by mistake")
        return super().of(buffer, buffers)


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check, "PAUSE", 0.01)
    monkeypatch.setattr(check, "LONGEST_PAUSE", 0.05)


def test_only_the_latest_text_is_checked() -> None:
    async def story() -> None:
        desk = Desk(Shelves())
        for version in range(50):
            desk.type("contract x\n" * version, version)
        await desk.until(lambda: bool(desk.told))
        desk.checker.stop()
        assert [told.version for told in desk.told] == [49]

    asyncio.run(story())


def test_a_mistake_of_ours_is_told_and_the_next_check_is_done(caplog: pytest.LogCaptureFixture) -> None:
    async def story() -> None:
        desk = Desk(Broken())
        desk.type("contract x\n", 1)
        await desk.until(lambda: bool(desk.failures))
        assert (desk.failures, desk.told) == (["by mistake"], [])
        desk.type("contract y\n", 2)
        await desk.until(lambda: bool(desk.told))
        desk.checker.stop()
        assert [told.version for told in desk.told] == [2]

    asyncio.run(story())
    assert "by mistake" in caplog.text


def test_what_was_said_already_is_not_said_again_and_what_is_closed_is_forgotten(tmp_path: Path) -> None:
    on_disk(tmp_path, FILES)
    customers = tmp_path / "customers.csv"
    whole = customers.read_text("utf-8")

    async def story() -> None:
        desk = Desk(Shelves())
        path = tmp_path / "contracts" / "acme.terms"
        desk.buffers.open(path.as_uri(), CONTRACT, 1)
        desk.checker.wake(path.as_uri())
        await desk.until(lambda: len(desk.told) == 2)
        assert [told.uri for told in desk.told] == [path.as_uri(), customers.as_uri()]
        assert [found.code for found in desk.told[1].diagnostics] == ["W105"]
        customers.write_text(whole.replace("nothing", "business"), "utf-8")
        desk.checker.wake()
        await desk.until(lambda: len(desk.told) == 3)
        assert (desk.told[2].uri, desk.told[2].diagnostics) == (customers.as_uri(), [])
        desk.buffers.close(path.as_uri())
        desk.checker.closed(path.as_uri())
        desk.checker.stop()
        assert (desk.told[3].uri, desk.told[3].diagnostics) == (path.as_uri(), [])

    asyncio.run(story())
