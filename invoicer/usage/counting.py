"""usage: events → exact quantities. Sums stay decimals in the database; what needs a division is divided here."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from fractions import Fraction
from typing import Literal

import duckdb

from invoicer.domain.contract import Aggregation
from invoicer.domain.usage import Demand, Measured
from invoicer.usage.rules import Rule, Rules
from invoicer.usage.store import Loaded

_NAMED_FILES = 3

_AGGREGATES = {
    Aggregation.SUM: "sum(number_of({field}))",
    Aggregation.MAX: "max(number_of({field}))",
    Aggregation.LAST: "arg_max(number_of({field}), {{'instant': instant, 'event': event}})",
    Aggregation.UNIQUE: "count(DISTINCT {field})",
    Aggregation.AVERAGE: "sum(number_of({field}))",
    Aggregation.COUNT: "count(*)",
}


def count_events(
    connection: duckdb.DuckDBPyConnection, rules: Rules, rule: Rule, demands: Sequence[Demand], loaded: list[Loaded]
) -> dict[int, Measured]:
    """The quantities of demands that share a rule, by their position; one without any event is not in the answer.

    Of the last events of a period the one with the greatest id counts when several have one time stamp.
    """
    list_wanted(connection, demands, "DATE", [(demand.days.start, demand.days.end) for demand in demands])
    condition, parameters = rules.condition(rule)
    field = "NULL" if rule.aggregation is Aggregation.COUNT else rules.column(rule.field)
    connection.execute(
        f"CREATE OR REPLACE TABLE picked AS SELECT w.id, e.file, e.day, e.instant, e.event, {field} AS field "
        "FROM events e JOIN wanted w ON e.contract = w.contract AND e.meter = w.meter "
        f"AND e.day >= w.first AND e.day < w.after WHERE {condition}",
        parameters,
    )
    values = _values(connection, rule)
    sources: dict[int, list[tuple[str, int]]] = defaultdict(list)
    for demand, file, count in connection.execute(
        "SELECT id, file, count(*) FROM picked GROUP BY id, file ORDER BY id, file"
    ).fetchall():
        sources[demand].append((loaded[file].file.shown, count))
    return {
        demand: Measured(value, provenance(sources[demand]), sum(count for _, count in sources[demand]))
        for demand, value in values.items()
    }


def list_wanted(
    connection: duckdb.DuckDBPyConnection,
    demands: Sequence[Demand],
    kind: Literal["DATE", "TIMESTAMP"],
    spans: Sequence[tuple[dt.date, dt.date]],
) -> None:
    """The table ``wanted``: each demand by its position, with its contract, its meter, and the day or instant from which
    (``first``) and before which (``after``) events count for it."""
    connection.execute(
        "CREATE OR REPLACE TABLE wanted AS SELECT unnest(CAST($ids AS INTEGER[])) AS id, "
        "unnest(CAST($contracts AS VARCHAR[])) AS contract, unnest(CAST($meters AS VARCHAR[])) AS meter, "
        f"unnest(CAST($firsts AS {kind}[])) AS first, unnest(CAST($afters AS {kind}[])) AS after",
        {
            "ids": list(range(len(demands))),
            "contracts": [demand.contract for demand in demands],
            "meters": [demand.meter.id for demand in demands],
            "firsts": [first for first, _ in spans],
            "afters": [after for _, after in spans],
        },
    )


def _values(connection: duckdb.DuckDBPyConnection, rule: Rule) -> dict[int, Fraction]:
    aggregate = _AGGREGATES[rule.aggregation].format(field="field")
    groups = "id, day" if rule.per_day else "id"
    each = f"SELECT id, {aggregate} AS value, count(*) AS events FROM picked GROUP BY {groups}"
    values: dict[int, Fraction] = {}
    if rule.aggregation is Aggregation.AVERAGE:
        for demand, total, events in connection.execute(each).fetchall():
            values[demand] = values.get(demand, Fraction(0)) + Fraction(total) / events
        return values
    return {
        demand: Fraction(value)
        for demand, value in connection.execute(f"SELECT id, sum(value) FROM ({each}) GROUP BY id").fetchall()
    }


def provenance(sources: list[tuple[str, int]]) -> str:
    """Where a quantity came from: files with the number of their events."""
    if len(sources) > _NAMED_FILES:
        return f"{sources[0][0]} and {len(sources) - 1} more files: {sum(count for _, count in sources)} events"
    return "; ".join(f"{file}: {count} event{'s' * (count != 1)}" for file, count in sources)
