"""ledger: from a place to a database that is ours, of today's schema, and not an older one or another."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import sqlalchemy as sa

from invoicer.ledger import chain, dialect, revision
from invoicer.ledger.dialect import Database, sqlite
from invoicer.ledger.dialect.words import RESTORE
from invoicer.ledger.trouble import refused

_ELSEWHERE = {
    True: (
        "if the ledger is still in the file or in another database, take this URL out of invoicer.toml and bring the "
        "ledger here with `invoicer move`"
    ),
    False: "if the ledger was moved to a server, name that in the table [ledger] of invoicer.toml",
}
"""By whether the database that is named is on a server: what is the matter when nothing was lost."""


def connect(place: Database, anchored: chain.Head | None, documents: Path | None, stack: ExitStack) -> sa.Engine:
    """An engine on the database; the stack disposes of it. For writing ``documents`` is the folder of documents, and a
    database is made where there is none, unless anchor or documents tell that there was one. For reading it is None, and
    an empty database stands in the place of one that is not there.

    Raises RunError (L105 to L108, L145, L156).
    """
    writing = documents is not None
    if place.is_missing:
        refuse_lost(place, anchored)
        if documents is not None:
            _refuse_forgotten(anchored, documents)
    if not place.is_missing or writing:
        engine = place.engine(writing=writing)
        stack.callback(engine.dispose)
        if _is_ready(engine, place, anchored, documents):
            return engine
    engine = sqlite.in_memory()
    stack.callback(engine.dispose)
    with engine.begin() as connection:
        revision.create(connection)
    return engine


def _is_ready(engine: sa.Engine, place: Database, anchored: chain.Head | None, documents: Path | None) -> bool:
    """Whether a database of ours is there, after one was made for a writer."""
    writing = documents is not None
    with (dialect.for_writing(engine) if writing else dialect.for_reading(engine)).begin() as connection:
        place.check(connection)
        found = revision.of(connection, place)
        if not found:
            refuse_lost(place, anchored)
            if documents is None:
                return False
            _refuse_forgotten(anchored, documents)
            revision.create(connection)
        else:
            revision.refuse_other(found, place)
    return True


def _refuse_forgotten(anchored: chain.Head | None, documents: Path) -> None:
    """A new ledger would give the numbers of these documents again."""
    if anchored is None and documents.is_dir() and any(path.is_file() for path in documents.rglob("*")):
        cause = "documents of an earlier ledger are here, and the ledger that knows their numbers is gone"
        mend = (
            "put the ledger back from its latest backup; where there is none, leave this folder as it is, and begin "
            "another ledger elsewhere, whose series start behind the last numbers that went out"
        )
        raise refused("L145", documents, cause, mend)


def refuse_lost(place: Database, anchored: chain.Head | None) -> None:
    """Raises RunError (L108) where the anchor remembers a log, and the database has none."""
    if anchored and anchored.count:
        entries = "1 entry" if anchored.count == 1 else f"{anchored.count} entries"
        cause = f"the database is missing, or empty, and the log of the ledger had {entries}"
        raise refused("L108", place.where, cause, f"{_ELSEWHERE[place.shared]}; else {RESTORE}")
