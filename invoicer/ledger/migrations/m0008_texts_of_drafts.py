"""ledger: the texts of drafts are kept among the contents, each once however many plans have it."""

from __future__ import annotations

from alembic import op

revision = "0008"
down_revision = "0007"
_BYTES = {"postgresql": "convert_to(json, 'UTF8')", "sqlite": "CAST(json AS BLOB)"}


def upgrade() -> None:
    """What a draft is found by is the hash that it had already."""
    text = _BYTES[op.get_bind().dialect.name]
    op.execute(
        f"INSERT INTO contents (sha256, data) SELECT sha256, {text} FROM plan_drafts WHERE true ON CONFLICT DO NOTHING"
    )
    op.execute("ALTER TABLE plan_drafts DROP COLUMN json")
