"""ledger: proof that each document has the files that are wanted of it, and each file the hash that the log holds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import groupby
from typing import Any

import sqlalchemy as sa

from invoicer.domain import canonical
from invoicer.errors import Problem
from invoicer.ledger import dialect, schema
from invoicer.ledger.checking import AT_ONCE, changed, each_entry
from invoicer.ledger.kinds import Entry
from invoicer.ledger.series import file_name

_FILES = schema.artifacts.c
_SAID = sa.select(_FILES.document, _FILES.format, _FILES.sha256, _FILES.logged)


def files(connection: sa.Connection) -> Iterator[Problem]:
    """Each file that was made against the entry of the log that says so, and each entry against its files. Of the files of
    an entry one hash is held at first: a ledger may have more of them than fit."""
    order = _FILES.logged, _FILES.document, _FILES.format
    each = _SAID.where(_FILES.logged.is_not(None)).order_by(*order).execution_options(yield_per=AT_ONCE)
    stored = {
        logged: _digest((row.document, row.format, row.sha256) for row in rows)
        for logged, rows in groupby(connection.execute(each), lambda row: int(row.logged))
    }
    for kind in (Entry.FILES, Entry.FOUND):
        for at, entry in each_entry(connection, kind):
            if stored.pop(at, "") != _digest(entry["files"]):
                yield from _differences(connection, at, entry)
    for at in sorted(stored):
        yield from _unknown(connection, _FILES.logged == at)
    yield from _unknown(connection, sa.and_(_FILES.logged.is_(None), _FILES.sha256.is_not(None)))


def names_of(connection: sa.Connection, numbers: Collection[str]) -> Mapping[str, dict[str, str]]:
    """The readable names of the files that are wanted of documents: by number, then by format."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    mine = sa.select(_FILES.document, _FILES.format, _FILES.name).where(dialect.among(_FILES.document, numbers))
    for document, file_format, name in connection.execute(mine.order_by(_FILES.format)):
        found[document][file_format] = name
    return found


def wanted(row: sa.Row[Any], entry: Mapping[str, Any], names: Mapping[str, str]) -> Iterator[Problem]:
    """The files that are wanted of a document against its entry of the log, and their names against its number and day: two
    files that changed places are genuine, each under the name of the other."""
    if entry.get("formats", list(names)) != list(names):
        cause = f"the files that are wanted of {row.number} are not those that were wanted when it was issued"
        yield changed("L136", f"document {row.number}", cause)
    for file_format, name in names.items():
        if name != (mine := file_name(row.number, file_format, row.issue_date)):
            cause = f"the {file_format} of {row.number} goes by the name {name}, and was issued as {mine}"
            yield changed("L136", f"document {row.number}", cause)


def _differences(connection: sa.Connection, at: int, entry: Mapping[str, Any]) -> Iterator[Problem]:
    """What of the files of an entry is otherwise now, or gone; and what was put to them."""
    stored = {(row.document, row.format): row.sha256 for row in connection.execute(_SAID.where(_FILES.logged == at))}
    for document, file_format, digest in entry["files"]:
        if (document, file_format) not in stored:
            cause = f"the {file_format} of {document} was made, and the table of files does not say so"
            yield changed("L136", f"document {document}", cause)
        elif stored.pop((document, file_format)) != digest:
            cause = f"the {file_format} of {document} has another hash than the file that was made"
            yield changed("L136", f"document {document}", cause)
    for document, file_format in sorted(stored):
        yield _never(document, file_format)


def _unknown(connection: sa.Connection, which: sa.ColumnElement[bool]) -> Iterator[Problem]:
    for row in connection.execute(_SAID.where(which).order_by(_FILES.document, _FILES.format)):
        yield _never(row.document, row.format)


def _never(document: str, file_format: str) -> Problem:
    cause = f"there is a hash of the {file_format} of {document}, and no entry of the log says that it was made"
    return changed("L136", f"document {document}", cause)


def _digest(said: Iterable[Iterable[str]]) -> str:
    return canonical.sha256(canonical.to_json([list(one) for one in said]))
