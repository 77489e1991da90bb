"""ledger: migrations, one file each, in one line without branches.

A file ``m0003_what_it_does.py`` says ``revision = "0003"``, ``down_revision = "0002"`` and has a function ``upgrade`` of
Alembic operations that work on SQLite and on PostgreSQL alike (``op.batch_alter_table`` where SQLite can't alter in place).
There is no way down: what was issued under a newer schema is not unsaid, one goes back to the backup. A migration never
touches what is hashed: the canonical JSON of documents, billed lines and drafts, and the log.
"""
