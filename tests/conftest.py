"""tests: what every room's tests share."""

from __future__ import annotations

import os
import secrets

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile(
    "gate",
    deadline=None,
    derandomize=True,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.register_profile("explore", parent=settings.get_profile("gate"), derandomize=False, max_examples=2000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "gate"))


def pytest_configure() -> None:
    """One seed for all processes of a run (the first of them sets it for the others)."""
    os.environ.setdefault("INVOICER_FUZZ_SEED", str(secrets.randbelow(2**32)))


def pytest_report_header(config: pytest.Config) -> str:  # noqa: ARG001
    """The seed of random input, so that a run can be had again."""
    return f"INVOICER_FUZZ_SEED={os.environ['INVOICER_FUZZ_SEED']}"
