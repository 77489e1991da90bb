"""workspace: a sound workspace to break."""

from __future__ import annotations

from pathlib import Path

import pytest

from invoicer.workspace import new_workspace


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the workspace that everyone starts from."""
    target = tmp_path / "mine"
    new_workspace(target)
    return target
