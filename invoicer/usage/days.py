"""usage: the civil day of an event, in the time zone of its contract's seller.

The instants at which days begin are computed here, from the project's own time zone data, and joined to the events: so
no database has an opinion about summer time.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from itertools import pairwise

import duckdb

from invoicer.workspace import zone

UTC = "Etc/UTC"
EARLIEST, LATEST = dt.date(2000, 1, 1), dt.date(2100, 1, 1)
"""An event outside of these years has a wrong time stamp."""
_HALF = 12 * 60 * 60 * 10**6
"""Microseconds of half a day."""
_EPOCH = dt.datetime(1970, 1, 1)  # noqa: DTZ001, UTC without zone, as DuckDB counts
_Half = tuple[int, dt.datetime | None, dt.date | None, dt.date]


def start_of(day: dt.date, time_zone: str) -> dt.datetime:
    """The instant (UTC, without zone) at which a civil day begins there; where midnight is skipped, what comes first."""
    midnight = dt.datetime.combine(day, dt.time(), zone(time_zone))
    return midnight.astimezone(dt.UTC).replace(tzinfo=None)


def date_events(connection: duckdb.DuckDBPyConnection, zones: Mapping[str, str], known_on: dt.date) -> None:
    """Make the table ``events`` from ``raw``: the events that are known on that day, with their ``instant`` (UTC) and
    civil ``day``, NULL where the time stamp can't be used.

    ``zones`` has the time zone of each contract; other events fall on days of UTC. An event is known from the day
    (in that zone) of its ``received`` on, or ever since where it has none. One whose ``received`` can't be read is kept.
    """
    used = sorted({UTC, *zones.values()})
    connection.execute("CREATE TABLE zones (contract VARCHAR, zone VARCHAR)")
    connection.execute("INSERT INTO zones SELECT unnest(?), unnest(?)", [list(zones), list(zones.values())])
    connection.execute("CREATE TABLE known_before (zone VARCHAR, until TIMESTAMP)")
    next_day = known_on + dt.timedelta(days=1)
    for name in used:
        connection.execute("INSERT INTO known_before VALUES (?, ?)", [name, start_of(next_day, name)])
    connection.execute(
        "CREATE TABLE stamped AS SELECT r.*, coalesce(z.zone, ?) AS zone, "
        'instant_of(r."at") AS instant, instant_of(r.received) AS received_at, day_of(r.received) AS received_on '
        "FROM raw r LEFT JOIN zones z USING (contract)",
        [UTC],
    )
    connection.execute("DROP TABLE raw")
    connection.execute(
        "DELETE FROM stamped USING known_before k WHERE k.zone = stamped.zone "
        "AND (stamped.received_at >= k.until OR stamped.received_on > ?)",
        [known_on],
    )
    _lay_out_days(connection, used)
    connection.execute(
        "CREATE TABLE events AS SELECT s.*, CASE WHEN instant >= h.border THEN h.after ELSE h.before END AS day "
        f"FROM stamped s LEFT JOIN halves h ON s.zone = h.zone AND epoch_us(s.instant) // {_HALF} = h.half"
    )
    connection.execute("DROP TABLE stamped")


def _lay_out_days(connection: duckdb.DuckDBPyConnection, zones: list[str]) -> None:
    """The table ``halves``: for each zone and each half day of UTC from the first to the last event which civil day it
    belongs to, or which two, and the border between them: no day is so short that two begin in one half. An event
    outside of these finds no day. (An equality joins twenty million events in memory; an ordered join would sort them.)"""
    found = connection.execute(
        "SELECT CAST(min(instant) AS DATE), CAST(max(instant) AS DATE) FROM stamped WHERE instant >= ? AND instant < ?",
        [EARLIEST, LATEST],
    ).fetchone()
    connection.execute("CREATE TABLE halves (zone VARCHAR, half BIGINT, border TIMESTAMP, before DATE, after DATE)")
    if found is None or found[0] is None:
        return
    first, last = found
    span = [first + dt.timedelta(days=at) for at in range(-2, (last - first).days + 3)]
    for name in zones:
        rows = list(_halves([(day, start_of(day, name)) for day in span]))
        columns = [list(column) for column in zip(*rows, strict=True)]
        connection.execute("INSERT INTO halves SELECT ?, unnest(?), unnest(?), unnest(?), unnest(?)", [name, *columns])


def _halves(days: list[tuple[dt.date, dt.datetime]]) -> Iterator[_Half]:
    """The half days from the first beginning to the last: (which, border, day before it, day from it on)."""
    before: dt.date | None = None
    for (day, start), (_, end) in pairwise(days):
        if start >= end:  # a day that a zone skipped altogether (Apia, 30 December 2011) begins when the next one does
            continue
        half, until = _half_of(start), _half_of(end)
        assert half < until, "a day is longer than half a day"
        yield half, start, before, day
        for later in range(half + 1, until):
            yield later, None, day, day
        before = day


def _half_of(instant: dt.datetime) -> int:
    return (instant - _EPOCH) // dt.timedelta(microseconds=_HALF)
