"""editor: where a name is given, and where it is used."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from invoicer.editor.view import View, cached_syntax, used
from invoicer.errors import Place
from invoicer.language.mentions import Kind, Mention, Section
from invoicer.workspace import indices, read_toml
from invoicer.workspace.model import CUSTOMERS, SETTINGS

_EVERYWHERE = (Kind.PRICE_LIST, Kind.CUSTOMER, Kind.SELLER, Kind.SUPPLY, Kind.CONTRACT, Kind.INDEX)


@dataclass(frozen=True, slots=True)
class Found:
    """What a name turned out to be: its kind, the name, and where it is given (in the order of nearness)."""

    kind: Kind
    name: str
    where: tuple[Place, ...]


def definition(view: View, mention: Mention) -> Found | None:
    """What a name is the name of, and where it is given; None when it is given nowhere."""
    for kind in mention.kinds:
        places = tuple(_places(view, mention, kind))
        if places:
            return Found(kind, mention.text, places)
    return None


def references(view: View, mention: Mention, *, given: bool) -> list[Place]:
    """All places of the workspace that mean the same thing; those where it is given only if wanted."""
    found = definition(view, mention)
    if found is None:
        return []
    places = [other.where for other in _same(view, mention, found) if given or not other.defines]
    if given:
        places += [place for place in found.where if place not in places]
    return sorted(set(places), key=lambda place: (place.file, place.line, place.column))


# ------------------------------------------------------------------ where it is given


def _places(view: View, mention: Mention, kind: Kind) -> Iterator[Place]:
    source = _ELSEWHERE.get(kind)
    if source:
        yield from source(view, mention)
        return
    if kind is Kind.CHARGE and mention.base:  # the heading of a charge as in a price list: there it is given first
        yield from _in_lists(view, mention, kind, mention.base)
    for other in view.syntax.mentions:
        if (
            other.defines
            and other.document == mention.document
            and other.kinds[0] is kind
            and other.text == mention.text
        ):
            yield other.where
    if kind in (Kind.METER, Kind.INPUT):
        yield from _in_lists(view, mention, kind)


def _in_lists(view: View, mention: Mention, kind: Kind, base: str = "") -> Iterator[Place]:
    """Where the price lists that the contract uses give the name."""
    for entry, section, _ in view.used_lists(mention.document):
        if base in ("", section.name):
            for other in cached_syntax(entry.name, entry.text).mentions:
                inside = section.where.line <= other.where.line <= section.where.end_line
                if inside and other.defines and other.kinds[0] is kind and other.text == mention.text:
                    yield other.where


def _price_list(view: View, mention: Mention) -> Iterator[Place]:
    wanted = {version for name, version in used(view.syntax, mention.document) if name == mention.text}
    lists = [(section, version) for _, section, version in view.price_lists() if section.name == mention.text]
    if mention.defines:
        yield mention.where
        return
    for section, version in lists:
        if not wanted or wanted & {version, ""}:
            yield _name_in(section)


def _contract(view: View, mention: Mention) -> Iterator[Place]:
    for section in view.syntax.sections:
        if section.word == "contract" and section.name == mention.text:
            yield _name_in(section)


def _version(view: View, mention: Mention) -> Iterator[Place]:
    if mention.defines:
        yield mention.where
        return
    line = mention.where.line
    name = next((m.text for m in view.syntax.mentions if m.rule == "uses" and m.where.line == line), "")
    for entry, section, version in view.price_lists():
        if section.name == name and version == mention.text:
            stated = cached_syntax(entry.name, entry.text).mentions
            inside = (m for m in stated if m.rule == "version" and section.where.line <= m.where.line)
            yield next(m.where for m in inside)


def _customer(view: View, mention: Mention) -> Iterator[Place]:
    customers = view.shelf.customers
    for line in customers.lines.get(mention.text, ()) if customers else ():
        yield Place(CUSTOMERS, line)


def _index(view: View, mention: Mention) -> Iterator[Place]:
    name = f"{indices.FOLDER}/{mention.text}.csv"
    if view.shelf.folder and (view.shelf.folder / name).is_file():
        yield Place(name, 1)


def _setting(table: str) -> Callable[[View, Mention], Iterator[Place]]:
    """A key of a table of the settings."""

    def source(view: View, mention: Mention) -> Iterator[Place]:
        if view.shelf.folder is None:
            return
        top, _ = read_toml(view.shelf.folder / SETTINGS, SETTINGS)
        if not top.broken and table in top.keys:
            values = top.table(table)
            if mention.text in values.keys:
                yield Place(SETTINGS, values.place(mention.text).line)

    return source


_ELSEWHERE: dict[Kind, Callable[[View, Mention], Iterator[Place]]] = {
    Kind.PRICE_LIST: _price_list,
    Kind.CONTRACT: _contract,
    Kind.VERSION: _version,
    Kind.CUSTOMER: _customer,
    Kind.INDEX: _index,
    Kind.SELLER: _setting("sellers"),
    Kind.SUPPLY: _setting("supply"),
    **dict.fromkeys(
        (Kind.COUNTRY, Kind.CALENDAR, Kind.CLASS, Kind.UNIT, Kind.FIELD, Kind.VALUE, Kind.MESSAGE),
        lambda _view, _mention: iter(()),
    ),
}


def _name_in(section: Section) -> Place:
    """The name in a heading."""
    start = section.heading.column + len(section.word) + 1
    line = section.heading.line
    return Place(section.heading.file, line, start, line, start + len(section.name))


# ------------------------------------------------------------------ where it is used


def _same(view: View, mention: Mention, found: Found) -> Iterator[Mention]:
    """The mentions of the workspace that mean what was found. What is given in this file alone is used in it alone."""
    files = {where.file for where in found.where}
    only_here = found.kind not in _EVERYWHERE and files == {view.name} and not view.entry.lists
    for entry in (view.entry,) if only_here else view.shelf.entries.values():
        if mention.text not in entry.text:
            continue
        for other in cached_syntax(entry.name, entry.text).mentions:
            same_name = other.text == mention.text and found.kind in other.kinds
            if same_name and _means(view, entry.name, other, mention, found):
                yield other


def _means(view: View, file: str, other: Mention, mention: Mention, found: Found) -> bool:
    if found.kind in _EVERYWHERE:
        return True
    if file == view.name and other.document == mention.document:
        return True
    there = View(view.shelf, file)
    same = definition(there, other)
    return same is not None and same.kind is found.kind and not set(same.where).isdisjoint(found.where)
