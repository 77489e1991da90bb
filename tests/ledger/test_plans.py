"""Plans: stored, confirmed, dropped, superseded; and the same plan only once."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from invoicer.errors import Place, Problem, RunError, Severity
from invoicer.ledger import DraftStatus, PlanStatus
from tests.ledger.papers import TODAY, confirmed, draft, finish, many, month, proposed, reader, stored, writer

HOLD = Problem("X201", Place(part="contract b-1"), "its VAT id is not confirmed", "confirm it", Severity.HOLD)


def test_a_plan_comes_back_as_it_was_stored(folder: Path) -> None:
    drafts = many(3)
    with writer(folder) as ledger:
        plan = ledger.store_plan(TODAY, dt.date(2026, 2, 1), proposed(drafts), {"b-1": [HOLD]}, {"invoicer": "0.1.0"})
    with reader(folder) as ledger:
        found = ledger.plan()
        assert found == ledger.plan(plan)
        assert (found.id, found.as_of, found.created) == (plan, TODAY, dt.date(2026, 2, 1))
        assert [(item.position, item.draft, item.fingerprint) for item in found.drafts] == [
            (position, paper, fingerprint) for position, (paper, fingerprint) in enumerate(drafts, 1)
        ]
        assert found.drafts[0].contracts == ("c0000-2026",)
        assert found.holds == {"b-1": (HOLD,)}
        (summary,) = ledger.plans()
        assert (summary.drafts, summary.holds) == ({DraftStatus.PLANNED: 3}, 1)


def test_an_identical_plan_is_not_stored_again_and_keeps_its_confirmations(folder: Path) -> None:
    with writer(folder) as ledger:
        plan = confirmed(ledger, many(3))
        assert stored(ledger, many(3)) == plan
        assert [item.status for item in ledger.plan(plan).drafts] == [DraftStatus.CONFIRMED] * 3
        assert len(ledger.plans()) == 1


def test_the_rest_of_a_plan_that_was_begun_is_the_same_plan(folder: Path) -> None:
    with writer(folder) as ledger:
        plan = stored(ledger, many(3))
        ledger.confirm(plan, "sales", "checked", TODAY, positions=[1])
        ledger.issue(plan, finish, TODAY)
        assert stored(ledger, many(3)[1:]) == plan


def test_when_all_is_issued_planning_again_plans_nothing(folder: Path) -> None:
    with writer(folder) as ledger:
        plan = confirmed(ledger, many(2))
        ledger.issue(plan, finish, TODAY)
        assert stored(ledger, []) == plan


@pytest.mark.parametrize("other", ["fingerprint", "order", "day", "hold"])
def test_a_plan_that_says_something_else_supersedes(folder: Path, other: str) -> None:
    drafts, as_of = many(3), TODAY
    holds = {}
    match other:
        case "fingerprint":
            drafts = [(drafts[0][0], "changed"), *drafts[1:]]
        case "order":
            drafts.reverse()
        case "day":
            as_of = dt.date(2026, 2, 28)
        case "hold":
            holds = {"b-1": [HOLD]}
    with writer(folder) as ledger:
        old = confirmed(ledger, many(3))
        new = ledger.store_plan(as_of, TODAY, proposed(drafts), holds)
        assert new != old
        kept = PlanStatus.OPEN if other == "fingerprint" else PlanStatus.CONFIRMED  # drafts that are as they were
        assert [summary.status for summary in ledger.plans()] == [PlanStatus.SUPERSEDED, kept]
        assert {(item.status, item.remark) for item in ledger.plan(old).drafts} == {
            (DraftStatus.DROPPED, f"superseded by plan {new}")
        }
        for act in (
            lambda: ledger.issue(old, finish, TODAY),
            lambda: ledger.confirm(old, "sales", "checked", TODAY),
            lambda: ledger.drop(old, "sales", "checked", TODAY),
        ):
            with pytest.raises(RunError, match=f"L121.*plan {old} was superseded"):
                act()
        ledger.confirm(new, "sales", "checked", TODAY)
        assert len(ledger.issue(new, finish, TODAY)) == 3
        assert ledger.verify_chain() == ()


def test_an_issued_plan_is_not_superseded(folder: Path) -> None:
    with writer(folder) as ledger:
        ledger.issue(confirmed(ledger, many(2)), finish, TODAY)
        stored(ledger, many(2, month(1)), dt.date(2026, 2, 28))
        assert [summary.status for summary in ledger.plans()] == [PlanStatus.ISSUED, PlanStatus.OPEN]


def test_confirm_by_position_and_by_contract(folder: Path) -> None:
    with writer(folder) as ledger:
        plan = stored(ledger, many(5))
        assert ledger.confirm(plan, "Sales", "agreed", TODAY, positions=[1, 2]) == (1, 2)
        assert ledger.confirm(plan, "Sales", "agreed", TODAY, contracts=["c0003-2026", "c0001-2026"]) == (4,)
        assert ledger.confirm(plan, "Sales", "agreed", TODAY, positions=[1]) == ()
        assert ledger.plan(plan).status is PlanStatus.OPEN
        assert [item.remark for item in ledger.plan(plan).drafts] == ["agreed", "agreed", "", "agreed", ""]
        assert ledger.confirm(plan, "Sales", "the rest", TODAY) == (3, 5)
        assert ledger.plan(plan).status is PlanStatus.CONFIRMED


def test_dropped_drafts_leave_no_number(folder: Path) -> None:
    with writer(folder) as ledger:
        plan = confirmed(ledger, many(3))
        assert ledger.drop(plan, "sales", "the usage has changed", TODAY, contracts=["c0001-2026"]) == (2,)
        assert ledger.issue(plan, finish, TODAY) == ("HN-2026-00001", "HN-2026-00002")
        assert ledger.plan(plan).status is PlanStatus.ISSUED
        assert ledger.plan(plan).drafts[1].remark == "the usage has changed"
        assert ledger.drop(plan, "sales", "too late", TODAY) == ()


@pytest.mark.parametrize(
    ("who", "choice", "says"),
    [
        (" ", {}, "L123.*name of who"),
        ("sales", {"positions": [9]}, "L122.*no draft of plan 1"),
        ("sales", {"contracts": ["nobody"]}, "L122.*no draft of plan 1"),
    ],
)
def test_a_confirmation_that_means_nothing_is_refused(
    folder: Path, who: str, choice: dict[str, list[int]], says: str
) -> None:
    with writer(folder) as ledger:
        plan = stored(ledger, many(2))
        with pytest.raises(RunError, match=says):
            ledger.confirm(plan, who, "checked", TODAY, **choice)  # type: ignore[arg-type]


def test_a_plan_that_is_not_there(folder: Path) -> None:
    with writer(folder) as ledger:
        with pytest.raises(RunError, match=r"L120.*no plan yet"):
            ledger.plan()
        with pytest.raises(RunError, match=r"L120.*no plan 7"):
            ledger.issue(7, finish, TODAY)


@pytest.mark.parametrize("series", ["", "HN-{nummer}", "HN {number}"])
def test_a_series_that_cannot_be_used_is_refused_before_anything_is_confirmed(folder: Path, series: str) -> None:
    with writer(folder) as ledger:
        with pytest.raises(RunError, match=r"sellers\.hosting-nl\.series.*L131"):
            stored(ledger, [(draft(series=series or "{year}"), "a")])
        assert ledger.plans() == ()


def test_a_series_belongs_to_one_seller(folder: Path) -> None:
    with writer(folder) as ledger:
        ledger.issue(confirmed(ledger, [(draft("a-1"), "a")]), finish, TODAY)
        for drafts in (
            [(draft("b-1", sold_by="other"), "b")],
            [(draft("b-1", series="N{number}"), "b"), (draft("c-1", series="N{number}", sold_by="other"), "c")],
        ):
            with pytest.raises(RunError, match=r"L132.*belongs to seller hosting-nl"):
                stored(ledger, drafts)
