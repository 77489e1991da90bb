"""The command line as a person types it, in a workspace of its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from invoicer import workspace
from invoicer.cli import cli


@dataclass
class Shell:
    """Runs commands in a workspace folder."""

    folder: Path

    def __call__(self, *words: str) -> Result:
        return CliRunner().invoke(cli, ["-w", str(self.folder), *words], catch_exceptions=False)

    def write(self, name: str, text: str) -> None:
        """Put a file into the workspace."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")

    def change(self, name: str, old: str, new: str) -> None:
        """Change a text that stands in a file of the workspace exactly once."""
        text = (self.folder / name).read_text("utf-8")
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {name}"
        self.write(name, text.replace(old, new))


@pytest.fixture
def starter(tmp_path: Path) -> Shell:
    """The small workspace that `invoicer init` makes."""
    workspace.new_workspace(tmp_path / "starter")
    return Shell(tmp_path / "starter")


@pytest.fixture
def issued(starter: Shell) -> Shell:
    """The small workspace with its first invoice issued."""
    assert starter("plan", "--as-of", "2026-01-01").exit_code == 0
    assert starter("confirm", "--remark", "checked").exit_code == 0
    assert starter("issue", "--on", "2026-01-01").exit_code == 0
    return starter


@pytest.fixture
def example(tmp_path: Path) -> Callable[[str], Shell]:
    """A copy of an example workspace."""

    def copy(name: str) -> Shell:
        workspace.copy_example(name, tmp_path / name)
        return Shell(tmp_path / name)

    return copy
