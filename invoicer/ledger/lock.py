"""ledger: who may write, and when nobody else does."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from invoicer.ledger.trouble import explained, refused


@contextmanager
def writer_lock(path: Path, *, shared: bool, alone: Callable[[], None]) -> Iterator[None]:
    """Hold the lock file for as long as the block runs. The system lets go of it when the process dies, however it dies;
    the file itself stays, since removing it would let two writers hold two files of one name.

    Where the database lets several processes write, they share the file. ``alone`` is called when nobody else holds it,
    so for what must not happen while others write.

    Raises RunError (L101) that names the process which holds it.
    """
    with explained(path.parent):
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        if _lock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB):
            with explained(path.parent):
                os.ftruncate(descriptor, 0)
                os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
                alone()
        elif not shared:
            holder = os.pread(descriptor, 20, 0).decode("ascii", "replace").strip() or "unknown"
            cause = f"another run is under way here (process {holder})"
            mend = "wait until it ends, or end it; what it issued stays issued, and the next run goes on from there"
            raise refused("L101", path.parent, cause, mend)
        if shared:
            _lock(descriptor, fcntl.LOCK_SH)
        yield
    finally:
        os.close(descriptor)


@contextmanager
def brief_lock(path: Path) -> Iterator[None]:
    """Hold a lock file for a moment; who comes meanwhile waits."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        _lock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _lock(descriptor: int, how: int) -> bool:
    try:
        fcntl.flock(descriptor, how)
    except BlockingIOError:
        return False
    return True
