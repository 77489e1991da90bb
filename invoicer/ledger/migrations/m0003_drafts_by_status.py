"""ledger: what waits in a plan is found without reading its drafts."""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """An index that answers by itself how many drafts of a plan wait, and which."""
    op.create_index("plan_drafts_by_status", "plan_drafts", ["plan", "status", "position"])
