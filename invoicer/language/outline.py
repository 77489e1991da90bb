"""language: what of a file others need to know: its documents and what is wrong in it, without the syntax tree.

The outlines of all files are read in every run; the trees only of those with something new in them.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from invoicer.errors import Place, Problem


@dataclass(frozen=True, slots=True)
class Noted:
    """A warning that the terms acknowledge: the lines for which that stands, and the place where it is written."""

    first: int
    last: int
    code: str
    reason: str
    where: Place


@dataclass(frozen=True, slots=True)
class Entry:
    """A contract or price list: its id, the places of that and of the heading, the version of a price list, seller and
    customer of a contract ("" where that can't be read), whether every line of it could be read, its
    acknowledgements, the ids that it had before, the contracts that it continues, the charges of those that its own
    continue, its charges, and the first day of its term."""

    id: str
    is_list: bool
    version: int | None
    parties: tuple[str, str]
    where: Place
    heading: Place
    whole: bool
    noted: tuple[Noted, ...]
    formerly: tuple[tuple[str, Place], ...] = ()
    continues: tuple[tuple[str, Place], ...] = ()
    continued: tuple[tuple[str, str, Place], ...] = ()
    charges: tuple[str, ...] = ()
    start: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Outline:
    """The documents of a file in their order, the ids of all meters in it, and what is wrong with how it is written and
    with its price lists by themselves."""

    entries: tuple[Entry, ...]
    meters: tuple[str, ...]
    problems: tuple[Problem, ...]
