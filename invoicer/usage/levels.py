"""usage: levels over time. Events set or change a level, which lasts until the next one; the quantity is its average.

A period begins with the level that the events before it left behind, and with none before the first event ever. Time is
real time, to the microsecond: a day on which clocks change has 23 or 25 hours. Of events with one time stamp the one with
the greatest id comes last. Levels and lengths of time are exact in the database; they are multiplied and divided here.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from fractions import Fraction

import duckdb

from invoicer.domain.contract import Aggregation
from invoicer.domain.usage import Demand, Measured
from invoicer.usage.counting import list_wanted, provenance
from invoicer.usage.days import start_of
from invoicer.usage.rules import Rule, Rules
from invoicer.usage.store import Loaded


def average_levels(
    connection: duckdb.DuckDBPyConnection, rules: Rules, rule: Rule, demands: Sequence[Demand], loaded: list[Loaded]
) -> dict[int, Measured]:
    """The quantities of demands that share a rule, by their position; one without any event before its end is not in the
    answer."""
    spans = [_instants(demand) for demand in demands]
    list_wanted(connection, demands, "TIMESTAMP", spans)
    _lay_out_levels(connection, rules, rule)
    lasting = (
        "FROM wanted w JOIN levels l ON l.contract = w.contract AND l.meter = w.meter "
        "AND l.instant < w.after AND l.until > w.first"
    )
    weighed: dict[int, Fraction] = defaultdict(Fraction)
    for demand, level, microseconds in connection.execute(
        "SELECT w.id, l.level, sum(epoch_us(least(l.until, w.after)) - epoch_us(greatest(l.instant, w.first))) "
        f"{lasting} GROUP BY w.id, l.level"
    ).fetchall():
        weighed[demand] += Fraction(level) * microseconds
    sources: dict[int, list[tuple[str, int]]] = defaultdict(list)
    for demand, file, count in connection.execute(
        f"SELECT w.id, l.file, count(*) {lasting} GROUP BY w.id, l.file ORDER BY w.id, l.file"
    ).fetchall():
        sources[demand].append((loaded[file].file.shown, count))
    return {
        demand: Measured(
            weighed[demand] / (_microseconds(*spans[demand]) or 1),
            provenance(found),
            sum(count for _, count in found),
        )
        for demand, found in sources.items()
    }


def _lay_out_levels(connection: duckdb.DuckDBPyConnection, rules: Rules, rule: Rule) -> None:
    """The table ``levels``: each event that counts, with the level from then on and until when it lasts."""
    condition, parameters = rules.condition(rule)
    value = f"number_of({rules.column(rule.field)})"
    in_order = "(PARTITION BY contract, meter ORDER BY instant, event)"
    level = f"sum(value) OVER {in_order}" if rule.aggregation is Aggregation.CHANGES else "value"
    connection.execute(
        f"CREATE OR REPLACE TABLE levels AS SELECT contract, meter, file, instant, {level} AS level, "
        f"lead(instant, 1, TIMESTAMP 'infinity') OVER {in_order} AS until FROM ("
        f"SELECT e.contract, e.meter, e.file, e.instant, e.event, {value} AS value "
        "FROM events e SEMI JOIN wanted USING (contract, meter) "
        f"WHERE e.day IS NOT NULL AND {condition})",
        parameters,
    )


def _microseconds(start: dt.datetime, after: dt.datetime) -> int:
    return (after - start) // dt.timedelta(microseconds=1)


def _instants(demand: Demand) -> tuple[dt.datetime, dt.datetime]:
    return start_of(demand.days.start, demand.time_zone), start_of(demand.days.end, demand.time_zone)
