"""How fast usage is measured, beside the bare query of DuckDB on the same file.

    python benchmarks/usage.py [--events 20000000] [--contracts 200]

The events are a Parquet file of a year. The bare query sums the amounts by contract and month in the time zone of the
seller, and looks at nothing else; measuring also checks every row (ids that occur twice, contracts, meters, times, numbers),
and answers with exact fractions and what they rest on. Seconds of the wall clock, since DuckDB works on all processors; the
two take turns.
"""

from __future__ import annotations

import argparse
import datetime as dt
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import duckdb

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from invoicer import usage
from invoicer.domain.contract import Aggregation, Meter
from invoicer.domain.period import Period, add_months
from invoicer.domain.trace import Clause
from invoicer.domain.usage import Demand, Measured

YEAR = dt.date(2026, 1, 1)
ZONE = "Europe/Amsterdam"
CALLS = Meter("calls", "Calls", Aggregation("sum"), "calls", "calls", Clause("bench.terms", 1, 1, 1, 1, "0" * 64))
MANIFEST = '[[source]]\nfiles = "*.parquet"\nmeters = ["calls"]\ncomplete_through = 2026-12-31\n'
MADE = """
    COPY (SELECT 'e' || i AS event, 'c' || (i % {contracts}) AS contract, 'calls' AS meter,
                 TIMESTAMPTZ '2026-01-01 12:00:00+00' + to_seconds(i % 31000000) AS "at",
                 ((i * 7919) % 100000 / 100)::DECIMAL(12, 2) AS calls
          FROM range({events}) AS t(i)) TO '{path}' (FORMAT parquet)
"""
BARE = """
    SELECT contract, date_trunc('month', "at" AT TIME ZONE 'Europe/Amsterdam') AS month, sum(calls)
    FROM read_parquet('{path}') WHERE meter = 'calls' GROUP BY ALL
"""


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    arguments.add_argument("--events", type=int, default=20_000_000, help="rows of the file")
    arguments.add_argument("--contracts", type=int, default=200, help="contracts that they belong to")
    arguments.add_argument("--rounds", type=int, default=2, help="how often each takes its turn")
    chosen = arguments.parse_args()
    with tempfile.TemporaryDirectory(prefix="invoicer-bench-") as folder:
        path = Path(folder) / "calls.parquet"
        duckdb.execute(MADE.format(contracts=chosen.contracts, events=chosen.events, path=path))
        (Path(folder) / "manifest.toml").write_text(MANIFEST, "utf-8")
        names = frozenset(f"c{number}" for number in range(chosen.contracts))
        demands = [
            Demand(name, CALLS, Period(add_months(YEAR, month), add_months(YEAR, month + 1)), ZONE)
            for name in sorted(names)
            for month in range(12)
        ]

        def measure() -> int:
            known = dt.date(2027, 1, 1)
            found, problems = usage.measure(
                Path(folder), demands, known_on=known, contracts=names, meters={"calls"}, today=known
            )
            assert not problems, problems[:3]
            assert all(isinstance(one, Measured) for one in found.values())
            return len(found)

        def bare() -> int:
            with duckdb.connect() as connection:
                return len(connection.execute(BARE.format(path=path)).fetchall())

        times = [(spent(measure), spent(bare)) for _ in range(chosen.rounds)]
    mine, theirs = (statistics.median(column) for column in zip(*times, strict=True))
    ratio = statistics.median(one / other for one, other in times)
    print(f"{chosen.events} events of {chosen.contracts} contracts by month, s of the wall clock")
    print(f"  measured {mine:.1f}   bare query {theirs:.1f}   measured ÷ bare {ratio:.1f}")


def spent(work: Callable[[], int]) -> float:
    """Seconds that the work takes."""
    begun = time.perf_counter()
    assert work() > 0
    return time.perf_counter() - begun


if __name__ == "__main__":
    main()
