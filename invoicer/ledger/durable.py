"""ledger: files that are there whole or not at all, also after the power went."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from invoicer.ledger.faults import Fault, Point

STRAY = ".invoicer-"
"""How the names of unfinished files begin; what a crash leaves of them is swept away."""

os.umask(_UMASK := os.umask(0))  # there is no other way to ask for it
_MODE = 0o666 & ~_UMASK
"""Who may read what is written: whoever runs the batch says that to the system, not we."""


def write_whole(path: Path, data: bytes, fault: Fault) -> None:
    """Put the bytes under that name, replacing what was there: temporary file, sync, rename, sync of the folder.

    Raises OSError where the disk is full or the folder can't be written; the temporary file is then removed.
    """
    make_folder(path.parent)
    descriptor, unfinished = tempfile.mkstemp(prefix=STRAY, dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            half = len(data) // 2
            file.write(data[:half])
            fault(Point.FILE_HALF_WRITTEN)
            file.write(data[half:])
            file.flush()
            fault(Point.FILE_WRITTEN)
            os.fsync(file.fileno())
        fault(Point.FILE_SYNCED)
        Path(unfinished).chmod(_MODE)
        Path(unfinished).replace(path)
    except BaseException:
        Path(unfinished).unlink(missing_ok=True)
        raise
    fault(Point.FILE_RENAMED)
    sync_folder(path.parent)
    fault(Point.FOLDER_SYNCED)


def make_folder(folder: Path) -> None:
    """Make the folder and those above it that are missing, each one durable."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    sync_folder(folder.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sweep(folder: Path) -> None:
    """Remove the unfinished files that a crash left below the folder."""
    for path in folder.rglob(STRAY + "*"):
        path.unlink(missing_ok=True)
