"""Random input: some hundred texts in every run, a million in `make test-slow`, spread over the processes of pytest-xdist.

The seed of a run stands in pytest's header; INVOICER_FUZZ_SEED sets it, INVOICER_FUZZ the number of texts.
"""

from __future__ import annotations

import faulthandler
import os

import pytest

from tests.language.fuzz import look_at

PATIENCE = 120  # seconds for one text, on a machine however busy: then it counts as endless
PARTS = 200


@pytest.mark.parametrize("part", range(8))
def test_some_random_input(part: int) -> None:
    look_at_many(seed=1, numbers=range(part * 50, part * 50 + 50))


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_a_million_random_inputs(part: int) -> None:
    each = int(os.environ.get("INVOICER_FUZZ", "1000000")) // PARTS
    look_at_many(seed=int(os.environ["INVOICER_FUZZ_SEED"]), numbers=range(part * each, part * each + each))


def look_at_many(seed: int, numbers: range) -> None:
    """Look at each of these inputs; what fails is told with its seed and number."""
    for number in numbers:
        faulthandler.dump_traceback_later(PATIENCE, exit=True)
        try:
            look_at(seed, number)
        except Exception as error:
            error.add_note(f"again alone: PYTHONPATH=. python -m tests.language.fuzz {seed} {number}")
            raise
        finally:
            faulthandler.cancel_dump_traceback_later()
