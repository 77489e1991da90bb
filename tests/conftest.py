"""tests: what every room's tests share."""

from __future__ import annotations

import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from invoicer import render, usage
from tests import quickly

if TYPE_CHECKING:
    from tests.postgresql import Postgres

settings.register_profile(
    "gate",
    deadline=None,
    derandomize=True,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.register_profile("larger", parent=settings.get_profile("gate"), derandomize=False)
settings.register_profile("explore", parent=settings.get_profile("gate"), derandomize=False, max_examples=2000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "gate"))


def pytest_configure(config: pytest.Config) -> None:
    """One seed and one folder of caches for all processes of a run (the first of them sets them for the others): what other
    runs, perhaps of other code, have remembered is not believed here."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        os.environ.setdefault("INVOICER_FUZZ_SEED", str(secrets.randbelow(2**32)))
        os.environ["XDG_CACHE_HOME"] = folder = tempfile.mkdtemp(prefix="invoicer-cache-")
        config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))


def pytest_report_header(config: pytest.Config) -> str:  # noqa: ARG001
    """The seed of random input, so that a run can be had again."""
    return f"INVOICER_FUZZ_SEED={os.environ['INVOICER_FUZZ_SEED']}"


@pytest.fixture(scope="session", autouse=True)
def _quickly() -> Iterator[None]:
    """Pages, syncs, statements and usage as :mod:`tests.quickly` has them."""
    quickly.compile_once()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", quickly.never_synced)
        patch.setattr(render, "render_all", quickly.drawn)
        patch.setattr(usage, "measure", quickly.remembering(usage.measure))
        yield


@pytest.fixture
def real_pages() -> Iterator[None]:
    """PDFs as people get them, made by workers."""
    with quickly.real_pages():
        yield


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    """The PostgreSQL server of this test session, shared by all its processes."""
    from tests.postgresql import shared  # what only some tests need

    mine = tmp_path_factory.getbasetemp()
    with shared(mine.parent if "PYTEST_XDIST_WORKER" in os.environ else mine) as server:
        yield server
