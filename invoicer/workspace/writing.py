"""workspace: replace a file that people write by hand: whole or not at all, and only where it lies."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path

from invoicer.errors import Place, Problem, WorkspaceError
from invoicer.workspace.model import SETTINGS


def replace_file(path: Path, before: bytes, after: bytes, shown_as: str) -> None:
    """Put ``after`` in the place of ``before`` under that name: temporary file, sync, rename. Permissions stay; of a link
    what it leads to is replaced.

    Raises WorkspaceError (W205) where a link leads out of the workspace, or out of the file's own folder where there is no
    workspace around it; (W206) where the file can't be written, or no longer is what it was when it was read.
    """
    target = path.resolve()
    if not target.is_relative_to(_home(path).resolve()):
        cause = f"this leads out of the workspace, to {target}: nothing was written"
        raise WorkspaceError(Problem("W205", Place(shown_as), cause, "name the file itself"))
    try:
        if target.read_bytes() != before:
            cause = "the file has changed since it was read: nothing was written"
            raise WorkspaceError(Problem("W206", Place(shown_as), cause, "run the command again"))
        if not os.access(target, os.W_OK):
            raise PermissionError(0, "it is write-protected")
        _replace(target, after)
    except OSError as error:
        cause = f"the file can't be written: {error.strerror or error}"
        raise WorkspaceError(Problem("W206", Place(shown_as), cause, "check the file and its folder")) from None


def _home(path: Path) -> Path:
    """The workspace around a path as it is written, links not followed; else its own folder."""
    folder = Path(os.path.normpath(path.absolute())).parent
    return next((above for above in (folder, *folder.parents) if (above / SETTINGS).is_file()), folder)


def _replace(target: Path, data: bytes) -> None:
    was = target.stat()
    descriptor, unfinished = tempfile.mkstemp(prefix=".invoicer-", dir=target.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            with suppress(OSError):  # only root may give a file away
                os.fchown(descriptor, was.st_uid, was.st_gid)
            os.fchmod(descriptor, was.st_mode & 0o7777)
            file.write(data)
            file.flush()
            os.fsync(descriptor)
        Path(unfinished).replace(target)
    except BaseException:
        Path(unfinished).unlink(missing_ok=True)
        raise
