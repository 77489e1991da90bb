"""What the tests of the render room share."""

from __future__ import annotations

import pytest

from invoicer.render import Renderer


@pytest.fixture(scope="session")
def renderer() -> Renderer:
    """The bundled templates, without a workspace."""
    return Renderer()
