"""ledger: the database of facts: plans, numbers, documents, what is billed, and the log that proves it.

:func:`open_ledger` opens a :class:`Ledger`; one writes at a time, and everything it writes is whole or not there.
"""

from invoicer.ledger.brief import Brief
from invoicer.ledger.carried import Proved
from invoicer.ledger.corrections import Account
from invoicer.ledger.faults import Fault, Point
from invoicer.ledger.files import Files
from invoicer.ledger.imported import Foreign, Import, Taken
from invoicer.ledger.issuing import Finish
from invoicer.ledger.ledger import Ledger
from invoicer.ledger.migrating import Migrated, migrate
from invoicer.ledger.moving import move
from invoicer.ledger.numbering import Numbering
from invoicer.ledger.opening import open_ledger
from invoicer.ledger.past import Logged, Past, Planning
from invoicer.ledger.records import (
    Artifact,
    Issued,
    Plan,
    PlannedDraft,
    PlanStatus,
    PlanSummary,
    Proposal,
    Recorded,
    RequestStatus,
)
from invoicer.ledger.release import RULE, Decision, DraftStatus, Verdict, status_of
from invoicer.ledger.seal import UNSEALED, Seal
from invoicer.ledger.series import document_number, pattern_fault, series_key
from invoicer.ledger.supposed import Supposed

__all__ = [
    "RULE",
    "UNSEALED",
    "Account",
    "Artifact",
    "Brief",
    "Decision",
    "DraftStatus",
    "Fault",
    "Files",
    "Finish",
    "Foreign",
    "Import",
    "Issued",
    "Ledger",
    "Logged",
    "Migrated",
    "Numbering",
    "Past",
    "Plan",
    "PlanStatus",
    "PlanSummary",
    "PlannedDraft",
    "Planning",
    "Point",
    "Proposal",
    "Proved",
    "Recorded",
    "RequestStatus",
    "Seal",
    "Supposed",
    "Taken",
    "Verdict",
    "document_number",
    "migrate",
    "move",
    "open_ledger",
    "pattern_fault",
    "series_key",
    "status_of",
]
