"""The stories that are broken at every point: each a row of steps as people call them, one after another.

A step may be called again after it broke, as the documentation says. What it leaves is then what it leaves unbroken.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path

import sqlalchemy as sa

from invoicer import ledger, runs, workspace
from invoicer.documents import Asked
from invoicer.domain.correction import CreditReason
from invoicer.domain.doubt import Doubt
from invoicer.domain.period import add_months
from invoicer.errors import Place, Problem, RunError, Severity
from invoicer.ledger import Fault, Ledger
from invoicer.ledger.faults import no_fault
from tests.ledger.papers import DATABASE, by_hand, database_of, edit
from tests.runs.small import heading

CONTRACTS = ("birch", "cedar", "elm")
FIRST = 'invoice = { pattern = "INV-{year}-{number:5}", start = "INV-2026-04712" }'
Step = Callable[[Path, Fault], None]


def day(month: int, number: int = 1) -> dt.date:
    """A day of 2026."""
    return add_months(dt.date(2026, 1, 1), month - 1).replace(day=number)


def workspace_in(folder: Path, contracts: tuple[str, ...] = CONTRACTS, formats: str = '"json", "html"') -> None:
    """A workspace with a contract of each of these names, whose invoices go on from another system."""
    workspace.new_workspace(folder)
    (folder / "contracts" / "acme-2026.terms").unlink()
    settings = (folder / "invoicer.toml").read_text("utf-8")
    settings = settings.replace('invoice = "INV-{year}-{number:5}"', FIRST)
    (folder / "invoicer.toml").write_text(settings.replace("[policy]\n", f"[policy]\nformats = [{formats}]\n"), "utf-8")
    for count, name in enumerate(contracts, 1):
        agree(folder, name, f"{count}0.50")


def agree(folder: Path, name: str, price: str) -> None:
    """Write the terms of a contract."""
    text = f'{heading(name, "Hosting")}\ncharge fee "Fee"\n  {price} EUR per month\n'
    (folder / "contracts" / f"{name}.terms").write_text(text, "utf-8")


@contextmanager
def desk_of(folder: Path, fault: Fault = no_fault) -> Iterator[tuple[runs.Desk, Ledger]]:
    """The desk and the ledger of a workspace, as a command opens them."""
    desk = runs.open_desk(folder)
    space = desk.workspace
    options = {"documents": space.documents_folder, "database": database_of(folder)}
    with ledger.open_ledger(space.ledger_folder, writing=True, fault=fault, **options) as book:  # type: ignore[arg-type]
        yield desk, book


def plan(on: dt.date) -> Step:
    def step(folder: Path, fault: Fault) -> None:
        with desk_of(folder, fault) as (desk, book):
            runs.plan(desk, book, on, on)

    return step


def confirm(on: dt.date) -> Step:
    """Release everything, and every doubt about it."""

    def step(folder: Path, fault: Fault) -> None:
        with desk_of(folder, fault) as (_, book):
            latest = book.plan()
            if doubts := {one.name for draft in latest.drafts for one in draft.open_doubts}:
                book.confirm(latest.id, "sales", "looked at", on, doubts=doubts)
            book.confirm(latest.id, "sales", "as agreed", on)

    return step


def issue(on: dt.date) -> Step:
    def step(folder: Path, fault: Fault) -> None:
        with desk_of(folder, fault) as (desk, book):
            if problems := runs.issue(desk, book, on, "sales").problems:
                raise RunError(problems)

    return step


def changes(**prices: str) -> Step:
    """Someone edits contracts; a price of nothing takes one out of force."""

    def step(folder: Path, _: Fault) -> None:
        for name, price in prices.items():
            agree(folder, name, price)

    return step


def wrong(folder: Path, _: Fault) -> None:
    """Someone writes terms that hold a contract."""
    agree(folder, "elm", "30.50 USD and")


def reject(folder: Path, fault: Fault) -> None:
    with desk_of(folder, fault) as (_, book):
        book.reject(book.plan().id, "sales", "too early", day(3), contracts=["cedar"])


def doubted(folder: Path, fault: Fault) -> None:
    """A plan whose first draft is doubted; who planned before has it replaced."""
    with desk_of(folder, fault) as (desk, book):
        found = runs.derive(desk, book, day(3))
        problem = Problem("L210", Place(part="birch"), "it is doubted", "look at it", Severity.HOLD)
        doubts = [[Doubt("jump", "birch", problem)], *([()] * (len(found.drafts) - 1))]
        book.store_plan(day(3), day(3), found.drafts, found.holds, doubts=doubts)


def lose_a_file(folder: Path, _: Fault) -> None:
    """Someone removes a document by mistake."""
    next(iter(sorted((folder / "documents").rglob("*.html")))).unlink()


def credit(reason: CreditReason, amount: str) -> Step:
    """Ask for a credit of the first document, unless the request is there (`invoicer credits` shows it)."""

    def step(folder: Path, fault: Fault) -> None:
        with desk_of(folder, fault) as (desk, book):
            number = book.documents()[0].number
            if all(one.request.remark != f"{reason} {amount}" for one in book.credit_requests()):
                asked = [Asked(1, amount=Fraction(amount))]
                runs.credit(desk, book, number, reason, "sales", f"{reason} {amount}", day(2, 5), asked=asked)

    return step


def cancel(folder: Path, fault: Fault) -> None:
    with desk_of(folder, fault) as (_, book):
        latest = book.credit_requests()[-1]
        if latest.status == "waiting":
            runs.cancel(book, latest.request.id, "sales", "not meant", day(2, 6))


def rebill(folder: Path, fault: Fault) -> None:
    with desk_of(folder, fault) as (_, book):
        number = book.documents()[0].number
        if not any(one.released for one in book.credit_requests()):
            runs.rebill(book, number, "sales", "it was right", day(2, 8))


OLD = """number,issued,customer,contract,charge,from,to,net,currency,vat
OLD-1,2025-12-01,acme,birch,fee,2026-01-01,2026-01-31,10.50,EUR,21
OLD-2,2025-12-01,acme,cedar,fee,2026-01-01,2026-01-31,20.50,EUR,21
"""


def bring(rows: int) -> Step:
    """Import what another system has billed: the first rows of a file."""

    def step(folder: Path, fault: Fault) -> None:
        file = folder / "old.csv"
        file.write_text("".join(OLD.splitlines(keepends=True)[: rows + 1]), "utf-8")
        with desk_of(folder, fault) as (desk, book):
            runs.import_billed(desk, book, file, "sales", day(2))

    return step


def withdraw(folder: Path, fault: Fault) -> None:
    with desk_of(folder, fault) as (_, book):
        if any(one.number == "OLD-1" for one in book.imported()):
            runs.withdraw_import(book, "OLD-1", "sales", "another amount", day(2))


def migrate(folder: Path, fault: Fault) -> None:
    ledger.migrate(folder / "ledger", database=database_of(folder), fault=fault)


def move(folder: Path, fault: Fault) -> None:
    """To the database whose URL stands in a file beside the other; its last step is that of the person who writes it into
    the settings, also when the move was cut off at its very end (L106)."""
    target = (folder / "target.txt").read_text()
    try:
        if database_of(folder) != target:
            ledger.move(folder / "ledger", source=database_of(folder), target=target, fault=fault)
    except RunError as error:
        assert {problem.code for problem in error.problems} == {"L106"}
        left = f"{'write this one into' if target else 'take the URL out of'} invoicer.toml"
        assert all(left in problem.mend for problem in error.problems)
    (folder / DATABASE).write_text(target)
    with desk_of(folder, fault) as (_, book):
        assert book.verify_chain() == ()


def old_ledger(folder: Path) -> None:
    """A ledger of the first schema, whose files are still wanted; but for one."""
    from tests.ledger.test_migrations import old_ledger as in_a_file

    in_a_file(folder)
    if database_of(folder):
        _on_the_server(folder)
    digest = ledger.Files(folder / "ledger" / "files", folder / "documents").put(b"%PDF")
    edit(folder, f"UPDATE artifacts SET sha256 = '{digest}' WHERE sha256 IS NOT NULL")


def _on_the_server(folder: Path) -> None:
    """Put the rows of an SQLite file of the first schema on the server instead."""
    from alembic.operations import Operations
    from alembic.runtime.migration import MigrationContext

    from invoicer.ledger.migrations import m0001_first_tables

    file = folder / "ledger" / "invoicer.db"
    source = sa.create_engine(f"sqlite:///{file}")
    tables = sa.MetaData()
    with source.connect() as old, by_hand(folder) as new:
        tables.reflect(old)
        with Operations.context(MigrationContext.configure(new)):
            m0001_first_tables.upgrade()
        for table in tables.sorted_tables:
            new.execute(sa.delete(table))
            if rows := [dict(row._mapping) for row in old.execute(sa.select(table))]:
                new.execute(sa.insert(table), rows)
    source.dispose()
    file.unlink()


BEGINNING: dict[str, Step] = {
    "january, planned": plan(day(1)),
    "january, confirmed": confirm(day(1)),
    "january": issue(day(1)),
}
STORIES: dict[str, dict[str, Step]] = {
    "bill": BEGINNING,
    "change": {
        "*january, planned": plan(day(1)),
        "*january, confirmed": confirm(day(1)),
        "*january": issue(day(1)),
        "*a wrong edit": wrong,
        "february, planned": plan(day(2)),
        "*the edit mended": changes(elm="30.50"),
        "february, planned again": plan(day(2)),
        "february, confirmed": confirm(day(2)),
        "*an edit after that": changes(birch="11.50"),
        "february, issued in part": issue(day(2)),
        "a doubt": doubted,
        "a doubt again": doubted,
        "rejected": reject,
        "doubts released": confirm(day(3)),
        "*a file is lost": lose_a_file,
        "the rest": issue(day(3)),
    },
    "correct": {
        **{f"*{name}": step for name, step in BEGINNING.items()},
        "a credit": credit(CreditReason.PRICE, "1.50"),
        "*a plan of it": plan(day(2, 6)),
        "cancelled": cancel,
        "an error": credit(CreditReason.PRICE, "2.50"),
        "*its plan": plan(day(2, 7)),
        "*its confirmation": confirm(day(2, 7)),
        "its note": issue(day(2, 7)),
        "billed again": rebill,
        "the plan of that": plan(day(2, 9)),
    },
    "bring": {
        "*planned before": plan(day(1)),
        "imported": bring(1),
        "*planned again": plan(day(1)),
        "withdrawn": withdraw,
        "all imported": bring(2),
        "*planned with that": plan(day(1)),
    },
    "migrate": {"migrated": migrate},
    "move": {**{f"*{name}": step for name, step in BEGINNING.items()}, "moved": move},
}
"""Steps by story and name; those with a star only lead on, since others like them are broken already."""
