"""ledger: a series may begin at another number than 1, and Alembic keeps the revision."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Every series so far began at 1. The old row tells versions from before Alembic that they are too old."""
    op.add_column("series", sa.Column("first", sa.Integer(), nullable=False, server_default="1"))
    op.execute("UPDATE about SET value = '2' WHERE name = 'schema'")
