"""The laws, in whatever order things happen, on SQLite and on PostgreSQL."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.ledger.conftest import Places, kind, places
from tests.machine.cheap import cheap
from tests.machine.machine import Machine

__all__ = ["kind", "places"]
SIZES = {"sqlite": (7, 10), "postgresql": (2, 8)}
"""How many stories of how many steps."""
MANY = {"sqlite": (40, 25), "postgresql": (20, 20)}
PARTS = {"sqlite": 6, "postgresql": 3}
"""The larger size, in parts that stand for themselves, since processes share them: 300 stories of 7 200 steps. A step takes
0.3 to 0.5 seconds, most of it for what is planned and verified after it, so that all of them end within half an hour on
two cores. Each run tells other stories, those of its seed: what finds more is to run it again, and not to make it longer."""


@pytest.fixture(autouse=True)
def _cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    for of, name, other in cheap():
        monkeypatch.setattr(of, name, other)


def run(places: Places, stories: int, steps: int, of: str = "") -> None:
    """The machine, with new databases; the stories are those ``of`` a seed, or always the same."""

    class Here(Machine):
        def place(self, folder: Path) -> None:
            places.new(folder)

        def teardown(self) -> None:
            super().teardown()
            while places.made and places.server:
                places.server.drop(places.made.pop())

    checks = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
    usual = settings(max_examples=stories, stateful_step_count=steps, suppress_health_check=checks)
    run_state_machine_as_test(
        seed(of)(Here) if of else Here,
        settings=settings(usual, derandomize=False, database=None) if of else usual,
    )


def test_laws_hold_whatever_happens(kind: str, places: Places) -> None:
    run(places, *SIZES[kind])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "part"), [(kind, part) for kind, parts in PARTS.items() for part in range(parts)], scope="module"
)
def test_laws_hold_in_many_stories(kind: str, part: int, places: Places) -> None:
    """Had again by INVOICER_FUZZ_SEED, which is in the head of the run; what breaks a law is told as steps to call."""
    of = f"{os.environ['INVOICER_FUZZ_SEED']} {kind} {part}"
    sys.stdout.write(f"seed: {of}\n")
    run(places, *MANY[kind], of=of)
