"""language: one contract, with everything that it takes over, judged and resolved."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from invoicer.domain.contract import Source
from invoicer.domain.trace import Clause
from invoicer.errors import Place, Problem
from invoicer.language import tree
from invoicer.language.asked import Asking
from invoicer.language.checks import Known, check_document, check_terms
from invoicer.language.gather import PriceLists, Terms, gather
from invoicer.language.loaded import Judged
from invoicer.language.resolve import resolve
from invoicer.language.sheet import Sheet, first, refuses

Versions = Mapping[int | None, tree.Document]


@dataclass(frozen=True, slots=True)
class Files:
    """The files that a contract may need: each as a sheet, what is found in each before contracts are looked at (by
    line), all price lists of a name, and each text as a source."""

    sheet: Callable[[str], Sheet]
    written: Callable[[str], list[Problem]]
    lists_of: Callable[[str], Iterable[tree.Document]]
    source: Callable[[str], Source]


def judge(document: tree.Document, files: Files, asking: Asking[Versions], twice: tuple[Problem, ...]) -> Judged:
    """What is wrong with a contract, and the contract where nothing is. ``twice`` is what is said where another has its
    id."""
    lists: PriceLists = asking.lists
    known = Known(**asking.ids)

    def clause(where: Place, reference: str) -> Clause:
        return files.sheet(where.file).clause(where, reference)

    terms = gather(document, lists, clause)
    parts = (document, *_used(terms, files))
    written = list(_written(parts, files))
    findings = [*first(check_document(document), document), *twice]
    findings += first(check_terms(terms, lists, known), document)
    shown = _sound(findings, parts, files)
    if not any(map(refuses, (*written, *shown))):
        shown = findings  # whatever is withheld elsewhere, nothing refuses a contract in silence
    errors = tuple(one for one in dict.fromkeys((*written, *shown)) if refuses(one))
    contract = None if errors else resolve(terms, clause, files.source)
    return Judged(contract, tuple(shown), errors)


def _used(terms: Terms, files: Files) -> Iterator[tree.Document]:
    """The price lists of a contract; all versions of one that it names and that was not found."""
    yield from (price_list for _, price_list in terms.lists)
    missing = {uses.price_list.text for uses in tree.every(terms.lines, tree.Uses)}
    missing -= {uses.price_list.text for uses, _ in terms.lists}
    for name in sorted(missing):
        yield from files.lists_of(name)


def _written(parts: Iterable[tree.Document], files: Files) -> Iterator[Problem]:
    """What is found already in the lines of these documents: how they are written, and price lists by themselves."""
    for part in parts:
        first_line, last_line = files.sheet(part.where.file).damage.extent(part)
        there = files.written(part.where.file)
        begin = bisect_left(there, first_line, key=lambda one: one.where.line)
        yield from there[begin : bisect_right(there, last_line, key=lambda one: one.where.line)]


def _sound(findings: Iterable[Problem], parts: Iterable[tree.Document], files: Files) -> list[Problem]:
    damaged = any(files.sheet(part.where.file).damage.touches(part) for part in parts)
    return [found for one in findings for found in files.sheet(one.where.file).sound((one,), damaged)]
