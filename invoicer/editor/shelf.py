"""editor: the files around a text: its workspace as it stands on disk, with what is open in the editor in its place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from pathlib import Path
from threading import Lock

from invoicer import language
from invoicer.editor.buffers import Buffer
from invoicer.errors import Problem, Severity, TermsError
from invoicer.workspace.customers import Customers, read_customers
from invoicer.workspace.folder import around
from invoicer.workspace.model import CUSTOMERS, SETTINGS, Settings
from invoicer.workspace.settings import read_settings

FOLDERS = ("price-lists", "contracts")
_SUFFIX = ".terms"
_MOST_SIBLINGS = 500
_NAMED = re.compile(r"^[ \t]*(contract|price-list|uses|insurance class)[ \t]+([^\W\d][\w-]*)", re.M)


@dataclass(frozen=True, slots=True)
class Entry:
    """A terms file: its name as messages show it, where it is, its text, and what it names at first sight. ``problem``
    stands instead of a text that can't be read."""

    name: str
    path: Path | None
    text: str
    problem: Problem | None = None
    contracts: frozenset[str] = frozenset()
    lists: frozenset[str] = frozenset()
    uses: frozenset[str] = frozenset()
    classes: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Shelf:
    """The files that a text belongs to. ``folder`` is the workspace, None outside of one. ``settings`` and ``customers`` are
    None where they can't be read, and then nothing is looked up in them; ``problems`` say why."""

    folder: Path | None = None
    entries: Mapping[str, Entry]
    settings: Settings | None = None
    customers: Customers | None = None
    problems: tuple[Problem, ...] = ()

    @property
    def customer_ids(self) -> frozenset[str] | None:
        """What terms may name as customer; None when nobody can tell."""
        if self.customers is None or any(one.severity is Severity.ERROR for one in self.customers.problems):
            return None
        return frozenset(self.customers.sound) | frozenset(self.customers.problems_of)

    @property
    def seller_ids(self) -> frozenset[str] | None:
        return frozenset(self.settings.sellers) if self.settings else None

    @property
    def supply_kinds(self) -> frozenset[str] | None:
        return frozenset(self.settings.supply) if self.settings else None

    @cached_property
    def with_price_lists(self) -> tuple[Entry, ...]:
        """The files that state a price list."""
        return tuple(entry for entry in self.entries.values() if entry.lists)

    def with_entries(self, entries: Iterable[Entry]) -> Shelf:
        """The same with these files in the place of those of their names."""
        return replace(self, entries={**self.entries, **{entry.name: entry for entry in entries}})

    def uri(self, name: str) -> str:
        """The address of a file by its name, of settings and customers as well."""
        entry = self.entries.get(name)
        path = entry.path if entry else self.folder / name if self.folder else None
        return path.as_uri() if path else name


class Shelves:
    """Finds the shelf of a text. What was read from disk is kept as long as the files there stay as they are."""

    def __init__(self) -> None:
        self.home: Path | None = None  # the editor's folder: texts without a file belong to its workspace
        self._folders: dict[Path, _Folder] = {}
        self._lock = Lock()

    def look_again(self) -> None:
        """The disk may have changed: look at each folder once more when it is asked for."""
        with self._lock:
            for kept in self._folders.values():
                kept.read_once = False

    def of(self, buffer: Buffer, buffers: Iterable[Buffer]) -> tuple[Shelf, str]:
        """The shelf of an open text, and the text's name on it."""
        path = buffer.path.resolve() if buffer.path else None
        start = path.parent if path else self.home
        folder = around(start) if start else None
        if folder is None:
            return _loose(buffer, path, buffers)
        with self._lock:
            kept = self._folders.setdefault(folder, _Folder(folder))
            if not kept.read_once:
                kept.read()
            shelf = kept.shelf(buffers)
        name = path.relative_to(folder).as_posix() if path else buffer.uri
        if name not in shelf.entries:  # a text elsewhere sees the workspace; the workspace does not see it
            shelf = shelf.with_entries([entry_of(name, path, buffer.text)])
        return shelf, name


@dataclass(slots=True)
class _Folder:
    """A workspace folder, and what was read of it."""

    folder: Path
    read_once: bool = False
    settings: Settings | None = None
    customers: Customers | None = None
    problems: tuple[Problem, ...] = ()
    entries: dict[str, Entry] = field(default_factory=dict)
    stamps: dict[Path, tuple[int, int]] = field(default_factory=dict)

    def read(self) -> None:
        """Read what has changed on disk."""
        self.read_once = True
        settings_changed = self._changed(self.folder / SETTINGS)
        if settings_changed or self._changed(self.folder / CUSTOMERS):
            self.settings, problems = read_settings(self.folder)
            language_of_all = self.settings.policy.language if self.settings else "en"
            self.customers = read_customers(self.folder / CUSTOMERS, CUSTOMERS, language_of_all)
            rows = [problem for found in self.customers.problems_of.values() for problem in found]
            self.problems = (*problems, *self.customers.problems, *rows)
        found: dict[str, Entry] = {}
        for part in FOLDERS:
            for path in sorted((self.folder / part).rglob(f"*{_SUFFIX}")):
                name = path.relative_to(self.folder).as_posix()
                if self._changed(path) or name not in self.entries:
                    found[name] = _from_disk(name, path)
                else:
                    found[name] = self.entries[name]
        self.entries = found

    def shelf(self, buffers: Iterable[Buffer]) -> Shelf:
        """The files, with those that are open as the editor has them."""
        shelf = Shelf(
            folder=self.folder,
            entries=self.entries,
            settings=self.settings,
            customers=self.customers,
            problems=self.problems,
        )
        opened = []
        for buffer in buffers:
            path = buffer.path.resolve() if buffer.path else None
            if path and path.suffix == _SUFFIX and path.is_relative_to(self.folder):
                name = path.relative_to(self.folder)
                if name.parts[0] in FOLDERS:
                    opened.append(entry_of(name.as_posix(), path, buffer.text))
        return shelf.with_entries(opened)

    def _changed(self, path: Path) -> bool:
        try:
            stat = path.stat()
            stamp = (stat.st_mtime_ns, stat.st_size)
        except OSError:
            stamp = (0, 0)
        before = self.stamps.get(path)
        self.stamps[path] = stamp
        return stamp != before


@lru_cache(maxsize=256)
def entry_of(name: str, path: Path | None, text: str) -> Entry:
    """The entry of a text."""
    text = text.replace("\ufeff", " ", 1) if text.startswith("\ufeff") else text  # a byte order mark is no part of it
    named: dict[str, set[str]] = {"contract": set(), "price-list": set(), "uses": set(), "insurance class": set()}
    for word, one in _NAMED.findall(text):
        named[word].add(one)
    return Entry(name, path, text, None, *(frozenset(names) for names in named.values()))


def _from_disk(name: str, path: Path) -> Entry:
    try:
        return entry_of.__wrapped__(name, path, language.read(path, name))
    except TermsError as error:
        return Entry(name, path, "", error.problems[0])


def _loose(buffer: Buffer, path: Path | None, buffers: Iterable[Buffer]) -> tuple[Shelf, str]:
    """Outside of a workspace: a text, and the price lists beside it that it uses."""
    own = entry_of(path.name if path else buffer.uri, path, buffer.text)
    entries = {own.name: own}
    if path and own.uses:
        opened = {one.path.resolve(): one.text for one in buffers if one.path}
        beside = sorted({*path.parent.glob(f"*{_SUFFIX}"), *(one for one in opened if one.parent == path.parent)})
        for other in beside[:_MOST_SIBLINGS]:
            text = opened.get(other)
            entry = _from_disk(other.name, other) if text is None else entry_of(other.name, other, text)
            if other != path and entry.lists & own.uses:
                entries[entry.name] = entry
    return Shelf(entries=entries), own.name
