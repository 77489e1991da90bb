"""A writer that kills itself: ``python -m tests.ledger.killed_writer FOLDER POINT TIMES COUNT BATCH``."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from invoicer.ledger import Point
from tests.ledger.papers import Breaks, many, run, writer


def die() -> None:
    """End the process: nothing is closed, flushed or rolled back."""
    os.kill(os.getpid(), signal.SIGKILL)


def main(folder: str, point: str, times: str, count: str, batch: str) -> None:
    with writer(Path(folder), Breaks(Point[point], die, int(times))) as ledger:
        run(ledger, many(int(count)), int(batch))


if __name__ == "__main__":
    main(*sys.argv[1:])
