"""runs: the doctor. What the machine, the workspace and the ledger are like, each with what is wrong and how to mend it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

from invoicer import ledger, workspace
from invoicer.errors import InvoicerError
from invoicer.runs.desk import open_desk
from invoicer.runs.doctor.finding import Finding
from invoicer.runs.doctor.keeping import database, files, last_issue
from invoicer.runs.doctor.machine import clock, encoding, libraries, python, time_zones, typesetting
from invoicer.runs.doctor.shelf import history, room, space_for_more
from invoicer.runs.keys import seal_of
from invoicer.workspace.folder import around

__all__ = ["Finding", "examine"]


def examine(folder: Path, now: dt.datetime) -> Iterator[Finding]:
    """Look at everything that billing from this folder rests on, at an instant. Nothing is changed, and whatever can't be
    looked at is a finding itself: one defect hides no other.

    Outside a workspace only the machine is looked at.
    """
    yield python()
    yield libraries()
    yield encoding()
    yield from typesetting()
    yield time_zones(now)
    if around(folder) is None:
        yield clock(now, None)
        return
    try:
        settings = workspace.load(folder)
        desk = open_desk(folder)
    except InvoicerError as error:
        yield clock(now, None)
        yield Finding("workspace", str(folder), error.problems)
        return
    yield room(desk, now)
    yield history(folder)
    yield space_for_more(folder)
    try:
        with ledger.open_ledger(
            settings.ledger_folder,
            writing=False,
            documents=settings.documents_folder,
            database=settings.settings.database,
            seal=seal_of(settings),
        ) as book:
            yield clock(now, last_issue(book))
            yield from database(book)
            yield from files(book)
    except InvoicerError as error:
        yield clock(now, None)
        yield Finding("ledger", str(settings.ledger_folder), error.problems)
