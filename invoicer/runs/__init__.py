"""runs: the stories. Each file reads from top to bottom; how anything is done stands in the rooms below."""

from typing import TYPE_CHECKING

from invoicer.late import late

if TYPE_CHECKING:
    from invoicer.runs.agenda import agenda
    from invoicer.runs.bring import Brought, import_billed, withdraw_import
    from invoicer.runs.chart import chart
    from invoicer.runs.check import check
    from invoicer.runs.completeness import Completeness, completeness
    from invoicer.runs.confirm import Only, confirm, reject, release_by_rules, would_confirm
    from invoicer.runs.credit import Credited, cancel, credit, rebill
    from invoicer.runs.derive import Derivation, derive, issued_as_of
    from invoicer.runs.desk import Desk, open_desk, read_terms
    from invoicer.runs.diagnose import diagnose
    from invoicer.runs.diff import ContractDiff, Diff, diff
    from invoicer.runs.doctor import Finding, examine
    from invoicer.runs.examples import Tried, try_out
    from invoicer.runs.expected import Expected, Status, Tally
    from invoicer.runs.explain import Explanation, clause_words, clauses_of, explain, explain_draft, hashes_to
    from invoicer.runs.files import Files, load_files
    from invoicer.runs.issue import IssueResult, issue, rehearse_issue
    from invoicer.runs.keys import new_key, seal_of, sign
    from invoicer.runs.law import under_law
    from invoicer.runs.memory import user_memory
    from invoicer.runs.plan import Compared, Planned, compare, difference, plan, rehearse
    from invoicer.runs.preview import Preview, preview
    from invoicer.runs.schedule import ScheduleRow, endings, schedule
    from invoicer.runs.tidy import Tidied, terms_to_tidy, tidy, tidy_text, write_tidied
    from invoicer.runs.verify import verify
    from invoicer.runs.versions import Version, read_version
    from invoicer.runs.waiting import Waits, waiting

__all__ = [
    "Brought",
    "Compared",
    "Completeness",
    "ContractDiff",
    "Credited",
    "Derivation",
    "Desk",
    "Diff",
    "Expected",
    "Explanation",
    "Files",
    "Finding",
    "IssueResult",
    "Only",
    "Planned",
    "Preview",
    "ScheduleRow",
    "Status",
    "Tally",
    "Tidied",
    "Tried",
    "Version",
    "Waits",
    "agenda",
    "cancel",
    "chart",
    "check",
    "clause_words",
    "clauses_of",
    "compare",
    "completeness",
    "confirm",
    "credit",
    "derive",
    "diagnose",
    "diff",
    "difference",
    "endings",
    "examine",
    "explain",
    "explain_draft",
    "hashes_to",
    "import_billed",
    "issue",
    "issued_as_of",
    "load_files",
    "new_key",
    "open_desk",
    "plan",
    "preview",
    "read_terms",
    "read_version",
    "rebill",
    "rehearse",
    "rehearse_issue",
    "reject",
    "release_by_rules",
    "schedule",
    "seal_of",
    "sign",
    "terms_to_tidy",
    "tidy",
    "tidy_text",
    "try_out",
    "under_law",
    "user_memory",
    "verify",
    "waiting",
    "withdraw_import",
    "would_confirm",
    "write_tidied",
]

late(
    __name__,
    {
        "agenda": ("agenda",),
        "bring": ("Brought", "import_billed", "withdraw_import"),
        "chart": ("chart",),
        "check": ("check",),
        "completeness": ("Completeness", "completeness"),
        "credit": (
            "Credited",
            "cancel",
            "credit",
            "rebill",
        ),
        "confirm": ("Only", "confirm", "reject", "release_by_rules", "would_confirm"),
        "derive": (
            "Derivation",
            "derive",
            "issued_as_of",
        ),
        "desk": (
            "Desk",
            "open_desk",
            "read_terms",
        ),
        "diagnose": ("diagnose",),
        "diff": (
            "ContractDiff",
            "Diff",
            "diff",
        ),
        "doctor": ("Finding", "examine"),
        "examples": (
            "Tried",
            "try_out",
        ),
        "expected": ("Expected", "Status", "Tally"),
        "explain": (
            "Explanation",
            "clause_words",
            "clauses_of",
            "explain",
            "explain_draft",
            "hashes_to",
        ),
        "files": (
            "Files",
            "load_files",
        ),
        "issue": (
            "IssueResult",
            "issue",
            "rehearse_issue",
        ),
        "keys": ("new_key", "seal_of", "sign"),
        "law": ("under_law",),
        "memory": ("user_memory",),
        "plan": (
            "Compared",
            "Planned",
            "compare",
            "difference",
            "plan",
            "rehearse",
        ),
        "preview": (
            "Preview",
            "preview",
        ),
        "schedule": (
            "ScheduleRow",
            "endings",
            "schedule",
        ),
        "tidy": (
            "Tidied",
            "terms_to_tidy",
            "tidy",
            "tidy_text",
            "write_tidied",
        ),
        "verify": ("verify",),
        "versions": (
            "Version",
            "read_version",
        ),
        "waiting": ("Waits", "waiting"),
    },
)
