"""workspace: customers.csv as a spreadsheet exports it, with every wrong row in one pass.

What is wrong with a row belongs to the customer that it names; what names no customer belongs to the whole file.
"""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from invoicer.domain.party import Address, Customer, PartyKind
from invoicer.errors import Place, Problem, Severity
from invoicer.workspace import checks
from invoicer.workspace.checks import Flaw
from invoicer.workspace.texts import decoded, header

T = TypeVar("T")

REQUIRED = ("id", "name", "kind", "street", "city", "country", "valid_from")
OPTIONAL = (
    *("contact", "postcode", "region", "language", "vat_id", "vat_id_confirmed", "company_number", "email", "iban"),
    *("reference", "recorded", "invoices", "when_held"),
)
TOGETHER, GO_AHEAD = "together", "go-ahead"
INVOICES, WHEN_HELD = ("apart", TOGETHER), ("wait", GO_AHEAD)
COLUMNS = (*REQUIRED, *OPTIONAL)


@dataclass(frozen=True, slots=True)
class Customers:
    """What the file says: sound customers and the problems of the others, both by id; ``problems`` are those that name
    no customer and refuse the file, or warn. ``lines`` has the lines of the rows that name each id, sound or not."""

    sound: dict[str, tuple[Customer, ...]] = field(default_factory=dict)
    problems_of: dict[str, tuple[Problem, ...]] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    lines: dict[str, tuple[int, ...]] = field(default_factory=dict)


def read_customers(path: Path, shown: str, language: str) -> Customers:
    """All customers of a file. ``shown`` is the path as messages name it, ``language`` what a customer without one
    gets. A missing ``recorded`` is ``valid_from``."""
    reading = _Reading(shown, language)
    try:
        text = decoded(path.read_bytes(), Place(shown), "W101")
    except OSError as error:
        text = Problem("W101", Place(shown), f"{shown} can't be read: {error.strerror}", "put the file there, readable")
    if isinstance(text, Problem):
        return Customers(problems=(text,))
    for row in reading.rows(text):
        reading.take(row)
    reading.compare()
    wrong = {customer: tuple(sorted(found, key=_line)) for customer, found in sorted(reading.problems_of.items())}
    sound = {customer: tuple(rows.values()) for customer, rows in reading.found.items() if customer not in wrong}
    lines = {customer: tuple(numbers) for customer, numbers in reading.lines.items()}
    return Customers(sound, wrong, tuple(sorted(reading.problems, key=_line)), lines)


def _line(problem: Problem) -> int:
    return problem.where.line


class _Row:
    """A row under the eyes of a reader: cells by column name, and where its problems go."""

    def __init__(self, cells: dict[str, str], place: Place, note: Callable[[Problem], None]) -> None:
        self.cells, self.place, self._note = cells, place, note
        self.sound = True

    def text(self, column: str, *, required: bool = False) -> str:
        """The cell's text ("" where something is wrong with it)."""
        return self.value(column, str, required=required) or ""

    def value(self, column: str, check: Callable[[str], T], *, required: bool = False) -> T | None:
        """The cell in its normal form; None where it is empty or wrong."""
        text = self.cells.get(column, "").strip()
        if not text:
            if required:
                self.flaw("W104", column, Flaw(f"{column} is empty", "fill it in"))
            return None
        try:
            if not text.isprintable():
                raise Flaw(f"{text!r} has a line break or another control character in it", "write it on one line")
            return check(text)
        except Flaw as flaw:
            self.flaw("W105", column, flaw)
            return None

    def flaw(self, code: str, column: str, flaw: Flaw) -> None:
        """Note what is wrong in a column."""
        self.sound = False
        self._note(Problem(code, Place(self.place.file, self.place.line, part=column), flaw.cause, flaw.mend))


class _Reading:
    """One pass over the file."""

    def __init__(self, shown: str, language: str) -> None:
        self.shown, self.language = shown, language
        self.problems: list[Problem] = []
        self.problems_of: dict[str, list[Problem]] = defaultdict(list)
        self.found: dict[str, dict[int, Customer]] = defaultdict(dict)  # id → line → row
        self.lines: dict[str, list[int]] = defaultdict(list)

    def rows(self, text: str) -> Iterator[_Row]:
        """The rows that have something in them; none when the columns are wrong."""
        first = text.split("\n", 1)[0].rstrip("\r")
        columns, separator = header(first, COLUMNS)
        if not self._columns_fit(columns):
            return
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
        line = 1
        try:
            next(reader)
            line = reader.line_num + 1
            for cells in reader:
                if any(cell.strip() for cell in cells):
                    yield from self._row(columns, cells, line)
                line = reader.line_num + 1
        except csv.Error:
            mend = "close the quote; a cell with quotes in it stands in quotes, with each quote inside written twice"
            cause = "the quotes of this row do not match, so it and the rows after it can't be read"
            self.problems.append(Problem("W103", Place(self.shown, line), cause, mend))

    def take(self, row: _Row) -> None:
        """Read a row."""
        customer = _customer(row, self.language)
        if customer and row.sound:
            self.found[customer.id][row.place.line] = customer

    def compare(self) -> None:
        """Find rows that contradict each other."""
        for customer_id, by_line in self.found.items():
            lines = list(by_line)
            for at, line in enumerate(lines):
                for earlier in lines[:at]:
                    flaw = _contradiction(by_line[earlier], by_line[line], earlier)
                    if flaw:
                        place = Place(self.shown, line, part="id")
                        code = "W108" if by_line[earlier].name != by_line[line].name else "W107"
                        self.problems_of[customer_id].append(Problem(code, place, flaw.cause, flaw.mend))
                        break

    def _columns_fit(self, columns: tuple[str, ...]) -> bool:
        place = Place(self.shown, 1)
        missing = [column for column in REQUIRED if column not in columns]
        absent = [column for column in COLUMNS if column not in columns]
        for column in columns:
            if column in COLUMNS:
                if columns.count(column) > 1:
                    self._refuse(f"the column “{column}” comes more than once", "keep one of them", place)
                continue
            meant = checks.did_you_mean(column, absent) if column else ""
            if meant:
                absent.remove(meant)
                missing = [required for required in missing if required != meant]
                self._refuse(f"“{column}” is no column of customers", f"did you mean “{meant}”?", place)
            elif column:
                mend = "remove it, or leave it if it is only for yourselves"
                cause = f"the column “{column}” is not read"
                self.problems.append(Problem("W109", place, cause, mend, Severity.WARNING))
        if missing:
            names = ", ".join(missing)
            cause = f"the column “{names}” is missing" if len(missing) == 1 else f"these columns are missing: {names}"
            self._refuse(cause, "add it to the first row, which names the columns, and fill it in", place)
        return all(problem.severity is Severity.WARNING for problem in self.problems)

    def _refuse(self, cause: str, mend: str, place: Place) -> None:
        problem = Problem("W102", place, cause, mend)
        if problem not in self.problems:
            self.problems.append(problem)

    def _row(self, columns: tuple[str, ...], cells: list[str], line: int) -> Iterable[_Row]:
        named = dict(zip(columns, cells, strict=False))
        customer_id = named.get("id", "").strip()
        whole = len(cells) == len(columns)
        # a row with cells too many or too few tells its customer only when the id stands before the damage
        named_one = checks.is_name(customer_id) and (whole or columns[0] == "id")
        if named_one:
            self.lines[customer_id].append(line)

        def note(problem: Problem) -> None:
            (self.problems_of[customer_id] if named_one else self.problems).append(problem)

        if not whole:
            cause = f"the row has {len(cells)} cells, the first row names {len(columns)} columns"
            mend = "give it a cell for each column; put text with a separator in it into quotes"
            note(Problem("W103", Place(self.shown, line), cause, mend))
            return
        yield _Row(named, Place(self.shown, line), note)


def _customer(row: _Row, language: str) -> Customer | None:
    customer_id = row.value("id", checks.name, required=True)
    kind = row.value("kind", lambda text: PartyKind(checks.one_of(text, list(PartyKind))), required=True)
    country = row.value("country", checks.country, required=True)
    vat_id = row.value("vat_id", checks.vat_id) or ""
    confirmed = row.value("vat_id_confirmed", checks.day)
    valid_from = row.value("valid_from", checks.day, required=True)
    recorded = row.value("recorded", checks.day)
    if vat_id and country and not checks.vat_country_fits(vat_id, country):
        cause = f"“{vat_id}” is a VAT id of {checks.vat_country(vat_id)}, the address lies in {country}"
        row.flaw("W106", "vat_id", Flaw(cause, "correct the VAT id or the country"))
    if vat_id and kind is PartyKind.CONSUMER:
        cause = f"a consumer has no VAT id, but here is “{vat_id}”"
        row.flaw("W106", "vat_id", Flaw(cause, "write business as kind, or remove the VAT id"))
    if confirmed and not row.cells.get("vat_id", "").strip():
        cause = "vat_id_confirmed says when a VAT id was confirmed, but there is none"
        row.flaw("W106", "vat_id_confirmed", Flaw(cause, "fill in vat_id, or remove the day"))
    if confirmed and recorded and confirmed > recorded:
        cause = f"the VAT id was confirmed on {confirmed}, after this row was recorded on {recorded}"
        row.flaw("W106", "vat_id_confirmed", Flaw(cause, f"put it into a row of its own with recorded {confirmed}"))
    # all other cells are looked at before giving up, so that one pass names everything
    texts = {column: row.text(column) for column in ("contact", "company_number", "reference", "postcode", "region")}
    name, street, city = (row.text(column, required=True) for column in ("name", "street", "city"))
    own_language = row.value("language", checks.language)
    invoices = row.value("invoices", lambda text: checks.one_of(text, INVOICES))
    when_held = row.value("when_held", lambda text: checks.one_of(text, WHEN_HELD))
    email = row.value("email", checks.email) or ""
    iban = row.value("iban", checks.iban) or ""
    if not (customer_id and kind and country and valid_from and row.sound):
        return None
    return Customer(
        id=customer_id,
        name=name,
        kind=kind,
        address=Address(street, texts["postcode"], city, country, texts["region"]),
        language=own_language or language,
        valid_from=valid_from,
        recorded=recorded or valid_from,
        vat_id=vat_id,
        vat_id_confirmed=confirmed,
        company_number=texts["company_number"],
        contact=texts["contact"],
        email=email,
        iban=iban,
        reference=texts["reference"],
        shares_invoices=invoices == TOGETHER,
        waits=when_held != GO_AHEAD,
    )


def _contradiction(earlier: Customer, later: Customer, line: int) -> Flaw | None:
    """Why two rows of one id can't both stand: a name may change over time, and a wrong one may be corrected by a row
    recorded later; but one day has one truth, and another company number is another legal person."""
    same_days = (earlier.valid_from, earlier.recorded) == (later.valid_from, later.recorded)
    renamed = earlier.name.casefold().split() != later.name.casefold().split()
    others = earlier.company_number and later.company_number and earlier.company_number != later.company_number
    proven = later.company_number and earlier.company_number == later.company_number
    proven = proven or (later.vat_id and earlier.vat_id == later.vat_id)
    if renamed and (same_days or others or (earlier.valid_from == later.valid_from and not proven)):
        cause = f"two customers have the id “{later.id}”: “{earlier.name}” in row {line} and “{later.name}” here"
        return Flaw(cause, "give one of them an id of its own")
    if same_days:
        cause = f"row {line} also says what “{later.id}” is from {later.valid_from}, recorded {later.recorded}"
        return Flaw(cause, "remove one of the rows, or give the newer one its own valid_from or recorded day")
    return None
