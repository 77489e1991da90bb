"""editor: what there is to name: for each kind of thing the names that a text may use at a line, each with a few words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cache

import pycountry
from iso4217 import Currency

from invoicer.domain.payment import is_calendar
from invoicer.editor.view import View, cached_syntax
from invoicer.language.codes import Code
from invoicer.language.mentions import Kind, Mention, Section
from invoicer.language.silence import WARNINGS
from invoicer.workspace import indices

Named = tuple[str, str]  # a name and a few words about it


def names_of(kind: Kind, view: View, line: int) -> Iterator[Named]:
    """The names of a kind that the text may use at a line, the nearest ones first; each once."""
    seen: set[str] = set()
    for name, about in _SOURCES.get(kind, _nothing)(view, line):
        if name not in seen:
            seen.add(name)
            yield name, about


def given(view: View, line: int, kind: Kind) -> Iterator[tuple[Mention, Section | None]]:
    """Where the contract (or price list) of a line gives names of that kind, each with its section."""
    document = view.syntax.document(line)
    sections = dict(_by_line(view.syntax.sections))
    for mention in view.syntax.mentions:
        if mention.defines and mention.document == document and mention.kinds[0] is kind:
            yield mention, sections.get(mention.where.line)


def _by_line(sections: Iterable[Section]) -> Iterator[tuple[int, Section]]:
    for section in sections:
        yield section.heading.line, section
        yield from _by_line(section.parts)


# ------------------------------------------------------------------ one source for each kind


def _nothing(_view: View, _line: int) -> Iterator[Named]:
    return iter(())


def _own(kind: Kind) -> Callable[[View, int], Iterator[Named]]:
    """What the contract of the line names itself."""

    def source(view: View, line: int) -> Iterator[Named]:
        for mention, section in given(view, line, kind):
            yield mention.text, section.title if section else ""

    return source


def _own_or_listed(kind: Kind) -> Callable[[View, int], Iterator[Named]]:
    """What the contract of the line names itself, and what its price lists name."""

    def source(view: View, line: int) -> Iterator[Named]:
        yield from _own(kind)(view, line)
        for _, section, _ in view.used_lists(view.syntax.document(line)):
            for part in section.parts:
                if part.word == kind:
                    yield part.name, f"{part.title} (price list {section.name})"

    return source


def _price_lists(view: View, _line: int) -> Iterator[Named]:
    newest = sorted(view.price_lists(), key=lambda found: (found[1].name, -int(found[2] or 0)))
    yield from ((section.name, section.title) for _, section, _ in newest)


def _customers(view: View, _line: int) -> Iterator[Named]:
    customers = view.shelf.customers
    for name, rows in sorted(customers.sound.items()) if customers else ():
        yield name, f"{rows[-1].name}, {rows[-1].address.country}"
    for name in sorted(customers.problems_of) if customers else ():
        yield name, "its row in customers.csv has a problem"


def _sellers(view: View, _line: int) -> Iterator[Named]:
    settings = view.shelf.settings
    yield from ((seller.id, seller.name) for seller in settings.sellers.values()) if settings else ()


def _supply(view: View, _line: int) -> Iterator[Named]:
    settings = view.shelf.settings
    yield from settings.supply.items() if settings else ()


def _calendars(_view: View, _line: int) -> Iterator[Named]:
    yield "target2", "days on which the euro's payment system works"
    yield from ((code, f"business days of {name}") for code, name in countries() if is_calendar(code))


def _countries(_view: View, _line: int) -> Iterator[Named]:
    yield from countries()


def _classes(view: View, _line: int) -> Iterator[Named]:
    found = {name for entry in view.shelf.entries.values() for name in entry.classes}
    yield from ((name, "class of insurance in this workspace") for name in sorted(found))


def _indices(view: View, _line: int) -> Iterator[Named]:
    folder = view.shelf.folder
    for path in sorted((folder / indices.FOLDER).glob("*.csv")) if folder else ():
        yield path.stem, f"{indices.FOLDER}/{path.name}"


def _warnings(view: View, line: int) -> Iterator[Named]:
    """Codes of warnings, those of this text first, as they are without the line that is being written."""
    lines = view.text.split("\n")
    lines[line - 1] = ""
    without = view.with_text("\n".join(lines))
    here = {problem.code for problem in without.loaded.problems if problem.where.file == view.name}
    warnings = (Code[name] for name in WARNINGS)
    for code in sorted(warnings, key=lambda code: (code.name not in here, code.name)):
        yield code.name, code.value.meaning


def _mentioned(kind: Kind) -> Callable[[View, int], Iterator[Named]]:
    """What the text and the price lists of the workspace say elsewhere."""

    def source(view: View, _line: int) -> Iterator[Named]:
        others = [entry for entry in view.shelf.with_price_lists if entry.name != view.name]
        for entry in (view.entry, *others):
            for mention in cached_syntax(entry.name, entry.text).mentions:
                if mention.kinds[0] is kind:
                    yield mention.text, str(kind)

    return source


_SOURCES: dict[Kind, Callable[[View, int], Iterator[Named]]] = {
    Kind.CHARGE: _own(Kind.CHARGE),
    Kind.METER: _own_or_listed(Kind.METER),
    Kind.INPUT: _own_or_listed(Kind.INPUT),
    Kind.DISCOUNT: _own(Kind.DISCOUNT),
    Kind.INDEXATION: _own(Kind.INDEXATION),
    Kind.CREDIT: _own(Kind.CREDIT),
    Kind.INDEX: _indices,
    Kind.COMMITMENT: _own(Kind.COMMITMENT),
    Kind.AMENDMENT: _own(Kind.AMENDMENT),
    Kind.PRICE_LIST: _price_lists,
    Kind.CUSTOMER: _customers,
    Kind.SELLER: _sellers,
    Kind.SUPPLY: _supply,
    Kind.CALENDAR: _calendars,
    Kind.COUNTRY: _countries,
    Kind.CLASS: _classes,
    Kind.MESSAGE: _warnings,
    Kind.UNIT: _mentioned(Kind.UNIT),
    Kind.FIELD: _mentioned(Kind.FIELD),
}


# ------------------------------------------------------------------ names that the world gives


@cache
def countries() -> tuple[Named, ...]:
    """All countries: code of ISO 3166 and name."""
    return tuple(sorted((str(country.alpha_2), str(country.name)) for country in pycountry.countries))


@cache
def currencies() -> tuple[Named, ...]:
    """All currencies: code of ISO 4217 and name."""
    return tuple(sorted((str(currency.code), str(currency.currency_name)) for currency in Currency))
