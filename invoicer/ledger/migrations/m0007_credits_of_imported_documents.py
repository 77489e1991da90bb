"""ledger: a document that another system has issued can be credited, too."""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"
_ANEW = """CREATE TABLE corrections_anew (
    id INTEGER NOT NULL PRIMARY KEY,
    document VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    logged INTEGER NOT NULL UNIQUE REFERENCES log (sequence),
    cancelled INTEGER REFERENCES log (sequence),
    json TEXT NOT NULL
)"""
_COLUMNS = "id, document, kind, logged, cancelled, json"
_STEPS = {
    "postgresql": ("ALTER TABLE corrections DROP CONSTRAINT corrections_document_fkey",),
    "sqlite": (
        _ANEW,
        f"INSERT INTO corrections_anew ({_COLUMNS}) SELECT {_COLUMNS} FROM corrections",
        "DROP TABLE corrections",
        "ALTER TABLE corrections_anew RENAME TO corrections",
        "CREATE INDEX ix_corrections_document ON corrections (document)",
    ),
}


def upgrade() -> None:
    """A request named a document of ours. SQLite can't take that back from a table: it is made anew, with its rows."""
    for statement in _STEPS[op.get_bind().dialect.name]:
        op.execute(statement)
