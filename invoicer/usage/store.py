"""usage: the events of all files in one table of an in-memory DuckDB, as text, with the place that each came from.

Every column is read as text: what a number or a time stamp is gets decided by the rules of this room and never by a
guess from a sample, and nothing passes through a binary fraction. SQL texts are built from the names ``c0``, ``c1`` …
that this room gives to columns; what stands in files, manifests and terms goes in as parameters.
"""

from __future__ import annotations

import csv
import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import duckdb

from invoicer.errors import Place, Problem
from invoicer.usage.manifest import File, Manifest
from invoicer.workspace import decoded, down_to_header, header, mend_by_choice

REQUIRED = ("event", "contract", "meter", "at")
FIXED = (*REQUIRED, "received")
SHOWN_ROWS = 20
"""How many rows of one file with one kind of problem are named one by one."""

_EXACT = {
    *("VARCHAR", "DECIMAL", "BOOLEAN", "DATE", "UUID", "ENUM"),
    *("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT"),
    *("UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT"),
}
_LINE_END = re.compile(b"\r\n|\r|\n")
_MACROS = r"""
CREATE MACRO is_naive(t) AS regexp_full_match(t, '\d{4}-\d\d-\d\d([Tt ]\d\d:\d\d(:\d\d([.,]\d+)?)?)?');
CREATE MACRO is_stamp(t) AS regexp_full_match(t,
  '\d{4}-\d\d-\d\d[Tt ]([01]\d|2[0-3]):\d\d(:\d\d([.,]\d{1,9})?)?([Zz]|[+-](0\d|1[0-8])(:?[0-5]\d)?)');
CREATE MACRO offset_of(t) AS regexp_extract(t, '([Zz]|[+-]\d\d(:?\d\d)?)$', 1);
CREATE MACRO clock_of(t) AS TRY_CAST(replace(left(t, length(t) - length(offset_of(t))), ',', '.') AS TIMESTAMP);
CREATE MACRO minutes_of(o) AS CASE WHEN lower(o) = 'z' THEN 0 ELSE
  (CASE left(o, 1) WHEN '-' THEN -1 ELSE 1 END)
  * (CAST(substr(o, 2, 2) AS INTEGER) * 60 + CASE WHEN length(o) > 3 THEN CAST(right(o, 2) AS INTEGER) ELSE 0 END) END;
CREATE MACRO instant_of(t) AS CASE WHEN is_stamp(t) THEN clock_of(t) - to_minutes(minutes_of(offset_of(t))) END;
CREATE MACRO day_of(t) AS CASE WHEN regexp_full_match(t, '\d{4}-\d\d-\d\d') THEN TRY_CAST(t AS DATE) END;
CREATE MACRO is_number(t) AS regexp_full_match(t, '[+-]?\d+(\.\d+)?');
CREATE MACRO number_of(t) AS
  CASE WHEN regexp_full_match(t, '[+-]?\d{1,18}(\.\d{1,12})?') THEN CAST(t AS DECIMAL(38, 12)) END;
"""


@dataclass(frozen=True, slots=True)
class Loaded:
    """A file whose events were read (``columns`` is empty when it could not be), and what finds the line of a row."""

    file: File
    columns: tuple[str, ...] = ()
    separator: str = ","
    header_line: int = 1
    rejected: frozenset[int] = frozenset()


@contextmanager
def opened(folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """An empty in-memory database that can read nothing but this folder, loads no extension and spills to a temporary
    folder that is gone afterwards once half of the machine's memory is full."""
    with tempfile.TemporaryDirectory(prefix="invoicer-usage-") as spill:
        settings: dict[str, str | bool | int | float | list[str]] = {
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "allow_community_extensions": False,
            "memory_limit": "50%",
            "temp_directory": spill,
        }
        connection = duckdb.connect(":memory:", config=settings)
        try:
            connection.execute("SET allowed_directories = ?", [[str(folder.resolve())]])
            connection.execute("SET enable_external_access = false")
            connection.execute("SET lock_configuration = true")
            connection.execute(_MACROS)
            yield connection
        finally:
            connection.close()


def load_events(connection: duckdb.DuckDBPyConnection, manifest: Manifest, fields: Sequence[str]) -> list[Loaded]:
    """Fill the table ``raw`` with the events of all files and note what is wrong with a file as a whole.

    ``fields`` are the columns beside the fixed ones that meters look at; they become ``c0``, ``c1`` … in their order,
    NULL where a file does not have them and '' where a cell is empty. ``file`` and ``source`` are the positions in the
    manifest's lists, ``row`` counts a file's rows from 1, without the ones that could not be split into cells. The
    answer follows the manifest's list of files.
    """
    columns = ", ".join(f'"{name}" VARCHAR' for name in (*FIXED, *(f"c{at}" for at in range(len(fields)))))
    connection.execute(f"CREATE TABLE raw (file INTEGER, source INTEGER, row BIGINT, {columns})")
    loaded = []
    for number, file in enumerate(manifest.files):
        try:
            read = _load_parquet if file.is_parquet else _load_csv
            loaded.append(read(connection, manifest, number, file, fields))
        except (duckdb.Error, OSError) as error:
            reason = str(error).splitlines()[0].replace(str(file.path.resolve()), file.path.name)
            mend = "is it whole, and may you read it? Deliver it again"
            problem = Problem("U105", Place(file.shown), f"this file can't be read: {reason}", mend)
            manifest.refuse(manifest.sources[file.source].meters, problem)
            loaded.append(Loaded(file))
    return loaded


def under_new_names(connection: duckdb.DuckDBPyConnection, renamed: Mapping[str, str]) -> None:
    """Let the events of a contract that has another id now bear that."""
    for former, now in sorted(renamed.items()):
        connection.execute("UPDATE raw SET contract = ? WHERE contract = ?", [now, former])


def _load_csv(
    connection: duckdb.DuckDBPyConnection, manifest: Manifest, number: int, file: File, fields: Sequence[str]
) -> Loaded:
    meters = manifest.sources[file.source].meters
    with file.path.open("rb") as opened_file:
        top = decoded(down_to_header(opened_file), Place(file.shown), "U105")
    if isinstance(top, Problem):
        manifest.refuse(meters, top)
        return Loaded(file)
    first = header(top, {*FIXED, *fields})
    names = first.columns
    if not _header_fits(manifest, file, names, first.line):
        return Loaded(file)
    position = {name: f"trim(coalesce(k{at}, ''))" for at, name in enumerate(names)}
    wanted = ", ".join(position.get(name, "NULL") for name in (*FIXED, *fields))
    columns = ", ".join(f"'k{at}': 'VARCHAR'" for at in range(len(names)))
    connection.execute(
        f"INSERT INTO raw SELECT ?, ?, row_number() OVER (), {wanted} FROM read_csv(?, columns = {{{columns}}}, "
        "auto_detect = false, header = true, delim = ?, quote = '\"', escape = '\"', skip = ?, store_rejects = true)",
        [number, file.source, str(file.path.resolve()), first.separator, first.line - 1],
    )
    rejected = _note_rejects(connection, manifest, file, len(names))
    return Loaded(file, names, first.separator, first.line, rejected)


def _header_fits(manifest: Manifest, file: File, names: Sequence[str], line: int) -> bool:
    """Whether every required column is there, once; they are named on that line (0: the file has no lines)."""
    meters = manifest.sources[file.source].meters
    if not any(names):
        mend = "deliver it again; a delivery without events has the first row, which names the columns"
        manifest.refuse(meters, Problem("U106", Place(file.shown), "this file is empty", mend))
        return False
    missing = [name for name in REQUIRED if name not in names]
    place = Place(file.shown, line)
    for name in missing:
        mend = mend_by_choice(name, set(names) - set(FIXED), "name it in the first row and deliver it for every event")
        cause = f"the column “{name}” is missing; the file has: {', '.join(filter(None, names))}"
        manifest.refuse(meters, Problem("U106", place, cause, mend))
    twice = sorted({name for name in names if name and names.count(name) > 1})
    for name in twice:
        cause = f"the column “{name}” comes more than once"
        manifest.refuse(meters, Problem("U106", place, cause, "keep one of them"))
    return not missing and not twice


def _note_rejects(connection: duckdb.DuckDBPyConnection, manifest: Manifest, file: File, width: int) -> frozenset[int]:
    """The lines whose rows could not be split into cells."""
    rejects = connection.execute(
        "SELECT line_byte_position, arg_min(error_type, column_idx) FROM reject_errors GROUP BY 1 ORDER BY 1"
    ).fetchall()
    connection.execute("DROP TABLE reject_errors; DROP TABLE reject_scans")
    if not rejects:
        return frozenset()
    data = file.path.read_bytes()
    lines, line, before = [], 1, 0
    for position, _ in rejects:
        line += len(_LINE_END.findall(data, before, position))
        before = position
        lines.append(line)
    causes = {
        "MISSING COLUMNS": f"this row has fewer cells than the first row has columns ({width})",
        "TOO MANY COLUMNS": f"this row has more cells than the first row has columns ({width})",
        "INVALID ENCODING": "this row is no UTF-8 text",
        "UNQUOTED VALUE": "the quotes of this row do not match",
    }
    mend = "deliver the file again, with a cell for each column; text with a separator in it stands in quotes"
    meters = manifest.sources[file.source].meters
    for line, (_, kind) in list(zip(lines, rejects, strict=True))[:SHOWN_ROWS]:
        cause = causes.get(kind, "this row can't be read")
        manifest.refuse(meters, Problem("U107", Place(file.shown, line), cause, mend))
    if len(rejects) > SHOWN_ROWS:
        cause = f"{len(rejects) - SHOWN_ROWS} more rows of this file can't be read"
        manifest.refuse(meters, Problem("U107", Place(file.shown), cause, mend))
    return frozenset(lines)


def _load_parquet(
    connection: duckdb.DuckDBPyConnection, manifest: Manifest, number: int, file: File, fields: Sequence[str]
) -> Loaded:
    path = str(file.path.resolve())
    described: list[Any] = connection.execute("DESCRIBE SELECT * FROM read_parquet(?)", [path]).fetchall()
    types = {name: kind for name, kind, *_ in described}
    if not _header_fits(manifest, file, list(types), 0):
        return Loaded(file)
    sound = True
    cells = []
    for name in (*FIXED, *fields):
        cell, flaw = _parquet_cell(name, types.get(name))
        cells.append(cell)
        if flaw:
            sound = False
            problem = Problem("U108", Place(file.shown, part=name), *flaw)
            manifest.refuse(manifest.sources[file.source].meters, problem)
    if sound:
        connection.execute(
            f"INSERT INTO raw SELECT ?, ?, file_row_number + 1, {', '.join(cells)} "
            "FROM read_parquet(?, file_row_number = true)",
            [number, file.source, path],
        )
    return Loaded(file, tuple(types))


def _parquet_cell(name: str, kind: str | None) -> tuple[str, tuple[str, str] | None]:
    """The SQL that gives a column as exact text, and the flaw of a type that has no exact text."""
    quoted = '"' + name.replace('"', '""') + '"'
    if kind is None:
        return "NULL", None
    if kind == "TIMESTAMP WITH TIME ZONE" and name in ("at", "received"):
        stamp = f"strftime(make_timestamp(epoch_us({quoted})), '%Y-%m-%dT%H:%M:%S.%fZ')"
        return f"coalesce({stamp}, '')", None
    if kind.split("(")[0] in _EXACT:
        return f"trim(coalesce(CAST({quoted} AS VARCHAR), ''))", None
    if kind.startswith("TIMESTAMP") and name in ("at", "received"):
        mend = "write it as UTC (isAdjustedToUTC), or as text with its offset: 2026-03-01T10:00:00Z"
        return "NULL", (f"“{name}” is a time stamp without time zone ({kind})", mend)
    if kind in ("DOUBLE", "FLOAT"):
        mend = "write it as DECIMAL, for example DECIMAL(18, 6), or as text"
        return "NULL", (f"“{name}” is a binary fraction ({kind}), which can't hold 0.1 exactly", mend)
    return "NULL", (f"“{name}” has the type {kind}", "write it as text, a whole number or DECIMAL")


def lines_of(loaded: Loaded, rows: Iterable[int]) -> dict[int, int]:
    """The line of the file on which each of these rows begins (in a Parquet file its number is all there is)."""
    wanted = set(rows)
    if loaded.file.is_parquet or not wanted:
        return {row: row for row in wanted}
    lines: dict[int, int] = {}
    with loaded.file.path.open(encoding="utf-8-sig", errors="replace", newline="") as text:
        above = loaded.header_line - 1
        reader = csv.reader(islice(text, above, None), delimiter=loaded.separator)
        next(reader)
        row, line = 0, reader.line_num + above + 1
        for cells in reader:
            if cells and line not in loaded.rejected:
                row += 1
                if row in wanted:
                    lines[row] = line
            line = reader.line_num + above + 1
    return lines
