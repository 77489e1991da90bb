"""Six months of both example workspaces, end to end."""

from __future__ import annotations

import json
from collections import defaultdict
from decimal import Decimal
from fractions import Fraction

from invoicer import ledger, runs
from invoicer.domain import canonical
from invoicer.domain.document import Kind
from invoicer.domain.trace import replay
from invoicer.ledger import PlanStatus
from tests.runs.conftest import MONTHS, Batch
from tests.runs.simple import totals


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
    """Law: for every contract, invoices minus credit notes are what is owed by the terms as known on the last day."""
    desk, last = batch.desk, MONTHS[-1]
    with ledger.open_ledger(desk.workspace.ledger_folder, writing=False) as book:
        again = runs.derive(desk, book, last)
        invoiced: dict[str, Fraction] = defaultdict(Fraction)
        for line in book.billed([contract.id for contract in desk.contracts]):
            invoiced[line.contract] += line.net.exact
    assert again.drafts == ()
    assert sum(invoiced.values()) == sum(
        ((-1 if one.kind is Kind.CREDIT_NOTE else 1) * one.net.exact for one in batch.documents), Fraction(0)
    )


def test_a_second_run_has_nothing_to_issue(batch: Batch) -> None:
    desk, last = batch.desk, MONTHS[-1]
    with ledger.open_ledger(desk.workspace.ledger_folder, writing=True) as book:
        planned = runs.plan(desk, book, last, last)
        assert planned.plan.drafts == () or planned.plan.status is PlanStatus.ISSUED
        assert runs.issue(desk, book, last, "tests").issued == ()


def test_the_log_is_sound(batch: Batch) -> None:
    with ledger.open_ledger(batch.desk.workspace.ledger_folder, writing=False) as book:
        assert book.verify_chain() == ()
