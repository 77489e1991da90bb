"""A plan beside what was there before, as a person reads it."""

from __future__ import annotations

import json

from syrupy.assertion import SnapshotAssertion

from tests.cli.conftest import Shell

PRICES = "price-lists/standard-prices.terms"


def test_what_changed_and_why(starter: Shell, snapshot: SnapshotAssertion) -> None:
    starter("plan", "--as-of", "2026-01-01")
    starter("confirm", "--remark", "checked", "--by", "Billing")
    assert starter("issue", "--on", "2026-01-01").exit_code == 0
    starter.change(PRICES, "45.00 EUR per month", "45.00 EUR per month\n  from 2026-02-01 49.00 EUR per month")
    assert starter("plan", "--as-of", "2026-02-01").stdout == snapshot(name="plan")
    assert "say the same: 1 draft." in starter("plan", "--as-of", "2026-02-01", "--diff", "2").stdout
    starter("confirm", "--remark", "checked", "--by", "Billing")
    starter.change(PRICES, "49.00 EUR", "55.00 EUR")
    issued = starter("issue", "--on", "2026-02-01")
    assert issued.exit_code == 1
    assert issued.stdout == snapshot(name="issue")
    assert starter("plan", "--as-of", "2026-02-01", "--diff").stdout == snapshot(name="diff")


def test_several_bills_of_a_contract_are_told_apart(starter: Shell) -> None:
    starter("plan", "--as-of", "2026-03-31")
    waits = starter("waiting").stdout
    assert [waits.count(day) for day in ("2026-01-01", "2026-02-01", "2026-03-01")] == [1, 1, 1]
    starter.change(PRICES, "45.00 EUR per month", "45.00 EUR per month\n  from 2026-02-01 49.00 EUR per month")
    shown = starter("plan", "--as-of", "2026-03-31", "--diff").stdout
    rows = [row for row in shown.splitlines() if row.startswith("acme-2026")]
    assert ["2026-02-01" in row for row in rows] == [True, False]
    assert ["2026-03-01" in row for row in rows] == [False, True]


def test_what_is_next_after_a_plan_that_is_released(starter: Shell) -> None:
    assert 'Next: invoicer confirm --remark "…" --plan 1' in starter("plan", "--as-of", "2026-01-01").stdout
    starter("confirm", "--remark", "checked", "--by", "Billing")
    assert "Next: invoicer issue --plan 1" in starter("plan", "--as-of", "2026-01-01").stdout


def test_what_is_owed_no_more_is_told_as_that(starter: Shell) -> None:
    starter("plan", "--as-of", "2026-01-01")
    starter("confirm", "--remark", "checked", "--by", "Billing")
    (starter.folder / "contracts" / "acme-2026.terms").unlink()
    trial = starter("issue", "--on", "2026-01-01", "--dry-run")
    assert (trial.exit_code, trial.stdout.splitlines()[0]) == (1, "Would issue 0 documents.")
    assert "Would drop, because their inputs have changed since the plan: acme-2026." in trial.stdout
    issued = starter("issue", "--on", "2026-01-01")
    assert (issued.exit_code, "nothing of it is owed any more" in issued.stdout) == (1, True)
    assert "there is nothing to issue" in starter("plan", "--as-of", "2026-01-01").stdout
    again = starter("issue", "--on", "2026-01-01")
    assert (again.exit_code, again.stdout) == (0, "There is nothing to issue.\n")


def test_there_is_nothing_to_compare_with(starter: Shell) -> None:
    first = starter("plan", "--as-of", "2026-01-01", "--diff")
    assert (first.exit_code, "This is the first plan" in first.output, "322.00" in first.output) == (0, True, True)
    assert json.loads(starter("plan", "--as-of", "2026-01-01", "--diff", "--json").output)["diff"] is None
    unknown = starter("plan", "--as-of", "2026-01-01", "--diff", "9")
    assert (unknown.exit_code, "there is no plan 9" in unknown.output) == (1, True)
    assert "the latest one is plan 1" in unknown.output
