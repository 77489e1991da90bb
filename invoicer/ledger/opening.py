"""ledger: from a folder to a ledger that can be read or written."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

from invoicer.ledger import chain, dialect
from invoicer.ledger.connecting import connect
from invoicer.ledger.durable import make_folder, sweep
from invoicer.ledger.faults import Fault, no_fault
from invoicer.ledger.files import Files
from invoicer.ledger.layout import ANCHOR, ARCHIVE, DATABASE, LOCK
from invoicer.ledger.ledger import Ledger
from invoicer.ledger.lock import writer_lock
from invoicer.ledger.seal import UNSEALED, Seal
from invoicer.ledger.store import Store
from invoicer.ledger.trouble import explained


@contextmanager
def open_ledger(
    folder: Path,
    *,
    writing: bool,
    documents: Path | None = None,
    database: str = "",
    seal: Seal = UNSEALED,
    fault: Fault = no_fault,
) -> Iterator[Ledger]:
    """Open the ledger of a folder: files, anchor and, unless ``database`` is the URL of one on a PostgreSQL server, the
    database. ``documents`` is where files get their readable names (a folder of that name beside it when None). A ledger
    that is opened for writing is made where there is none; one that is read is empty then.

    Raises RunError: L101 another run is under way (only for writing), L102 to L104 the folder or the disk refuses, L105 to
    L107 the database is of another version, none of ours or damaged, L108 to L112 the log is not what the anchor
    remembers, L145 documents are there without the ledger that issued them, L150 to L156 the URL, the server or the way
    to it, L157 the anchor is not signed as ``seal`` wants it. ``fault`` is for tests.
    """
    place = dialect.choose(database, folder / DATABASE)
    files = Files(folder / ARCHIVE, documents or folder.parent / "documents", fault)
    anchor = chain.Anchor(folder / ANCHOR, fault, seal)
    with ExitStack() as stack:
        if writing:
            with explained(folder):
                make_folder(folder)
            stack.enter_context(writer_lock(folder / LOCK, shared=place.shared, alone=partial(_sweep, folder, files)))
        with explained(folder, place.where):
            anchored = anchor.read()
            engine = connect(place, anchored, files.documents if writing else None, stack)
        store = Store(engine, folder, place.where, anchor, writing, fault)
        store.begin(anchored)
        yield Ledger(store, files)


def _sweep(folder: Path, files: Files) -> None:
    """Remove what a crash left unfinished; nobody else is writing."""
    sweep(folder)
    sweep(files.documents)
