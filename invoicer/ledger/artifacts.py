"""ledger: the files of documents. Each is wanted from the issue on, and recorded once it is kept."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import sqlalchemy as sa

from invoicer.ledger import dialect, schema
from invoicer.ledger.faults import Point
from invoicer.ledger.files import Files
from invoicer.ledger.records import Artifact
from invoicer.ledger.store import Store
from invoicer.ledger.trouble import refused


def save(store: Store, files: Files, document: str, file_format: str, data: bytes) -> Path:
    """Keep the bytes, publish them under their name, record them. After a crash in between it is done again."""
    with store.read() as connection:
        wanted = _wanted(store, connection, document, file_format)
    digest = files.put(data)
    _same(store, wanted, digest)
    path = files.publish(digest, wanted.name)
    record(store, document, file_format, digest)
    return path


def record(store: Store, document: str, file_format: str, digest: str) -> None:
    """Remember that the wanted file is kept under that hash."""
    table = schema.artifacts
    with store.write() as connection:
        _same(store, _wanted(store, connection, document, file_format), digest)
        update = sa.update(table).where(table.c.document == document, table.c.format == file_format)
        connection.execute(update.values(sha256=digest))
        store.fault(Point.ARTIFACT_RECORDED)


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
