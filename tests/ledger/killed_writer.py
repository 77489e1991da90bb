"""A writer that kills itself: ``python -m tests.ledger.killed_writer FOLDER POINT TIMES COUNT BATCH``."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from invoicer.ledger import Point
from tests.ledger.papers import Breaks, many, run, writer


class Kills(Breaks):
    """Ends the process where :class:`Breaks` would raise: nothing is closed, flushed or rolled back."""

    def __call__(self, point: Point) -> None:
        try:
            super().__call__(point)
        except InterruptedError:
            os.kill(os.getpid(), signal.SIGKILL)


def main(folder: str, point: str, times: str, count: str, batch: str) -> None:
    with writer(Path(folder), Kills(Point[point], InterruptedError(), int(times))) as ledger:
        run(ledger, many(int(count)), int(batch))


if __name__ == "__main__":
    main(*sys.argv[1:])
