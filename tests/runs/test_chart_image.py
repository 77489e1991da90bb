"""The picture in the documentation is the one that the command makes."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from invoicer.cli import cli
from tests.runs.conftest import Batch

IMAGE = Path(__file__).resolve().parents[2] / "docs" / "images" / "zebras-cluster.svg"
COMMAND = ("schedule", "zebras-cluster", "--as-of", "2026-07-15", "--chart", "-")


@pytest.mark.xdist_group("hosting")
def test_the_picture_in_the_documentation(hosting: Batch, request: pytest.FixtureRequest) -> None:
    made = CliRunner().invoke(cli, ["-w", str(hosting.folder), *COMMAND], catch_exceptions=False).stdout
    if request.config.option.update_snapshots:
        IMAGE.write_text(made, "utf-8")
    assert IMAGE.read_text("utf-8") == made, "look at the new one, then: pytest --snapshot-update"
