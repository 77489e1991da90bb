"""ledger: the tables of the first versions."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Contents, log, series, plans and documents, and the row that says which schema this is."""
    about = op.create_table("about", _word("name", key=True), _word("value"))
    op.bulk_insert(about, [{"name": "schema", "value": "1"}])
    op.create_table("contents", _word("sha256", 64, key=True), _column("data", sa.LargeBinary()))
    op.create_table(
        "log",
        _column("sequence", sa.Integer(), key=True),
        _word("kind"),
        _column("payload", sa.Text()),
        _word("previous", 64),
        _word("hash", 64),
    )
    op.create_table(
        "series",
        _word("key", key=True),
        _word("pattern"),
        _word("seller"),
        _column("next_number", sa.Integer()),
    )
    op.create_table(
        "plans",
        _column("id", sa.Integer(), key=True),
        _column("as_of", sa.Date()),
        _column("created", sa.Date()),
        _word("status"),
    )
    _documents()
    _plans()
    _billed()


def _documents() -> None:
    op.create_table(
        "documents",
        _word("number", key=True),
        _word("series"),
        _column("counter", sa.Integer()),
        *map(_word, ("kind", "seller", "customer")),
        _word("currency", 3),
        *(_column(name, sa.BigInteger()) for name in ("net", "tax", "gross")),
        *(_column(name, sa.Date()) for name in ("issue_date", "bill_date", "due_date")),
        _column("logged", sa.Integer()),
        _column("json", sa.Text()),
        _word("sha256", 64),
        _column("told", sa.Boolean()),
        sa.ForeignKeyConstraint(["series"], ["series.key"]),
        sa.ForeignKeyConstraint(["logged"], ["log.sequence"]),
        sa.UniqueConstraint("logged"),
        sa.UniqueConstraint("series", "counter"),
    )
    for column in ("customer", "issue_date"):
        op.create_index(f"ix_documents_{column}", "documents", [column])
    op.create_table(
        "artifacts",
        _word("document", key=True),
        _word("format", key=True),
        _word("name"),
        _word("sha256", 64, nullable=True),
        sa.ForeignKeyConstraint(["document"], ["documents.number"]),
        sa.UniqueConstraint("name"),
    )


def _plans() -> None:
    op.create_table(
        "plan_drafts",
        _column("plan", sa.Integer(), key=True),
        _column("position", sa.Integer(), key=True),
        _column("contracts", sa.Text()),
        _word("fingerprint"),
        _column("json", sa.Text()),
        _word("sha256", 64),
        _column("revisions", sa.Text()),
        _word("status"),
        _column("remark", sa.Text()),
        _word("document", nullable=True),
        sa.ForeignKeyConstraint(["plan"], ["plans.id"]),
        sa.ForeignKeyConstraint(["document"], ["documents.number"]),
        sa.UniqueConstraint("document"),
    )
    op.create_table(
        "plan_holds",
        _column("plan", sa.Integer(), key=True),
        _word("contract", key=True),
        _column("problems", sa.Text()),
        sa.ForeignKeyConstraint(["plan"], ["plans.id"]),
    )


def _billed() -> None:
    op.create_table(
        "billed",
        _word("document", key=True),
        _column("line", sa.Integer(), key=True),
        *map(_word, ("contract", "component", "span")),
        _column("revision", sa.Integer()),
        _word("customer"),
        _word("currency", 3),
        _column("net", sa.BigInteger()),
        *(_column(name, sa.Date()) for name in ("bill_date", "issue_date")),
        _column("counts", sa.Boolean()),
        _column("json", sa.Text()),
        sa.ForeignKeyConstraint(["document"], ["documents.number"]),
        sa.UniqueConstraint("contract", "component", "span", "revision", name="billed_once"),
    )


def _word(name: str, length: int | None = None, *, key: bool = False, nullable: bool = False) -> sa.Column[str]:
    text = sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")
    return sa.Column(name, text, primary_key=key, nullable=nullable)


def _column(name: str, of_type: sa.types.TypeEngine[Any], *, key: bool = False) -> sa.Column[Any]:
    return sa.Column(name, of_type, primary_key=key, nullable=False, autoincrement=False)
