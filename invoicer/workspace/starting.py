"""workspace: make a workspace to start from."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from invoicer import home
from invoicer.errors import Place, Problem, WorkspaceError
from invoicer.workspace.checks import mend_by_choice

EXAMPLES = {"hosting": "managed-hosting", "insurance": "mobility-insurance"}
"""What ``invoicer init --example`` offers, and the folder under rules/ that it copies."""

_MADE_BY_RUNS = ("ledger", "documents", "__pycache__")


def copy_example(name: str, target: Path) -> None:
    """Copy a complete example workspace into a new or empty folder.

    Raises WorkspaceError for an unknown example, a folder that is in use, or one that can't be written.
    """
    if name not in EXAMPLES:
        mend = mend_by_choice(name, EXAMPLES, f"choose one of: {', '.join(EXAMPLES)}")
        raise WorkspaceError(Problem("W203", Place(), f"there is no example “{name}”", mend))
    _copy(home.folder("rules") / EXAMPLES[name], target)


def new_workspace(target: Path) -> None:
    """Make a small valid workspace in a new or empty folder: a seller, two customers, a price list and a contract,
    with comments. Raises WorkspaceError for a folder that is in use or can't be written."""
    _copy(home.folder("rules") / "starter", target)


def _copy(source: Path, target: Path) -> None:
    place = Place(str(target))
    if target.exists() and not target.is_dir():
        raise WorkspaceError(Problem("W204", place, "this is a file", "name a new or an empty folder"))
    try:
        used = target.is_dir() and any(target.iterdir())
    except OSError as error:
        raise WorkspaceError(_unwritable(place, error)) from error
    if used:
        mend = "name a new or an empty folder; nothing was written"
        raise WorkspaceError(Problem("W204", place, "this folder is not empty", mend))
    existed = target.is_dir()
    try:
        shutil.copytree(source, target, ignore=_without_what_runs_made(source), dirs_exist_ok=True)
    except (OSError, shutil.Error) as error:
        _take_back(target, existed)
        raise WorkspaceError(_unwritable(place, error)) from error


def _without_what_runs_made(source: Path) -> Callable[[str, list[str]], set[str]]:
    def left_out(folder: str, found: list[str]) -> set[str]:
        return set(found).intersection(_MADE_BY_RUNS if Path(folder) == source else ("__pycache__",))

    return left_out


def _take_back(target: Path, existed: bool) -> None:
    """Remove what a copy that failed left behind, so that the next try finds the folder as it was."""
    if not existed:
        shutil.rmtree(target, ignore_errors=True)
        return
    for path in target.iterdir():
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def _unwritable(place: Place, error: Exception) -> Problem:
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    mend = "name a folder that you may write to, on a disk with room"
    return Problem("W204", place, f"the folder can't be written: {reason}", mend)
