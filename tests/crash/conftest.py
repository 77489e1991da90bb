"""Where the stories take place: on SQLite and on PostgreSQL, as for the ledger."""

from tests.ledger.conftest import folder, kind, places

__all__ = ["folder", "kind", "places"]
