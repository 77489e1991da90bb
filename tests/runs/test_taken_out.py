"""Contracts wait packed: what concerns one of them takes out that one, and no other."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from invoicer import ledger, runs, workspace
from invoicer.domain.contract import Contract
from invoicer.domain.contracts import Contracts
from invoicer.domain.correction import CreditReason
from invoicer.errors import RunError
from invoicer.ledger import Ledger
from tests.runs.small import heading, issue

DAY, LAST = dt.date(2026, 1, 1), dt.date(2026, 6, 30)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("taken") / "workspace"
    workspace.new_workspace(made)
    (made / "contracts" / "acme-2026.terms").unlink()
    for name in ("a-1", "b-1", "c-1"):
        text = heading(name, name) + '\ncharge fee "Fee"\n  10.00 EUR per month\n'
        (made / "contracts" / f"{name}.terms").write_text(text, "utf-8")
    assert len(issue(made, str(DAY))) == 3
    return made


@contextmanager
def watched(folder: Path) -> Iterator[tuple[runs.Desk, Ledger, set[str]]]:
    """A desk, a ledger, and the contracts that are taken out meanwhile."""
    desk, taken = runs.open_desk(folder), set[str]()
    real = desk.terms.contracts

    def take_out(name: str) -> Contract:
        taken.add(name)
        return real[name]

    contracts = Contracts(real.cards.values(), take_out)
    with ledger.open_ledger(desk.workspace.ledger_folder, writing=True) as book:
        yield replace(desk, terms=replace(desk.terms, contracts=contracts)), book, taken


def test_a_credit_takes_out_the_contract_that_it_is_of(folder: Path) -> None:
    with watched(folder) as (desk, book, taken):
        number = next(one.number for one in book.documents() if book.document(one.number).lines[0].contract == "b-1")
        runs.credit(desk, book, number, CreditReason.PRICE, "tests", "too much", DAY, keep=False)
    assert taken == {"b-1"}


def test_a_schedule_and_what_is_complete_take_out_what_is_chosen(folder: Path) -> None:
    with watched(folder) as (desk, book, taken):
        assert {one.contract for one in runs.schedule(desk, book, DAY, LAST, DAY, ["b-1"])} == {"b-1"}
        with pytest.raises(RunError, match="the contracts are a-1, b-1, c-1"):
            runs.schedule(desk, book, DAY, LAST, DAY, ["d-1"])
        assert {one.contract for one in runs.completeness(desk, book, DAY, LAST, DAY, contracts=["b-1"]).rows} == {
            "b-1"
        }
    assert taken == {"b-1"}
