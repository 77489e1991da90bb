"""runs: the doctor looks at the ledger. The database and its product, and whether every file is what was issued."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping

from invoicer.domain.canonical import sha256
from invoicer.errors import Place, Problem, RunError, Severity
from invoicer.ledger import Artifact, Files, Ledger
from invoicer.runs.doctor.finding import Finding

WAL_MENDED = (3, 51, 3)
"""SQLite 3.7.0 to 3.51.2 can damage a database when a connection resets the write-ahead log while another one makes a
checkpoint (sqlite.org, release of 2026-03-13)."""


def last_issue(book: Ledger) -> dt.date | None:
    """The day of the last document; None before the first."""
    return max((one.issue_date for one in book.documents()), default=None)


def database(book: Ledger) -> Iterator[Finding]:
    """What the database is (H020 to H022), and whether all in it is what was written (L108 to L119)."""
    facts = book.database_facts()
    look = _look_at_server if facts["product"] == "PostgreSQL" else _look_at_sqlite
    yield Finding("database", f"{facts['product']} {facts['version']}", tuple(look(facts)))
    documents, plans = len(book.documents()), len(book.plans())
    yield Finding("ledger", f"documents: {documents}, plans: {plans}", book.verify_chain())


def files(book: Ledger) -> Iterator[Finding]:
    """Every file of every document: made (H030), unchanged (L142), under its readable name (H031), and none beside them
    (H032)."""
    artifacts = book.artifacts()
    problems = [problem for artifact in artifacts if (problem := _look_at_file(book.files, artifact))]
    if wanted := sum(not one.sha256 for one in artifacts):
        cause = f"{wanted} files of issued documents are not made yet"
        mend = "`invoicer issue` makes them; it issues nothing that nobody confirmed"
        problems.append(Problem("H030", Place(part="files"), cause, mend, Severity.WARNING))
    problems += _strangers(book.files, {one.sha256 for one in artifacts})
    yield Finding("files", f"{sum(bool(one.sha256) for one in artifacts)} of {len(artifacts)} made", tuple(problems))


def _look_at_sqlite(facts: Mapping[str, str]) -> Iterator[Problem]:
    version = facts["version"]
    if tuple(int(part) for part in version.split(".")) < WAL_MENDED:
        cause = (
            f"SQLite {version} has a fault that can, very seldom, damage a database that two programs write at the same "
            "time (mended in 3.51.3); invoicer lets one write at a time, other programs may not know"
        )
        mend = "open the database with no other program while a run is under way; or use a Python with a newer SQLite"
        yield Problem("H020", Place(part="SQLite"), cause, mend, Severity.WARNING)
    if facts["quick_check"] != "ok":
        cause = f"SQLite finds its own file damaged: {facts['quick_check']}"
        yield Problem("H021", Place(part="SQLite"), cause, "put the whole folder back from its latest backup")


def _look_at_server(facts: Mapping[str, str]) -> Iterator[Problem]:
    for name in ("fsync", "full_page_writes"):
        if facts[name] != "on":
            cause = f"the server runs with {name} = {facts[name]}: a loss of power can take issued documents with it"
            yield Problem("H022", Place(part="PostgreSQL"), cause, f"set {name} = on in postgresql.conf")
    if facts["data_checksums"] != "on":
        cause = "the server keeps no checksums of its pages: a disk that fails slowly is noticed late"
        mend = "switch them on with pg_checksums when the server is next down"
        yield Problem("H022", Place(part="PostgreSQL"), cause, mend, Severity.WARNING)


def _look_at_file(kept: Files, artifact: Artifact) -> Problem | None:
    if not artifact.sha256:
        return None
    try:
        kept.read(artifact.sha256)
    except RunError as error:
        return error.problems[0]
    path = kept.documents / artifact.name
    if not path.is_file():
        cause, mend = "the file is gone from under its readable name", "`invoicer issue` puts it back"
    elif sha256(path.read_bytes()) != artifact.sha256:
        cause, mend = "the file is not the one that was issued", "look who changed it; the archive has the original"
    else:
        return None
    return Problem("H031", Place(str(path)), cause, mend, Severity.WARNING)


def _strangers(kept: Files, known: set[str]) -> Iterator[Problem]:
    """Files in the archive that belong to no document. What a crash leaves of a file is swept away by the next run."""
    for path in sorted(kept.archive.rglob("*")) if kept.archive.is_dir() else ():
        if path.is_file() and path.name not in known and not path.name.startswith("."):
            cause = "this file belongs to no document; a run that was ended may have left it before recording it"
            mend = "leave it: the next `invoicer issue` records it if it is wanted; else move it away"
            yield Problem("H032", Place(str(path)), cause, mend, Severity.WARNING)
