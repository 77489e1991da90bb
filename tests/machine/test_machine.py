"""The laws, in whatever order things happen, on SQLite and on PostgreSQL."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.ledger.conftest import Places, kind, places
from tests.machine.cheap import cheap
from tests.machine.machine import Machine

__all__ = ["kind", "places"]
SIZES = {"sqlite": (7, 10), "postgresql": (2, 8)}
"""How many stories of how many steps."""
MANY = {"sqlite": (700, 25), "postgresql": (100, 20)}


@pytest.fixture(autouse=True)
def _cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    for of, name, other in cheap():
        monkeypatch.setattr(of, name, other)


def run(places: Places, stories: int, steps: int) -> None:
    """The machine, with new databases."""

    class Here(Machine):
        def place(self, folder: Path) -> None:
            places.new(folder)

        def teardown(self) -> None:
            super().teardown()
            while places.made and places.server:
                places.server.drop(places.made.pop())

    checks = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
    run_state_machine_as_test(
        Here, settings=settings(max_examples=stories, stateful_step_count=steps, suppress_health_check=checks)
    )


def test_laws_hold_whatever_happens(kind: str, places: Places) -> None:
    run(places, *SIZES[kind])


@pytest.mark.slow
def test_laws_hold_in_many_stories(kind: str, places: Places) -> None:
    run(places, *MANY[kind])
