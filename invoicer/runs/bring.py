"""runs: bring. What another system has billed comes along, so that a move bills nothing twice and nothing never."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from invoicer import workspace
from invoicer.documents import ForeignLine, foreign_document
from invoicer.domain import canonical
from invoicer.domain.document import Document
from invoicer.domain.entitlement import BilledLine
from invoicer.domain.supply import Category
from invoicer.errors import Place, Problem, RunError, Severity
from invoicer.ledger import Foreign, Import, Ledger, Supposed, Taken
from invoicer.runs.context import draft_context
from invoicer.runs.desk import Desk
from invoicer.runs.foreign import Reader
from invoicer.runs.law import numbering
from invoicer.runs.plan import Planned, rehearse


@dataclass(frozen=True, slots=True)
class Brought:
    """What a file has: its documents, those that are ``taken`` now or were before, and ``warnings`` about rows that are not
    what terms and law would have made: the next plan corrects them. ``next_plan`` is what would be billed then (None:
    nobody asked)."""

    documents: tuple[Foreign, ...]
    taken: Taken
    warnings: tuple[Problem, ...]
    next_plan: Planned | None = None

    @property
    def new(self) -> tuple[Foreign, ...]:
        """The documents that are taken now."""
        return tuple(one for one in self.documents if one.document.number in set(self.taken.new))


def import_billed(
    desk: Desk,
    ledger: Ledger,
    file: Path,
    who: str,
    today: dt.date,
    *,
    keep: bool = True,
    as_of: dt.date | None = None,
) -> Brought:
    """Read a CSV file of what another system has billed, and take what is not known yet: all of it, or none.

    Without ``keep`` nothing is recorded. With ``as_of`` it is also told what a plan as of that day would bill then.

    Raises RunError with everything that is wrong in the file, in one pass: W331 to W339 cells and rows, L177 what does not
    fit contracts, customers and law, L170 to L173 what stands against the ledger.
    """
    shown = file.name
    read = workspace.read_billed(file, shown)
    problems = [one for one in read.problems if one.severity is not Severity.WARNING]
    warnings = [one for one in read.problems if one.severity is Severity.WARNING]
    reader = Reader(desk, ledger, today, {row.number for row in read.rows}, lacking=read.lacking, torn=read.torn)
    lines = [line for row in read.rows if (line := reader.line(row))]
    made = list(_documents(desk, ledger, lines, reader, _bytes(file), today))
    brought = Import(shown, _bytes(file), tuple(made), who, today, numbering(desk), frozenset(_patterns(desk)))
    taken = Taken((), ())
    problems += [one for one in reader.problems if one.severity is not Severity.WARNING]
    warnings += [one for one in reader.problems if one.severity is Severity.WARNING]
    try:
        taken = ledger.import_billed(brought, keep=keep and not problems)
    except RunError as error:
        problems += error.problems
    if problems:
        raise RunError(sorted(dict.fromkeys(problems), key=lambda one: (one.where.line, one.code)))
    new = [one for one in made if one.document.number in set(taken.new)]
    supposed = ledger if keep else Supposed(ledger, new)
    following = rehearse(desk, supposed, as_of, today) if as_of else None
    return Brought(tuple(made), taken, tuple(warnings), following)


def withdraw_import(
    ledger: Ledger, number: str, who: str, remark: str, today: dt.date, *, keep: bool = True
) -> Document:
    """Take back what was imported as that number, and say what that was. Raises RunError as the ledger does."""
    return ledger.withdraw_import(number, who, remark, today, keep=keep)


def _documents(
    desk: Desk, ledger: Ledger, lines: Iterable[ForeignLine], reader: Reader, data: bytes, today: dt.date
) -> Iterator[Foreign]:
    """The documents of the rows: first those that correct nothing, since the others look for their lines."""
    papers: dict[str, Document] = {}
    context = draft_context(desk, ledger, today, {})
    context = replace(context, original=lambda number: papers.get(number) or ledger.document(number))
    by_number: dict[str, list[ForeignLine]] = {}
    for line in lines:
        by_number.setdefault(line.row.number, []).append(line)
    made: dict[str, tuple[BilledLine, ...]] = {}
    for number in sorted(by_number, key=lambda one: bool(by_number[one][0].row.corrects)):
        members = reader.referring(by_number[number], made)
        if members and not _mixed(members, reader):
            payment = reader.contracts[members[0].row.contract].payment
            dated = payment.at(members[0].row.issued, today)
            terms = dated.value if dated else payment.entries[0].value
            document, billed = foreign_document(members, terms, canonical.sha256(data), context)
            made[number], papers[number] = billed, document
            places = tuple(Place(one.row.file, one.row.line) for one in members)
            yield Foreign(document, billed, places, whole=number not in reader.lacking)


def _mixed(members: list[ForeignLine], reader: Reader) -> bool:
    """Whether lines stand together that no document can have: of several sellers or registrations, or of category O
    and another one (EN 16931 BR-O-11)."""
    first = members[0]
    for one in members:
        if (one.treated.seller, one.treated.registration) != (first.treated.seller, first.treated.registration):
            other = f"{first.treated.seller}, registered in {first.treated.registration}"
            cause = f"{one.row.number} is of seller {other} ({first.row.source}), and this row of another"
            reader.refuse(one.row, "seller", cause, "give it a number of its own")
            return True
        categories = {line.treated.treatment.category for line in members}
        if Category.OUTSIDE_SCOPE in categories and len(categories) > 1:
            cause = f"{one.row.number} has VAT category O beside another one, which no document can have"
            reader.refuse(one.row, "category", cause, "give the lines of category O a number of their own")
            return True
    return False


def _patterns(desk: Desk) -> Iterator[str]:
    for kinds in desk.workspace.settings.series.values():
        yield from (pattern.text for pattern in kinds.values())


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError:
        return b""  # that it can't be read is a problem already
