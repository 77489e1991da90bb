"""Each test of the ledger that asks for a ``folder`` runs on SQLite and on PostgreSQL."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.ledger.papers import DATABASE, database_of
from tests.postgresql import Postgres

BOTH = ("sqlite", "postgresql")


class Places:
    """Makes folders of workspaces, each with a database of its own."""

    def __init__(self, server: Postgres | None) -> None:
        self.server = server
        self.made: list[str] = []

    def new(self, folder: Path) -> Path:
        """The folder, with a database of its own where that is on the server."""
        folder.mkdir(parents=True, exist_ok=True)
        if self.server:
            self._belongs(folder, self.server.new())
        return folder

    def copy(self, source: Path, folder: Path) -> Path:
        """A copy of a folder and its database."""
        shutil.copytree(source, folder, dirs_exist_ok=True)
        if self.server:
            self._belongs(folder, self.server.new(name_of(source)))
        return folder

    @contextmanager
    def passing(self) -> Iterator[None]:
        """Remove the databases that are made within the block."""
        kept = len(self.made)
        try:
            yield
        finally:
            while len(self.made) > kept and self.server:
                self.server.drop(self.made.pop())

    def _belongs(self, folder: Path, name: str) -> None:
        assert self.server
        self.made.append(name)
        (folder / DATABASE).write_text(self.server.url(name))


def name_of(folder: Path) -> str:
    """The name of a folder's database on the server."""
    return database_of(folder).split("?")[0].rsplit("/", 1)[1]


@pytest.fixture(params=BOTH, scope="module")
def kind(request: pytest.FixtureRequest) -> str:
    """Which database."""
    return str(request.param)


@pytest.fixture(scope="module")
def places(kind: str, request: pytest.FixtureRequest) -> Iterator[Places]:
    """Where folders come from."""
    made = Places(request.getfixturevalue("postgresql") if kind == "postgresql" else None)
    with made.passing():
        yield made


@pytest.fixture
def folder(places: Places, tmp_path: Path) -> Iterator[Path]:
    """An empty folder of a workspace."""
    with places.passing():
        yield places.new(tmp_path)
