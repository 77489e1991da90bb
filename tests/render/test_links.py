"""A link in the workspace's templates reads nothing outside of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from invoicer.errors import WorkspaceError
from invoicer.render import Renderer
from tests.render import builders


def test_a_template_that_links_out_of_its_folder_is_not_found(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("secret", "utf-8")
    templates = tmp_path / "templates"
    templates.mkdir()
    (templates / "extra.html").symlink_to(tmp_path / "secret.txt")
    (templates / "invoice.html").write_text('{% include "extra.html" %}', "utf-8")
    with pytest.raises(WorkspaceError, match=r"R001.*extra\.html"):
        Renderer([templates]).render(builders.monthly_invoice(), "html")
