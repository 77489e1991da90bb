"""ledger: a ledger moves from one database to another, with everything that it holds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from invoicer.errors import DefectError
from invoicer.ledger import chain, dialect, revision, schema
from invoicer.ledger.connecting import refuse_lost
from invoicer.ledger.dialect import Database
from invoicer.ledger.durable import sweep
from invoicer.ledger.faults import Fault, no_fault
from invoicer.ledger.layout import ANCHOR, DATABASE, LOCK
from invoicer.ledger.lock import writer_lock
from invoicer.ledger.seal import UNSEALED, Seal
from invoicer.ledger.trouble import explained, refused

_ROWS = 500
_FULL = {
    True: "name a database that is empty; if an earlier move was cut off at its very end, write this one into invoicer.toml",
    False: (
        "if this file is from before a move to a server, put it away; if an earlier move was cut off at its very end, "
        "take the URL out of invoicer.toml"
    ),
}
"""By whether the database is on a server: what to do with one that is not empty."""


def move(folder: Path, *, source: str, target: str, seal: Seal = UNSEALED, fault: Fault = no_fault) -> int:
    """Copy the ledger of a folder from one database to another, which is empty; "" stands for the SQLite file of the
    folder. Answers how many rows were copied, each of which is compared with the one it came from.

    The move is an entry of the log of the new database, and the anchor follows it: so the old one, which stays as it was,
    is behind the anchor from then on, and nobody goes on in it by mistake.

    Raises RunError as opening a ledger does; L106 where the new database is not empty.
    """
    places = (dialect.choose(source, folder / DATABASE), dialect.choose(target, folder / DATABASE))
    if places[0] == places[1]:
        cause = "invoicer.toml names this database for the ledger already"
        mend = "if the ledger is still in another one, let invoicer.toml name that until it was moved; else all is done"
        raise refused("L106", places[1].where, cause, mend)
    anchor = chain.Anchor(folder / ANCHOR, fault, seal)
    with ExitStack() as stack:
        with explained(folder):
            stack.enter_context(writer_lock(folder / LOCK, shared=False, alone=partial(sweep, folder)))
            anchored = anchor.read()
        if places[0].is_missing:
            refuse_lost(places[0], anchored)
        old = stack.enter_context(_opened(folder, places[0], writing=False))
        found = revision.of(old, places[0])
        if not found:
            refuse_lost(places[0], anchored)
            mend = "nothing was planned yet: name the new database in invoicer.toml"
            raise refused("L106", places[0].where, "there is no ledger to move", mend)
        revision.refuse_other(found, places[0])
        if not places[1].is_missing:  # before the anchor, which is ahead of the old one where this move was cut off
            with _opened(folder, places[1], writing=False) as new:
                _refuse_full(new, places[1])
        anchor.check(old, anchored)
        with _opened(folder, places[1], writing=True) as new:
            count = _copy(old, new, places[1])
            chain.append(new, [("moved", {"entries": chain.head(old).count, "rows": count})])
            head = chain.head(new)
        with explained(folder):
            anchor.advance(head)
    return count


@contextmanager
def _opened(folder: Path, place: Database, *, writing: bool) -> Iterator[sa.Connection]:
    """A transaction on a database; one that writes commits at the end of the block."""
    with explained(folder, place.where):
        engine = place.engine(writing=writing)
        try:
            with (dialect.for_writing(engine) if writing else dialect.for_reading(engine)).begin() as connection:
                place.check(connection)
                yield connection
        finally:
            engine.dispose()


def _refuse_full(new: sa.Connection, place: Database) -> None:
    if revision.of(new, place):
        raise refused("L106", place.where, "there is a ledger already", _FULL[place.shared])


def _copy(old: sa.Connection, new: sa.Connection, place: Database) -> int:
    _refuse_full(new, place)
    revision.create(new)
    new.execute(sa.delete(schema.about))
    count = 0
    for table in schema.metadata.sorted_tables:
        for rows in _rows(old, table):
            new.execute(sa.insert(table), [dict(row._mapping) for row in rows])
            count += len(rows)
        for ours, theirs in zip(_rows(old, table), _rows(new, table), strict=True):
            if [tuple(row) for row in ours] != [tuple(row) for row in theirs]:
                raise DefectError(f"a row of {table.name} is another after it was copied")
    return count


def _rows(connection: sa.Connection, table: sa.Table) -> Iterator[Sequence[sa.Row[Any]]]:
    query = sa.select(table).order_by(*table.primary_key.columns).execution_options(yield_per=_ROWS)
    with connection.execute(query) as rows:
        yield from rows.partitions(_ROWS)
