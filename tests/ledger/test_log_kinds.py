"""Every kind of entry of the log has a check, and nothing else gets into the log."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from invoicer.errors import Problem
from invoicer.ledger import chain, schema
from invoicer.ledger.kinds import Entry
from invoicer.ledger.verify import CHECKS
from tests.ledger.papers import edit, many, month, proposed, reader, run, writer


@pytest.fixture
def ran(folder: Path) -> Path:
    with writer(folder) as ledger:
        run(ledger, many(2))
        held: dict[str, tuple[Problem, ...]] = {"c0009-2026": ()}
        plan = ledger.store_plan(month(1).start, month(1).start, proposed(many(2, month(1))), held)
        ledger.drop(plan, "sales", "not this month", month(1).start, positions=[1])
    return folder


def problems(folder: Path) -> list[tuple[str, str]]:
    with reader(folder) as ledger:
        return [(problem.code, problem.where.part) for problem in ledger.verify_chain()]


def test_every_kind_has_its_check() -> None:
    assert set(CHECKS) == set(Entry)


def test_an_entry_of_another_kind_is_not_written(folder: Path) -> None:
    with writer(folder) as ledger:
        run(ledger, many(1))
    engine = sa.create_engine("sqlite://")
    schema.metadata.create_all(engine)
    with engine.begin() as connection, pytest.raises(ValueError, match="bribed"):
        chain.append(connection, [("bribed", {})])


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM plan_holds",
        "UPDATE plan_holds SET contract = 'c0008-2026'",
        "UPDATE plan_holds SET problems = '[1]'",
        "UPDATE plans SET as_of = '2026-03-01' WHERE id = 2",
        "UPDATE plans SET created = '2026-03-01' WHERE id = 2",
        "UPDATE plan_drafts SET status = 'planned' WHERE plan = 2 AND status = 'dropped'",
    ],
)
def test_plans_holds_and_drops_are_held_against_the_log(ran: Path, statement: str) -> None:
    assert problems(ran) == []
    edit(ran, statement)
    assert ("L117", "plan 2") in problems(ran)


def test_a_plan_that_is_gone_is_found(ran: Path) -> None:
    edit(ran, "DELETE FROM plan_drafts WHERE plan = 2", "DELETE FROM plan_holds", "DELETE FROM plans WHERE id = 2")
    assert ("L117", "plan 2") in problems(ran)
