"""A workspace with many contracts and years of history, made cheaply: what the benchmarks of plan and issue stand on.

Four contracts are billed for real, month by month. All others are like one of them; their drafts, documents, lines and
entries of the log are copies with other names and numbers, hashed and chained anew, so that the ledger is sound.
"""

from __future__ import annotations

import datetime as dt
import json
import shutil
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from invoicer import runs, workspace
from invoicer.domain import canonical
from invoicer.domain.period import add_months
from invoicer.ledger import Ledger, chain, dialect, open_ledger, schema
from invoicer.ledger.issuing import billed_digest
from invoicer.ledger.plans import digest, planned_as, with_texts
from invoicer.ledger.records import billed_columns, document_columns
from invoicer.runs.issue import finisher
from invoicer.runs.law import numbering

START = dt.date(2024, 1, 1)
SHAPES = 4
_SERIES = {"invoice": "INV-{number:8}", "credit-note": "CN-{number:8}"}


def name(number: int) -> str:
    """The id of a contract; all are equally long, so that a name can be put in the place of another."""
    return f"crowd-{number:06}"


def customer(number: int) -> str:
    """The id of its customer."""
    return f"buyer-{number:06}"


def terms(number: int) -> str:
    """A contract of some thirty lines: a fee with a price step, seats that change, a yearly domain, a discount."""
    shape = number % SHAPES
    return f"""contract {name(number)} "Managed cluster"
  seller my-company
  customer {customer(number)}
  currency EUR
  agreed 2023-12-12
  term open from {START}
  bill monthly in advance on day 1
  prorate by-days
  pay within 30 days
  supply hosting

charge platform-fee "Platform fee"
  {450 + shape}.00 EUR per month
  from 2025-01-01 {480 + shape}.00 EUR per month
  clause "4.1"

charge seats "Support seats"
  quantity {40 + shape} seats
  included 10 seats
  12.00 EUR per seat per month

charge domain "Domain"
  18.00 EUR per year
  bill annually in advance on anniversary
  no refund

discount launch "Launch discount"
  20% off platform-fee, seats
  for first 6 months

amendment 1 from 2024-07-01 agreed 2024-05-12 "Side letter 1"
  change seats quantity to {60 + shape} seats
"""


def make(folder: Path, contracts: int, database: str = "") -> None:
    """The workspace, without a ledger."""
    workspace.new_workspace(folder)
    for part in ("contracts", "price-lists"):
        shutil.rmtree(folder / part, ignore_errors=True)
    (folder / "contracts").mkdir()
    for number in range(contracts):
        (folder / "contracts" / f"{name(number)}.terms").write_text(terms(number), "utf-8")
    table = folder / "customers.csv"
    head, row, *_ = table.read_text("utf-8").splitlines()
    rows = [row.replace("acme,", f"{customer(n)},", 1).replace("2025-12-01", "2023-12-01") for n in range(contracts)]
    table.write_text("\n".join([head, *rows, ""]), "utf-8")
    settings = (folder / "invoicer.toml").read_text("utf-8")
    settings = settings.replace("INV-{year}-{number:5}", _SERIES["invoice"])
    settings = settings.replace("CN-{year}-{number:5}", _SERIES["credit-note"])
    settings = settings.replace("[policy]\n", '[policy]\nformats = ["json"]\n')
    (folder / "invoicer.toml").write_text(settings + (f'\n[ledger]\ndatabase = "{database}"\n' if database else ""))


@contextmanager
def ledger_of(desk: runs.Desk) -> Iterator[Ledger]:
    """The ledger of a workspace, for writing."""
    space = desk.workspace
    with open_ledger(space.ledger_folder, writing=True, database=space.settings.database) as ledger:
        yield ledger


def make_history(folder: Path, months: int) -> None:
    """Bill so many months of every contract. Those of a handful are planned and issued for real, elsewhere."""
    desk = runs.open_desk(folder)
    papers = _papers(folder.with_name(f"{folder.name}-shapes"), months)
    with ledger_of(desk) as book:
        counter = 0
        for month, shapes in enumerate(papers):
            with book._store.write() as connection:
                counter = _month(connection, add_months(START, month), month + 1, shapes, len(desk.contracts), counter)


Paper = tuple[str, str, str, str, tuple[str, ...]]
"""Of a shape and a month: the number of its document, the JSON of draft and document, the revisions, what it bills."""


def _papers(folder: Path, months: int) -> list[list[Paper]]:
    """What the first contract of each shape is billed, month by month."""
    make(folder, SHAPES)
    desk = runs.open_desk(folder)
    found: list[list[Paper]] = []
    with ledger_of(desk) as book:
        for month in range(months):
            day = add_months(START, month)
            plan = runs.plan(desk, book, day, day).plan.id
            book.confirm(plan, "benchmark", "all of it", day)
            book.issue(plan, finisher(desk), day, numbering=numbering(desk))
            with book._store.read() as connection:
                drafts, billed = schema.plan_drafts, schema.billed
                rows = connection.execute(with_texts().where(drafts.c.plan == plan).order_by(drafts.c.position)).all()
                assert len(rows) == SHAPES
                lines = sa.select(billed.c.document, billed.c.json).order_by(billed.c.document, billed.c.line)
                texts: dict[str, list[str]] = defaultdict(list)
                for number, text in connection.execute(lines):
                    texts[number].append(text)
            month_s = [
                (
                    row.document,
                    bytes(row.data).decode(),
                    book.document_json(row.document),
                    row.revisions,
                    tuple(texts[row.document]),
                )
                for row in rows
            ]
            found.append(month_s)
    shutil.rmtree(folder)
    return found


def _month(
    connection: sa.Connection, day: dt.date, plan: int, shapes: list[Paper], contracts: int, counter: int
) -> int:
    """Write a month of all contracts; answers the last number."""
    drafts: list[dict[str, Any]] = []
    documents: list[dict[str, Any]] = []
    billed: list[dict[str, Any]] = []
    entries: list[dict[str, Any]] = []
    for index in range(contracts):
        shape = index % SHAPES
        old, draft, document, revisions, lines = shapes[shape]
        counter += 1
        number = f"INV-{counter:08}"
        names = ((name(shape), name(index)), (customer(shape), customer(index)), (old, number))
        draft, document, *mine = (_renamed(text, names) for text in (draft, document, *lines))
        sha256, position = canonical.sha256(document), index + 1
        drafts.append(
            {
                "plan": plan,
                "position": position,
                "contracts": f'["{name(index)}"]',
                "fingerprint": f"{plan}/{index}",
                "data": draft.encode(),
                "sha256": canonical.sha256(draft),
                "revisions": revisions,
                "status": "issued",
                "remark": "",
                "document": number,
                "people": 1,
                "since": day,
            }
        )
        revised = [*zip(mine, json.loads(revisions), strict=True)]
        entries.append(
            {"document": number, "sha256": sha256, "billed": billed_digest(revised), "plan": plan, "position": position}
        )
        columns = document_columns(json.loads(document))
        documents.append(
            {**columns, "series": _SERIES["invoice"], "counter": counter, "json": document, "sha256": sha256}
        )
        billed += [{**billed_columns(json.loads(text)), "revision": rev, "json": text} for text, rev in revised]
    planned = {"plan": plan, "as_of": day, "created": day, "drafts": digest(map(planned_as, drafts)), "holds": []}
    connection.execute(sa.insert(schema.plans), [{"id": plan, "as_of": day, "created": day, "status": "issued"}])
    chain.append(connection, [("planned", planned)])
    logged = chain.append(connection, [("issued", entry) for entry in entries])
    series = {"key": _SERIES["invoice"], "pattern": _SERIES["invoice"], "seller": "my-company", "first": 1}
    if plan == 1:
        connection.execute(sa.insert(schema.series), [{**series, "next_number": 1}])
    connection.execute(sa.update(schema.series).values(next_number=counter + 1))
    rows = [{**row, "logged": at, "told": True} for row, at in zip(documents, logged, strict=True)]
    connection.execute(sa.insert(schema.documents), rows)
    texts = [{"sha256": one["sha256"], "data": one.pop("data")} for one in drafts]
    dialect.insert_absent(connection, schema.contents, texts)
    connection.execute(sa.insert(schema.plan_drafts), drafts)
    connection.execute(sa.insert(schema.billed), billed)
    return counter


def _renamed(text: str, names: Iterable[tuple[str, str]]) -> str:
    for old, new in names:
        text = text.replace(f'"{old}"', f'"{new}"')
    return text
