"""ledger: what another system has billed before."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Nothing could be imported before: the tables begin empty."""
    op.create_table(
        "imported",
        _word("number", primary_key=True),
        _word("kind"),
        _word("seller"),
        _word("customer"),
        _word("currency", length=3),
        sa.Column("net", sa.BigInteger(), nullable=False),
        sa.Column("tax", sa.BigInteger(), nullable=False),
        sa.Column("gross", sa.BigInteger(), nullable=False),
        sa.Column("issue_date", sa.Date(), nullable=False),
        sa.Column("bill_date", sa.Date(), nullable=False),
        sa.Column("due_date", sa.Date(), nullable=False),
        sa.Column("logged", sa.Integer(), sa.ForeignKey("log.sequence"), nullable=False),
        sa.Column("json", sa.Text(), nullable=False),
        _word("sha256", length=64),
    )
    op.create_index("ix_imported_customer", "imported", ["customer"])
    op.create_index("ix_imported_issue_date", "imported", ["issue_date"])
    op.create_table(
        "imported_lines",
        _word("document", sa.ForeignKey("imported.number"), primary_key=True),
        sa.Column("line", sa.Integer(), primary_key=True, autoincrement=False),
        _word("contract"),
        _word("component"),
        _word("span"),
        _word("customer"),
        _word("currency", length=3),
        sa.Column("net", sa.BigInteger(), nullable=False),
        sa.Column("bill_date", sa.Date(), nullable=False),
        sa.Column("issue_date", sa.Date(), nullable=False),
        sa.Column("counts", sa.Boolean(), nullable=False),
        sa.Column("json", sa.Text(), nullable=False),
    )
    op.create_index("ix_imported_lines_contract", "imported_lines", ["contract"])


def _word(name: str, *key: sa.ForeignKey, length: int | None = None, primary_key: bool = False) -> sa.Column[str]:
    text = sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")
    return sa.Column(name, text, *key, nullable=False, primary_key=primary_key)
