"""ledger: what people ask to have credited, or billed again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Nobody could ask before: the tables begin empty."""
    op.create_table(
        "corrections",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=False),
        _word("document", sa.ForeignKey("documents.number"), nullable=False),
        _word("kind", nullable=False),
        sa.Column("logged", sa.Integer(), sa.ForeignKey("log.sequence"), nullable=False, unique=True),
        sa.Column("cancelled", sa.Integer(), sa.ForeignKey("log.sequence")),
        sa.Column("json", sa.Text(), nullable=False),
    )
    op.create_index("ix_corrections_document", "corrections", ["document"])
    op.create_table(
        "correction_lines",
        sa.Column("correction", sa.Integer(), sa.ForeignKey("corrections.id"), primary_key=True, autoincrement=False),
        sa.Column("line", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        _word("issued", sa.ForeignKey("documents.number")),
        sa.Column("released", sa.Integer(), sa.ForeignKey("log.sequence")),
    )


def _word(name: str, *key: sa.ForeignKey, nullable: bool = True) -> sa.Column[str]:
    text = sa.String().with_variant(sa.String(collation="C"), "postgresql")
    return sa.Column(name, text, *key, nullable=nullable)
