"""language: one file of a run: its text, its outline, its tree, and its contracts as far as they are judged already.

Trees and contracts are large as objects. A page has them packed, and takes them out when they are asked for.
"""

from __future__ import annotations

import zlib
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from invoicer.cache import Cache, framed, part_of
from invoicer.domain.contract import Contract, Source
from invoicer.errors import Problem
from invoicer.language.asked import Answers, Surroundings, hash_of, still
from invoicer.language.loaded import Judged
from invoicer.language.outline import Outline
from invoicer.language.pickling import from_bytes, to_bytes

if TYPE_CHECKING:
    from invoicer.language.sheet import Sheet

_HEAD, _TREE = 0, 1  # the parts of what is kept
_SHEETS = 64  # at hand, of all pages of a run
_FASTEST = 1

Sheets = OrderedDict[str, "Sheet"]
"""The sheets that were asked for last, by the names of their files."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """A contract of a file: what it was judged with, the judgement in bytes, and packed the contract itself (b"" where
    something refuses it). So only what still holds is unpacked."""

    answers: Answers
    judged: bytes
    contract: bytes


@dataclass(frozen=True, slots=True)
class Head:
    """What is kept of a file besides its tree: the outline, and of each contract by its number what became of it."""

    outline: Outline
    verdicts: dict[int, Verdict]


class Page:
    """What is not found in the cache is made from the text. ``key`` stands for the name and the text of the file and for
    all that can make a difference when it is read; ``sheets`` are those at hand, which all pages share."""

    def __init__(self, file: str, text: str, cache: Cache, sheets: Sheets) -> None:
        self.file = file
        self.text = text
        self.cache = cache
        self.key = hash_of((cache.salt, file, text))
        self._sheets = sheets
        self._head = from_bytes(self._part(_HEAD), Head)
        self._changed = self._head is None
        self._tree = b""
        self._verdicts: dict[int, Verdict] = {} if self._head is None else dict(self._head.verdicts)

    @cached_property
    def outline(self) -> Outline:
        """What others need to know of the file."""
        return self.sheet.outline() if self._head is None else self._head.outline

    @property
    def sheet(self) -> Sheet:
        """The file with its tree."""
        if self.file not in self._sheets:
            self._sheets[self.file] = self._made()
            if len(self._sheets) > _SHEETS:
                self._sheets.popitem(last=False)
        self._sheets.move_to_end(self.file)
        return self._sheets[self.file]

    def judged(self, number: int, now: Surroundings, twice: tuple[Problem, ...]) -> Judged | None:
        """What was found of the contract of that number in the file before, if that still holds."""
        found = self._verdicts.get(number)
        return from_bytes(found.judged, Judged, now.source) if found and still(found.answers, now, twice) else None

    def contract(self, number: int) -> bytes:
        """The contract of that number, packed (:func:`taken_out`)."""
        return self._verdicts[number].contract

    def now_judged(self, number: int, judged: Judged, contract: Contract | None, answers: Answers) -> None:
        """The contract of that number was judged."""
        packed = zlib.compress(to_bytes(contract), _FASTEST) if contract else b""
        self._verdicts[number] = Verdict(answers, to_bytes(judged), packed)
        self._changed = True

    def keep(self) -> None:
        """Put into the cache what was not there, when all that is asked of the file was asked."""
        if self._changed and self.cache.salt:
            tree = self._tree or self._part(_TREE) or _packed(self.sheet)
            self.cache.put(self.key, framed(self.key, (to_bytes(Head(self.outline, self._verdicts)), tree)))
        self._changed, self._tree = False, b""

    def _made(self) -> Sheet:
        # the parser and the checks are imported with these, for the first file that is new
        from invoicer.language.parse import Parsed, parse
        from invoicer.language.sheet import Sheet

        packed = self._tree or self._part(_TREE)
        parsed = from_bytes(zlib.decompress(packed), Parsed) if packed else None
        if parsed is not None:
            return Sheet(replace(parsed, text=self.text))
        sheet = Sheet(parse(self.file, self.text))
        self._tree = _packed(sheet) if self.cache.salt else b""
        return sheet

    def _part(self, number: int) -> bytes:
        """A part of what is kept; nothing where there is none."""
        kept = self.cache.get(self.key)
        return (part_of(self.key, kept, number) if kept else None) or b""


def taken_out(packed: Mapping[str, bytes], sources: Mapping[str, Source], name: str) -> Contract:
    """The contract of that id among packed ones, which were read from those sources. Raises ValueError where it can't be
    read."""
    found = from_bytes(zlib.decompress(packed[name]), Contract, sources.__getitem__)
    if found is None:
        raise ValueError(f"contract {name} was packed, and can't be taken out again")
    return found


def _packed(sheet: Sheet) -> bytes:
    return zlib.compress(to_bytes(replace(sheet.parsed, text="")), _FASTEST)
