"""ledger: questions to the ledger, each answered by one query."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

import sqlalchemy as sa

from invoicer.domain import canonical
from invoicer.domain.document import Document, Kind
from invoicer.domain.entitlement import BilledLine
from invoicer.errors import RunError
from invoicer.ledger import dialect, schema
from invoicer.ledger.dialect.words import RESTORE
from invoicer.ledger.faults import Point
from invoicer.ledger.mistyped import mistyped
from invoicer.ledger.near import mend_by_number
from invoicer.ledger.records import Issued, from_minor_units
from invoicer.ledger.store import Store
from invoicer.ledger.stored import read_as
from invoicer.ledger.trouble import refused


def put_contents(store: Store, contents: Iterable[bytes]) -> tuple[str, ...]:
    """Keep bytes under their hashes; what is kept already is not written again."""
    hashed = [(canonical.sha256(data), data) for data in contents]
    with store.write() as connection:
        rows = [{"sha256": digest, "data": data} for digest, data in dict(hashed).items()]
        dialect.insert_absent(connection, schema.contents, rows)
        store.fault(Point.CONTENT_INSERTED)
    return tuple(digest for digest, _ in hashed)


def content(store: Store, digest: str) -> bytes:
    """The bytes of that hash. Raises RunError: L143 there are none, L116 others stand in their place."""
    with store.read() as connection:
        query = sa.select(schema.contents.c.data).where(schema.contents.c.sha256 == digest)
        data = connection.execute(query).scalar_one_or_none()
    if data is None:
        raise refused("L143", store.folder, f"no content {digest} is kept here", "look for it in the backup")
    if not isinstance(data, bytes) or canonical.sha256(data) != digest:
        raise refused("L116", "", "this content is not what was kept", RESTORE, f"content {digest}")
    return data


def billed(store: Store, contracts: Collection[str]) -> tuple[BilledLine, ...]:
    """What documents carry of these contracts, in the order in which it was issued."""
    with store.read() as connection:
        return billed_lines(connection, contracts)


def billed_lines(connection: sa.Connection, contracts: Collection[str]) -> tuple[BilledLine, ...]:
    """The same, within a transaction."""
    found: list[tuple[int, str, str]] = []
    for lines, documents in ((schema.imported_lines, schema.imported), (schema.billed, schema.documents)):
        query = (
            sa.select(documents.c.logged, lines.c.document, lines.c.json)
            .join_from(lines, documents)
            .where(dialect.among(lines.c.contract, contracts))
            .order_by(documents.c.logged, lines.c.document, lines.c.line)
        )
        rows = [(row.logged, row.document, row.json) for row in connection.execute(query)]
        found = sorted([*found, *rows], key=lambda row: row[0]) if found else rows
    return tuple(read_as(BilledLine, text, "L114", f"a billed line of {number}") for _, number, text in found)


def billed_contracts(store: Store) -> frozenset[str]:
    """The ids of all contracts that were ever billed, here or by another system."""
    both = sa.union(sa.select(schema.billed.c.contract), sa.select(schema.imported_lines.c.contract))
    with store.read() as connection:
        return frozenset(connection.execute(both).scalars())


def imported(store: Store) -> tuple[Issued, ...]:
    """Documents of another system, by number; they stand in no series."""
    table = schema.imported
    with store.read() as connection:
        return tuple(_briefs(connection, sa.select(table, sa.literal("").label("series")).order_by(table.c.number)))


def documents(
    store: Store,
    plan: int | None,
    contracts: Collection[str] | None,
    customers: Collection[str] | None,
    kind: Kind | None,
    since: dt.date | None,
    until: dt.date | None,
) -> tuple[Issued, ...]:
    """Issued documents in the order in which they were issued."""
    table, lines, drafts = schema.documents.c, schema.billed.c, schema.plan_drafts.c
    query = sa.select(schema.documents).order_by(table.logged)
    if plan is not None:
        query = query.where(table.number.in_(sa.select(drafts.document).where(drafts.plan == plan)))
    if contracts is not None:
        query = query.where(table.number.in_(sa.select(lines.document).where(dialect.among(lines.contract, contracts))))
    if customers is not None:
        query = query.where(dialect.among(table.customer, customers))
    if kind is not None:
        query = query.where(table.kind == kind)
    query = query.where(*issued_within(table.issue_date, since, until))
    with store.read() as connection:
        return tuple(_briefs(connection, query))


def issued_within(
    issue_date: sa.ColumnElement[dt.date], since: dt.date | None, until: dt.date | None
) -> list[sa.ColumnElement[bool]]:
    """The conditions that an issue date lies from ``since`` to ``until``, both included; None leaves a side open."""
    return [
        *([issue_date >= since] if since is not None else []),
        *([issue_date <= until] if until is not None else []),
    ]


def document_json(store: Store, number: str) -> str:
    """The canonical JSON of a document, as it was hashed."""
    with store.read() as connection:
        return document_text(connection, number)


def document_text(connection: sa.Connection, number: str) -> str:
    """The same, within a transaction. Raises RunError: L140 there is none, L113 it is not what the log says (of another
    system: L176)."""
    log = schema.log.c
    for table, code in ((schema.documents.c, "L113"), (schema.imported.c, "L176")):
        query = sa.select(table.json, table.sha256, log.payload).join(schema.log, log.sequence == table.logged)
        if row := connection.execute(query.where(table.number == number)).one_or_none():
            if canonical.sha256(row.json) != row.sha256 or f'"{row.sha256}"' not in row.payload:
                raise refused(code, "", f"document {number} is not what was issued", RESTORE, f"document {number}")
            return str(row.json)
    raise refused(
        "L140", "", f"there is no document {number}", mend_by_number(connection, number), f"document {number}"
    )


def document(store: Store, number: str) -> Document:
    """The document of that number."""
    with store.read() as connection:
        return document_of(connection, number)


def document_of(connection: sa.Connection, number: str) -> Document:
    """The same, within a transaction."""
    return read_as(Document, document_text(connection, number), "L113", f"document {number}")


def first_documents(store: Store) -> Mapping[str, str]:
    """The number of the first document of each customer who ever got one."""
    table = schema.documents.c
    first = sa.select(sa.func.min(table.logged)).group_by(table.customer)
    query = sa.select(table.customer, table.number).where(table.logged.in_(first)).order_by(table.customer)
    with store.read() as connection:
        return dict(connection.execute(query).all())


def untold(store: Store) -> tuple[str, ...]:
    """The documents that plugins have not heard of yet, in the order of issue."""
    table = schema.documents.c
    with store.read() as connection:
        query = sa.select(table.number).where(table.told.is_(False)).order_by(table.logged)
        return tuple(connection.execute(query).scalars())


def mark_told(store: Store, numbers: Collection[str]) -> None:
    """Remember that plugins have heard of these documents."""
    table = schema.documents
    with store.write() as connection:
        connection.execute(sa.update(table).where(dialect.among(table.c.number, numbers)).values(told=True))


def next_numbers(store: Store) -> Mapping[str, int]:
    """The next number of each series that has begun, by its key."""
    with store.read() as connection:
        return dict(connection.execute(sa.select(schema.series.c.key, schema.series.c.next_number)).all())


def _briefs(connection: sa.Connection, query: sa.Select[Any]) -> Iterator[Issued]:
    """Raises RunError (L113) where a column holds what no ledger wrote: SQLite takes text for a number."""
    shown = ""
    try:
        for row in connection.execute(query):
            shown = f"document {row.number}"
            yield _brief(row)
            shown = ""
    except (TypeError, ValueError) as error:
        if found := tuple(mistyped(connection)):
            raise RunError(found) from error
        cause = f"a column of {shown or 'the documents'} holds what was never written there"
        raise refused("L113", "", cause, RESTORE, shown or "documents") from error


def _brief(row: sa.Row[Any]) -> Issued:
    return Issued(
        row.number,
        row.series,
        Kind(row.kind),
        row.seller,
        row.customer,
        row.currency,
        from_minor_units(row.net, row.currency),
        from_minor_units(row.tax, row.currency),
        from_minor_units(row.gross, row.currency),
        row.issue_date,
        row.bill_date,
        row.due_date,
        row.sha256,
    )
