"""ledger: issuing. Confirmed drafts become documents, in batches, each in one short transaction.

A batch locks the rows of its series, takes the next numbers, finishes its drafts and writes everything that belongs to
them; then it commits. Whatever happens before the commit leaves nothing behind, whatever happens after it is done. So to
resume is to call again: what is issued is no longer confirmed, and the rest follows.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Protocol

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from invoicer.domain import canonical
from invoicer.domain.document import BILLED_OF_LINES, Draft, Kind, Line
from invoicer.domain.party import Customer, Registration, Seller
from invoicer.errors import DefectError
from invoicer.ledger import chain, corrections, dialect, schema
from invoicer.ledger.faults import Point
from invoicer.ledger.files import Files
from invoicer.ledger.numbering import Numbering, Wanted, late, move, refuse_backwards, refuse_starts, take
from invoicer.ledger.plans import plan_row, refuse_superseded, settle, text_in, with_texts
from invoicer.ledger.records import billed_columns, document_columns, minor_units_in
from invoicer.ledger.release import DraftStatus
from invoicer.ledger.series import document_number, file_name, series_key
from invoicer.ledger.store import Store
from invoicer.ledger.stored import read_list
from invoicer.ledger.trouble import refused

if TYPE_CHECKING:
    from msgspec import Raw

Data = Mapping[str, Any]
"""A draft, a document or a billed line as plain data: what its canonical JSON says, without how its amounts came about."""


class Finish(Protocol):
    """Makes a draft final. Pure, and it never refuses: whatever could be wrong was found before the lock."""

    def __call__(self, draft: Data, number: str, issue_date: dt.date, /) -> tuple[Data, Sequence[Data], Sequence[str]]:
        """The document of that number, what it bills (one billed line for each of its lines), and the formats in which
        it is wanted. A draft was whole when it was planned, and its text is what was planned then: so it is not built
        anew, its data become those of the document."""


BATCH = 200
"""Documents to a transaction: more would hold the lock for long, and with fewer each commit weighs more."""


@dataclass(frozen=True, slots=True)
class _Paper:
    """A draft of a batch on its way to a document."""

    position: int
    draft: Data
    members: Mapping[str, Raw]  # as they are written
    revisions: tuple[int, ...]

    @classmethod
    def of(cls, position: int, text: bytes, revisions: tuple[int, ...]) -> _Paper:
        """A draft as it was planned."""
        return cls(position, _reader()(text), canonical.members_of(text), revisions)


_ASKED = ("kind", "series", "registration", "payment", "currency", "net", "tax", "gross", "bill_date")
_ASKED_OF_LINES = ("number", "gross", "concedes", *BILLED_OF_LINES)
"""What is asked for here of a draft and its lines. All else, most of the text, stays unread."""


@cache
def _reader() -> Callable[[bytes], dict[str, Any]]:
    shape, many = canonical.shape, canonical.many
    seller = shape(Seller, "id", registrations=many(shape(Registration, "country")))
    lines = many(shape(Line, *_ASKED_OF_LINES, treatment=canonical.unread()))
    return canonical.reader(shape(Draft, *_ASKED, seller=seller, customer=shape(Customer, "id"), lines=lines))


@dataclass(frozen=True, slots=True)
class _Final:
    """A document with all that is written for it."""

    position: int
    series: str
    counter: int
    document: Data
    json: str
    sha256: str
    billed: tuple[tuple[Data, str, int], ...]  # with its JSON and its revision
    files: Mapping[str, str]  # the names for people of the files that are wanted, by their formats

    @property
    def number(self) -> str:
        """The number of the document."""
        return str(self.document["number"])

    def row(self, sequence: int) -> dict[str, Any]:
        """The row of the document, whose entry in the log has that sequence."""
        row = document_columns(self.document)
        row.update(series=self.series, counter=self.counter, logged=sequence, told=False)
        row.update(json=self.json, sha256=self.sha256)
        return row

    def billed_rows(self) -> Iterator[dict[str, Any]]:
        """The rows of what it bills."""
        for line, text, revision in self.billed:
            row = billed_columns(line)
            row.update(revision=revision, json=text)
            yield row


def issue(
    store: Store,
    files: Files,
    plan: int,
    finish: Finish,
    issue_date: dt.date,
    batch: int,
    progress: Callable[[int], None],
    numbering: Numbering,
    who: str = "",
) -> tuple[str, ...]:
    """Issue the confirmed drafts of a plan in the order of their positions; answers the numbers given now."""
    with store.read() as connection:
        refuse_superseded(store, plan_row(connection, store, plan))
        waiting = _confirmed(connection, plan)
    _refuse_late(store, plan, waiting, issue_date, batch, numbering)
    numbers: list[str] = []
    with store.in_one_go():
        for first in range(0, len(waiting), batch):
            mine, last = waiting[first : first + batch], first + batch >= len(waiting)
            issued = _issue_batch(store, files, plan, mine, finish, issue_date, numbering, who, last)
            numbers += issued
            progress(len(issued))
    return tuple(numbers)


def _refuse_late(
    store: Store, plan: int, waiting: Sequence[int], issue_date: dt.date, batch: int, numbering: Numbering
) -> None:
    """Nothing of a plan goes out where something of it has come too late for its series (L135), or where a series is to
    begin elsewhere than it did (L134). Drafts are read for that only when there is a later document."""
    with store.read() as connection:
        refuse_starts(connection, numbering)
        if not late(connection, issue_date):
            return
    for first in range(0, len(waiting), batch):
        with store.read() as connection:
            papers = _load(connection, plan, waiting[first : first + batch])
            wanted = {series_key(paper.draft["series"], issue_date): _wanted(paper.draft) for paper in papers}
            refuse_backwards(connection, wanted, issue_date, numbering)


def _issue_batch(
    store: Store,
    files: Files,
    plan: int,
    positions: Sequence[int],
    finish: Finish,
    issue_date: dt.date,
    numbering: Numbering,
    who: str,
    last: bool,
) -> list[str]:
    finals: list[_Final] = []
    try:
        with store.write() as connection:
            papers = _load(connection, plan, positions)
            finals += _number(connection, papers, finish, issue_date, numbering)
            _refuse_published(files, finals)
            store.fault(Point.NUMBERS_TAKEN)
            _insert(store, connection, plan, finals, who)
            if last:  # until then the status of the plan is what it was
                settle(connection, plan)
    except IntegrityError as error:
        raise _taken(store, finals, error) from error
    return [final.number for final in finals]


def _confirmed(connection: sa.Connection, plan: int) -> list[int]:
    drafts = schema.plan_drafts.c
    query = sa.select(drafts.position).where(drafts.plan == plan, drafts.status == DraftStatus.CONFIRMED)
    return list(connection.execute(query.order_by(drafts.position)).scalars().all())


def _load(connection: sa.Connection, plan: int, positions: Sequence[int]) -> list[_Paper]:
    """The drafts at these positions that are still confirmed: another process may have issued some by now."""
    drafts = schema.plan_drafts.c
    still = drafts.status == DraftStatus.CONFIRMED, drafts.position.between(positions[0], positions[-1])
    asked: Sequence[Any] = (drafts.plan, drafts.position, drafts.sha256, drafts.revisions, schema.contents.c.data)
    query = with_texts().with_only_columns(*asked).where(drafts.plan == plan, *still)
    wanted = set(positions)
    papers = []
    for row in connection.execute(query.order_by(drafts.position)).all():
        if row.position not in wanted:
            continue
        revisions = read_list(int, row.revisions, "L117", f"draft {row.position} of plan {plan}")
        papers.append(_Paper.of(row.position, text_in(row), revisions))
    return papers


def _number(
    connection: sa.Connection, papers: Sequence[_Paper], finish: Finish, issue_date: dt.date, numbering: Numbering
) -> list[_Final]:
    """Give each paper the next number of its own series, and move the counters."""
    wanted = {series_key(paper.draft["series"], issue_date): _wanted(paper.draft) for paper in papers}
    following = take(connection, wanted, issue_date, numbering)
    finals = []
    for paper in papers:
        key = series_key(paper.draft["series"], issue_date)
        finals.append(_finish(paper, key, following[key], finish, issue_date))
        following[key] += 1
    move(connection, following)
    return finals


def _wanted(draft: Data) -> Wanted:
    return Wanted(draft["series"], draft["seller"]["id"])


def _finish(paper: _Paper, key: str, count: int, finish: Finish, issue_date: dt.date) -> _Final:
    number = document_number(key, count)
    document, billed, formats = finish(paper.draft, number, issue_date)
    _check(document, number, issue_date, billed, paper.draft)
    text = canonical.text_of({**document, **paper.members})  # what it has of its draft is written as it is there
    carried = tuple((line, canonical.text_of(line), rev) for line, rev in zip(billed, paper.revisions, strict=True))
    files = {form: file_name(number, form, issue_date) for form in formats}
    return _Final(paper.position, key, count, document, text, canonical.sha256(text), carried, files)


def _check(document: Data, number: str, issue_date: dt.date, billed: Sequence[Data], draft: Data) -> None:
    """What a finished document must have in common with its number, its draft and what it bills."""
    if (document["number"], document["issue_date"]) != (number, issue_date.isoformat()):
        raise DefectError(f"{number} was finished as {document['number']} on {document['issue_date']}")
    if not draft.items() <= document.items():
        raise DefectError(f"{number} is another document than its draft")
    given_back, lines = document["kind"] == Kind.CREDIT_NOTE, document["lines"]
    if len(lines) != len(billed) or not all(
        (number, line["number"]) == (mine["document"], mine["line"]) and _agrees(line, mine, given_back)
        for line, mine in zip(lines, billed, strict=True)
    ):
        raise DefectError(f"{number} does not bill what its lines say")


def _agrees(line: Data, billed: Data, given_back: bool) -> bool:
    amount, mine = line.get("gross") or line["net"], billed["net"]
    return (
        line["contract"] == billed["contract"]
        and line["component"] == billed["component"]
        and line["days"] == billed["days"]
        and bool(minor_units_in(amount) == -minor_units_in(mine) if given_back else amount == mine)
    )


def _refuse_published(files: Files, finals: Iterable[_Final]) -> None:
    """A number whose file is there was given before: the ledger does not know, so it is not the latest one. The anchor says
    nothing of that where it was put back together with the database."""
    for final in finals:
        for name in final.files.values():
            if files.is_published(name):
                cause = f"{final.number} is the next number, and a file of that name is there already"
                mend = (
                    "a document of that number went out: leave its file where it is, and put the latest backup of the "
                    "ledger back, which knows it; only a file that this ledger never made is to be moved away"
                )
                raise refused("L137", files.documents / name, cause, mend)


def _insert(store: Store, connection: sa.Connection, plan: int, finals: Sequence[_Final], who: str) -> None:
    if not finals:
        return
    sequences = chain.append(connection, [("issued", _entry(plan, final, who)) for final in finals])
    store.fault(Point.LOG_APPENDED)
    documents = [final.row(sequence) for final, sequence in zip(finals, sequences, strict=True)]
    dialect.insert_rows(connection, schema.documents, documents)
    store.fault(Point.DOCUMENTS_INSERTED)
    dialect.insert_rows(connection, schema.billed, [row for final in finals for row in final.billed_rows()])
    store.fault(Point.BILLED_INSERTED)
    artifacts = [
        {"document": final.number, "format": form, "name": name}
        for final in finals
        for form, name in final.files.items()
    ]
    dialect.insert_rows(connection, schema.artifacts, artifacts)
    store.fault(Point.ARTIFACTS_WANTED)
    issued = [
        {"plan": plan, "position": final.position, "status": DraftStatus.ISSUED, "document": final.number}
        for final in finals
    ]
    dialect.update_rows(connection, schema.plan_drafts, ("plan", "position"), issued)
    corrections.mark_issued(connection, (final.document for final in finals))
    store.fault(Point.DRAFTS_ISSUED)


def _entry(plan: int, final: _Final, who: str) -> dict[str, object]:
    """The payload of the log for an issued document: hashes of all that must never change, the files that are
    wanted, and who issued it."""
    said: dict[str, object] = {
        "document": final.number,
        "sha256": final.sha256,
        "billed": billed_digest((text, revision) for _, text, revision in final.billed),
        "formats": sorted(final.files),
        "plan": plan,
        "position": final.position,
    }
    return said | ({"who": who} if who else {})


def billed_digest(lines: Iterable[tuple[str, int]]) -> str:
    """One hash over the billed lines (JSON, revision) of a document, in the order of its lines."""
    return canonical.sha256("\n".join(f"{revision} {text}" for text, revision in lines))


def _taken(store: Store, finals: Sequence[_Final], error: IntegrityError) -> Exception:
    """Say which key of the batch is taken already; a broken key that can't be found is a defect of ours."""
    billed, documents = schema.billed.c, schema.documents.c
    lines = {
        (row["contract"], row["component"], row["span"], revision): row
        for final in finals
        for line, _, revision in final.billed
        for row in (billed_columns(line),)
    }
    key = (billed.contract, billed.component, billed.span, billed.revision)
    with store.read() as connection:
        of_contracts = dialect.among(billed.contract, {contract for contract, *_ in lines})
        for row in connection.execute(sa.select(*key, billed.document).where(of_contracts)):
            if tuple(row[:4]) in lines:
                cause = f"{row.component} of contract {row.contract} for {row.span} is on {row.document} already"
                mend = "nothing of this batch was issued; plan again, so that what is billed is seen"
                return refused("L130", store.folder, cause, mend, f"contract {row.contract}")
        numbers = {final.number for final in finals}
        query = sa.select(documents.number, documents.series).where(dialect.among(documents.number, numbers))
        if taken := connection.execute(query).first():
            cause = f"the number {taken.number} is taken by the series {taken.series}"
            mend = "two patterns in invoicer.toml make the same numbers; change the one that is not in use yet"
            return refused("L133", store.folder, cause, mend)
    return DefectError(f"a key of the ledger is broken: {error.orig}")
