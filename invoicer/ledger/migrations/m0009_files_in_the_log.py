"""ledger: the log holds the hashes of files."""

from __future__ import annotations

from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Which entry has the hash of a file. Whoever migrates brings those of earlier files into the log
    (:func:`invoicer.ledger.artifacts.log_those_from_before`)."""
    op.execute("ALTER TABLE artifacts ADD COLUMN logged INTEGER REFERENCES log (sequence)")
