"""ledger: what stands where in the folder of a ledger."""

DATABASE = "invoicer.db"
"""The database, where it is an SQLite file."""

ANCHOR = "anchor.json"
"""How long the log was, and how it ended."""

LOCK = "writer.lock"
"""Held by whoever writes."""

ARCHIVE = "files"
"""The files of documents, by their hashes."""
