"""language: files of terms → contracts, and everything that is wrong with them.

Files are outlined one by one and contracts judged one by one, each from what it asks for and nothing else. So both can be
kept in a :mod:`~invoicer.cache`, and what was kept is what would be found again.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cached_property, partial
from itertools import chain
from typing import TYPE_CHECKING

from invoicer.cache import NO_CACHE, Cache
from invoicer.domain.canonical import sha256
from invoicer.domain.contract import Source
from invoicer.domain.contracts import Card, Contracts
from invoicer.errors import Place, Problem
from invoicer.language.asked import Asking, Ids, hash_of
from invoicer.language.codes import Code, problem
from invoicer.language.kin import check_kin, continued
from invoicer.language.loaded import Judged, Loaded
from invoicer.language.outline import Entry
from invoicer.language.page import Page, Sheets, taken_out
from invoicer.language.silence import sort_out

if TYPE_CHECKING:
    from invoicer.language import tree
    from invoicer.language.judge import Files

Spot = tuple[str, int]
"""A document: its file and its number in that."""


def load(
    files: Iterable[tuple[str, str]],
    *,
    customers: Collection[str] | None = None,
    sellers: Collection[str] | None = None,
    kinds: Collection[str] | None = None,
    series: Collection[str] | None = None,
    whole: bool = False,
    cache: Cache = NO_CACHE,
) -> Loaded:
    """Read contracts and price lists from (name, text) pairs, in any order and any number to a file.

    ``customers``, ``sellers``, ``kinds`` (of supply) and ``series`` (of index values) are the ids that the workspace knows;
    None: they are not looked up. ``whole``: these are all contracts that there are, so that one which continues another one
    that is not among them is wrong. What is found in ``cache`` is not read again; with and without one the answer is the
    same. Raises nothing: what is wrong is in ``problems``.
    """
    ids = {"customers": customers, "sellers": sellers, "kinds": kinds, "series": series}
    sheets: Sheets = OrderedDict()
    pages = {file: Page(file, text, cache, sheets) for file, text in dict(files).items()}
    loaded = _Loading(pages, ids, whole).run()
    cache.tidy()
    return loaded


class _Loading:
    """One run. It is what answers what contracts ask for (:class:`~asked.Surroundings`)."""

    def __init__(self, pages: Mapping[str, Page], ids: Ids, whole: bool) -> None:
        self.pages = pages
        self.whole = whole
        self.ids = ids
        self.entries: dict[Spot, Entry] = {
            (file, number): entry for file, page in pages.items() for number, entry in enumerate(page.outline.entries)
        }
        self.lists: dict[str, list[Spot]] = {}  # by id, all versions
        self.contracts: dict[str, list[Spot]] = {}  # by id
        for spot, entry in self.entries.items():
            (self.lists if entry.is_list else self.contracts).setdefault(entry.id, []).append(spot)
        self.by_id = {name: [self.entries[spot] for spot in spots] for name, spots in self.contracts.items()}
        self.renamed: dict[str, list[Entry]] = {}  # by former id
        self.heirs: dict[str, list[Entry]] = {}  # by the id of what they continue
        for entry in self.entries.values():
            for name, _ in entry.formerly:
                self.renamed.setdefault(name, []).append(entry)
            for name, _ in entry.continues:
                self.heirs.setdefault(name, []).append(entry)
        self.twice_listed: dict[str, list[Problem]] = {}  # by file: price lists that are there twice
        for (file, _), found in self._twice_listed():
            self.twice_listed.setdefault(file, []).append(found)
        self._list_hashes: dict[str, str] = {}
        self._ids_hashes: dict[str, str] = {}
        self._written: dict[str, list[Problem]] = {}
        self._sources: dict[str, Source] = {}

    def run(self) -> Loaded:
        found = dict.fromkeys(chain.from_iterable(page.outline.problems for page in self.pages.values()))
        found.update(dict.fromkeys(chain.from_iterable(self.twice_listed.values())))
        sound: list[Card] = []
        packed: dict[str, bytes] = {}
        refused: dict[str, list[Problem]] = {}
        for file, page in self.pages.items():
            for number, entry in enumerate(page.outline.entries):
                if not entry.is_list:
                    judged = self._judged((file, number))
                    found.update(dict.fromkeys(judged.found))
                    if judged.card is None:
                        refused.setdefault(entry.id, []).extend(judged.errors)
                    else:
                        sound.append(judged.card)
                        packed[entry.id] = page.contract(number)
            page.keep()
        sources = {source.path: source for card in sound for source in card.sources}
        known = (entry for entry in self.entries.values() if entry.whole and entry.id not in refused)
        wrong = [entry for entry in self.entries.values() if not entry.is_list and entry.id in refused]
        kept, silenced = sort_out(found, self.entries.values(), known)
        problems = sorted(kept, key=lambda p: (p.where.file, p.where.line, p.where.column, p.code))
        return Loaded(
            contracts=Contracts.packed(sound, partial(taken_out, packed, sources)),
            problems=tuple(problems),
            texts={file: page.text for file, page in self.pages.items()},
            refused={contract: tuple(errors) for contract, errors in refused.items()},
            meters=frozenset(chain.from_iterable(page.outline.meters for page in self.pages.values())),
            acknowledged=tuple(silenced),
            refused_parties={entry.id: entry.parties for entry in wrong},
            refused_heirs={entry.id: continued(entry, self.by_id, self.renamed) for entry in wrong if entry.continues},
        )

    def _judged(self, spot: Spot) -> Judged:
        file, number = spot
        twice = self._twice(spot)
        kept = self.pages[file].judged(number, self, twice)
        if kept is not None:
            return kept
        # the parser and the checks are imported with this, for the first contract that is new
        from invoicer.language.judge import judge

        asking = Asking(self, self.price_lists)
        judged, contract = judge(self.document(spot), self.files, asking, twice)
        self.pages[file].now_judged(number, judged, contract, asking.answers(twice))
        return judged

    # -------------------------------------------------------------- what is asked for

    def document(self, spot: Spot) -> tree.Document:
        """The tree of a document."""
        file, number = spot
        return self.pages[file].sheet.documents[number]

    def source(self, file: str) -> Source:
        """The text of a file, with its hash."""
        if file not in self._sources:
            text = self.pages[file].text
            self._sources[file] = Source(file, text, sha256(text))
        return self._sources[file]

    def written(self, file: str) -> list[Problem]:
        """What is found in a file before contracts are looked at, by line."""
        if file not in self._written:
            found = (*self.pages[file].outline.problems, *self.twice_listed.get(file, ()))
            self._written[file] = sorted(found, key=lambda one: one.where.line)
        return self._written[file]

    @cached_property
    def files(self) -> Files:
        """The files, as a contract may need them."""
        from invoicer.language.judge import Files

        return Files(
            sheet=lambda file: self.pages[file].sheet,
            written=self.written,
            lists_of=lambda name: map(self.document, self.lists.get(name, ())),
            source=self.source,
        )

    @cached_property
    def price_lists(self) -> _PriceLists:
        """The price lists by id and version."""
        return _PriceLists(self)

    def list_hash(self, name: str) -> str:
        if name not in self._list_hashes:
            spots = self.lists.get(name, ())
            self._list_hashes[name] = (
                hash_of([f"{self.pages[file].key} {number}" for file, number in spots]) if spots else ""
            )
        return self._list_hashes[name]

    @cached_property
    def lists_hash(self) -> str:
        return hash_of(list(self.lists))

    def ids_hash(self, kind: str) -> str:
        if kind not in self._ids_hashes:
            self._ids_hashes[kind] = hash_of(sorted(self.ids[kind] or ()))
        return self._ids_hashes[kind]

    # -------------------------------------------------------------- one name for two

    def _twice_listed(self) -> Iterator[tuple[Spot, Problem]]:
        """Price lists of the same version, each with what is said of it."""
        for spots in self.lists.values():
            first: dict[int | None, Entry] = {}
            for spot in spots:
                entry = self.entries[spot]
                other = first.setdefault(entry.version, entry)
                if other is not entry:
                    named = f"{entry.id}`{f' version {entry.version}' if entry.version else ''}"
                    cause = f"price list `{named} is also in {other.heading}"
                    yield spot, problem(Code.C003, entry.where, cause, "give one of them another version or name")

    def _twice(self, spot: Spot) -> tuple[Problem, ...]:
        """What is said of a contract whose id another has too: each is refused, for neither can be told to be right."""
        entry = self.entries[spot]
        same = self.contracts[entry.id]
        before = tuple(check_kin(entry, self.by_id, self.renamed, self.heirs, self.whole))
        if len(same) == 1:
            return before
        other = self.entries[same[1] if same[0] == spot else same[0]].heading
        cause = f"there is another contract `{entry.id}` in {Place(other.file, other.line)}"
        return (problem(Code.C003, entry.where, cause, "give one of them another id"), *before)


class _PriceLists(Mapping[str, "Mapping[int | None, tree.Document]"]):
    """The price lists by id and version; their trees are made when somebody wants them."""

    def __init__(self, loading: _Loading) -> None:
        self._loading = loading
        self._made: dict[str, dict[int | None, tree.Document]] = {}

    def __getitem__(self, name: str) -> Mapping[int | None, tree.Document]:
        if name not in self._made:
            versions: dict[int | None, tree.Document] = {}
            for spot in self._loading.lists[name]:
                versions.setdefault(self._loading.entries[spot].version, self._loading.document(spot))
            self._made[name] = versions
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._loading.lists)

    def __len__(self) -> int:
        return len(self._loading.lists)
