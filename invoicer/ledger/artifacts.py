"""ledger: the files of documents. Each is wanted from the issue on, kept in the archive, recorded in the log with others
that were made with it, and only then published: no file goes out whose hash the log does not know."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from operator import attrgetter
from pathlib import Path

import sqlalchemy as sa

from invoicer.domain.canonical import sha256
from invoicer.errors import Problem, RunError
from invoicer.ledger import chain, dialect, schema
from invoicer.ledger.faults import Point
from invoicer.ledger.files import Files
from invoicer.ledger.kinds import Entry
from invoicer.ledger.records import Artifact
from invoicer.ledger.store import Store
from invoicer.ledger.trouble import refused

_AT_ONCE = 500
"""How many files that are found stand in one entry of the log."""


def keep(store: Store, files: Files, document: str, file_format: str, data: bytes) -> Artifact:
    """Keep the bytes of a wanted file; answers what is to be recorded. Whatever stands against it is found before anything
    is written."""
    with store.read() as connection:
        wanted = _wanted(store, connection, document, file_format)
    digest = sha256(data)
    _same(store, wanted, digest)
    files.free(digest, wanted.name)
    files.put(data)
    return replace(wanted, sha256=digest)


def save(
    store: Store, files: Files, kept: Sequence[Artifact], who: str
) -> tuple[tuple[Path, ...], tuple[Problem, ...]]:
    """Record files that are kept, in one transaction, and publish each under its name; answers the names, and what stands
    against some. After a crash in between those that are recorded are published, and the others made again."""
    recorded, problems = _record(store, kept, who)
    paths: list[Path] = []
    for one in recorded:
        try:
            paths.append(files.publish(one.sha256, one.name))
        except RunError as error:
            problems += error.problems
    return tuple(paths), tuple(problems)


def find(store: Store, missing: bool, numbers: Collection[str] | None) -> tuple[Artifact, ...]:
    """Files of documents in the order of issue; only those that are not made yet, or all."""
    table = schema.artifacts
    query = sa.select(table).join_from(table, schema.documents).order_by(schema.documents.c.logged, table.c.format)
    if missing:
        query = query.where(table.c.sha256.is_(None))
    if numbers is not None:
        query = query.where(dialect.among(table.c.document, numbers))
    with store.read() as connection:
        rows = connection.execute(query).all()
    return tuple(Artifact(row.document, row.format, row.name, row.sha256 or "") for row in rows)


def log_those_from_before(connection: sa.Connection) -> None:
    """Bring the hashes of files into the log that were made before it held any: from now on nobody changes them unseen."""
    table = schema.artifacts
    query = sa.select(table).where(table.c.sha256.is_not(None), table.c.logged.is_(None))
    rows = connection.execute(query.order_by(table.c.document, table.c.format)).all()
    found = [Artifact(row.document, row.format, row.name, row.sha256) for row in rows]
    for first in range(0, len(found), _AT_ONCE):
        _log(connection, Entry.FOUND, found[first : first + _AT_ONCE], "")


def _record(store: Store, kept: Sequence[Artifact], who: str) -> tuple[list[Artifact], list[Problem]]:
    """One entry of the log for all that are new. What another process has recorded by now has to be the same."""
    recorded: list[Artifact] = []
    new: list[Artifact] = []
    problems: list[Problem] = []
    with store.write() as connection:
        for one in sorted(kept, key=attrgetter("document", "format")):
            try:
                stored = _wanted(store, connection, one.document, one.format)
                _same(store, stored, one.sha256)
            except RunError as error:
                problems += error.problems
                continue
            recorded.append(one)
            new += [] if stored.sha256 else [one]
        if new:
            _log(connection, Entry.FILES, new, who)
            store.fault(Point.ARTIFACT_RECORDED)
    return recorded, problems


def _log(connection: sa.Connection, kind: Entry, made: Sequence[Artifact], who: str) -> None:
    said = {"files": [[one.document, one.format, one.sha256] for one in made]}
    [sequence] = chain.append(connection, [(kind, said | ({"who": who} if who else {}))])
    rows = [{"document": one.document, "format": one.format, "sha256": one.sha256, "logged": sequence} for one in made]
    dialect.update_rows(connection, schema.artifacts, ("document", "format"), rows)


def _wanted(store: Store, connection: sa.Connection, document: str, file_format: str) -> Artifact:
    table = schema.artifacts
    query = sa.select(table).where(table.c.document == document, table.c.format == file_format)
    row = connection.execute(query).one_or_none()
    if row is None:
        cause = f"no {file_format} of {document} is wanted"
        raise refused(
            "L141", store.folder, cause, "formats are chosen when a document is issued", f"document {document}"
        )
    return Artifact(row.document, row.format, row.name, row.sha256 or "")


def _same(store: Store, artifact: Artifact, digest: str) -> None:
    if artifact.sha256 not in ("", digest):
        cause = f"the {artifact.format} of {artifact.document} is kept already, and this one is another"
        mend = "an issued document never changes; use the file that is kept"
        raise refused("L141", store.folder, cause, mend, f"document {artifact.document}")
