"""How fast confirmed drafts become documents, beside the plain insert of the same rows.

    python benchmarks/issue.py [--documents 2000] [--rounds 3] [--batch 50]

Both write to databases of one schema, with the same settings and as many documents to a transaction: `issue` reads drafts,
gives numbers, finishes, hashes and chains; the peer has the rows at hand (log, documents, billed lines, files) and does
nothing but insert them with SQLAlchemy. They take turns, so what else the machine does meanwhile harms both alike; the
anchor and its syncs are on the side of `issue`. Nothing is rendered. PostgreSQL is a server with its defaults, which syncs
at each commit.
"""

from __future__ import annotations

import argparse
import gc
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import sqlalchemy as sa

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks import crowd
from invoicer import runs
from invoicer.ledger import dialect, open_ledger, schema
from invoicer.runs.issue import finisher
from invoicer.runs.law import numbering
from tests import postgresql

TABLES = (schema.log, schema.documents, schema.billed, schema.artifacts)
GARBAGE = (100_000, 20, 50)  # as the command line sets it


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    arguments.add_argument("--documents", type=int, default=2_000, help="how many drafts are issued in a round")
    arguments.add_argument("--rounds", type=int, default=3, help="how often each takes its turn")
    arguments.add_argument("--batch", type=int, default=50, help="documents to a transaction")
    chosen = arguments.parse_args()
    gc.set_threshold(*GARBAGE)
    print(
        f"{chosen.documents} documents, {chosen.batch} to a transaction, documents a second (of {chosen.rounds} rounds)"
    )
    with tempfile.TemporaryDirectory(prefix="invoicer-bench-") as folder:
        compare("SQLite", Path(folder) / "sqlite", chosen, None)
        server = postgresql.make({})
        try:
            compare("PostgreSQL", Path(folder) / "postgresql", chosen, server)
        finally:
            postgresql.remove(server)


def compare(name: str, folder: Path, chosen: argparse.Namespace, server: postgresql.Postgres | None) -> None:
    """Issue and insert in turns; prints the rates and the median of their ratios."""
    database = server.new() if server else ""
    crowd.make(folder, chosen.documents, server.url(database) if server else "")
    desk = runs.open_desk(folder)
    with crowd.ledger_of(desk) as book:
        planned = runs.plan(desk, book, crowd.START, crowd.START)
        book.confirm(planned.plan.id, "benchmark", "all of it", crowd.START)
    rates: list[tuple[float, float]] = []
    for count in range(chosen.rounds):
        mine, theirs = folder / f"mine-{count}", folder / f"theirs-{count}"
        shutil.copytree(desk.workspace.ledger_folder, mine)
        names = [server.new(database), server.new(database)] if server else ["", ""]
        urls = [server.url(one) if server else "" for one in names]
        issued = issue(desk, mine, urls[0], chosen.batch)
        shutil.copytree(desk.workspace.ledger_folder, theirs)
        inserted = insert(rows_of(mine, urls[0]), theirs, urls[1], chosen.batch)
        rates.append((chosen.documents / issued, chosen.documents / inserted))
        for one in filter(None, names):
            assert server is not None
            server.drop(one)
    ratio = statistics.median(mine / theirs for mine, theirs in rates)
    mine, theirs = (statistics.median(rate) for rate in zip(*rates, strict=True))
    print(f"  {name:<12} issue {mine:8.0f}   insert {theirs:8.0f}   issue ÷ insert {ratio:.2f}", flush=True)


def issue(desk: runs.Desk, folder: Path, url: str, batch: int) -> float:
    """Seconds to issue the plan."""
    with open_ledger(folder, writing=True, database=url) as book:
        plan = book.plans()[-1].id
        gc.collect()
        begun = time.perf_counter()
        numbers = book.issue(plan, finisher(desk), crowd.START, numbering=numbering(desk), batch=batch)
        spent = time.perf_counter() - begun
        assert len(numbers) == len(desk.contracts)
        assert book.verify_chain() == ()
    return spent


def rows_of(folder: Path, url: str) -> dict[str, list[dict[str, Any]]]:
    """Everything that the issue inserted, by table."""
    engine = dialect.choose(url, folder / "invoicer.db").engine(writing=False)
    with engine.connect() as connection:
        first = sa.select(sa.func.min(schema.documents.c.logged))
        queries = {table.name: sa.select(table) for table in TABLES}
        queries["log"] = queries["log"].where(schema.log.c.sequence >= first.scalar_subquery())
        queries["documents"] = queries["documents"].order_by(schema.documents.c.logged)
        found = {name: [dict(row._mapping) for row in connection.execute(query)] for name, query in queries.items()}
    engine.dispose()
    return found


def insert(rows: dict[str, list[dict[str, Any]]], folder: Path, url: str, batch: int) -> float:
    """Seconds to insert the rows into a ledger that has not issued them."""
    numbers = [row["number"] for row in rows["documents"]]
    place = {number: at // batch for at, number in enumerate(numbers)}
    batches: list[dict[str, list[dict[str, Any]]]] = [
        {table.name: [] for table in TABLES} for _ in range(-(-len(numbers) // batch))
    ]
    logged = {row["logged"]: row["number"] for row in rows["documents"]}
    of: dict[str, Any] = {
        "log": lambda row: logged[row["sequence"]],
        "documents": lambda row: row["number"],
        "billed": lambda row: row["document"],
        "artifacts": lambda row: row["document"],
    }
    for name, members in rows.items():
        for row in members:
            batches[place[of[name](row)]][name].append(row)
    engine = dialect.choose(url, folder / "invoicer.db").engine(writing=True)
    series = [{"key": rows["documents"][0]["series"], "pattern": "", "seller": "", "next_number": 1, "first": 1}]
    with dialect.for_writing(engine).begin() as connection:
        connection.execute(sa.insert(schema.series), series)
    gc.collect()
    begun = time.perf_counter()
    for one in batches:
        _insert(engine, one, TABLES)
    spent = time.perf_counter() - begun
    engine.dispose()
    return spent


def _insert(engine: sa.Engine, rows: dict[str, list[dict[str, Any]]], tables: Sequence[sa.Table]) -> None:
    with dialect.for_writing(engine).begin() as connection:
        for table in tables:
            connection.execute(sa.insert(table), rows[table.name])


if __name__ == "__main__":
    main()
