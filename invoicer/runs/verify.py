"""runs: verify. Whether everything that was issued is what was issued, proved without terms, plugins or today's rules."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from invoicer.domain.canonical import sha256
from invoicer.errors import Place, Problem, RunError, Severity
from invoicer.ledger import Artifact, Ledger

_ARCHIVED = "look who changed it; the archive of the ledger has the original"


@dataclass(frozen=True, slots=True)
class Verdict:
    """One thing that was looked at: how many of it, and what is wrong."""

    subject: str
    looked_at: int
    problems: tuple[Problem, ...]


def verify(
    book: Ledger,
    number: str | None = None,
    since: dt.date | None = None,
    until: dt.date | None = None,
    anchors: Sequence[Path] = (),
    progress: Callable[[int], None] = lambda _: None,
) -> tuple[Verdict, ...]:
    """The log from its start with all tables that hang on it, always whole; then documents and their files, all or those of
    a number or of these issue dates. Files that belong to no document are looked for when nothing is left out.

    ``anchors`` are copies of the anchor that were kept elsewhere. ``progress`` hears of each document. Raises RunError
    (L140) where no document fits the number.
    """
    chain = (*book.verify_chain(), *(problem for path in anchors for problem in book.remembers(path)))
    documents: set[str] = set()
    wrong: list[Problem] = []
    for name, problems in book.proved(number, since, until):
        documents.add(name)
        wrong += problems
        progress(1)
    if number is not None and not documents:
        raise RunError((*chain, *_not_there(book, number)))
    every = book.artifacts()
    files = [artifact for artifact in every if artifact.document in documents]
    missing = [problem for artifact in files for problem in _file(book, artifact)]
    if number is None and since is None and until is None:
        missing += _strays(book)
    return (
        Verdict("log and tables", book.length(), chain),
        Verdict("documents", len(documents), tuple(wrong)),
        Verdict("files", len(files), tuple(missing)),
    )


def _not_there(book: Ledger, number: str) -> tuple[Problem, ...]:
    """Why a number fits no document: there is none, or it was issued on another day."""
    try:
        issued = book.document(number).issue_date
    except RunError as missing:
        return missing.problems
    cause, mend = f"document {number} was issued on {issued}", "leave out --since and --until"
    return (Problem("L140", Place(part=f"document {number}"), cause, mend),)


def _file(book: Ledger, artifact: Artifact) -> Iterator[Problem]:
    """A file in the archive (L142), and its copy under a readable name (L146)."""
    if not artifact.sha256:
        cause = f"the {artifact.format} of {artifact.document} is not made yet"
        place = Place(part=f"document {artifact.document}")
        yield Problem("L147", place, cause, "`invoicer issue` makes it", Severity.WARNING)
        return
    try:
        book.files.read(artifact.sha256)
    except RunError as error:
        yield from error.problems
    path = book.files.documents / artifact.name
    if not path.is_file():
        cause = f"the {artifact.format} of {artifact.document} is gone from under its readable name"
        yield Problem("L146", Place(str(path)), cause, "`invoicer issue` puts it back")
    elif sha256(path.read_bytes()) != artifact.sha256:
        yield Problem(
            "L146", Place(str(path)), f"this is not the file of {artifact.document} that was issued", _ARCHIVED
        )


def _strays(book: Ledger) -> Iterator[Problem]:
    """Files in the archive or among the documents that belong to no document (L148). What a crash left half written has a
    name that begins with a point, and is swept away by the next run. While files are wanted, one that nobody knows in the
    archive may be one of them, kept and not recorded yet: so the folders are looked at first."""
    found = {folder: sorted(folder.rglob("*")) for folder in (book.files.archive, book.files.documents)}
    every = book.artifacts()
    known = {book.files.path(one.sha256) for one in every if one.sha256}
    known |= {book.files.documents / one.name for one in every}
    wanted = not all(one.sha256 for one in every)
    for folder, paths in found.items():
        for path in paths:
            if path in known or path.name.startswith(".") or not path.is_file():
                continue
            cause, mend = (
                "this file belongs to no document that was issued",
                "look where it comes from, and move it away",
            )
            if folder == book.files.archive and wanted:
                first = f"`invoicer issue` makes the files that are wanted; if it is there afterwards, {mend}"
                yield Problem("L148", Place(str(path)), f"{cause}, or is not recorded yet", first, Severity.WARNING)
            else:
                yield Problem("L148", Place(str(path)), cause, f"{mend}; nothing of the ledger is in it")
