"""usage: events that can never be billed, found with one statement over all events: nothing is wrong with the rows, but no
charge of their contract counts that meter on that day."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import duckdb

from invoicer.domain.usage import Served
from invoicer.errors import Place, Problem, Severity
from invoicer.usage.store import Loaded, lines_of
from invoicer.workspace import mend_by_choice


def never_billed(
    connection: duckdb.DuckDBPyConnection, loaded: list[Loaded], served: Mapping[str, Served]
) -> Iterator[Problem]:
    """A warning for each contract and meter with events that no charge will ever bill: how many, and the first of them."""
    rows = [
        (contract, meter, days.start if days else None, days.end if days else None)
        for contract, one in sorted(served.items())
        for meter, days in sorted(one.meters.items())
    ]
    connection.execute("CREATE TABLE asking AS SELECT unnest(CAST(? AS VARCHAR[])) AS contract", [sorted(served)])
    connection.execute(
        "CREATE TABLE served AS SELECT unnest(CAST(? AS VARCHAR[])) AS contract, unnest(CAST(? AS VARCHAR[])) AS meter, "
        "unnest(CAST(? AS DATE[])) AS first, unnest(CAST(? AS DATE[])) AS after",
        [list(column) for column in zip(*rows, strict=True)] or [[], [], [], []],
    )
    found = connection.execute(
        "SELECT contract, meter, reason, count(*), min((file, row)), min(first), min(after) FROM ("
        "SELECT e.*, s.first, s.after, CASE WHEN s.contract IS NULL THEN 'meter' WHEN e.day < s.first THEN 'before' "
        "WHEN e.day >= s.after THEN 'after' END AS reason FROM events e SEMI JOIN asking USING (contract) "
        "LEFT JOIN served s USING (contract, meter) WHERE e.meter IN (FROM known_meters)"
        ") WHERE reason IS NOT NULL GROUP BY contract, meter, reason ORDER BY 5, 1, 2, 3"
    ).fetchall()
    for contract, meter, reason, count, (file, row), first, after in found:
        place = Place(loaded[file].file.shown, lines_of(loaded[file], [row])[row])
        rows_are = "a row" if count == 1 else f"{count} rows, the first here,"
        if reason == "meter":
            cause = f"{rows_are} of contract {contract} and meter {meter} will never be billed: it has no such meter"
            names = sorted(served[contract].meters)
            mend = mend_by_choice(meter, names, "correct contract or meter, remove the rows, or add a charge for them")
        else:
            edge = f"before {first}, when the first charge that counts it begins"
            if reason == "after":
                edge = f"from {after} on, when no charge counts it any more"
            cause = f"{rows_are} of contract {contract} and meter {meter} will never be billed: {edge}"
            cause = cause.replace("billed: ", "billed: used ")
            mend = "correct contract or day, or the days in the terms; nothing, if nobody is to pay for it"
        yield Problem("U214", place, cause, mend, Severity.WARNING)
