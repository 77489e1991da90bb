"""ledger: the tables. Facts only; intent lives in the workspace's text files.

Amounts in columns are whole minor units (cents), so that sums in SQL are exact. What counts is the canonical JSON beside
them, which is hashed; columns are there to query by, and :mod:`~invoicer.ledger.verify` holds them against it.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import BigInteger, Boolean, Column, Date, ForeignKey, Integer, LargeBinary, String, Table, Text

from invoicer.ledger.trouble import refused

VERSION = 1

metadata = sa.MetaData()

about = Table(
    "about",
    metadata,
    Column("name", String, primary_key=True),
    Column("value", String, nullable=False),
)

contents = Table(
    "contents",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("data", LargeBinary, nullable=False),
)

log = Table(
    "log",
    metadata,
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    Column("kind", String, nullable=False),
    Column("payload", Text, nullable=False),
    Column("previous", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
)

series = Table(
    "series",
    metadata,
    Column("key", String, primary_key=True),
    Column("pattern", String, nullable=False),
    Column("seller", String, nullable=False),
    Column("next_number", Integer, nullable=False),
)

plans = Table(
    "plans",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("as_of", Date, nullable=False),
    Column("created", Date, nullable=False),
    Column("status", String, nullable=False),
)

documents = Table(
    "documents",
    metadata,
    Column("number", String, primary_key=True),
    Column("series", ForeignKey("series.key"), nullable=False),
    Column("counter", Integer, nullable=False),
    Column("kind", String, nullable=False),
    Column("seller", String, nullable=False),
    Column("customer", String, nullable=False, index=True),
    Column("currency", String(3), nullable=False),
    Column("net", BigInteger, nullable=False),
    Column("tax", BigInteger, nullable=False),
    Column("gross", BigInteger, nullable=False),
    Column("issue_date", Date, nullable=False, index=True),
    Column("bill_date", Date, nullable=False),
    Column("due_date", Date, nullable=False),
    Column("logged", ForeignKey("log.sequence"), nullable=False, unique=True),
    Column("json", Text, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("told", Boolean, nullable=False, default=False),  # whether plugins have heard of its issue
    sa.UniqueConstraint("series", "counter"),
)

plan_drafts = Table(
    "plan_drafts",
    metadata,
    Column("plan", ForeignKey("plans.id"), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("contracts", Text, nullable=False),  # JSON list of ids
    Column("fingerprint", String, nullable=False),
    Column("json", Text, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("revisions", Text, nullable=False),  # JSON list: the revision of each line, as planned
    Column("status", String, nullable=False),
    Column("remark", Text, nullable=False),
    Column("document", ForeignKey("documents.number"), unique=True),
)

plan_holds = Table(
    "plan_holds",
    metadata,
    Column("plan", ForeignKey("plans.id"), primary_key=True),
    Column("contract", String, primary_key=True),
    Column("problems", Text, nullable=False),  # JSON list of problems
)

billed = Table(
    "billed",
    metadata,
    Column("document", ForeignKey("documents.number"), primary_key=True),
    Column("line", Integer, primary_key=True, autoincrement=False),
    Column("contract", String, nullable=False),
    Column("component", String, nullable=False),
    Column("span", String, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("customer", String, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("net", BigInteger, nullable=False),
    Column("bill_date", Date, nullable=False),
    Column("issue_date", Date, nullable=False),
    Column("counts", Boolean, nullable=False),
    Column("json", Text, nullable=False),
    sa.UniqueConstraint("contract", "component", "span", "revision", name="billed_once"),
)

artifacts = Table(
    "artifacts",
    metadata,
    Column("document", ForeignKey("documents.number"), primary_key=True),
    Column("format", String, primary_key=True),
    Column("name", String, nullable=False, unique=True),
    Column("sha256", String(64)),  # NULL: wanted, and not yet made
)


def create(connection: sa.Connection) -> None:
    """Make the tables of an empty database, within the transaction of the connection."""
    metadata.create_all(connection)
    connection.execute(sa.insert(about), [{"name": "schema", "value": str(VERSION)}])


def is_empty(connection: sa.Connection) -> bool:
    """Whether the database has no table at all."""
    return not sa.inspect(connection).get_table_names()


def check_version(connection: sa.Connection, file: str) -> None:
    """Refuse a database that is no ledger, or of another version of the schema. Raises RunError (L105, L106)."""
    if about.name not in sa.inspect(connection).get_table_names():
        raise refused(
            "L106", file, "this database is no ledger", "move it away; the next run makes a new one in its place"
        )
    found = connection.execute(sa.select(about.c.value).where(about.c.name == "schema")).scalar_one_or_none() or "?"
    if found == str(VERSION):
        return
    newer = found.isdecimal() and int(found) > VERSION
    raise refused(
        "L105",
        file,
        f"the ledger is of schema {found}, and this version of invoicer knows schema {VERSION}",
        "update invoicer: a newer version has written here"
        if newer
        else "use the version of invoicer that wrote it; this one has no way to bring it up to date",
    )
