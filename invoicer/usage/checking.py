"""usage: find the events that can't be right, all in one pass, each kind with one statement over all events.

A wrong row holds every demand that it might belong to: one whose contract is unknown could be of any contract, one
without a usable time stamp of any day; a row that names contract, meter and day holds only what needs them.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

import duckdb

from invoicer.domain.contract import Aggregation
from invoicer.domain.usage import Demand
from invoicer.errors import Place, Problem
from invoicer.usage.days import EARLIEST, LATEST
from invoicer.usage.manifest import Manifest
from invoicer.usage.messages import MORE, row_problem
from invoicer.usage.rules import Rule, Rules
from invoicer.usage.store import FIXED, SHOWN_ROWS, Loaded, lines_of
from invoicer.workspace import mend_by_choice

_SCOPE = (
    "CASE WHEN contract IN (FROM known_contracts) THEN contract END, "
    "CASE WHEN meter IN (FROM known_meters) THEN meter END, source, day"
)
_KINDS: tuple[tuple[str, str, str], ...] = (
    # code, column, condition
    ("U201", "event", "event = ''"),
    ("U201", "contract", "contract = ''"),
    ("U201", "meter", "meter = ''"),
    ("U201", "at", "\"at\" = ''"),
    ("U202", "at", 'is_naive("at")'),
    (
        "U203",
        "at",
        '"at" <> \'\' AND NOT is_naive("at") AND (instant IS NULL OR instant < $early OR instant >= $late)',
    ),
    ("U204", "contract", "contract <> '' AND contract NOT IN (FROM known_contracts)"),
    ("U205", "meter", "meter <> '' AND meter NOT IN (FROM known_meters)"),
    (
        "U206",
        "meter",
        "meter IN (FROM known_meters) AND (source, meter) NOT IN (SELECT (source, meter) FROM carried)",
    ),
    ("U208", "received", "received <> '' AND received_at IS NULL AND received_on IS NULL"),
    # a plain day is compared with room for every time zone
    ("U209", "received", "received_at < instant OR received_on < CAST(instant AS DATE) - 1"),
)


@dataclass(slots=True)
class Doubts:
    """How many rows are wrong that might belong to a demand, by (contract, meter, source, day) with None for "any"."""

    meters_of_source: list[frozenset[str]]
    groups: dict[tuple[str | None, str | None], list[tuple[int, dt.date | None, int, tuple[str, int]]]] = field(
        default_factory=lambda: defaultdict(list)
    )

    def about(self, demand: Demand) -> tuple[int, str] | None:
        """How many wrong rows might belong to the demand, and where the first one stands; None when there is none."""
        count, places = 0, []
        for contract in (demand.contract, None):
            for meter in (demand.meter.id, None):
                for source, day, rows, place in self.groups.get((contract, meter), ()):
                    carried = meter is not None or demand.meter.id in self.meters_of_source[source]
                    if carried and (day is None or _reaches(day, demand)):
                        count += rows
                        places.append(place)
        return (count, "{}:{}".format(*min(places))) if count else None


def _reaches(day: dt.date, demand: Demand) -> bool:
    """Whether an event of a day takes part in the answer: a level lasts, so any day before the end does; and events that
    are free are counted from a day that may lie before the first one."""
    if demand.meter.aggregation.weighted:
        return day < demand.days.end
    return min((terms.since for terms in demand.events), default=demand.days.start) <= day < demand.days.end


def check_events(
    connection: duckdb.DuckDBPyConnection,
    manifest: Manifest,
    loaded: list[Loaded],
    rules: Rules,
    contracts: Collection[str],
    meters: Collection[str],
) -> tuple[list[Problem], Doubts]:
    """The problems of single rows in the order of files and rows, and what they make doubtful. A column that a meter
    needs and a file lacks is noted in the manifest."""
    _know(connection, manifest, contracts, meters)
    connection.execute(
        "CREATE TABLE wrong (code VARCHAR, file INTEGER, row BIGINT, col VARCHAR, value VARCHAR, first_file INTEGER, "
        "first_row BIGINT, contract VARCHAR, meter VARCHAR, source INTEGER, day DATE)"
    )
    for code, column, condition in _KINDS:
        parameters = {"early": EARLIEST, "late": LATEST} if "$early" in condition else {}
        connection.execute(
            f"INSERT INTO wrong SELECT '{code}', file, row, '{column}', \"{column}\", NULL, NULL, {_SCOPE} "
            f"FROM events WHERE {condition}",
            parameters,
        )
    _find_duplicates(connection)
    for rule in rules.pairs:
        _check_rule(connection, manifest, loaded, rules, rule)
    return _problems(connection, loaded, contracts, meters), _doubts(connection, manifest, loaded)


def _know(
    connection: duckdb.DuckDBPyConnection, manifest: Manifest, contracts: Collection[str], meters: Collection[str]
) -> None:
    connection.execute("CREATE TABLE known_contracts AS SELECT unnest(CAST(? AS VARCHAR[]))", [sorted(contracts)])
    connection.execute("CREATE TABLE known_meters AS SELECT unnest(CAST(? AS VARCHAR[]))", [sorted(meters)])
    carried = [(at, meter) for at, source in enumerate(manifest.sources) for meter in sorted(source.meters)]
    connection.execute(
        "CREATE TABLE carried AS SELECT unnest(CAST(? AS INTEGER[])) AS source, unnest(CAST(? AS VARCHAR[])) AS meter",
        [[at for at, _ in carried], [meter for _, meter in carried]],
    )


def _find_duplicates(connection: duckdb.DuckDBPyConnection) -> None:
    """All events of one id are doubtful, the first one too; the message stands at the others and names it."""
    connection.execute(
        "INSERT INTO wrong "
        "WITH twice AS (SELECT event, min((file, row)) AS first FROM events WHERE event <> '' "
        "GROUP BY event HAVING count(*) > 1) "
        "SELECT CASE WHEN (file, row) <> t.first THEN 'U207' END, file, row, 'event', event, t.first[1], t.first[2], "
        f"{_SCOPE} FROM events JOIN twice t USING (event)"
    )


def _check_rule(
    connection: duckdb.DuckDBPyConnection, manifest: Manifest, loaded: list[Loaded], rules: Rules, rule: Rule
) -> None:
    """Check the columns that a rule looks at, in the events of its contracts and meters: those of the condition in all
    events, the measured one in those that count."""
    contracts, meters = zip(*rules.pairs[rule], strict=True)
    connection.execute(
        "CREATE OR REPLACE TABLE pairs AS "
        "SELECT unnest(CAST(? AS VARCHAR[])) AS contract, unnest(CAST(? AS VARCHAR[])) AS meter",
        [list(contracts), list(meters)],
    )
    mine = "events e SEMI JOIN pairs USING (contract, meter)"
    condition, parameters = rules.condition(rule)
    for name in sorted(rule.columns):
        column = rules.column(name)
        if any(name not in file.columns for file in loaded):
            _refuse_lacking(connection, manifest, loaded, name, f"{mine} WHERE {column} IS NULL")
        counts = f"coalesce({condition}, true)" if name == rule.field else "true"
        negative = rule.aggregation is Aggregation.SUM and name == rule.field
        is_number = "true" if name in rule.numbers else "false"
        code = (
            f"CASE WHEN {column} = '' THEN 'U210' WHEN {is_number} AND NOT is_number({column}) THEN 'U211' "
            f"WHEN {is_number} AND number_of({column}) IS NULL THEN 'U212' "
            f"WHEN {str(negative).lower()} AND number_of({column}) < 0 THEN 'U213' END"
        )
        # an empty text is a text as good as any other in a condition; nothing can be measured of it
        empty_counts = name in rule.numbers or name == rule.field
        connection.execute(
            f"INSERT INTO wrong SELECT code, file, row, ?, value, NULL, NULL, {_SCOPE} FROM ("
            f"SELECT e.*, {code} AS code, {column} AS value FROM {mine} WHERE {counts} AND {column} IS NOT NULL"
            f") WHERE code IS NOT NULL AND ({str(empty_counts).lower()} OR code <> 'U210')",
            [name, *(parameters if name == rule.field else [])],
        )


def _refuse_lacking(
    connection: duckdb.DuckDBPyConnection, manifest: Manifest, loaded: list[Loaded], name: str, rows: str
) -> None:
    found = connection.execute(f"SELECT DISTINCT file, meter FROM (SELECT e.file, e.meter FROM {rows}) ORDER BY 1, 2")
    for file, meter in found.fetchall():
        if meter not in manifest.sources[loaded[file].file.source].meters:
            continue  # said of the row already
        cause = f"the column “{name}” is missing, which the meter {meter} looks at"
        otherwise = f"deliver the file with it, or correct the name in the terms of {meter}"
        mend = mend_by_choice(name, set(loaded[file].columns) - set(FIXED), otherwise)
        problem = Problem("U109", Place(loaded[file].file.shown), cause, mend)
        if problem not in manifest.problems:
            manifest.refuse({meter}, problem)


def _problems(
    connection: duckdb.DuckDBPyConnection, loaded: list[Loaded], contracts: Collection[str], meters: Collection[str]
) -> list[Problem]:
    """The first rows of each kind in each file one by one, the others as a count."""
    rows = connection.execute(
        "SELECT file, row, code, col, value, first_file, first_row, place, total FROM ("
        "SELECT *, row_number() OVER (PARTITION BY file, code ORDER BY row, col) AS place, "
        "count(*) OVER (PARTITION BY file, code) AS total FROM ("
        "SELECT DISTINCT file, row, code, col, value, first_file, first_row FROM wrong WHERE code IS NOT NULL)) "
        "WHERE place <= ? ORDER BY file, row, code, col",
        [SHOWN_ROWS],
    ).fetchall()
    lines = _lines(loaded, [(row[0], row[1]) for row in rows] + [(row[5], row[6]) for row in rows if row[6]])
    problems = []
    for file, row, code, column, value, first_file, first_row, place, total in rows:
        where = Place(loaded[file].file.shown, lines[file, row], part=column)
        first = f"{loaded[first_file].file.shown}:{lines[first_file, first_row]}" if first_row else ""
        cause, mend = row_problem(code, column, value, contracts=contracts, meters=meters, first=first)
        problems.append(Problem(code, where, cause, mend))
        if place == SHOWN_ROWS and total > place:
            more = f"{total - place} more rows of this file are wrong in the same way: {MORE[code]}"
            problems.append(Problem(code, Place(where.file), more, mend))
    return problems


def _doubts(connection: duckdb.DuckDBPyConnection, manifest: Manifest, loaded: list[Loaded]) -> Doubts:
    doubts = Doubts([source.meters for source in manifest.sources])
    groups = connection.execute(
        "SELECT contract, meter, source, day, count(DISTINCT (file, row)), min((file, row)) FROM wrong "
        "GROUP BY contract, meter, source, day ORDER BY ALL"
    ).fetchall()
    lines = _lines(loaded, [group[5] for group in groups])
    for contract, meter, source, day, count, (file, row) in groups:
        place = loaded[file].file.shown, lines[file, row]
        doubts.groups[contract, meter].append((source, day, count, place))
    return doubts


def _lines(loaded: list[Loaded], places: Iterable[tuple[int, int]]) -> dict[tuple[int, int], int]:
    rows: dict[int, set[int]] = defaultdict(set)
    for file, row in places:
        rows[file].add(row)
    return {(file, row): line for file in rows for row, line in lines_of(loaded[file], rows[file]).items()}
