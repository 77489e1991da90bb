"""ledger: doubts about drafts, and who released or rejected what."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Two tables, and with each draft how many people have to release it and since when it has been waiting. What was
    planned before has no doubts; who confirmed it stands in the log."""
    op.add_column("plan_drafts", sa.Column("people", sa.Integer(), nullable=False, server_default="1"))
    op.add_column("plan_drafts", sa.Column("since", sa.Date(), nullable=True))
    op.execute("UPDATE plan_drafts SET since = (SELECT created FROM plans WHERE plans.id = plan_drafts.plan)")
    op.create_table(
        "plan_doubts",
        sa.Column("plan", sa.Integer(), sa.ForeignKey("plans.id"), primary_key=True),
        sa.Column("position", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("contract", _word(), nullable=False),
        sa.Column("name", _word(), nullable=False),
        sa.Column("json", sa.Text(), nullable=False),
    )
    op.create_table(
        "plan_decisions",
        sa.Column("plan", sa.Integer(), sa.ForeignKey("plans.id"), primary_key=True),
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("contract", _word(), nullable=False),
        sa.Column("json", sa.Text(), nullable=False),
        sa.Column("logged", sa.Integer(), sa.ForeignKey("log.sequence"), nullable=False),
    )


def _word() -> sa.types.TypeEngine[str]:
    return sa.String().with_variant(sa.String(collation="C"), "postgresql")
