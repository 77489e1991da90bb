"""ledger: the log, chained by hashes, and its anchor outside the database.

Each entry's hash covers its sequence, kind and payload and the hash before it: a changed entry breaks the chain. A tail
that was cut off, or a chain that was made anew from some place on, is whole in itself; those are found by the anchor, a
small file that remembers how long the chain was and how it ended.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from invoicer.domain import canonical
from invoicer.errors import Place, Problem, RunError
from invoicer.ledger import dialect, schema
from invoicer.ledger.dialect.words import RESTORE
from invoicer.ledger.durable import write_whole
from invoicer.ledger.faults import Fault
from invoicer.ledger.kinds import Entry
from invoicer.ledger.lock import brief_lock
from invoicer.ledger.seal import UNSEALED, Seal
from invoicer.ledger.trouble import refused


@dataclass(frozen=True, slots=True)
class Head:
    """How many entries a chain has, and the hash of the last one."""

    count: int
    hash: str

    @property
    def said(self) -> str:
        """What a seal covers."""
        return f"{self.count}\n{self.hash}\n"


_MOVED = "if the ledger was moved, name the database that it moved to in the table [ledger] of invoicer.toml"
GENESIS = Head(0, "0" * 64)
_LAST = sa.select(schema.log.c.sequence, schema.log.c.hash).order_by(schema.log.c.sequence.desc()).limit(1)


def append(connection: sa.Connection, entries: Sequence[tuple[str, Any]]) -> list[int]:
    """Add entries of (kind, payload as plain data) at the end of the log; answers their sequence numbers."""
    if not entries:
        return []
    last = head(connection)
    entries = [(Entry(kind).value, payload) for kind, payload in entries]  # a kind that nobody checks is a defect
    rows: list[dict[str, Any]] = []
    for kind, payload in entries:
        text = canonical.text_of(payload)
        sequence = last.count + 1
        row = {"sequence": sequence, "kind": kind, "payload": text, "previous": last.hash}
        last = Head(sequence, link(sequence, kind, text, last.hash))
        rows.append({**row, "hash": last.hash})
    dialect.insert_rows(connection, schema.log, rows)
    return [row["sequence"] for row in rows]


def link(sequence: int, kind: str, payload: str, previous: str) -> str:
    """The hash of an entry. Canonical JSON has no line breaks, so the parts can't run into each other."""
    return canonical.sha256(f"{sequence}\n{kind}\n{payload}\n{previous}")


def head(connection: sa.Connection) -> Head:
    """The end of the log."""
    row = connection.execute(_LAST).one_or_none()
    return Head(row.sequence, row.hash) if row else GENESIS


def broken_links(connection: sa.Connection, after: Head = GENESIS) -> Iterator[Problem]:
    """Walk the log from after a known head; yields a problem for each entry that does not follow from the one before."""
    log = schema.log
    count, last = after.count, after.hash
    each = sa.select(log.c.sequence, log.c.kind, log.c.payload, log.c.previous, log.c.hash)
    each = each.where(log.c.sequence > after.count).order_by(log.c.sequence).execution_options(yield_per=500)
    for sequence, kind, payload, previous, hashed in connection.execute(each):
        if sequence != count + 1:
            cause = f"entry {count + 1} of the log is missing"
            yield Problem("L112", Place(part=f"log entry {count + 1}"), cause, RESTORE)
        elif previous != last or link(sequence, kind, payload, previous) != hashed:
            cause = f"entry {sequence} of the log ({kind}) is not what was written"
            yield Problem("L112", Place(part=f"log entry {sequence}"), cause, RESTORE)
        count, last = sequence, hashed


def head_in(text: str, path: Path, seal: Seal) -> tuple[Head, str]:
    """The head that an anchor says, and the id of the key that sealed it. Raises ValueError, KeyError or TypeError where
    it says none, RunError (L157) where its seal is missing or broken."""
    data = json.loads(text)
    head = Head(int(data["count"]), str(data["head"]))
    return head, seal.check(head.said, data, path)


class Anchor:
    """The file outside the database that remembers the head of the log. It is written after each commit, so it may lag
    behind by what a crash left unsaid, and can never be ahead."""

    def __init__(self, path: Path, fault: Fault, seal: Seal = UNSEALED) -> None:
        self.path = path
        self.seal = seal
        self._fault = fault

    def read(self) -> Head | None:
        """What the file says; None where there is no file. Raises RunError: L111 for a file that says nothing, L157 where
        its seal is missing or broken."""
        try:
            return head_in(self.path.read_text("utf-8"), self.path, self.seal)[0]
        except FileNotFoundError:
            return None
        except (ValueError, KeyError, TypeError) as error:
            raise refused("L111", self.path, "the anchor of the log can't be read", RESTORE) from error

    def sealed_by(self) -> str:
        """The id of the key that sealed the file; "" where none is looked for, or there is no file."""
        try:
            return head_in(self.path.read_text("utf-8"), self.path, self.seal)[1]
        except FileNotFoundError:
            return ""

    def advance(self, head: Head, *, again: bool = False) -> None:
        """Remember a head, durably; ``again`` also the one that is remembered. The anchor never goes back: another process
        may have committed after this one, and have been the first to say so."""
        with brief_lock(self.path.with_suffix(".lock")):
            known = self.read()
            if known is None or known.count < head.count or (again and known == head):
                text = canonical.to_json({"count": head.count, "head": head.hash, **self.seal.mark(head.said)})
                write_whole(self.path, text.encode() + b"\n", self._fault)

    def check(self, connection: sa.Connection, anchored: Head | None) -> None:
        """Hold what the anchor said against the log. Read the anchor first: the log may grow meanwhile, never shrink.

        Raises RunError: L108 the log is shorter, L109 it is another one, L110 there is no anchor, L112 what was
        added since does not follow.
        """
        now = head(connection)
        if anchored is None:
            if now.count:
                cause = f"the file is missing, and the log has {now.count} entries that it should vouch for"
                raise refused("L110", self.path, cause, RESTORE)
            return
        if now.count < anchored.count:
            cause = (
                f"the log ends at entry {now.count}, and {anchored.count} were written: "
                "the database is older than the anchor, or its end was cut off"
            )
            raise refused("L108", self.path, cause, f"{_MOVED}; else {RESTORE}")
        log = schema.log.c
        found = connection.execute(sa.select(log.hash).where(log.sequence == anchored.count)).scalar_one_or_none()
        if anchored.count and found != anchored.hash:
            cause = f"entry {anchored.count} of the log is another than the one that was written"
            raise refused("L109", self.path, cause, RESTORE)
        if problems := tuple(broken_links(connection, anchored)):
            raise RunError(problems)


def held_against(connection: sa.Connection, path: Path, seal: Seal) -> tuple[Problem, ...]:
    """Hold a copy of the anchor from an earlier day against the log: its end then must be an entry now. One from before
    anchors were signed needs no signature."""
    place = Place(str(path))
    try:
        text = path.read_text("utf-8")
        then, _ = head_in(text, path, seal if '"signature"' in text else UNSEALED)
    except RunError as error:
        return error.problems
    except (OSError, ValueError, KeyError, TypeError):
        return (Problem("L111", place, "this copy of the anchor can't be read", "name another copy"),)
    log = schema.log.c
    found = connection.execute(sa.select(log.hash).where(log.sequence == then.count)).scalar_one_or_none()
    if found is None and then.count:
        cause = f"the log had {then.count} entries when this copy was made, and has {head(connection).count} now"
        return (Problem("L108", place, cause, RESTORE),)
    if then.count and found != then.hash:
        cause = f"entry {then.count} of the log was another when this copy was made: what came before was made anew"
        return (Problem("L109", place, cause, RESTORE),)
    return ()
