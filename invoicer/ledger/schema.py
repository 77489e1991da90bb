"""ledger: the tables. Facts only; intent lives in the workspace's text files.

Amounts in columns are whole minor units (cents), so that sums in SQL are exact. What counts is the canonical JSON beside
them, which is hashed; columns are there to query by, and :mod:`~invoicer.ledger.verify` holds them against it.

Whoever changes a table here adds a migration (:mod:`~invoicer.ledger.migrations`) that does the same to a database which
is in use; tests compare the two.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy import BigInteger, Boolean, Column, Date, ForeignKey, Integer, LargeBinary, String, Table, Text

SCHEMA = "2"
"""What the table ``about`` says of every ledger that Alembic keeps the revision of. Versions of invoicer from before that
look here, and ask to be updated."""

metadata = sa.MetaData()


def word(length: int | None = None) -> String:
    """A column of text that sorts by code points on every database, whatever the locale of the server."""
    return String(length).with_variant(String(length, collation="C"), "postgresql")


def _paper() -> tuple[Column[Any], ...]:
    """What documents can be queried by, whoever has issued them."""
    return (
        Column("kind", word(), nullable=False),
        Column("seller", word(), nullable=False),
        Column("customer", word(), nullable=False, index=True),
        Column("currency", word(3), nullable=False),
        Column("net", BigInteger, nullable=False),
        Column("tax", BigInteger, nullable=False),
        Column("gross", BigInteger, nullable=False),
        Column("issue_date", Date, nullable=False, index=True),
        Column("bill_date", Date, nullable=False),
        Column("due_date", Date, nullable=False),
    )


def _line() -> tuple[Column[Any], ...]:
    """What billed lines can be queried by, whoever has billed them; and the text that counts."""
    return (
        Column("customer", word(), nullable=False),
        Column("currency", word(3), nullable=False),
        Column("net", BigInteger, nullable=False),
        Column("bill_date", Date, nullable=False),
        Column("issue_date", Date, nullable=False),
        Column("counts", Boolean, nullable=False),
        Column("json", Text, nullable=False),
    )


about = Table(
    "about",
    metadata,
    Column("name", word(), primary_key=True),
    Column("value", word(), nullable=False),
)

contents = Table(
    "contents",
    metadata,
    Column("sha256", word(64), primary_key=True),
    Column("data", LargeBinary, nullable=False),
)

log = Table(
    "log",
    metadata,
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    Column("kind", word(), nullable=False),
    Column("payload", Text, nullable=False),
    Column("previous", word(64), nullable=False),
    Column("hash", word(64), nullable=False),
)

series = Table(
    "series",
    metadata,
    Column("key", word(), primary_key=True),
    Column("pattern", word(), nullable=False),
    Column("seller", word(), nullable=False),
    Column("next_number", Integer, nullable=False),
    Column("first", Integer, nullable=False, server_default="1"),  # other than 1 where numbers of another system go on
)

plans = Table(
    "plans",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("as_of", Date, nullable=False),
    Column("created", Date, nullable=False),
    Column("status", word(), nullable=False),
)

documents = Table(
    "documents",
    metadata,
    Column("number", word(), primary_key=True),
    Column("series", ForeignKey("series.key"), nullable=False),
    Column("counter", Integer, nullable=False),
    *_paper(),
    Column("logged", ForeignKey("log.sequence"), nullable=False, unique=True),
    Column("json", Text, nullable=False),
    Column("sha256", word(64), nullable=False),
    Column("told", Boolean, nullable=False, default=False),  # whether plugins have heard of its issue
    sa.UniqueConstraint("series", "counter"),
)

plan_drafts = Table(
    "plan_drafts",
    metadata,
    Column("plan", ForeignKey("plans.id"), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("contracts", Text, nullable=False),  # JSON list of ids
    Column("fingerprint", word(), nullable=False),
    Column("sha256", word(64), nullable=False),  # of its canonical JSON, which is kept among the contents
    Column("revisions", Text, nullable=False),  # JSON list: the revision of each line, as planned
    Column("status", word(), nullable=False),
    Column("remark", Text, nullable=False),
    Column("document", ForeignKey("documents.number"), unique=True),
    Column("people", Integer, nullable=False, server_default="1"),  # how many different people have to release it
    Column("since", Date),  # the day on which it was planned first
    sa.Index("plan_drafts_by_status", "plan", "status", "position"),
)

plan_doubts = Table(
    "plan_doubts",
    metadata,
    Column("plan", ForeignKey("plans.id"), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),  # counts from 1 within a draft
    Column("contract", word(), nullable=False),
    Column("name", word(), nullable=False),
    Column("json", Text, nullable=False),
)

plan_decisions = Table(
    "plan_decisions",
    metadata,
    Column("plan", ForeignKey("plans.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),  # counts from 1 within a plan
    Column("position", Integer, nullable=False),
    Column("contract", word(), nullable=False),  # "": about the draft itself
    Column("json", Text, nullable=False),
    Column("logged", ForeignKey("log.sequence"), nullable=False),
)

plan_holds = Table(
    "plan_holds",
    metadata,
    Column("plan", ForeignKey("plans.id"), primary_key=True),
    Column("contract", word(), primary_key=True),
    Column("problems", Text, nullable=False),  # JSON list of problems
)

billed = Table(
    "billed",
    metadata,
    Column("document", ForeignKey("documents.number"), primary_key=True),
    Column("line", Integer, primary_key=True, autoincrement=False),
    Column("contract", word(), nullable=False),
    Column("component", word(), nullable=False),
    Column("span", word(), nullable=False),
    Column("revision", Integer, nullable=False),
    *_line(),
    sa.UniqueConstraint("contract", "component", "span", "revision", name="billed_once"),
)

corrections = Table(
    "corrections",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("document", word(), nullable=False, index=True),  # one of ours, or one that was imported
    Column("kind", word(), nullable=False),
    Column("logged", ForeignKey("log.sequence"), nullable=False, unique=True),
    Column("cancelled", ForeignKey("log.sequence")),  # the entry that says so
    Column("json", Text, nullable=False),
)

correction_lines = Table(
    "correction_lines",
    metadata,
    Column("correction", ForeignKey("corrections.id"), primary_key=True),
    Column("line", Integer, primary_key=True, autoincrement=False),
    Column("amount", BigInteger, nullable=False),
    Column("issued", ForeignKey("documents.number")),  # the document that it became
    Column("released", ForeignKey("log.sequence")),  # the entry that lets it be billed again
)

imported = Table(
    "imported",
    metadata,
    Column("number", word(), primary_key=True),
    *_paper(),
    Column("logged", ForeignKey("log.sequence"), nullable=False),
    Column("json", Text, nullable=False),
    Column("sha256", word(64), nullable=False),
)

imported_lines = Table(
    "imported_lines",
    metadata,
    Column("document", ForeignKey("imported.number"), primary_key=True),
    Column("line", Integer, primary_key=True, autoincrement=False),
    Column("contract", word(), nullable=False, index=True),
    Column("component", word(), nullable=False),
    Column("span", word(), nullable=False),
    *_line(),
)

artifacts = Table(
    "artifacts",
    metadata,
    Column("document", ForeignKey("documents.number"), primary_key=True),
    Column("format", word(), primary_key=True),
    Column("name", word(), nullable=False, unique=True),
    Column("sha256", word(64)),  # NULL: wanted, and not yet made
    Column("logged", ForeignKey("log.sequence")),  # the entry that has its hash
)
