"""language: what a contract is judged with besides its own text, and which of it was asked for.

A contract that was judged once need not be judged again while the same questions get the same answers: whether there is
a customer of that id, which price lists of that name there are. So a new customer or a changed price list concerns only
the contracts that asked for it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Generic, Protocol, TypeVar

from invoicer.domain.canonical import sha256
from invoicer.domain.contract import Source
from invoicer.errors import Problem

Value = TypeVar("Value")
Ids = Mapping[str, Collection[str] | None]
"""The ids that the workspace knows, by what they are of (``customers`` …); None where they are not looked up."""


@dataclass(frozen=True, slots=True)
class Answers:
    """Questions with the answers that they got: which kinds of ids are looked up; of those asked for, whether they are
    known; where all of a kind were gone through, a hash of them; of each price list's name a hash of all texts with such
    lists ("" where there is none); a hash of all these names where they were gone through; and what is said where another
    contract has the same id."""

    kinds: tuple[str, ...]
    known: tuple[tuple[str, str, bool], ...]
    all_known: tuple[tuple[str, str], ...]
    lists: tuple[tuple[str, str], ...]
    all_lists: str
    twice: tuple[Problem, ...]


class Surroundings(Protocol):
    """Who answers now."""

    ids: Ids

    def source(self, file: str) -> Source:
        """A file with its text and the hash of that."""

    def list_hash(self, name: str) -> str:
        """The hash of the texts with price lists of that name, "" where there is none."""

    @cached_property
    def lists_hash(self) -> str:
        """The hash of the names of all price lists."""

    def ids_hash(self, kind: str) -> str:
        """The hash of all ids of that kind."""


def still(answers: Answers, now: Surroundings, twice: tuple[Problem, ...]) -> bool:
    """Whether the questions would get the same answers now."""
    return (
        answers.twice == twice
        and all(now.list_hash(name) == before for name, before in answers.lists)
        and answers.kinds == _kinds(now.ids)
        and all((name in (now.ids[kind] or ())) is before for kind, name, before in answers.known)
        and all(now.ids_hash(kind) == before for kind, before in answers.all_known)
        and (not answers.all_lists or now.lists_hash == answers.all_lists)
    )


class Asking(Generic[Value]):
    """The surroundings of one contract while it is judged: they remember what was asked for."""

    def __init__(self, now: Surroundings, lists: Mapping[str, Value]) -> None:
        self.now = now
        self.lists = _AskedLists(lists)
        self.ids = {kind: None if ids is None else _AskedIds(ids) for kind, ids in now.ids.items()}

    def answers(self, twice: tuple[Problem, ...]) -> Answers:
        """What was asked for, and the answers."""
        asked = {kind: ids for kind, ids in self.ids.items() if ids is not None}
        return Answers(
            kinds=_kinds(self.now.ids),
            known=tuple((kind, name, known) for kind, ids in asked.items() for name, known in ids.asked.items()),
            all_known=tuple((kind, self.now.ids_hash(kind)) for kind, ids in asked.items() if ids.gone_through),
            lists=tuple((name, self.now.list_hash(name)) for name in self.lists.asked),
            all_lists=self.now.lists_hash if self.lists.gone_through else "",
            twice=twice,
        )


def hash_of(texts: Collection[str]) -> str:
    """One hash of several texts, in order."""
    return sha256("".join(f"{len(text)} {text}" for text in texts))


def _kinds(ids: Ids) -> tuple[str, ...]:
    return tuple(kind for kind, known in ids.items() if known is not None)


class _AskedIds(Collection[str]):
    def __init__(self, ids: Collection[str]) -> None:
        self._ids = ids
        self.asked: dict[str, bool] = {}
        self.gone_through = False

    def __contains__(self, name: object) -> bool:
        known = name in self._ids
        self.asked[str(name)] = known
        return known

    def __iter__(self) -> Iterator[str]:
        self.gone_through = True
        return iter(self._ids)

    def __len__(self) -> int:
        self.gone_through = True
        return len(self._ids)


class _AskedLists(Mapping[str, Value]):
    def __init__(self, lists: Mapping[str, Value]) -> None:
        self._lists = lists
        self.asked: dict[str, None] = {}
        self.gone_through = False

    def __getitem__(self, name: str) -> Value:
        self.asked[name] = None
        return self._lists[name]

    def __iter__(self) -> Iterator[str]:
        self.gone_through = True
        return iter(self._lists)

    def __len__(self) -> int:
        self.gone_through = True
        return len(self._lists)
