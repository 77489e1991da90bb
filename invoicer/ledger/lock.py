"""ledger: one writer at a time."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from invoicer.ledger.trouble import explained, refused


@contextmanager
def writer_lock(path: Path) -> Iterator[None]:
    """Hold the lock file for as long as the block runs. The system lets go of it when the process dies, however it dies;
    the file itself stays, since removing it would let two writers hold two files of one name.

    Raises RunError (L101) that names the process which holds it.
    """
    with explained(path.parent):
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(descriptor, 20, 0).decode("ascii", "replace").strip() or "unknown"
            raise refused(
                "L101",
                path.parent,
                f"another run is under way here (process {holder})",
                "wait until it ends, or end it; what it issued stays issued, and the next run goes on from there",
            ) from None
        with explained(path.parent):
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(descriptor)
