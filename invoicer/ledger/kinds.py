"""ledger: the kinds of entries of the log. Each has its check in :mod:`~invoicer.ledger.verify`; a test compares the two."""

from __future__ import annotations

from enum import StrEnum


class Entry(StrEnum):
    """What an entry of the log says that somebody did."""

    PLANNED = "planned"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"
    DROPPED = "dropped"
    BEGUN = "begun"
    ISSUED = "issued"
    FILES = "files-made"
    FOUND = "files-found"
    REQUESTED = "credit-requested"
    CANCELLED = "credit-cancelled"
    REBILLED = "rebilled"
    IMPORTED = "imported"
    WITHDRAWN = "import-withdrawn"
    MIGRATED = "migrated"
    MOVED = "moved"
