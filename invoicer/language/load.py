"""language: files of terms → contracts, and everything that is wrong with them."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

from invoicer.domain.canonical import sha256
from invoicer.domain.contract import Contract, Source
from invoicer.domain.trace import Clause
from invoicer.errors import Place, Problem, Severity, TermsError
from invoicer.language import tree
from invoicer.language.acknowledge import Acknowledged, sort_out
from invoicer.language.checks import Known, check_document, check_terms
from invoicer.language.checks.names import names_twice
from invoicer.language.codes import Code, problem
from invoicer.language.damage import Damage
from invoicer.language.gather import PriceLists, Terms, gather
from invoicer.language.hidden import hidden
from invoicer.language.parse import MOST_PROBLEMS, Parsed, parse
from invoicer.language.resolve import resolve


@dataclass(frozen=True, slots=True)
class Loaded:
    """``contracts`` are those without errors, ``refused`` the ids of the others with the errors that refuse them (which
    may stand in a price list that they use). ``problems`` are all of all files, by file and line, warnings included;
    ``texts`` the files by name, for :func:`render`. ``meters`` are the ids of all meters that any text defines, those of
    refused contracts and unused price lists included: what usage may name. ``acknowledged`` are the warnings that the
    terms acknowledge; they are not among the problems. ``refused_parties`` are (seller, customer) of refused contracts,
    "" where that can't be read."""

    contracts: tuple[Contract, ...]
    problems: tuple[Problem, ...]
    texts: Mapping[str, str]
    refused: Mapping[str, tuple[Problem, ...]]
    meters: frozenset[str] = frozenset()
    acknowledged: tuple[Acknowledged, ...] = ()
    refused_parties: Mapping[str, tuple[str, str]] = field(default_factory=dict)


def load(
    files: Iterable[tuple[str, str]],
    *,
    customers: Collection[str] | None = None,
    sellers: Collection[str] | None = None,
    kinds: Collection[str] | None = None,
    series: Collection[str] | None = None,
) -> Loaded:
    """Read contracts and price lists from (name, text) pairs, in any order and any number to a file.

    ``customers``, ``sellers``, ``kinds`` (of supply) and ``series`` (of index values) are the ids that the workspace knows;
    None: they are not looked up. Raises nothing: what is wrong is in ``problems``.
    """
    parsed = {file: parse(file, text) for file, text in files}
    loading = _Loading(parsed, Known(customers, sellers, kinds, series))
    return loading.run()


def read(path_on_disk: str | Path, shown_as: str) -> str:
    """The text of a terms file; ``shown_as`` is its name in problems. Line ends become plain, a byte order mark goes.

    Raises TermsError where the file can't be read, is not UTF-8, or holds characters that are no text (:mod:`hidden`).
    """
    return decode(read_bytes(path_on_disk, shown_as), shown_as)


def read_bytes(path_on_disk: str | Path, shown_as: str) -> bytes:
    """What stands in a terms file. Raises TermsError where it can't be read."""
    try:
        return Path(path_on_disk).read_bytes()
    except OSError as error:
        cause = f"{shown_as} can't be read: {error.strerror or error}"
        raise TermsError(problem(Code.T016, Place(shown_as), cause, "check the file and its permissions")) from None


def decode(data: bytes, shown_as: str) -> str:
    """The text of a terms file from its bytes, as :func:`read` gives it. Raises TermsError alike."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        cause = f"the file is not UTF-8 text: byte {error.start + 1} is {data[error.start]:#04x}"
        raise TermsError(problem(Code.T014, Place(shown_as, line), cause, "save the file as UTF-8")) from None
    for found in hidden(shown_as, text):
        raise TermsError(found)
    return text.replace("\r\n", "\n").replace("\r", "\n")


class _Loading:
    def __init__(self, parsed: Mapping[str, Parsed], known: Known) -> None:
        self.parsed = parsed
        self.known = known
        self.texts = {file: one.text for file, one in parsed.items()}
        self.lines = {file: text.split("\n") for file, text in self.texts.items()}
        self.documents = [document for one in parsed.values() for document in one.documents]
        self.found: dict[Problem, None] = {}  # in the order in which they were found, each once
        self.written: dict[str, list[Problem]] = {}  # by file and line, what is found before contracts are looked at
        self.damage = {file: Damage(one) for file, one in parsed.items()}
        self.price_lists: dict[str, list[tree.Document]] = {}  # by id, all versions
        for document in self.documents:
            if document.is_list:
                self.price_lists.setdefault(document.id.text, []).append(document)
        self.sources: dict[str, Source] = {}

    def run(self) -> Loaded:
        self._keep(chain.from_iterable(one.problems for one in self.parsed.values()))
        contracts = [document for document in self.documents if not document.is_list]
        lists = self._lists()
        for one in sorted(self.found, key=lambda one: one.where.line):
            self.written.setdefault(one.where.file, []).append(one)
        twice = self._twice(contracts)
        resolved: list[Contract] = []
        refused: dict[str, list[Problem]] = {}
        for document in contracts:
            terms = gather(document, lists, self._clause)
            parts = (document, *self._used(terms))
            written = self._written(parts)
            findings = [*_first(check_document(document), document), *twice.get(document.heading, ())]
            findings += _first(check_terms(terms, lists, self.known), document)
            shown = self._sound(findings, parts)
            if not any(map(_refuses, (*written, *shown))):
                shown = findings  # whatever is withheld elsewhere, nothing refuses a contract in silence
            self._keep(shown)
            errors = [one for one in dict.fromkeys((*written, *shown)) if _refuses(one)]
            if errors:
                refused.setdefault(document.id.text, []).extend(errors)
            else:
                resolved.append(resolve(terms, self._clause, self._source))
        kept, silenced = sort_out(self.found, self.documents, self._undamaged(refused))
        problems = sorted(kept, key=lambda p: (p.where.file, p.where.line, p.where.column, p.code))
        refusals = {contract: tuple(errors) for contract, errors in refused.items()}
        meters = frozenset(self._meters())
        parties = {one.id.text: _parties(one) for one in contracts if one.id.text in refused}
        return Loaded(tuple(resolved), tuple(problems), self.texts, refusals, meters, tuple(silenced), parties)

    # -------------------------------------------------------------- documents

    def _undamaged(self, refused: Collection[str]) -> list[tree.Document]:
        """The documents of which every warning is known."""
        return [
            one for one in self.documents if one.id.text not in refused and not self.damage[one.where.file].touches(one)
        ]

    def _meters(self) -> Iterator[str]:
        for document in self.documents:
            amended = (block for amendment in document.amendments for block in amendment.blocks)
            yield from (block.id.text for block in (*document.blocks, *amended) if block.kind is tree.BlockKind.METER)

    def _lists(self) -> PriceLists:
        """The price lists by id and version; each is checked by itself, used or not."""
        lists: dict[str, dict[int | None, tree.Document]] = {}
        for document in self.documents:
            if not document.is_list:
                continue
            findings = _first(chain(check_document(document), names_twice(document.blocks)), document)
            self._keep(self._sound(findings, (document,)))
            stated = tree.one(document.lines, tree.Version)
            version = int(stated.number.value) if stated else None
            versions = lists.setdefault(document.id.text, {})
            if version in versions:
                other = versions[version].heading
                cause = f"price list `{document.id}`{f' version {version}' if version else ''} is also in {other}"
                self._keep([problem(Code.C003, document.id.where, cause, "give one of them another version or name")])
            versions.setdefault(version, document)
        return lists

    def _twice(self, contracts: Iterable[tree.Document]) -> Mapping[Place, tuple[Problem, ...]]:
        """Contracts of one id: each of them is refused, for neither can be told to be the right one."""
        by_id: dict[str, list[tree.Document]] = {}
        for document in contracts:
            by_id.setdefault(document.id.text, []).append(document)
        found = {}
        for same in by_id.values():
            for document in same if len(same) > 1 else ():
                other = next(one for one in same if one is not document)
                cause = f"there is another contract `{document.id}` in {Place(other.heading.file, other.heading.line)}"
                found[document.heading] = (problem(Code.C003, document.id.where, cause, "give one of them another id"),)
        return found

    def _used(self, terms: Terms) -> Iterator[tree.Document]:
        """The price lists of a contract; all versions of one that it names and that was not found."""
        yield from (price_list for _, price_list in terms.lists)
        missing = {uses.price_list.text for uses in tree.every(terms.lines, tree.Uses)}
        missing -= {uses.price_list.text for uses, _ in terms.lists}
        for name in sorted(missing):
            yield from self.price_lists.get(name, ())

    # -------------------------------------------------------------- findings

    def _written(self, parts: Iterable[tree.Document]) -> list[Problem]:
        """What is found already in the lines of these documents: how they are written, and price lists by themselves."""
        found: list[Problem] = []
        for part in parts:
            first, last = self.damage[part.where.file].extent(part)
            there = self.written.get(part.where.file, [])
            begin = bisect_left(there, first, key=lambda one: one.where.line)
            found += there[begin : bisect_right(there, last, key=lambda one: one.where.line)]
        return found

    def _sound(self, findings: Iterable[Problem], parts: Iterable[tree.Document]) -> list[Problem]:
        """Without those that may only follow from lines that could not be read (see :class:`~codes.About`)."""
        damaged = any(self.damage[part.where.file].touches(part) for part in parts)
        return [
            one
            for one in findings
            if not (damaged and Code[one.code].value.absence)
            and not self.damage[one.where.file].in_damaged_block(one.where.line)
        ]

    def _keep(self, findings: Iterable[Problem]) -> None:
        self.found.update(dict.fromkeys(findings))

    def _source(self, file: str) -> Source:
        if file not in self.sources:
            self.sources[file] = Source(file, self.texts[file], sha256(self.texts[file]))
        return self.sources[file]

    def _clause(self, where: Place, reference: str) -> Clause:
        lines = self.lines[where.file][where.line - 1 : where.end_line]
        lines[-1] = lines[-1][: where.end_column - 1]
        lines[0] = lines[0][where.column - 1 :]
        text_hash = sha256("\n".join(lines))
        spot = (where.file, where.line, where.column, where.end_line, where.end_column)
        return Clause(*spot, text_hash, reference)


def _first(findings: Iterable[Problem], document: tree.Document) -> list[Problem]:
    """The findings, each once, up to :data:`MOST_PROBLEMS` errors: nobody reads more, and what finds them may take long."""
    kept: dict[Problem, None] = {}
    errors = 0
    for one in findings:
        if one not in kept and _refuses(one):
            errors += 1
            if errors > MOST_PROBLEMS:
                cause = f"`{document.id}` has more than {MOST_PROBLEMS} problems; the rest was not looked for"
                kept[problem(Code.T017, document.heading, cause, "mend the others first")] = None
                break
        kept[one] = None
    return list(kept)


def _parties(document: tree.Document) -> tuple[str, str]:
    stated = {party.role: party.id.text for party in tree.every(document.lines, tree.Party)}
    return stated.get("seller", ""), stated.get("customer", "")


def _refuses(found: Problem) -> bool:
    return found.severity is not Severity.WARNING
