"""language: one file of a run: its text, its outline, its tree, and its contracts as far as they are judged already."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from invoicer.cache import Cache, framed, part_of
from invoicer.errors import Problem
from invoicer.language.asked import Answers, Surroundings, hash_of, still
from invoicer.language.loaded import Judged
from invoicer.language.outline import Outline
from invoicer.language.pickling import from_bytes, to_bytes

if TYPE_CHECKING:
    from invoicer.language.sheet import Sheet

_HEAD, _TREE = 0, 1  # the parts of what is kept


@dataclass(frozen=True, slots=True)
class Head:
    """What is kept of a file besides its tree: the outline, and of each contract by its number what it was judged with
    and the judgement in bytes, so that only those that still hold are unpacked."""

    outline: Outline
    judged: dict[int, tuple[Answers, bytes]]


class Page:
    """What is not found in the cache is made from the text. ``key`` stands for the name and the text of the file and for
    all that can make a difference when it is read."""

    def __init__(self, file: str, text: str, cache: Cache) -> None:
        self.file = file
        self.text = text
        self.cache = cache
        self.key = hash_of((cache.salt, file, text))
        self._kept = cache.get(self.key)
        head = part_of(self.key, self._kept, _HEAD) if self._kept else None
        self._head = from_bytes(head, Head) if head else None
        self._changed = self._head is None
        self._judged: dict[int, tuple[Answers, bytes]] = {} if self._head is None else dict(self._head.judged)

    @cached_property
    def outline(self) -> Outline:
        """What others need to know of the file."""
        return self.sheet.outline() if self._head is None else self._head.outline

    @cached_property
    def sheet(self) -> Sheet:
        """The file with its tree."""
        # the parser and the checks are imported with these, for the first file that is new
        from invoicer.language.parse import Parsed, parse
        from invoicer.language.sheet import Sheet

        tree = part_of(self.key, self._kept, _TREE) if self._kept and self._head else None
        parsed = from_bytes(tree, Parsed) if tree else None
        return Sheet(replace(parsed, text=self.text) if parsed else parse(self.file, self.text))

    def judged(self, number: int, now: Surroundings, twice: tuple[Problem, ...]) -> Judged | None:
        """The contract of that number in the file as it was judged before, if that still holds."""
        answers, packed = self._judged.get(number, (None, b""))
        if answers is None or not still(answers, now, twice):
            return None
        return from_bytes(packed, Judged, now.source)

    def now_judged(self, number: int, judged: Judged, answers: Answers) -> None:
        """The contract of that number was judged."""
        if self.cache.salt:
            self._judged[number] = (answers, to_bytes(judged))
            self._changed = True

    def keep(self) -> None:
        """Put into the cache what was not there."""
        if self._changed and self.cache.salt:
            head = to_bytes(Head(self.outline, self._judged))
            tree = part_of(self.key, self._kept, _TREE) if self._kept and self._head else None
            self.cache.put(self.key, framed(self.key, (head, tree or to_bytes(replace(self.sheet.parsed, text="")))))
