"""Six months of both example workspaces, end to end."""

from __future__ import annotations

import json
from collections import defaultdict
from decimal import Decimal

from invoicer import ledger, runs
from invoicer.domain import canonical
from invoicer.domain.document import Document
from invoicer.domain.trace import replay
from invoicer.ledger import PlanStatus
from tests.runs.conftest import MONTHS, Batch
from tests.runs.conserved import billed_until, carried_by, owed
from tests.runs.simple import totals

WAITING = {"nergenshuizen-sites", "household-4-site", "pinguine-lab", "eulen-france", "haren-couriers"}
"""Contracts that are held on the last day, and are owed something that no document carries."""


def test_every_document_adds_up_by_a_second_calculation(batch: Batch) -> None:
    assert len(batch.documents) > 100
    for document in batch.documents:
        data = json.loads(canonical.to_json(document))
        simple = totals(data)
        assert {name: Decimal(data[name]["amount"]) for name in simple} == simple, document.number


def test_every_line_replays(batch: Batch) -> None:
    for document in batch.documents:
        for line in document.lines:
            assert replay(line.trace) == line.net.exact, (document.number, line.number)


def test_numbers_have_no_gap_and_no_duplicate(batch: Batch) -> None:
    series: dict[str, list[int]] = defaultdict(list)
    for document in batch.documents:
        head, _, count = document.number.rpartition("-")
        series[head].append(int(count))
    for counts in series.values():
        assert counts == list(range(1, len(counts) + 1))


def test_every_document_has_its_file(batch: Batch) -> None:
    for document in batch.documents:
        path = batch.desk.workspace.documents_folder / f"2026/{document.number}.pdf"
        assert path.read_bytes().startswith(b"%PDF-"), document.number


def test_conserved_invoiced_is_what_the_terms_owe(batch: Batch) -> None:
    """Law: on each day of billing, for every contract and currency, invoices minus credit notes are what the engine says
    is owed by the terms as known on that day. Only held contracts may differ, and those that do are listed."""
    by_number = {document.number: document for document in batch.documents}
    issued: list[Document] = []
    differ: set[str] = set()
    for day in MONTHS:
        assert not batch.planned[day].carried, "no example carries small amounts: one that does has to be added here"
        issued += (by_number[one.number] for one in batch.results[day].issued)
        due, invoiced = owed(batch.desk, day, billed_until(issued)), carried_by(issued)
        unlike = {
            key: (due.get(key), invoiced.get(key)) for key in due | invoiced if due.get(key, 0) != invoiced.get(key, 0)
        }
        differ = {contract for contract, _ in unlike}
        assert differ <= batch.planned[day].plan.holds.keys(), (day, unlike)
    assert len(issued) == len(batch.documents)
    assert differ == WAITING & {contract.id for contract in batch.desk.contracts}


def test_a_second_run_has_nothing_to_issue(batch: Batch) -> None:
    desk, last = batch.desk, MONTHS[-1]
    with ledger.open_ledger(desk.workspace.ledger_folder, writing=True) as book:
        planned = runs.plan(desk, book, last, last)
        assert planned.plan.drafts == () or planned.plan.status is PlanStatus.ISSUED
        assert runs.issue(desk, book, last, "tests").issued == ()


def test_the_log_is_sound(batch: Batch) -> None:
    with ledger.open_ledger(batch.desk.workspace.ledger_folder, writing=False) as book:
        assert book.verify_chain() == ()
