"""tests of documents: a desk at which nothing was issued yet."""

from __future__ import annotations

import pytest

from tests.documents.world import Desk


@pytest.fixture
def desk() -> Desk:
    return Desk()
