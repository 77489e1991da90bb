"""workspace: a CSV file of what another system has billed: a row for each line of its documents."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

from invoicer.domain.elsewhere import BilledRow
from invoicer.domain.entitlement import Component, Part
from invoicer.domain.money import Money, minor_digits
from invoicer.domain.period import Period
from invoicer.domain.supply import Category
from invoicer.errors import Place, Problem
from invoicer.workspace import checks
from invoicer.workspace.checks import Flaw
from invoicer.workspace.numbers import number
from invoicer.workspace.sheets import Codes, Row, Sheet

COLUMNS = ("number", "issued", "customer", "contract", "charge", "from", "to", "currency", "vat")
OPTIONAL = ("seller", "net", "gross", "category", "corrects", "remark")
CODES = Codes("W331", "W332", "W333", "W334", "W335", "W339")
DAY = dt.timedelta(days=1)
_LONGEST_NUMBER = 60
_PARTS = "minimum, maximum, deposit, adjustment, commitment, discount/NAME, credit/NAME, levy/NAME"


@dataclass(frozen=True, slots=True)
class BilledFile:
    """The sound ``rows`` of a file, in its order, and everything that is wrong with the others or between rows. Of the
    documents ``lacking`` a row is wrong; rows of those ``torn`` contradict each other. What such a document comes to can't
    be said."""

    rows: tuple[BilledRow, ...]
    problems: tuple[Problem, ...]
    lacking: frozenset[str]
    torn: frozenset[str]


def read_billed(path: Path, shown: str) -> BilledFile:
    """Read a file, whatever is wrong in it."""
    sheet = Sheet(path, shown, required=COLUMNS, optional=OPTIONAL, codes=CODES, either=("net", "gross"))
    rows: list[BilledRow] = []
    lacking: set[str] = set()
    for row in sheet.rows():
        if found := _billed_row(row):
            rows.append(found)
        else:
            lacking.add(row.cells.get("number", "").strip())
    if not rows and not sheet.problems:
        cause = "there is no row in it but that of the columns"
        sheet.problems.append(Problem("W331", Place(shown), cause, "write a row for each line that was billed"))
    torn = _disagreeing(rows)
    problems = (*sheet.problems, *(one for found in torn.values() for one in found))
    return BilledFile(tuple(rows), problems, frozenset(lacking), frozenset(torn))


def _billed_row(row: Row) -> BilledRow | None:
    named = {column: row.value(column, checks.name, required=True) for column in ("customer", "contract")}
    named["seller"] = row.value("seller", checks.name)
    numbered = row.value("number", _number, required=True), row.value("corrects", _number)
    issued, charge = row.value("issued", checks.day, required=True), row.value("charge", _component, required=True)
    currency, vat = row.value("currency", checks.currency, required=True), row.value("vat", _percent, required=True)
    category, days, net = row.value("category", _category), _days(row), _amount(row, currency or "")
    if numbered[0] and numbered[0] == numbered[1]:
        row.flaw("W337", "corrects", Flaw(f"{numbered[0]} corrects itself", "name the document that it corrects"))
    if category and vat is not None and (category is Category.STANDARD) != (vat > 0):
        cause = f"VAT category {category} and {vat}% contradict each other"
        row.flaw("W337", "category", Flaw(cause, "category S has a rate above 0, every other one has 0"))
    if not row.sound or charge is None or days is None or net is None or issued is None or vat is None:
        return None
    return BilledRow(
        file=row.place.file,
        line=row.place.line,
        number=numbered[0] or "",
        issued=issued,
        seller=named["seller"] or "",
        customer=named["customer"] or "",
        contract=named["contract"] or "",
        component=charge,
        days=days,
        net=net,
        gross=bool(row.cells.get("gross", "").strip()),
        percent=vat,
        category=category,
        corrects=numbered[1] or "",
    )


def _days(row: Row) -> Period | None:
    first, last = (row.value(column, checks.day, required=True) for column in ("from", "to"))
    if first and last and last < first:
        cause = f"the days end on {last}, before they begin on {first}"
        row.flaw("W337", "to", Flaw(cause, "mend one of the two days"))
        return None
    return Period(first, last + DAY) if first and last else None


def _amount(row: Row, currency: str) -> Money | None:
    """The amount without VAT or with it: one of two columns has it."""
    filled = [column for column in ("net", "gross") if row.cells.get(column, "").strip()]
    if len(filled) != 1:
        cause = "net and gross both have an amount" if filled else "there is no amount"
        mend = "fill in net, the amount without VAT; or gross, with it, where the prices of the charge include VAT"
        row.flaw("W334" if not filled else "W337", "net", Flaw(cause, mend))
        return None
    if not currency:
        row.value(filled[0], number)
        return None

    def amount(text: str) -> Money:
        exact = number(text)
        if exact * 10 ** minor_digits(currency) % 1 or abs(exact) >= 10**15:
            raise Flaw(f"“{text}” is no amount in {currency}", f"{minor_digits(currency)} decimals are the most")
        if not exact:
            raise Flaw("an amount of nothing bills nothing", "leave out the row")
        return Money.of(exact, currency)

    return row.value(filled[0], amount)


def _number(text: str) -> str:
    if len(text) > _LONGEST_NUMBER:
        raise Flaw(f"the number has {len(text)} characters", f"{_LONGEST_NUMBER} are the most")
    return text


def _percent(text: str) -> Decimal:
    exact = number(text.removesuffix("%").strip())
    if not 0 <= exact < 100 or exact * 1000 % 1:
        raise Flaw(f"“{text}” is no rate of VAT", "write it in percent: 21, or 0 where no VAT was charged")
    return _plain(exact)


def _plain(exact: Fraction) -> Decimal:
    """A rate without trailing zeros, as the facts of markets have it: 21, 5.5."""
    found = Decimal(int(exact * 1000)).scaleb(-3).normalize()
    return found.quantize(Decimal(1)) if found == found.to_integral_value() else found


def _category(text: str) -> Category:
    if text.upper() not in set(Category):
        raise Flaw(f"“{text}” is no VAT category", f"choose from {', '.join(Category)}, or leave it empty")
    return Category(text.upper())


def _component(text: str) -> Component:
    """A charge, or what stands beside it: ``fee``, ``fee/discount/launch``."""
    charge, *rest = text.split("/")
    part = rest[0] if rest else Part.CHARGE.value
    wrong = part not in set(Part) or (len(rest) > 1) != (part in (Part.DISCOUNT, Part.CREDIT, Part.LEVY))
    if not checks.is_name(charge) or len(rest) > 2 or wrong or (rest and part == Part.CHARGE):
        mend = f"write the charge, or behind it and a slash one of {_PARTS}"
        raise Flaw(f"“{text}” is no charge of a contract", mend)
    return Component.parse(text)


def _shown(value: object) -> str:
    return f"“{value}”" if value else "nothing"


def _disagreeing(rows: Iterable[BilledRow]) -> Mapping[str, Sequence[Problem]]:
    """For each document whose rows differ in what a document has only one of, or say the same twice, what is wrong."""
    found: dict[str, list[Problem]] = defaultdict(list)
    first: dict[str, BilledRow] = {}
    seen: dict[tuple[object, ...], BilledRow] = {}
    for row in rows:
        head = first.setdefault(row.number, row)
        for column, ours, theirs in (
            ("issued", row.issued, head.issued),
            ("customer", row.customer, head.customer),
            ("currency", row.net.currency, head.net.currency),
            ("corrects", row.corrects, head.corrects),
        ):
            if ours != theirs:
                cause = f"{row.number} has {_shown(ours)} here, and {_shown(theirs)} in {head.source}"
                mend = "a document has one of it: mend one of the two rows, or give one another number"
                found[row.number].append(Problem("W336", Place(row.file, row.line, part=column), cause, mend))
        key = (row.number, row.contract, row.component, row.days, row.net)
        if key in seen:
            cause = f"{row.number} has the same line in {seen[key].source}"
            mend = "remove one of the two rows; if both were billed, add them up in one"
            found[row.number].append(Problem("W336", Place(row.file, row.line, part="number"), cause, mend))
        seen.setdefault(key, row)
    return found
