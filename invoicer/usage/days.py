"""usage: the civil day of an event, in the time zone of its contract's seller.

The instants at which days begin are computed here, from the project's own time zone data, and joined to the events: so
no database has an opinion about summer time.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import duckdb

from invoicer.workspace import zone

UTC = "Etc/UTC"
EARLIEST, LATEST = dt.date(2000, 1, 1), dt.date(2100, 1, 1)
"""An event outside of these years has a wrong time stamp."""


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
        "CREATE TABLE events AS SELECT s.*, d.day FROM stamped s "
        "ASOF LEFT JOIN days d ON s.zone = d.zone AND s.instant >= d.start"
    )
    connection.execute("DROP TABLE stamped")


def _lay_out_days(connection: duckdb.DuckDBPyConnection, zones: list[str]) -> None:
    """The table ``days``: when each civil day of each zone begins, from the first to the last event; after the last one
    and before the first one no event finds a day."""
    found = connection.execute(
        "SELECT CAST(min(instant) AS DATE), CAST(max(instant) AS DATE) FROM stamped WHERE instant >= ? AND instant < ?",
        [EARLIEST, LATEST],
    ).fetchone()
    connection.execute("CREATE TABLE days (zone VARCHAR, day DATE, start TIMESTAMP)")
    if found is None or found[0] is None:
        return
    first, last = found
    span = [first + dt.timedelta(days=at) for at in range(-2, (last - first).days + 3)]
    for name in zones:
        starts = [start_of(day, name) for day in span]
        # a day that a zone skipped altogether (Apia, 30 December 2011) begins when the next one does: leave it out
        kept = [(day, start) for day, start, after in zip(span, starts, starts[1:], strict=False) if start < after]
        connection.execute(
            "INSERT INTO days SELECT ?, unnest(?), unnest(?)", [name, [day for day, _ in kept], [at for _, at in kept]]
        )
        # what lies beyond the last day has none
        connection.execute("INSERT INTO days VALUES (?, NULL, ?)", [name, starts[-1]])
