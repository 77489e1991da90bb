"""How fast confirmed drafts become documents, beside the plain insert of the same rows.

    python benchmarks/issue.py [--documents 2000] [--rounds 5] [--batch 200]

All write to databases of one schema, with the same tables and indexes, the same settings (each commit is synced) and as many
documents to a transaction: `issue` reads drafts, gives numbers, finishes, hashes and chains; the peers have the rows at hand
(log, documents, billed lines, files) and do nothing but insert them. `insert` is SQLAlchemy's own insert of many rows,
`driver` the one that the ledger uses, which goes past it. They take turns, so what else the machine does meanwhile harms all
alike; the anchor and its syncs are on the side of `issue`. Nothing is rendered. PostgreSQL is a server with its defaults.

Beside the rates stand the milliseconds of processor time that a document takes in this process, which depend less on what
else the machine does (a server takes its own).
"""

from __future__ import annotations

import argparse
import gc
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import sqlalchemy as sa

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks import crowd
from invoicer import runs
from invoicer.cli import COLLECTOR
from invoicer.ledger import dialect, open_ledger, schema
from invoicer.ledger.issuing import BATCH
from invoicer.runs.issue import finisher
from invoicer.runs.law import numbering
from tests import postgresql

TABLES = (schema.log, schema.documents, schema.billed, schema.artifacts)
Rows = dict[str, list[dict[str, Any]]]
Put = Callable[[sa.Connection, sa.Table, Sequence[Mapping[str, Any]]], None]


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    arguments.add_argument("--documents", type=int, default=2_000, help="how many drafts are issued in a round")
    arguments.add_argument("--rounds", type=int, default=5, help="how often each takes its turn")
    arguments.add_argument("--batch", type=int, default=BATCH, help="documents to a transaction")
    chosen = arguments.parse_args()
    gc.set_threshold(*COLLECTOR)
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
    """Issue and insert in turns; prints the median rates, and the median of their ratios."""
    database = server.new() if server else ""
    crowd.make(folder, chosen.documents, server.url(database) if server else "")
    desk = runs.open_desk(folder)
    with crowd.ledger_of(desk) as book:
        planned = runs.plan(desk, book, crowd.START, crowd.START)
        book.confirm(planned.plan.id, "benchmark", "all of it", crowd.START)
    spent: dict[str, list[Spent]] = {"issue": [], **{peer: [] for peer in PEERS}}
    for _ in range(chosen.rounds):
        issued = Place(folder, desk, server, database)
        spent["issue"].append(issue(desk, issued, chosen.batch))
        rows = rows_of(issued)
        for peer, put in PEERS.items():
            other = Place(folder, desk, server, database)
            spent[peer].append(insert(rows, other, put, chosen.batch))
            other.remove()
        issued.remove()
    mine = spent.pop("issue")
    told = f"  {name:<12} issue {_rate(mine, chosen.documents)}"
    for peer, theirs in spent.items():
        ratio = statistics.median(other.seconds / own.seconds for own, other in zip(mine, theirs, strict=True))
        told += f"   {peer} {_rate(theirs, chosen.documents)}   issue ÷ {peer} {ratio:.2f}"
    print(told, flush=True)


def _rate(spent: Sequence[Spent], documents: int) -> str:
    seconds, processor = (statistics.median(values) for values in zip(*spent, strict=True))
    return f"{documents / seconds:6.0f} ({processor * 1000 / documents:.2f} ms)"


class Spent(NamedTuple):
    """Seconds on the clock and of the processor."""

    seconds: float
    processor: float


@contextmanager
def watch() -> Iterator[list[Spent]]:
    """Notes what the block takes."""
    found: list[Spent] = []
    gc.collect()
    begun, worked = time.perf_counter(), time.process_time()
    yield found
    found.append(Spent(time.perf_counter() - begun, time.process_time() - worked))


class Place:
    """A copy of a ledger with a plan that is confirmed."""

    def __init__(self, folder: Path, desk: runs.Desk, server: postgresql.Postgres | None, database: str) -> None:
        self.folder = Path(tempfile.mkdtemp(dir=folder)) / "ledger"
        shutil.copytree(desk.workspace.ledger_folder, self.folder)
        self._server, self._name = server, server.new(database) if server else ""
        self.url = server.url(self._name) if server else ""

    def engine(self, *, writing: bool) -> sa.Engine:
        """An engine on its database."""
        return dialect.choose(self.url, self.folder / "invoicer.db").engine(writing=writing)

    def remove(self) -> None:
        """Away with it."""
        shutil.rmtree(self.folder.parent)
        if self._server:
            self._server.drop(self._name)


def issue(desk: runs.Desk, place: Place, batch: int) -> Spent:
    """What it takes to issue the plan."""
    with open_ledger(place.folder, writing=True, database=place.url) as book:
        plan = book.plans()[-1].id
        with watch() as spent:
            numbers = book.issue(plan, finisher(desk), crowd.START, numbering=numbering(desk), batch=batch)
        assert len(numbers) == len(desk.contracts)
        assert book.verify_chain() == ()
    return spent[0]


def rows_of(place: Place) -> Rows:
    """Everything that the issue inserted, by table."""
    engine = place.engine(writing=False)
    with engine.connect() as connection:
        first = sa.select(sa.func.min(schema.documents.c.logged))
        queries = {table.name: sa.select(table) for table in TABLES}
        queries["log"] = queries["log"].where(schema.log.c.sequence >= first.scalar_subquery())
        queries["documents"] = queries["documents"].order_by(schema.documents.c.logged)
        found = {name: [dict(row._mapping) for row in connection.execute(query)] for name, query in queries.items()}
    engine.dispose()
    return found


def insert(rows: Rows, place: Place, put: Put, batch: int) -> Spent:
    """What it takes to insert the rows into a ledger that has not issued them."""
    numbers = [row["number"] for row in rows["documents"]]
    batch_of = {number: at // batch for at, number in enumerate(numbers)}
    batches: list[Rows] = [{table.name: [] for table in TABLES} for _ in range(-(-len(numbers) // batch))]
    logged = {row["logged"]: row["number"] for row in rows["documents"]}
    of: dict[str, Any] = {
        "log": lambda row: logged[row["sequence"]],
        "documents": lambda row: row["number"],
        "billed": lambda row: row["document"],
        "artifacts": lambda row: row["document"],
    }
    for name, members in rows.items():
        for row in members:
            batches[batch_of[of[name](row)]][name].append(row)
    engine = place.engine(writing=True)
    series = [{"key": rows["documents"][0]["series"], "pattern": "", "seller": "", "next_number": 1, "first": 1}]
    with dialect.for_writing(engine).begin() as connection:
        connection.execute(sa.insert(schema.series), series)
    with watch() as spent:
        for one in batches:
            with dialect.for_writing(engine).begin() as connection:
                for table in TABLES:
                    put(connection, table, one[table.name])
    engine.dispose()
    return spent[0]


def plain(connection: sa.Connection, table: sa.Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """As SQLAlchemy inserts many rows."""
    connection.execute(sa.insert(table), list(rows))


PEERS: dict[str, Put] = {"insert": plain, "driver": dialect.insert_rows}

if __name__ == "__main__":
    main()
