"""language: one contract, with everything that it takes over, judged and resolved."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain, islice

from invoicer.domain.contract import Contract, Source
from invoicer.domain.contracts import Card
from invoicer.domain.trace import Clause
from invoicer.errors import Place, Problem
from invoicer.language import tree
from invoicer.language.asked import Asking
from invoicer.language.checks import Known, check_document, check_terms
from invoicer.language.gather import PriceLists, Terms, gather
from invoicer.language.loaded import Judged
from invoicer.language.parse import MOST_PROBLEMS
from invoicer.language.resolve import resolve
from invoicer.language.sheet import Sheet, first, refuses

Versions = Mapping[int | None, tree.Document]


@dataclass(frozen=True)
class Files:
    """The files that a contract may need: each as a sheet, what is found in each before contracts are looked at (by
    line), all price lists of a name, and each text as a source."""

    sheet: Callable[[str], Sheet]
    written: Callable[[str], list[Problem]]
    lists_of: Callable[[str], Iterable[tree.Document]]
    source: Callable[[str], Source]
    _of_lists: dict[str, Part] = field(default_factory=dict)

    def part(self, document: tree.Document) -> Part:
        """What is found in the lines of a document already, and whether all of them could be read."""
        sheet = self.sheet(document.where.file)
        first_line, last_line = sheet.damage.extent(document)
        there = self.written(document.where.file)
        begin = bisect_left(there, first_line, key=lambda one: one.where.line)
        found = there[begin : bisect_right(there, last_line, key=lambda one: one.where.line)]
        return Part(tuple(found), sheet.damage.touches(document))

    def part_of_lists(self, name: str) -> Part:
        """The same of all price lists of a name together, up to :data:`MOST_PROBLEMS`: looked up once, as many contracts
        may name a version that there is not."""
        if name not in self._of_lists:
            parts = [self.part(document) for document in self.lists_of(name)]
            found = islice(chain.from_iterable(part.found for part in parts), MOST_PROBLEMS)
            self._of_lists[name] = Part(tuple(found), any(part.damaged for part in parts))
        return self._of_lists[name]


@dataclass(frozen=True, slots=True)
class Part:
    """A part of what a contract says."""

    found: tuple[Problem, ...]
    damaged: bool


def judge(
    document: tree.Document, files: Files, asking: Asking[Versions], twice: tuple[Problem, ...]
) -> tuple[Judged, Contract | None]:
    """What is wrong with a contract, and the contract where nothing is. ``twice`` is what is said where another has its
    id."""
    lists: PriceLists = asking.lists
    known = Known(**asking.ids)

    def clause(where: Place, reference: str) -> Clause:
        return files.sheet(where.file).clause(where, reference)

    terms = gather(document, lists, clause)
    parts = (files.part(document), *_used(terms, files))
    written = [found for part in parts for found in part.found]
    findings = [*first(check_document(document), document), *twice]
    findings += first(check_terms(terms, lists, known), document)
    shown = _sound(findings, parts, files)
    if not any(map(refuses, (*written, *shown))):
        shown = findings  # whatever is withheld elsewhere, nothing refuses a contract in silence
    errors = tuple(one for one in dict.fromkeys((*written, *shown)) if refuses(one))
    contract = None if errors else resolve(terms, clause, files.source)
    return Judged(Card.of(contract) if contract else None, tuple(shown), errors), contract


def _used(terms: Terms, files: Files) -> Iterator[Part]:
    """The price lists of a contract; all versions of one that it names and that was not found."""
    for price_list in terms.price_lists:
        yield files.part(price_list)
    missing = {uses.price_list.text for uses in tree.every(terms.lines, tree.Uses)}
    missing -= {uses.price_list.text for uses, _ in terms.lists}
    yield from map(files.part_of_lists, sorted(missing))


def _sound(findings: Iterable[Problem], parts: Iterable[Part], files: Files) -> list[Problem]:
    damaged = any(part.damaged for part in parts)
    return [found for one in findings for found in files.sheet(one.where.file).sound((one,), damaged)]
