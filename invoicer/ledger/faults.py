"""ledger: the points at which a run may break.

Tests hand :func:`~invoicer.ledger.open_ledger` a function that raises, or ends the process, at one of them; then they
resume and look for what is missing or doubled. In a real run nothing happens at any of them.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum


class Point(StrEnum):
    """Every place where a write or a sync is done, or was just done."""

    TRANSACTION_BEGUN = "transaction begun"
    CONTENT_INSERTED = "content inserted"
    PLAN_INSERTED = "plan inserted"
    DRAFTS_CONFIRMED = "drafts confirmed"
    NUMBERS_TAKEN = "numbers taken"
    LOG_APPENDED = "log appended"
    DOCUMENTS_INSERTED = "documents inserted"
    BILLED_INSERTED = "billed lines inserted"
    ARTIFACTS_WANTED = "artifacts wanted"
    DRAFTS_ISSUED = "drafts issued"
    BEFORE_COMMIT = "before commit"
    COMMITTED = "committed"
    FILE_HALF_WRITTEN = "file half written"
    FILE_WRITTEN = "file written"
    FILE_SYNCED = "file synced"
    FILE_RENAMED = "file renamed"
    FOLDER_SYNCED = "folder synced"
    FILE_PUBLISHED = "file published"
    ARTIFACT_RECORDED = "artifact recorded"


Fault = Callable[[Point], None]


def no_fault(point: Point) -> None:
    """What happens at each point in a real run: nothing."""
