"""ledger: one place for transactions, so that each is short, whole, explained and anchored."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from invoicer.errors import DefectError
from invoicer.ledger import chain, dialect
from invoicer.ledger.faults import Fault, Point
from invoicer.ledger.mistyped import readable
from invoicer.ledger.trouble import explained


class Store:
    """The database of a ledger, opened for reading or for writing. ``folder`` is where its files are, ``where`` how
    messages name the database."""

    def __init__(
        self, engine: sa.Engine, folder: Path, where: str, anchor: chain.Anchor, writing: bool, fault: Fault
    ) -> None:
        self.engine = engine
        self.folder = folder
        self.where = where
        self.anchor = anchor
        self.fault = fault
        self._writing = writing
        self._anchored: chain.Head | None = None
        self._follows = True
        self._head: chain.Head | None = None

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """A transaction that sees one state of the database."""
        engine = dialect.for_reading(self.engine)
        with explained(self.folder, self.where), engine.connect() as connection, readable(connection):
            yield connection

    @contextmanager
    def write(self) -> Iterator[sa.Connection]:
        """A transaction that commits at the end of the block, or leaves no trace. When the log has grown, the anchor
        follows; should that fail, the next opening makes up for it.

        Raises RunError where the disk or the database refuses, or a value is of another kind than its column.
        """
        if not self._writing:
            raise DefectError("this ledger was opened for reading")
        with explained(self.folder, self.where):
            with dialect.for_writing(self.engine).begin() as connection:
                self.fault(Point.TRANSACTION_BEGUN)
                with readable(connection):
                    yield connection
                head = chain.head(connection)
                self.fault(Point.BEFORE_COMMIT)
            self.fault(Point.COMMITTED)
            self._head = head
            if self._follows:
                self.drop_anchor(head)

    @contextmanager
    def in_one_go(self) -> Iterator[None]:
        """Many transactions, whose log the anchor follows once: at the end of the block, however that comes about. For work
        of which nothing goes out meanwhile: what a crash leaves unsaid, the next opening says before anything does."""
        self._follows = False
        try:
            yield
        finally:
            self._follows = True
            if self._head:
                with explained(self.folder):
                    self.drop_anchor(self._head)

    def begin(self, anchored: chain.Head | None) -> None:
        """Hold the log against what the anchor said when the ledger was opened. A writer makes up for an anchor that a
        crash left behind. Raises RunError (L108 to L112) where they do not agree."""
        with self.read() as connection:
            self.anchor.check(connection, anchored)
            head = chain.head(connection)
        self._anchored = anchored
        if self._writing:
            with explained(self.folder):
                self.drop_anchor(head)

    def drop_anchor(self, head: chain.Head) -> None:
        """Let the anchor follow the head of the log."""
        if head != self._anchored:
            self.anchor.advance(head)
            self._anchored = head
