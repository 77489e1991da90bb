"""render: the template folders. A name is looked up in the workspace's ``templates/`` first, then in the bundled one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath

from invoicer import home
from invoicer.errors import Place, Problem, WorkspaceError


class TemplateFolders:
    """Folders that hold templates, style sheets, translations and logos, in the order of lookup.

    ``own`` are the folders of a workspace; one that does not exist is left out. The bundled folder always comes last.
    """

    def __init__(self, own: Sequence[Path] = ()) -> None:
        self.bundled = home.folder("templates")
        self.all = (*(folder for folder in own if folder.is_dir()), self.bundled)

    def find(self, name: str) -> Path | None:
        """The first file of that relative name, or None. A name or a link that leads out of its folder finds nothing."""
        if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts:
            return None
        return next((path for path in self.every(name) if path.is_file()), None)

    def every(self, name: str) -> Iterator[Path]:
        """Every existing file of that name, in the order of lookup."""
        for folder in self.all:
            path = folder / name
            if path.exists() and path.resolve().is_relative_to(folder.resolve()):
                yield path

    def read(self, name: str) -> str:
        """The text of the first file of that name.

        Raises WorkspaceError where there is none (R001), or where it can't be read as UTF-8 text (R002).
        """
        path = self.find(name)
        if path is None:
            raise WorkspaceError(missing(name))
        try:
            return path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise WorkspaceError(unreadable(path, error)) from error


def missing(name: str, asked_by: Place | None = None) -> Problem:
    """No template folder has a file of that name."""
    return Problem(
        "R001",
        asked_by or Place(f"templates/{name}"),
        f"there is no template named {name}",
        "add it to the templates/ folder of the workspace, or correct the name",
    )


def unreadable(path: Path, error: Exception) -> Problem:
    """A file of the template folders can't be read as text."""
    if isinstance(error, UnicodeDecodeError):
        cause, mend = f"it is not UTF-8 text (byte {error.start + 1})", "save it as UTF-8"
    else:
        reason = error.strerror if isinstance(error, OSError) else None
        cause, mend = f"it can't be read: {reason or error}", "check its permissions and its folder"
    return Problem("R002", Place(str(path)), cause, mend)
