"""editor: what is shown beside a word: its meaning, or what a name is the name of and what counts today."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal

from lsprotocol import types

from invoicer.domain.contract import Contract, Metered
from invoicer.domain.evidence import Evidence
from invoicer.domain.money import is_currency, minor_digits
from invoicer.domain.party import in_force
from invoicer.editor import values
from invoicer.editor.find import Found, definition
from invoicer.editor.names import countries, currencies
from invoicer.editor.positions import Lines
from invoicer.editor.view import View, cached_syntax
from invoicer.errors import Place
from invoicer.language.codes import Code
from invoicer.language.cursor import keywords
from invoicer.language.glossary import meaning
from invoicer.language.mentions import Kind, Mention, Section
from invoicer.language.words import listed
from invoicer.workspace.declarations import read_declarations
from invoicer.workspace.indices import read_indices

_WORD = re.compile(r"[^\W\d][\w-]*")
_MOST_LINES = 16
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def hover(view: View, lines: Lines, position: types.Position, today: dt.date) -> types.Hover | None:
    """What to show at a position of a text; None where there is nothing to say."""
    line, column = lines.place(position)
    mention = view.syntax.at(line, column)
    if mention is not None:
        told = list(_name(view, mention, today))
        if told:
            return _shown(told, lines.range(mention.where))
    for word in view.syntax.words:
        if word.line == line and (word.column or 0) <= column <= (word.end_column or 0) and word.type != "_NL":
            where = Place(view.name, line, word.column or 1, line, word.end_column or 1)
            told = list(_literal(word.type, str(word), today))
            if told:
                return _shown(told, lines.range(where))
    return None if mention else _damaged(lines, line, column)


def _damaged(lines: Lines, line: int, column: int) -> types.Hover | None:
    """A word on a line that can't be read: what it means where it can stand."""
    text = lines.lines[line - 1]
    if '"' in text[: column - 1] or "#" in text[: column - 1]:
        return None
    for found in _WORD.finditer(text):
        if found.start() < column <= found.end() + 1 and meaning(found[0]):
            where = Place("", line, found.start() + 1, line, found.end() + 1)
            return _shown(_keyword(found[0]), lines.range(where))
    return None


def _shown(told: Iterable[str], where: types.Range) -> types.Hover:
    return types.Hover(types.MarkupContent(types.MarkupKind.Markdown, "\n".join(told)), where)


# ------------------------------------------------------------------ words and literals


def _literal(terminal: str, text: str, today: dt.date) -> Iterator[str]:
    if terminal in keywords():
        yield from _keyword(text)
    elif terminal == "DATE":
        yield from _day(text, today)
    elif terminal == "CURRENCY" and is_currency(text):
        yield f"**{text}** {dict(currencies()).get(text, '')}: amounts have {minor_digits(text)} decimals."


def _keyword(word: str) -> Iterator[str]:
    known = meaning(word)
    if known:
        yield f"**{word}**: {known.text}\n\n```terms\n{known.example}\n```"


def _day(text: str, today: dt.date) -> Iterator[str]:
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        return
    away = (day - today).days
    when = "today" if away == 0 else f"in {_days(away)}" if away > 0 else f"{_days(-away)} ago"
    last = (day + dt.timedelta(days=1)).month != day.month if day < dt.date.max else True
    yield f"**{day}** is a {_DAYS[day.weekday()]}{', the last day of its month' if last else ''}; {when}."


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count} days"


# ------------------------------------------------------------------ names


def _name(view: View, mention: Mention, today: dt.date) -> Iterator[str]:
    found = definition(view, mention)
    if found is not None:
        tell = _TELL.get(found.kind, _block)
        yield from tell(view, mention, found, today)
        return
    known = dict(countries()).get(mention.text, "")
    if mention.kinds[0] in (Kind.COUNTRY, Kind.VALUE, Kind.CALENDAR) and known:
        yield f"**{mention.text}** {known}"
    elif mention.kinds[0] is Kind.CALENDAR and mention.text == "target2":
        yield "**target2** days on which the euro's payment system works"
    elif mention.kinds[0] is Kind.MESSAGE and mention.text in Code.__members__:
        yield f"**{mention.text}** {Code[mention.text].value.meaning}"
    elif mention.kinds[0] in (Kind.UNIT, Kind.FIELD, Kind.CLASS):
        yield f"**{mention.text}** {mention.kinds[0]}"


def _charge(view: View, mention: Mention, found: Found, today: dt.date) -> Iterator[str]:
    contract = _contract_of(view, mention)
    charge = next((one for one in contract.charges if one.id == mention.text), None) if contract else None
    if contract is None or charge is None:
        yield from _block(view, mention, found, today)
        return
    yield f"**charge {charge.id}** {charge.title}\n"
    yield from values.of_charge(contract, charge, today, view.loaded.texts, _evidence(view, contract))


def _evidence(view: View, contract: Contract) -> Evidence:
    """The index values and declarations that the contract names, as they stand in the workspace now."""
    folder = view.shelf.folder
    series = read_indices(folder).sound if folder and contract.index_series else {}
    figures = read_declarations(folder).of(contract.id) if folder and contract.inputs else {}
    return Evidence({name: series.get(name, ()) for name in contract.index_series}, figures)


def _index(view: View, mention: Mention, _found: Found, today: dt.date) -> Iterator[str]:
    folder = view.shelf.folder
    values = read_indices(folder).sound.get(mention.text, ()) if folder else ()
    known = [value for value in values if value.published <= today]
    yield f"**{mention.text}** index series"
    if known:
        last = max(known, key=lambda value: (value.month, value.published))
        number = Decimal(last.value.numerator) / Decimal(last.value.denominator)
        yield f"* newest on {today}: {number} for {last.month:%Y-%m}, published {last.published}"


def _input(view: View, mention: Mention, found: Found, today: dt.date) -> Iterator[str]:
    yield from _block(view, mention, found, today)
    contract = _contract_of(view, mention)
    stated = _evidence(view, contract).declarations.get(mention.text, ()) if contract else ()
    known = [one for one in stated if one.declared <= today]
    if known:
        last = max(known, key=lambda one: (one.days, one.declared))
        number = Decimal(last.value.numerator) / Decimal(last.value.denominator)
        yield f"* newest on {today}: {number} for {last.days}, declared {last.declared}"


def _discount(view: View, mention: Mention, found: Found, today: dt.date) -> Iterator[str]:
    yield from _headline(view, found)
    contract = _contract_of(view, mention)
    for one in contract.discounts if contract else ():
        if one.id == mention.text:
            yield from values.of_discount(one, today)
    yield from _source(view, found.where[-1])


def _amendment(view: View, mention: Mention, found: Found, today: dt.date) -> Iterator[str]:
    yield from _headline(view, found)
    contract = _contract_of(view, mention)
    for one in contract.amendments if contract else ():
        if str(one.number) == mention.text:
            state = "in force" if one.effective <= today and one.agreed <= today else "not in force yet"
            yield f"Agreed {one.agreed}, from {one.effective}: {state} on {today}."
    yield from _source(view, found.where[-1])


def _contract(view: View, mention: Mention, found: Found, today: dt.date) -> Iterator[str]:
    yield from _headline(view, found)
    contract = _contract_of(view, mention)
    yield from values.of_contract(contract, today) if contract else ("It has errors, so nothing is billed by it.",)


def _price_list(view: View, mention: Mention, found: Found, _today: dt.date) -> Iterator[str]:
    for place in found.where:
        section = _section_at(view, place)
        if section:
            first = min((part.heading.line for part in section.parts), default=section.where.end_line + 1)
            yield f"**{section.word} {section.name}** {section.title} ({place.file})"
            yield from _fenced(view, Place(place.file, section.heading.line, 1, first - 1))
    versions = [version for _, section, version in view.price_lists() if section.name == mention.text and version]
    if len(versions) > 1:
        yield f"Versions: {', '.join(sorted(versions, key=int))}."


def _customer(view: View, mention: Mention, _found: Found, today: dt.date) -> Iterator[str]:
    customers = view.shelf.customers
    for problem in customers.problems_of.get(mention.text, ()) if customers else ():
        yield f"{problem.where}: {problem.cause}.\n"
    rows = customers.sound.get(mention.text, ()) if customers else ()
    row = in_force(rows, today, today)
    if row is None and rows:
        row = rows[0]
        yield f"Not known on {today} yet; first valid from {row.valid_from}.\n"
    if row:
        address = row.address
        yield f"**{row.name}**, {row.kind} in {dict(countries()).get(address.country, address.country)}"
        yield f"* {address.street}, {address.postcode} {address.city}, {address.country}"
        if row.vat_id:
            confirmed = f"confirmed {row.vat_id_confirmed}" if row.vat_id_confirmed else "not confirmed"
            yield f"* VAT id {row.vat_id}, {confirmed}"
        yield f"* documents in `{row.language}`; valid from {row.valid_from}"


def _seller(view: View, mention: Mention, _found: Found, _today: dt.date) -> Iterator[str]:
    seller = view.shelf.settings.sellers.get(mention.text) if view.shelf.settings else None
    if seller:
        yield f"**{seller.name}**, {seller.address.city}, {seller.address.country}"
        for one in seller.registrations:
            yield f"* VAT id {one.vat_id} ({one.country}{', one-stop-shop' if one.oss else ''})"


def _supply(view: View, mention: Mention, _found: Found, _today: dt.date) -> Iterator[str]:
    kind = view.shelf.settings.supply.get(mention.text, "") if view.shelf.settings else ""
    if kind:
        yield f"**{mention.text}** supply kind; for the tax a supply of class `{kind}`"


def _meter(view: View, mention: Mention, found: Found, _today: dt.date) -> Iterator[str]:
    yield from _headline(view, found)
    contract = _contract_of(view, mention)
    counted = [
        charge.id
        for charge in (contract.charges if contract else ())
        for entry in (charge.quantity.entries if charge.quantity else ())
        if isinstance(entry.value, Metered) and entry.value.meter == found.name
    ]
    if counted:
        yield f"Measured for {listed((f'`{name}`' for name in dict.fromkeys(counted)), 'and')}."
    yield from _source(view, found.where[-1])


def _block(view: View, _mention: Mention, found: Found, _today: dt.date) -> Iterator[str]:
    yield from _headline(view, found)
    yield from _source(view, found.where[-1])


_TELL: dict[Kind, Callable[[View, Mention, Found, dt.date], Iterator[str]]] = {
    Kind.CHARGE: _charge,
    Kind.METER: _meter,
    Kind.INPUT: _input,
    Kind.INDEX: _index,
    Kind.DISCOUNT: _discount,
    Kind.AMENDMENT: _amendment,
    Kind.CONTRACT: _contract,
    Kind.PRICE_LIST: _price_list,
    Kind.VERSION: _price_list,
    Kind.CUSTOMER: _customer,
    Kind.SELLER: _seller,
    Kind.SUPPLY: _supply,
}


# ------------------------------------------------------------------ what they share


def _contract_of(view: View, mention: Mention) -> Contract | None:
    section = view.document(mention.where.line)
    return view.contract(section) if section else None


def _headline(view: View, found: Found) -> Iterator[str]:
    titles = [section.title for place in found.where if (section := _section_at(view, place)) and section.title]
    yield f"**{found.kind} {found.name}** {titles[-1] if titles else ''}\n"


def _source(view: View, place: Place) -> Iterator[str]:
    """The block that begins there, as it is written."""
    section = _section_at(view, place)
    if section:
        yield from _fenced(view, section.where)


def _fenced(view: View, where: Place) -> Iterator[str]:
    lines = view.shelf.entries[where.file].text.split("\n")[where.line - 1 : where.end_line]
    while lines and (not lines[-1].strip() or lines[-1].lstrip().startswith("#")):
        lines.pop()  # what stands there leads on to the next block
    more = ["…"] if len(lines) > _MOST_LINES else []
    yield "\n".join(["", "```terms", *lines[:_MOST_LINES], *more, "```"])


def _section_at(view: View, place: Place) -> Section | None:
    """The section whose heading, or whose lines before its first block, hold a place."""
    entry = view.shelf.entries.get(place.file)
    if entry is None:
        return None
    here = cached_syntax(entry.name, entry.text).sections
    found = None
    while inside := next((one for one in here if one.where.line <= place.line <= one.where.end_line), None):
        found, here = inside, inside.parts
    return found
