"""domain: a draft that somebody has to look at before it may go out."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from invoicer.errors import Problem


class DoubtName(StrEnum):
    """What may be doubtful about a draft; the words that people type and settings use."""

    FIRST_INVOICE = "first-invoice"
    JUMP = "jump"
    LATE_USAGE = "late-usage"
    AMENDMENT = "unconfirmed-amendment"
    TAX_ID = "tax-id"
    OLD_RATE = "old-rate"
    LARGE_CREDIT = "large-credit"
    TREATMENT = "changed-treatment"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why a person must release a draft of ``contract``: ``problem`` says it with its numbers. ``people`` is how many
    different people have to. ``subject`` is what exactly is doubted, where a release is remembered for later drafts (an
    amendment and the hash of its words)."""

    name: str
    contract: str
    problem: Problem
    people: int = 1
    subject: str = ""
