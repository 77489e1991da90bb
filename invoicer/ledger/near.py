"""ledger: what somebody meant who typed a number that no document has."""

from __future__ import annotations

import re
import string
from collections.abc import Callable, Collection, Iterator

import sqlalchemy as sa

from invoicer.ledger import schema

PAPERS = (schema.documents, schema.imported)
_SHOWN = 3
_LONGEST = 60
_KEYS = string.digits + string.ascii_lowercase + "-/._ "


def mend_by_number(connection: sa.Connection, number: str, papers: Collection[sa.Table] = PAPERS) -> str:
    """The documents whose numbers differ by what fingers do (another case, zeros or separators, one character, two that
    changed places, the end alone), or where all of them are shown."""
    known = [one for table in papers for one in connection.execute(sa.select(table.c.number)).scalars()]
    meant = _meant(number[:_LONGEST].strip().casefold(), sorted(known, reverse=True))
    if not meant:
        return "`invoicer schedule` shows the numbers of documents"
    *others, last = (f"“{one}”" for one in meant)
    return f"did you mean {', '.join(others)} or {last}?" if others else f"did you mean {last}?"


def _meant(typed: str, known: Collection[str]) -> list[str]:
    """The numbers that were meant: the likeliest kind of slip that leads to any."""
    parts, bare, slips = _parts(typed), _bare(typed), frozenset(_slips(typed))
    kinds: tuple[Callable[[str], bool], ...] = (
        lambda one: _parts(one) == parts,
        lambda one: _bare(one) == bare,
        lambda one: one in slips,
        lambda one: _parts(one)[-len(parts) :] == parts,
    )
    for fits in kinds if parts else ():
        if found := [one for one in known if fits(one.casefold())]:
            return found[:_SHOWN]
    return []


def _parts(number: str) -> list[str]:
    """The words and figures in it, without zeros before them."""
    return [part.lstrip("0") or "0" for part in re.findall(r"[^\W\d_]+|\d+", number)]


def _bare(number: str) -> str:
    return "".join(filter(str.isalnum, number))


def _slips(typed: str) -> Iterator[str]:
    """Every text from which one slip leads to this one."""
    for at in range(len(typed) + 1):
        before, after = typed[:at], typed[at:]
        yield from (f"{before}{key}{after}" for key in _KEYS)
        if after:
            yield before + after[1:]
            yield from (f"{before}{key}{after[1:]}" for key in _KEYS)
        if len(after) > 1:
            yield f"{before}{after[1]}{after[0]}{after[2:]}"
