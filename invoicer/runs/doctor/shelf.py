"""runs: the doctor looks at the workspace. What `check` would say, who remembers its changes, how much room there is."""

from __future__ import annotations

import datetime as dt
import shutil
from collections import Counter
from pathlib import Path

from invoicer.errors import Place, Problem, Severity
from invoicer.runs.check import check
from invoicer.runs.desk import Desk
from invoicer.runs.doctor.finding import Finding

GIGABYTE = 10**9
LEAST_ROOM = GIGABYTE
"""A batch of ten thousand documents with their files takes about half of it."""


def room(desk: Desk, now: dt.datetime) -> Finding:
    """How many contracts and customers there are, and H010 where `check` has something to say about them."""
    seller = next(iter(desk.workspace.sellers.values()))
    counts = Counter(problem.severity for problem in check(desk, desk.today(seller, now)))
    found = f"contracts: {len(desk.contracts)}, customers: {len(desk.workspace.customers)}"
    if not counts:
        return Finding("workspace", found)
    severity = Severity.ERROR if counts[Severity.ERROR] else Severity.WARNING
    cause = f"errors: {counts[Severity.ERROR]}, warnings: {counts.total() - counts[Severity.ERROR]}"
    problem = Problem("H010", Place(part="workspace"), cause, "`invoicer check` lists them with their places", severity)
    return Finding("workspace", found, (problem,))


def history(folder: Path) -> Finding:
    """H011 where no version control remembers who changed terms and when."""
    if any((above / ".git").exists() for above in (folder.resolve(), *folder.resolve().parents)):
        return Finding("history of terms", "git")
    cause = "the workspace is under no version control: nobody can tell who changed terms or settings, and when"
    problem = Problem("H011", Place(str(folder)), cause, "`git init` there, and commit each change", Severity.WARNING)
    return Finding("history of terms", "none", (problem,))


def space_for_more(folder: Path) -> Finding:
    """H012 where the disk is nearly full."""
    free = shutil.disk_usage(folder).free
    found = f"{free / GIGABYTE:.1f} GB free"
    if free >= LEAST_ROOM:
        return Finding("disk", found)
    cause = f"the disk has only {free / 10**6:.0f} MB left; a run that finds it full stops, and loses nothing"
    return Finding("disk", found, (Problem("H012", Place(str(folder)), cause, "make room", Severity.WARNING),))
