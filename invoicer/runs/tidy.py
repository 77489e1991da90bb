"""runs: tidy. Terms files in the one layout: all are laid out and proved first, then those that differ are written."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from invoicer import language, workspace
from invoicer.errors import InvoicerError, Problem

NO_LINE_END = "\\ No newline at end of file\n"


@dataclass(frozen=True, slots=True)
class Tidied:
    """A file as it is (``data``, and ``text`` to show problems with; "" where it could not be read) and as it is to be
    (``result``; None where its problems don't let it be laid out)."""

    shown_as: str
    data: bytes
    text: str
    result: str | None
    problems: tuple[Problem, ...] = ()
    path: Path | None = None

    @property
    def changes(self) -> bool:
        """Whether the file is to be another one, line ends and byte order mark included."""
        return self.result is not None and self.result.encode() != self.data

    def diff(self) -> str:
        """What changes, as a unified diff."""
        before, after = _lines(self.data.decode()), _lines(self.result or "")
        made = difflib.unified_diff(before, after, self.shown_as, self.shown_as)
        return "".join(line if line.endswith("\n") else f"{line}\n{NO_LINE_END}" for line in made)


def terms_to_tidy(named: Sequence[Path], folder: Path) -> list[tuple[str, Path]]:
    """(name to show, path) of the files that were named, of a folder all terms below it, each once; without any name those
    of the workspace. Raises WorkspaceError where nothing is named and the folder is no workspace."""
    if not named:
        return list(workspace.terms_of(folder))
    found: dict[Path, Path] = {}
    for path in named:
        below = sorted(one for one in path.rglob("*.terms") if one.is_file()) if path.is_dir() else [path]
        for one in below:
            found.setdefault(one.absolute(), one)
    return [(path.as_posix(), path) for path in found.values()]


def tidy(files: Iterable[tuple[str, Path]]) -> list[Tidied]:
    """Lay out files; nothing is written. Raises DefectError where a new layout would change what is said."""
    return [_tidied(shown_as, path) for shown_as, path in files]


def tidy_text(data: bytes, shown_as: str) -> Tidied:
    """Lay out a text that is in no file, such as what a program hands over."""
    return _laid_out(data, shown_as, None)


def write_tidied(tidied: Iterable[Tidied]) -> Iterator[Problem]:
    """Write those that change. A file that can't be written is a problem; the others are written all the same."""
    for one in tidied:
        if one.changes and one.path and one.result is not None:
            try:
                workspace.replace_file(one.path, one.data, one.result.encode(), one.shown_as)
            except InvoicerError as error:
                yield from error.problems


def _tidied(shown_as: str, path: Path) -> Tidied:
    try:
        return _laid_out(language.read_bytes(path, shown_as), shown_as, path)
    except InvoicerError as error:
        return Tidied(shown_as, b"", "", None, error.problems, path)


def _laid_out(data: bytes, shown_as: str, path: Path | None) -> Tidied:
    text = ""
    try:
        text = language.decode(data, shown_as)
        return Tidied(shown_as, data, text, language.formatted(text, shown_as), (), path)
    except InvoicerError as error:
        return Tidied(shown_as, data, text, None, error.problems, path)


def _lines(text: str) -> list[str]:
    """The lines of a text with their ends: only a line feed ends one."""
    lines = [f"{line}\n" for line in text.split("\n")]
    lines[-1] = lines[-1].removesuffix("\n")
    return lines if lines[-1] else lines[:-1]
