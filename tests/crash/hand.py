"""Who issues until nothing is left, whatever breaks on the way: ``python -m tests.crash.hand FOLDER HOW``.

HOW is "ledger" for what tests/ledger/papers.py plans, with files made at once, and "story" for a workspace with workers.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from invoicer import runs
from invoicer.errors import RunError
from tests.crash.story import day, desk_of
from tests.ledger.papers import TODAY, finish, make_files, writer

AGAIN = {"L101", "L151", "L155"}
"""The codes after which people call again: another run, no way to the server, a connection that broke."""
RENDERERS = 8


def main(folder: str, how: str) -> None:
    work = _ledger if how == "ledger" else _story
    until = time.monotonic() + 120
    while True:
        try:
            if work(Path(folder)):
                return
        except RunError as error:
            if not {problem.code for problem in error.problems} <= AGAIN or time.monotonic() > until:
                raise
        time.sleep(0.02)


def _ledger(folder: Path) -> bool:
    """Issue the plan and make its files; answers whether nothing was left."""
    with writer(folder) as ledger:
        ledger.issue(1, finish, TODAY, batch=3)
        make_files(ledger)
        return not ledger.missing_artifacts() and not ledger.unpublished()


def _story(folder: Path) -> bool:
    """As `invoicer issue`, with eight renderers; one that was killed is a problem, and the next issue makes its file."""
    os.cpu_count = lambda: RENDERERS
    with desk_of(folder) as (desk, ledger):
        return not runs.issue(desk, ledger, day(1), "sales").problems


if __name__ == "__main__":
    main(*sys.argv[1:])
