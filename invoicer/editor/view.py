"""editor: a text together with everything that it can refer to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from invoicer import language
from invoicer.domain.contract import Contract
from invoicer.editor.shelf import Entry, Shelf, entry_of
from invoicer.errors import Problem
from invoicer.language import Loaded
from invoicer.language.mentions import Kind, Mention, Section, Syntax, syntax

_AT_ONCE = 40
_Ids = frozenset[str] | None

cached_syntax = lru_cache(maxsize=512)(syntax)


@dataclass(frozen=True, slots=True)
class View:
    """An open text on its shelf."""

    shelf: Shelf
    name: str

    @property
    def entry(self) -> Entry:
        return self.shelf.entries[self.name]

    @property
    def text(self) -> str:
        return self.entry.text

    @property
    def syntax(self) -> Syntax:
        return cached_syntax(self.name, self.text)

    @property
    def loaded(self) -> Loaded:
        """The text with the price lists of the workspace and all that claims its names."""
        return _loaded(_texts(self.near()), *self._known())

    def near(self) -> tuple[Entry, ...]:
        """The files that decide what this one means: itself, those with price lists, those with contracts of its names."""
        own = self.entry
        others = (
            entry
            for entry in self.shelf.entries.values()
            if entry.lists or not own.contracts.isdisjoint(entry.contracts)
        )
        return tuple(sorted({own, *others}, key=lambda entry: entry.name))

    def problems(self) -> Iterator[tuple[Problem, ...]]:
        """What is wrong with the text: at first by itself; then, where contracts build on its price lists, with more and
        more of them, for some things are wrong only there. Whoever asks may stop at any time."""
        if self.entry.problem:
            yield (self.entry.problem,)
            return
        near = self.near()
        building = [one for one in self.shelf.entries.values() if one.uses & self.entry.lists and one not in near]
        found: dict[Problem, None] = {}
        for start in range(0, max(len(building), 1), _AT_ONCE):
            chunk = building[start : start + _AT_ONCE]
            loaded = _loaded.__wrapped__(_texts([*near, *chunk]), *self._known()) if chunk else self.loaded
            found.update(dict.fromkeys(problem for problem in loaded.problems if problem.where.file == self.name))
            yield tuple(found)

    def with_text(self, text: str) -> View:
        """The same with another text."""
        return View(self.shelf.with_entries([entry_of(self.name, self.entry.path, text)]), self.name)

    def contract(self, section: Section) -> Contract | None:
        """The contract of a section, where it has no error."""
        found = self.loaded.contracts.get(section.name)
        return found if found and found.clause.file == section.where.file else None

    def document(self, line: int) -> Section | None:
        """The contract or price list that a line belongs to."""
        number = self.syntax.document(line)
        return self.syntax.sections[number] if number >= 0 else None

    def price_lists(self) -> Iterator[tuple[Entry, Section, str]]:
        """All price lists of the workspace: file, section and version ("" where it states none)."""
        for entry in self.shelf.with_price_lists:
            read = cached_syntax(entry.name, entry.text)
            for number, section in enumerate(read.sections):
                if section.word == "price-list":
                    yield entry, section, version_of(read, number)

    def used_lists(self, document: int) -> Iterator[tuple[Entry, Section, str]]:
        """The price lists that a contract of this text uses."""
        uses = list(used(self.syntax, document))
        for entry, section, version in self.price_lists():
            if (section.name, version) in uses or (section.name, "") in uses:
                yield entry, section, version

    def _known(self) -> tuple[_Ids, _Ids, _Ids]:
        return self.shelf.customer_ids, self.shelf.seller_ids, self.shelf.supply_kinds


def version_of(read: Syntax, document: int) -> str:
    """The version that a price list states, or ""."""
    return next((m.text for m in read.mentions if m.rule == "version" and m.document == document), "")


def used(read: Syntax, document: int) -> Iterator[tuple[str, str]]:
    """The price lists that a contract names, each with the version ("" where it names none)."""
    named = [m for m in read.mentions if m.rule == "uses" and m.document == document]
    for mention in named:
        if mention.kinds == (Kind.PRICE_LIST,):
            yield mention.text, _version_beside(mention, named)


def _version_beside(mention: Mention, named: Iterable[Mention]) -> str:
    line = mention.where.line
    return next((m.text for m in named if m.where.line == line and m.kinds == (Kind.VERSION,)), "")


def _texts(entries: Iterable[Entry]) -> tuple[tuple[str, str], ...]:
    return tuple((entry.name, entry.text) for entry in entries if entry.problem is None)


@lru_cache(maxsize=64)
def _loaded(
    texts: tuple[tuple[str, str], ...],
    customers: _Ids,
    sellers: _Ids,
    kinds: _Ids,
) -> Loaded:
    return language.load(texts, customers=customers, sellers=sellers, kinds=kinds)
