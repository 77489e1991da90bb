"""ledger: documents that another system has issued. They count as billed like our own, and are never issued, numbered or
printed here.

A file is taken whole or not at all, as one entry of the log that has the hash of every document in it. What waits in a plan
for the contracts that it is about is dropped in the same transaction: it was planned without knowing that it is billed.
"""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa

from invoicer.domain import canonical
from invoicer.domain.document import Document
from invoicer.domain.elsewhere import facts_of
from invoicer.domain.entitlement import BilledLine
from invoicer.errors import Place, Problem, RunError
from invoicer.ledger import chain, corrections, dialect, reading, schema
from invoicer.ledger.faults import Point
from invoicer.ledger.issuing import billed_digest
from invoicer.ledger.kinds import Entry
from invoicer.ledger.near import mend_by_number
from invoicer.ledger.numbering import PLAIN, Numbering
from invoicer.ledger.records import billed_columns, document_columns
from invoicer.ledger.series import count_of, document_number, placed
from invoicer.ledger.store import Store
from invoicer.ledger.stored import read_as
from invoicer.ledger.trouble import refused


@dataclass(frozen=True, slots=True)
class Foreign:
    """A document of another system with what it bills; ``places`` say for each of its lines where it was read. One that is
    not ``whole`` lacks lines that were refused: it is looked at, and never taken."""

    document: Document
    billed: tuple[BilledLine, ...]
    places: tuple[Place, ...]
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Import:
    """A file of such documents: its ``name`` and bytes, who brings it and when, and the ``patterns`` by which numbers are
    given here, so that none of them is given again."""

    name: str
    data: bytes
    documents: tuple[Foreign, ...]
    who: str
    on: dt.date
    numbering: Numbering = PLAIN
    patterns: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True)
class Taken:
    """The numbers that were taken now, and those that were known before, as they stand in the file."""

    new: tuple[str, ...]
    known: tuple[str, ...]


def take(store: Store, brought: Import, *, keep: bool) -> Taken:
    """Take the documents of a file that are not known yet; unless they are to be kept, only look.

    Raises RunError with everything that is wrong: L123 nobody is named, L170 a number was issued here, L171 a series will
    give it, L172 it was imported with other lines, L173 what it bills was billed here.
    """
    if not brought.who.strip():
        raise refused("L123", brought.name, "an import needs the name of who brings it", "say who with --by")
    if not keep:
        with store.read() as connection:
            return _looked(connection, brought)
    with store.write() as connection:
        taken = _looked(connection, brought)
        if taken.new:
            _insert(store, connection, brought, [one for one in brought.documents if one.document.number in taken.new])
    return taken


def withdraw(store: Store, number: str, who: str, remark: str, on: dt.date, *, keep: bool) -> Document:
    """Take back what was imported as that number, because the file was wrong, and give it back as it was.

    Raises RunError: L123 nobody or no remark, L174 nothing was imported under that number, L175 a document refers to it.
    """
    for said, what, mend in ((who, "the name of who takes it back", "--by"), (remark, "a remark", "--remark")):
        if not said.strip():
            raise refused("L123", store.where, f"to withdraw an import needs {what}", f"say so with {mend}")
    table, lines = schema.imported, schema.imported_lines
    with store.write() if keep else store.read() as connection:
        row = connection.execute(sa.select(table).where(table.c.number == number)).one_or_none()
        if row is None:
            cause = f"no document {number} was imported"
            raise refused("L174", "", cause, mend_by_number(connection, number, [table]), f"document {number}")
        contracts = set(
            connection.execute(sa.select(lines.c.contract).where(lines.c.document == number).distinct()).scalars()
        )
        for line in reading.billed_lines(connection, contracts):
            if line.document != number and any(one and one[0] == number for one in (line.corrects, line.carries)):
                cause = f"{line.document} refers to {number}"
                raise refused("L175", "", cause, "what was wrong is corrected by a credit note", f"document {number}")
        asks = schema.corrections.c
        asked = sa.select(asks.id).where(asks.document == number, asks.cancelled.is_(None))
        if request := connection.execute(asked.limit(1)).scalar_one_or_none():
            cause, cancel = f"request {request} credits {number}", f'`invoicer credits --cancel {request} --remark "…"`'
            raise refused("L175", "", cause, f"cancel the request first, with {cancel}", f"document {number}")
        document = read_as(Document, row.json, "L176", f"document {number}")
        if keep:
            payload = {"document": number, "sha256": row.sha256, "who": who, "remark": remark, "on": on}
            chain.append(connection, [(Entry.WITHDRAWN, payload)])
            store.fault(Point.LOG_APPENDED)
            connection.execute(sa.delete(lines).where(lines.c.document == number))
            connection.execute(sa.delete(table).where(table.c.number == number))
            corrections.drop_planned(connection, contracts, f"the import of {number} was withdrawn")
    return document


def _looked(connection: sa.Connection, brought: Import) -> Taken:
    """Which documents are new. Raises RunError with everything that stands against any of them."""
    numbers = [one.document.number for one in brought.documents]
    known = _known(connection, numbers)
    problems = [*_issued_here(connection, brought), *_to_be_given(connection, brought)]
    problems += [problem for one in brought.documents for problem in _changed(one, known)]
    new = [one for one in brought.documents if one.document.number not in known]
    problems += _billed_here(connection, new)
    if problems:
        raise RunError(sorted(problems, key=lambda problem: (problem.where.file, problem.where.line)))
    return Taken(tuple(one.document.number for one in new), tuple(number for number in numbers if number in known))


def _known(connection: sa.Connection, numbers: Collection[str]) -> Mapping[str, list[BilledLine]]:
    """What was imported under these numbers."""
    lines = schema.imported_lines
    query = sa.select(lines.c.document, lines.c.json).where(dialect.among(lines.c.document, numbers))
    found: dict[str, list[BilledLine]] = defaultdict(list)
    for number, text in connection.execute(query.order_by(lines.c.document, lines.c.line)):
        found[number].append(read_as(BilledLine, text, "L176", f"an imported line of {number}"))
    return found


def _issued_here(connection: sa.Connection, brought: Import) -> Iterator[Problem]:
    table = schema.documents.c
    numbers = [one.document.number for one in brought.documents]
    query = sa.select(table.number, table.issue_date).where(dialect.among(table.number, numbers))
    issued: dict[str, dt.date] = dict(connection.execute(query).all())
    for one in brought.documents:
        if day := issued.get(one.document.number):
            cause = f"{one.document.number} was issued here on {day}, so another system can't have issued it"
            mend = "mend the number; if two systems gave the same one, write it with a sign of the other, as OLD/1234"
            yield Problem("L170", one.places[0], cause, mend)


def _to_be_given(connection: sa.Connection, brought: Import) -> Iterator[Problem]:
    """A problem for each series of ours that will give a number of the file: at the last of them, behind which it may
    start."""
    series = schema.series.c
    query = sa.select(series.key, series.next_number)
    following: dict[str, int] = dict(connection.execute(query).all())
    found: dict[str, list[tuple[int, Foreign]]] = defaultdict(list)
    pattern_of: dict[str, str] = {}
    for one in brought.documents:
        number = one.document.number
        keys = set(following)
        for pattern in sorted(brought.patterns):
            if (place := placed(pattern, number)) and (place[1] is None or place[1] >= brought.on.year):
                keys.add(place[0])
                pattern_of[place[0]] = pattern
        for key in sorted(keys):
            count, first = count_of(key, number), following.get(key, brought.numbering.starts.get(key, 1))
            if count is not None and count >= first:
                found[key].append((count, one))
                break
    for key, numbers in found.items():
        count, last = max(numbers, key=lambda one: one[0])
        again = f"{last.document.number} again" + (f", and {len(numbers) - 1} more of this file" if numbers[1:] else "")
        first = following.get(key, brought.numbering.starts.get(key, 1))
        start = document_number(key, count + 1)
        setting = (
            f'{{ pattern = "{pattern_of[key]}", start = "{start}" }}' if key in pattern_of else f'start = "{start}"'
        )
        cause = f"the series {key} goes on with {document_number(key, first)}, and would give {again}"
        mend = (
            f"let the series start behind the last number of the other system: write it as {setting} in invoicer.toml; or "
            "use another pattern"
        )
        yield Problem("L171", last.places[0], cause, mend)


def _changed(one: Foreign, known: Mapping[str, list[BilledLine]]) -> Iterator[Problem]:
    """A problem for each line of a document that was imported before and says something else now."""
    number = one.document.number
    if number not in known or not one.whole:
        return
    before = Counter(facts_of(line) for line in known[number])
    mend = (
        "what was imported stays; a change of the document itself is another row with the credit note of the other system; "
        f'if the file was wrong, `invoicer import-billed --withdraw {number} --remark "…"`, then import again'
    )
    for line, place in zip(one.billed, one.places, strict=True):
        facts = facts_of(line)
        if before[facts]:
            before[facts] -= 1
            continue
        yield Problem("L172", place, f"{number} was imported without such a line: {_said(line)}", mend)
    for line in known[number]:
        if before[facts_of(line)]:
            before[facts_of(line)] -= 1
            yield Problem("L172", one.places[0], f"{number} was imported with a line that is gone: {_said(line)}", mend)


def _said(line: BilledLine) -> str:
    vat = f"VAT {line.treatment.category} {line.treatment.percent}%"
    whose = f"{line.customer}, {line.issue_date}"
    return f"{line.contract} {line.component} {line.days} {line.net}, {vat}, {whose}"


def _billed_here(connection: sa.Connection, new: Sequence[Foreign]) -> Iterator[Problem]:
    """A problem for each line of which a document of ours bills days already."""
    contracts = {line.contract for one in new for line in one.billed}
    ours: dict[tuple[str, object], list[BilledLine]] = defaultdict(list)
    numbers = set(connection.execute(sa.select(schema.imported.c.number)).scalars()) if contracts else set()
    for line in reading.billed_lines(connection, contracts) if contracts else ():
        if line.document not in numbers and line.corrects is None:
            ours[line.contract, line.component].append(line)
    for one in new:
        for line, place in zip(one.billed, one.places, strict=True):
            same = [
                mine
                for mine in ours[line.contract, line.component]
                if line.corrects is None and (mine.one_off or line.one_off or mine.days.overlaps(line.days))
            ]
            if same:
                named, days = same[0].document, same[0].days
                cause = f"{line.component} of contract {line.contract} is billed on {named} for {days} already"
                mend = (
                    f"if the customer got both, credit one first (`invoicer credit {named} --reason duplicate`), and leave "
                    "this row out"
                )
                yield Problem("L173", place, cause, mend)


def _insert(store: Store, connection: sa.Connection, brought: Import, new: Sequence[Foreign]) -> None:
    kept = [{"sha256": canonical.sha256(brought.data), "data": brought.data}]
    dialect.insert_absent(connection, schema.contents, kept)
    store.fault(Point.CONTENT_INSERTED)
    texts = [canonical.to_json(one.document) for one in new]
    carried = [[(line, canonical.to_json(line)) for line in one.billed] for one in new]
    payload = {
        "file": kept[0]["sha256"],
        "name": brought.name,
        "who": brought.who,
        "on": brought.on,
        "documents": [
            {
                "document": one.document.number,
                "sha256": canonical.sha256(text),
                "billed": billed_digest((said, 0) for _, said in lines),
            }
            for one, text, lines in zip(new, texts, carried, strict=True)
        ],
    }
    [entry] = chain.append(connection, [(Entry.IMPORTED, payload)])
    store.fault(Point.LOG_APPENDED)
    rows = [
        {**document_columns(canonical.to_data(one.document)), "logged": entry, "json": text}
        | {"sha256": canonical.sha256(text)}
        for one, text in zip(new, texts, strict=True)
    ]
    connection.execute(sa.insert(schema.imported), rows)
    store.fault(Point.DOCUMENTS_INSERTED)
    lines = [{**billed_columns(json.loads(text)), "json": text} for members in carried for _, text in members]
    connection.execute(sa.insert(schema.imported_lines), lines)
    store.fault(Point.BILLED_INSERTED)
    contracts = {line.contract for one in new for line in one.billed}
    corrections.drop_planned(connection, contracts, f"{brought.name} was imported")
