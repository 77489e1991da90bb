"""runs: the stories. Each file reads from top to bottom; how anything is done stands in the rooms below."""

from invoicer.runs.confirm import confirm
from invoicer.runs.derive import Derivation, derive
from invoicer.runs.desk import Desk, open_desk, read_terms
from invoicer.runs.explain import Explanation, explain
from invoicer.runs.issue import IssueResult, issue
from invoicer.runs.plan import Planned, plan, rehearse
from invoicer.runs.preview import Preview, preview
from invoicer.runs.schedule import ScheduleRow, schedule

__all__ = [
    "Derivation",
    "Desk",
    "Explanation",
    "IssueResult",
    "Planned",
    "Preview",
    "ScheduleRow",
    "confirm",
    "derive",
    "explain",
    "issue",
    "open_desk",
    "plan",
    "preview",
    "read_terms",
    "rehearse",
    "schedule",
]
