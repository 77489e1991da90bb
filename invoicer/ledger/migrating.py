"""ledger: an older database is brought up to date when somebody says so, never on the way to something else."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from invoicer.errors import RunError
from invoicer.ledger import artifacts, chain, dialect, revision
from invoicer.ledger.connecting import refuse_lost
from invoicer.ledger.dialect import Database
from invoicer.ledger.durable import sweep
from invoicer.ledger.faults import Fault, no_fault
from invoicer.ledger.layout import ANCHOR, DATABASE, LOCK
from invoicer.ledger.lock import writer_lock
from invoicer.ledger.revision import Step
from invoicer.ledger.seal import UNSEALED, Seal
from invoicer.ledger.trouble import explained

_FILES_LOGGED = "0009"
"""The step before which the log held no hashes of files."""


@dataclass(frozen=True, slots=True)
class Migrated:
    """From which revision to which, by which steps; ``backup`` is the copy that was made before, where one was."""

    before: str
    after: str
    steps: tuple[Step, ...]
    backup: Path | None = None


def migrate(
    folder: Path, *, database: str = "", dry_run: bool = False, seal: Seal = UNSEALED, fault: Fault = no_fault
) -> Migrated | None:
    """Bring the ledger of a folder to today's schema, in one transaction; an SQLite file is copied beside itself before.
    None where there is no ledger yet; with ``dry_run`` nothing is written.

    The log is held against the anchor before, and walked from its start after: what was issued is what it was. That it
    was migrated is an entry of the log.

    Raises RunError as opening a ledger does; L105 for a schema that is newer, or none of ours.
    """
    place = dialect.choose(database, folder / DATABASE)
    anchor = chain.Anchor(folder / ANCHOR, fault, seal)
    if not folder.is_dir():
        return None
    with ExitStack() as stack:
        if not dry_run:
            stack.enter_context(writer_lock(folder / LOCK, shared=False, alone=partial(sweep, folder)))
        with explained(folder, place.where):
            anchored = anchor.read()
            before, head = _found(place, anchor, anchored, stack)
            if not before:
                return None
            steps = _steps(before, place)
            if not dry_run and not steps:
                anchor.advance(head)  # an earlier call may have been cut off just before
            if dry_run or not steps:
                return Migrated(before, revision.newest(), steps)
            backup = place.back_up(_free_name(folder, before))
            head = _upgrade(place, before, steps, stack)
            anchor.advance(head)
    return Migrated(before, revision.newest(), steps, backup)


def _found(
    place: Database, anchor: chain.Anchor, anchored: chain.Head | None, stack: ExitStack
) -> tuple[str, chain.Head]:
    """The revision of the database, "" where there is none, and the head of its log, which is what the anchor remembers or
    follows from that."""
    if place.is_missing:
        refuse_lost(place, anchored)
        return "", chain.GENESIS
    engine = place.engine(writing=False)
    stack.callback(engine.dispose)
    with dialect.for_reading(engine).connect() as connection:
        found = revision.of(connection, place)
        if not found:
            refuse_lost(place, anchored)
            return "", chain.GENESIS
        anchor.check(connection, anchored)
        return found, chain.head(connection)


def _steps(before: str, place: Database) -> tuple[Step, ...]:
    try:
        revision.refuse_other(before, place)
    except RunError:
        if not revision.is_older(before):
            raise
        return revision.steps(before)
    return ()


def _upgrade(place: Database, before: str, steps: tuple[Step, ...], stack: ExitStack) -> chain.Head:
    engine = place.engine(writing=True, altering=True)
    stack.callback(engine.dispose)
    with dialect.for_writing(engine).begin() as connection:
        revision.upgrade(connection, before)
        if _FILES_LOGGED in {step.revision for step in steps}:  # later a hash that the log does not know is nobody's
            artifacts.log_those_from_before(connection)
        payload = {"from": before, "to": revision.newest(), "steps": [step.revision for step in steps]}
        chain.append(connection, [("migrated", payload)])
        if broken := tuple(chain.broken_links(connection)):
            raise RunError(broken)
        place.check(connection)
        return chain.head(connection)


def _free_name(folder: Path, before: str) -> str:
    """A name that is not taken: an earlier copy is never written over."""
    names = (f"{DATABASE}.{before}{suffix}" for suffix in ("", *(f"-{count}" for count in range(2, 1000))))
    return next(name for name in names if not (folder / name).exists())
