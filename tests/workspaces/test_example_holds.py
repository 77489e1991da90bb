"""What the example workspaces hold, as of the day on which June is billed: what their stories say, and nothing else."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest

from invoicer import home, ledger, runs, workspace
from invoicer.errors import Severity

LAST = dt.date(2026, 7, 1)
HELD = {
    "hosting": {"household-4-site": "X007", "nergenshuizen-sites": "P901", "pinguine-lab": "U304"},
    "insurance": {"eulen-france": "X020", "haren-couriers": "U304"},
}


@pytest.mark.parametrize("example", HELD)
def test_few_are_held_with_reason_and_all_others_bill(example: str, tmp_path: Path) -> None:
    folder = tmp_path / "workspace"
    workspace.copy_example(example, folder)
    desk = runs.open_desk(folder)
    with ledger.open_ledger(desk.workspace.ledger_folder, writing=True) as book:
        derived = runs.derive(desk, book, LAST)
    assert {contract: {p.code for p in problems} for contract, problems in derived.holds.items()} == {
        contract: {code} for contract, code in HELD[example].items()
    }
    for problem in (problem for problems in derived.holds.values() for problem in problems):
        assert problem.severity is Severity.HOLD
        assert problem.cause
        assert problem.mend
    billed = {line.contract for one in derived.drafts for line in one.draft.lines}
    assert billed | set(derived.holds) == {contract.id for contract in desk.contracts if contract.start <= LAST}


@pytest.mark.parametrize("example", HELD)
def test_the_story_tells_of_every_hold(example: str) -> None:
    story = (home.folder("rules") / workspace.EXAMPLES[example] / "README.md").read_text("utf-8")
    table = story.split("## What is held, and why")[1]
    assert set(re.findall(r"^\| `([\w-]+)`", table, re.MULTILINE)) == set(HELD[example])
