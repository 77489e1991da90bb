"""Contracts that share an invoice, and small amounts that are carried forward, through whole runs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from invoicer import ledger, runs, workspace
from invoicer.domain.document import Document, Kind

TERMS = """
contract {id} "{id}"
  seller my-company
  customer acme
  currency EUR
  agreed 2025-12-12
  term {term} 2026-01-01
  pay within 30 days
  supply hosting
  {line}

charge fee "Fee of {id}"
  {price} EUR per month
  bill monthly in advance on day 1
"""
Write = Callable[..., None]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    workspace.new_workspace(tmp_path / "it")
    for path in (tmp_path / "it/contracts").glob("*.terms"):
        path.unlink()
    return tmp_path / "it"


@pytest.fixture
def write(folder: Path) -> Write:
    def terms(name: str, price: str = "10.00", line: str = "", term: str = "open from") -> None:
        text = TERMS.format(id=name, price=price, line=line, term=term)
        (folder / f"contracts/{name}.terms").write_text(text, "utf-8")

    return terms


def share(folder: Path, when_held: str = "") -> None:
    path = folder / "customers.csv"
    head, *rows = path.read_text("utf-8").splitlines()
    path.write_text(
        "\n".join([f"{head},invoices,when_held", *(f"{row},together,{when_held}" for row in rows)]), "utf-8"
    )


def run(folder: Path, day: str) -> tuple[runs.Planned, list[Document]]:
    """Plan, release and issue everything up to a day."""
    desk, on = runs.open_desk(folder), dt.date.fromisoformat(day)
    space = desk.workspace
    with ledger.open_ledger(space.ledger_folder, writing=True, documents=space.documents_folder) as book:
        planned = runs.plan(desk, book, on, on)
        if planned.plan.drafts:
            runs.confirm(book, "tests", "checked", on)
        issued = runs.issue(desk, book, on, "tests").issued
        return planned, [book.document(one.number) for one in issued]


def nets(documents: list[Document]) -> list[Decimal]:
    return [one.net.amount for one in documents]


def test_without_the_column_each_contract_has_its_invoice(folder: Path, write: Write) -> None:
    write("one")
    write("two", "20.00")
    assert nets(run(folder, "2026-01-01")[1]) == [Decimal("10.00"), Decimal("20.00")]


def test_contracts_of_one_customer_share_an_invoice(folder: Path, write: Write) -> None:
    write("one")
    write("two", "20.00")
    share(folder)
    _, (document,) = run(folder, "2026-01-01")
    assert [line.contract for line in document.lines] == ["one", "two"]
    assert {"quantities:one", "quantities:two", "settings"} <= document.provenance.keys()
    assert run(folder, "2026-01-01")[1] == []


def test_other_terms_of_payment_or_another_order_keep_them_apart(folder: Path, write: Write) -> None:
    write("one")
    write("two", line='purchase order "PO-2"')
    share(folder)
    assert len(run(folder, "2026-01-01")[1]) == 2


def test_they_wait_for_one_that_is_held(folder: Path, write: Write) -> None:
    write("one")
    write("two", "20.00", line="supply nonsense")
    share(folder)
    planned, documents = run(folder, "2026-01-01")
    assert documents == []
    assert [one.code for one in planned.plan.holds["one"]] == ["L230"]
    assert "two" in planned.plan.holds["one"][0].cause
    write("two", "20.00")
    assert nets(run(folder, "2026-01-02")[1]) == [Decimal("30.00")]


def test_they_go_ahead_where_the_customer_wants_it(folder: Path, write: Write) -> None:
    write("one")
    write("two", "20.00", line="supply nonsense")
    share(folder, "go-ahead")
    planned, documents = run(folder, "2026-01-01")
    assert nets(documents) == [Decimal("10.00")]
    assert list(planned.plan.holds) == ["two"]


def test_a_doubt_about_one_draft_leaves_the_others(folder: Path, write: Write) -> None:
    plugin = "from invoicer.api import hookimpl, Problem, Place\n\n\n@hookimpl\ndef invoicer_problems(draft):\n"
    plugin += "    if any(line.contract == 'two' for line in draft.lines):\n"
    plugin += "        return [Problem('Z001', Place(), 'no', 'say yes')]\n    return []\n"
    (folder / "plugins").mkdir()
    (folder / "plugins/doubt.py").write_text(plugin, "utf-8")
    write("one")
    write("two", line='purchase order "PO-2"')
    share(folder, "go-ahead")
    planned, documents = run(folder, "2026-01-01")
    assert nets(documents) == [Decimal("10.00")] and set(planned.plan.holds) == {"two"}


LEAST = "invoices of at least 25.00 EUR, at most 6 months later"


def test_small_amounts_wait_until_they_are_worth_an_invoice(folder: Path, write: Write) -> None:
    write("small", line=LEAST)
    for day in ("2026-01-01", "2026-02-01"):
        planned, documents = run(folder, day)
        assert documents == [] and not planned.plan.holds
    (carried,) = planned.carried
    assert (str(carried.amount), str(carried.least), carried.until) == ("20.00 EUR", "25.00 EUR", dt.date(2026, 7, 1))
    planned, (document,) = run(folder, "2026-03-01")
    assert planned.carried == ()
    assert [(str(line.days), line.net.amount) for line in document.lines] == [
        ("2026-01-01 to 2026-01-31", Decimal("10.00")),
        ("2026-02-01 to 2026-02-28", Decimal("10.00")),
        ("2026-03-01 to 2026-03-31", Decimal("10.00")),
    ]
    assert document.tax_point == dt.date(2026, 3, 1)


def test_they_wait_no_longer_than_agreed(folder: Path, write: Write) -> None:
    write("small", "1.00", line=LEAST)
    assert run(folder, "2026-06-01")[1] == []
    assert nets(run(folder, "2026-07-01")[1]) == [Decimal("7.00")]
    assert run(folder, "2026-07-01")[1] == []


def test_the_end_of_the_contract_brings_the_last_invoice(folder: Path, write: Write) -> None:
    write("small", "1.00", line=LEAST, term="2 months from")
    assert run(folder, "2026-02-28")[1] == []
    assert nets(run(folder, "2026-03-01")[1]) == [Decimal("2.00")]


def test_notice_brings_the_last_invoice_too(folder: Path, write: Write) -> None:
    write("small", "1.00", line=f"{LEAST}\n  notice 1 month to end of month")
    path = folder / "contracts/small.terms"
    path.write_text(path.read_text("utf-8") + "\nnotice given 2026-01-10 by customer\n", "utf-8")
    assert run(folder, "2026-02-28")[1] == []
    assert nets(run(folder, "2026-03-01")[1]) == [Decimal("2.00")]


def test_a_correction_does_not_wait(folder: Path, write: Write) -> None:
    write("small", "30.00", line=LEAST)
    assert nets(run(folder, "2026-01-01")[1]) == [Decimal("30.00")]
    write("small", "29.00", line=LEAST)
    _, (note,) = run(folder, "2026-01-02")
    assert (note.kind, note.net.amount) == (Kind.CREDIT_NOTE, Decimal("1.00"))


def test_contracts_that_share_reach_the_amount_together(folder: Path, write: Write) -> None:
    write("one", "13.00", line=LEAST)
    write("two", "12.00", line=LEAST)
    share(folder)
    assert nets(run(folder, "2026-01-01")[1]) == [Decimal("25.00")]


def test_one_that_has_ended_brings_the_invoice_of_those_that_share_it(folder: Path, write: Write) -> None:
    write("one", "1.00", line=LEAST, term="2 months from")
    write("two", "2.00", line=LEAST)
    share(folder)
    assert run(folder, "2026-02-28")[1] == []
    assert nets(run(folder, "2026-03-01")[1]) == [Decimal("8.00")]


def test_the_smallest_of_different_least_amounts_counts(folder: Path, write: Write) -> None:
    write("one", "13.00", line="invoices of at least 100.00 EUR")
    write("two", "12.00", line=LEAST)
    share(folder)
    assert nets(run(folder, "2026-01-01")[1]) == [Decimal("25.00")]


def test_one_without_a_least_amount_goes_ahead_alone(folder: Path, write: Write) -> None:
    write("one", "1.00", line=LEAST)
    write("two", "20.00")
    share(folder)
    planned, documents = run(folder, "2026-01-01")
    assert nets(documents) == [Decimal("20.00")]
    assert [one.contracts for one in planned.carried] == [("one",)]


def test_the_schedule_tells_what_waits(folder: Path, write: Write) -> None:
    write("small", line=LEAST)
    run(folder, "2026-01-01")
    desk, day = runs.open_desk(folder), dt.date(2026, 1, 15)
    with ledger.open_ledger(desk.workspace.ledger_folder, writing=False) as book:
        rows = runs.schedule(desk, book, dt.date(2026, 1, 1), dt.date(2026, 2, 1), day)
    assert [str(row.state) for row in rows] == ["carried forward", "to come"]
