"""workspace: customers.csv. What is wrong with a row belongs to the customer that it names."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from invoicer.domain.party import Address, Customer, PartyKind
from invoicer.errors import Place, Problem
from invoicer.workspace import checks
from invoicer.workspace.checks import Flaw
from invoicer.workspace.sheets import Codes, Row, Sheet

REQUIRED = ("id", "name", "kind", "street", "city", "country", "valid_from")
OPTIONAL = (
    *("contact", "postcode", "region", "language", "vat_id", "vat_id_confirmed", "company_number", "email", "iban"),
    *("reference", "recorded", "invoices", "when_held", "owner"),
)
TOGETHER, GO_AHEAD = "together", "go-ahead"
INVOICES, WHEN_HELD = ("apart", TOGETHER), ("wait", GO_AHEAD)
COLUMNS = (*REQUIRED, *OPTIONAL)
CODES = Codes("W101", "W102", "W103", "W104", "W105", "W109")


@dataclass(frozen=True, slots=True)
class Customers:
    """What the file says: sound customers and the problems of the others, both by id; ``problems`` are those that name
    no customer and refuse the file, or warn. ``lines`` has the lines of the rows that name each id, sound or not; ``owners``
    who looks after a customer, by the last row that says so. An owner is ours, so no document knows it."""

    sound: dict[str, tuple[Customer, ...]] = field(default_factory=dict)
    problems_of: dict[str, tuple[Problem, ...]] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    lines: dict[str, tuple[int, ...]] = field(default_factory=dict)
    owners: dict[str, str] = field(default_factory=dict)


def read_customers(path: Path, shown: str, language: str) -> Customers:
    """All customers of a file. ``shown`` is the path as messages name it, ``language`` what a customer without one
    gets. A missing ``recorded`` is ``valid_from``."""
    sheet = Sheet(path, shown, required=REQUIRED, optional=OPTIONAL, codes=CODES, owner="id")
    found: dict[str, dict[int, Customer]] = defaultdict(dict)  # id → line → row
    owners: dict[str, str] = {}
    for row in sheet.rows():
        customer = _customer(row, language)
        owner = " ".join(row.text("owner").split())
        if customer:
            found[customer.id][row.place.line] = customer
            owners |= {customer.id: owner} if owner else {}
    for customer_id, by_line in found.items():
        sheet.problems_of[customer_id] += _contradictions(by_line, shown)
    wrong = {of: tuple(sorted(problems, key=_line)) for of, problems in sorted(sheet.problems_of.items()) if problems}
    sound = {of: tuple(rows.values()) for of, rows in found.items() if of not in wrong}
    lines = {of: tuple(numbers) for of, numbers in sheet.lines.items()}
    return Customers(sound, wrong, tuple(sorted(sheet.problems, key=_line)), lines, owners)


def _line(problem: Problem) -> int:
    return problem.where.line


def _customer(row: Row, language: str) -> Customer | None:
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


def _contradictions(by_line: dict[int, Customer], shown: str) -> Iterator[Problem]:
    """Rows of one id that contradict an earlier one."""
    lines = list(by_line)
    for at, line in enumerate(lines):
        for earlier in lines[:at]:
            flaw = _contradiction(by_line[earlier], by_line[line], earlier)
            if flaw:
                code = "W108" if by_line[earlier].name != by_line[line].name else "W107"
                yield Problem(code, Place(shown, line, part="id"), flaw.cause, flaw.mend)
                break


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
