"""ledger: which number comes next in a series, and what may not be numbered in it.

A series begins at 1, or where the settings say that numbers of another system go on; what it began at is an entry of the
log. Its days of issue never run backwards, unless the law of the seller's country is known to leave that free.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

import sqlalchemy as sa

from invoicer.ledger import chain, dialect, schema
from invoicer.ledger.series import count_of, document_number
from invoicer.ledger.trouble import refused


@dataclass(frozen=True, slots=True)
class Numbering:
    """The rules of the house: ``starts`` has the first number of each series, by its key, that goes on where another
    system has stopped; ``laws`` the law, by seller, that asks for rising days of issue; sellers in ``free`` have a law
    that doesn't."""

    starts: Mapping[str, int] = field(default_factory=dict)
    laws: Mapping[str, str] = field(default_factory=dict)
    free: frozenset[str] = frozenset()


PLAIN = Numbering()
"""Series begin at 1, and days of issue rise."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A series that somebody wants numbers of: its pattern, and whose documents they are for."""

    pattern: str
    seller: str


def take(
    connection: sa.Connection, wanted: Mapping[str, Wanted], issue_date: dt.date, numbering: Numbering
) -> dict[str, int]:
    """Lock the series of these keys and begin those that are new; answers the next number of each.

    Raises RunError: L132 a series of another seller, L133 to L135.
    """
    refuse_starts(connection, numbering)
    refuse_backwards(connection, wanted, issue_date, numbering)
    series = schema.series
    lock = sa.select(series).where(dialect.among(series.c.key, wanted)).order_by(series.c.key).with_for_update()
    found = connection.execute(lock).all()
    if new := set(wanted) - {row.key for row in found}:
        _begin(connection, {key: wanted[key] for key in new}, numbering)
        found = connection.execute(lock).all()
    following = {}
    for row in found:
        refuse_foreign(row.key, row.seller, wanted[row.key].seller)
        following[row.key] = row.next_number
    return following


def move(connection: sa.Connection, following: Mapping[str, int]) -> None:
    """Remember the next number of each series."""
    series = schema.series
    if following:
        update = sa.update(series).where(series.c.key == sa.bindparam("k")).values(next_number=sa.bindparam("n"))
        connection.execute(update, [{"k": key, "n": number} for key, number in following.items()])


def refuse_foreign(series: str, owner: str, seller: str) -> None:
    """Raises RunError (L132) when a seller would take numbers from another one's series."""
    if owner != seller:
        cause = f"the number series “{series}” belongs to seller {owner}, and seller {seller} would use it too"
        raise refused("L132", "invoicer.toml", cause, "give each seller a series", f"sellers.{seller}.series")


def refuse_starts(connection: sa.Connection, numbering: Numbering) -> None:
    """Raises RunError: L134 a series has begun at another number than the settings say, L133 a later number of a series
    that is to begin is given already."""
    if not numbering.starts:
        return
    series = schema.series.c
    begun = sa.select(series.key, series.first, series.next_number).where(dialect.among(series.key, numbering.starts))
    found = {row.key: row for row in connection.execute(begun)}
    for key, start in sorted(numbering.starts.items()):
        if key not in found:
            refuse_taken(connection, key, start)
        elif found[key].first != start:
            first, following = document_number(key, found[key].first), document_number(key, found[key].next_number)
            wanted = document_number(key, start)
            cause = (
                f"the series {key} began at {first} and goes on with {following}; it can't start at {wanted} any more"
            )
            mend = "take the start out of invoicer.toml, or use another pattern for a series that starts there"
            raise refused("L134", "invoicer.toml", cause, mend, f"series {key}")


def refuse_taken(connection: sa.Connection, key: str, start: int) -> None:
    """Raises RunError (L133) where a number that the series would give from ``start`` on is given already."""
    for number in _numbers(connection, key[: key.index("{")]):
        count = count_of(key, number)
        if count is not None and count >= start:
            cause = f"the series {key} is to start at {document_number(key, start)}, and {number} is given already"
            mend = "start behind the last number that was given, or use another pattern"
            raise refused("L133", "invoicer.toml", cause, mend, f"series {key}")


def refuse_backwards(
    connection: sa.Connection, wanted: Mapping[str, Wanted], issue_date: dt.date, numbering: Numbering
) -> None:
    """Raises RunError (L135) where a document of a later day stands in one of these series."""
    for key, last in sorted(late(connection, issue_date, wanted).items()):
        seller = wanted[key].seller
        if seller not in numbering.free:
            law = numbering.laws.get(seller, "")
            cause = f"the last document of the series {key} was issued on {last}, and its dates never run backwards"
            cause += f" ({law})" if law else ""
            raise refused("L135", "", cause, f"issue on {last} or later", f"issue on {issue_date}")


def late(connection: sa.Connection, issue_date: dt.date, keys: Collection[str] | None = None) -> dict[str, dt.date]:
    """The series, of these or of all, whose last document has a later day of issue than this; and that day."""
    series, documents = schema.series.c, schema.documents.c
    last = (documents.series == series.key) & (documents.counter == series.next_number - 1)
    query = sa.select(series.key, documents.issue_date).join_from(schema.series, schema.documents, last)
    if keys is not None:
        query = query.where(dialect.among(series.key, keys))
    return {key: day for key, day in connection.execute(query) if day > issue_date}


def _begin(connection: sa.Connection, new: Mapping[str, Wanted], numbering: Numbering) -> None:
    firsts = {key: numbering.starts.get(key, 1) for key in sorted(new)}
    for key, first in firsts.items():
        refuse_taken(connection, key, first)
    rows = [
        {"key": key, "pattern": new[key].pattern, "seller": new[key].seller, "first": first, "next_number": first}
        for key, first in firsts.items()
    ]
    dialect.insert_rows(connection, schema.series, rows)
    elsewhere = [{"series": key, "first": first} for key, first in firsts.items() if first != 1]
    chain.append(connection, [("begun", payload) for payload in elsewhere])


def _numbers(connection: sa.Connection, beginning: str) -> Iterator[str]:
    """Every number that was given and begins like this, also by series of another pattern, and by another system."""
    for number in (schema.documents.c.number, schema.imported.c.number):
        yield from connection.execute(sa.select(number).where(number.startswith(beginning, autoescape=True))).scalars()
