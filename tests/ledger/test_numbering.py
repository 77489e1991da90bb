"""Where a series starts, and days of issue that never run backwards; on both databases."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from invoicer.domain.document import Kind
from invoicer.errors import RunError
from invoicer.ledger import Numbering, PlanStatus
from tests.ledger.papers import (
    SERIES,
    TODAY,
    by_hand,
    confirmed,
    draft,
    edit,
    finish,
    month,
    proposed,
    reader,
    stored,
    writer,
)

KEY = "HN-2026-{number:5}"
GOES_ON = Numbering(starts={KEY: 4712})
YESTERDAY = TODAY - dt.timedelta(days=1)


def test_a_series_goes_on_where_another_system_has_stopped(folder: Path) -> None:
    with writer(folder) as ledger:
        for index, numbers in enumerate([("HN-2026-04712",), ("HN-2026-04713",)]):
            plan = ledger.store_plan(
                TODAY, TODAY, proposed([(draft(days=month(index)), f"f{index}")]), {}, numbering=GOES_ON
            )
            ledger.confirm(plan, "sales", "checked", TODAY)
            assert ledger.issue(plan, finish, TODAY, numbering=GOES_ON) == numbers
        credit = confirmed(ledger, [(draft("b-1", kind=Kind.CREDIT_NOTE), "c")])
        assert ledger.issue(credit, finish, TODAY, numbering=GOES_ON) == ("HC-2026-00001",)
        next_year = confirmed(ledger, [(draft(days=month(2)), "d")])
        assert ledger.issue(next_year, finish, dt.date(2027, 1, 4), numbering=GOES_ON) == ("HN-2027-00001",)
        assert ledger.next_numbers() == {KEY: 4714, "HC-2026-{number:5}": 2, "HN-2027-{number:5}": 2}
    with reader(folder) as ledger:
        assert ledger.verify_chain() == ()
    with by_hand(folder) as connection:
        said = connection.exec_driver_sql("SELECT payload FROM log WHERE kind = 'begun'").scalars().all()
    assert said == [f'{{"first":4712,"series":"{KEY}"}}']


def test_what_a_series_began_at_is_proved_by_the_log(folder: Path) -> None:
    with writer(folder) as ledger:
        ledger.issue(confirmed(ledger, [(draft(), "f")]), finish, TODAY, numbering=GOES_ON)
    edit(folder, "UPDATE series SET first = 4711")
    with reader(folder) as ledger:
        problems = ledger.verify_chain()
    assert {problem.code for problem in problems} == {"L115"}
    assert any("began at 4712, and 4711 is written there" in problem.cause for problem in problems)


@pytest.mark.parametrize("begun_at", [1, 4711])
def test_a_series_that_has_begun_starts_nowhere_else(folder: Path, begun_at: int) -> None:
    begun = Numbering(starts={KEY: begun_at} if begun_at > 1 else {})
    with writer(folder) as ledger:
        ledger.issue(confirmed(ledger, [(draft(), "f")]), finish, TODAY, numbering=begun)
        says = rf"L134.*began at HN-2026-0*{begun_at} and goes on with HN-2026-0*{begun_at + 1}.*start at HN-2026-04712"
        with pytest.raises(RunError, match=says):
            ledger.store_plan(TODAY, TODAY, proposed([(draft("b-1"), "g")]), {}, numbering=GOES_ON)
        plan = confirmed(ledger, [(draft("b-1"), "g")])
        with pytest.raises(RunError, match="L134"):
            ledger.issue(plan, finish, TODAY, numbering=GOES_ON)
        assert len(ledger.issue(plan, finish, TODAY, numbering=begun)) == 1
        assert ledger.verify_chain() == ()


def test_a_series_does_not_start_at_a_number_that_was_given(folder: Path) -> None:
    with writer(folder) as ledger:
        other = Numbering(starts={"HN-2026-{number:4}": 50000})
        ledger.issue(confirmed(ledger, [(draft(series="HN-{year}-{number:4}"), "f")]), finish, TODAY, numbering=other)
        with pytest.raises(RunError, match=r"L133.*start at HN-2026-50000, and HN-2026-50000 is given already"):
            ledger.check_starts(Numbering(starts={KEY: 50000}))
        ledger.check_starts(Numbering(starts={KEY: 50001}))


def test_a_series_does_not_start_among_numbers_that_were_given(folder: Path) -> None:
    """Another pattern gives the same numbers once its own are long enough."""
    with writer(folder) as ledger:
        other = Numbering(starts={"HN-2026-{number:4}": 50000})
        ledger.issue(confirmed(ledger, [(draft(series="HN-{year}-{number:4}"), "f")]), finish, TODAY, numbering=other)
        with pytest.raises(RunError, match=r"L133.*start at HN-2026-04712, and HN-2026-50000 is given already"):
            ledger.store_plan(TODAY, TODAY, proposed([(draft("b-1"), "g")]), {}, numbering=GOES_ON)
        behind = Numbering(starts={KEY: 50001})
        plan = ledger.store_plan(TODAY, TODAY, proposed([(draft("b-1"), "g")]), {}, numbering=behind)
        ledger.confirm(plan, "sales", "checked", TODAY)
        assert ledger.issue(plan, finish, TODAY, numbering=behind) == ("HN-2026-50001",)
        assert ledger.verify_chain() == ()


def test_days_of_issue_never_run_backwards_within_a_series(folder: Path) -> None:
    with writer(folder) as ledger:
        ledger.issue(confirmed(ledger, [(draft("a-1"), "a")]), finish, TODAY)
        drafts = [(draft("b-1", kind=Kind.CREDIT_NOTE), "b"), (draft("c-1"), "c")]
        plan = confirmed(ledger, drafts)
        with pytest.raises(RunError) as refusal:
            ledger.issue(plan, finish, YESTERDAY, batch=1)
        (problem,) = refusal.value.problems
        assert problem.code == "L135"
        assert f"series {KEY} was issued on {TODAY}" in problem.cause
        assert f"issue on {TODAY} or later" in problem.mend
        assert len(ledger.documents()) == 1  # nor went the other series out before it was seen
        assert len(ledger.issue(plan, finish, TODAY, batch=1)) == 2


def test_another_series_has_days_of_its_own(folder: Path) -> None:
    with writer(folder) as ledger:
        ledger.issue(confirmed(ledger, [(draft("a-1"), "a")]), finish, TODAY)
        credit = confirmed(ledger, [(draft("b-1", kind=Kind.CREDIT_NOTE), "b")])
        assert ledger.issue(credit, finish, YESTERDAY) == ("HC-2026-00001",)
        other = confirmed(ledger, [(draft("c-1", series="X{number}", sold_by="other"), "c")])
        assert ledger.issue(other, finish, YESTERDAY) == ("X1",)


def test_the_law_is_named_or_leaves_it_free(folder: Path) -> None:
    with writer(folder) as ledger:
        ledger.issue(confirmed(ledger, [(draft("a-1"), "a")]), finish, TODAY)
        plan = confirmed(ledger, [(draft("b-1"), "b")])
        with pytest.raises(RunError, match=r"L135.*never run backwards \(art\. 1\)"):
            ledger.issue(plan, finish, YESTERDAY, numbering=Numbering(laws={"hosting-nl": "art. 1"}))
        free = Numbering(free=frozenset({"hosting-nl"}))
        assert ledger.issue(plan, finish, YESTERDAY, numbering=free) == ("HN-2026-00002",)
        assert ledger.verify_chain() == ()


def test_who_issues_at_the_same_time_with_a_later_day_is_seen_under_the_lock(folder: Path) -> None:
    """The day is looked at before the first batch, and again in each."""
    with writer(folder) as ledger:
        plan = confirmed(ledger, [(draft(f"a-{n}"), f"a{n}") for n in range(3)])
        heard: list[int] = []

        def meanwhile(count: int) -> None:
            heard.append(count)
            with ledger._store.write() as connection:
                connection.exec_driver_sql("UPDATE documents SET issue_date = '2026-02-01'")

        with pytest.raises(RunError, match="L135"):
            ledger.issue(plan, finish, TODAY, batch=1, progress=meanwhile)
        assert heard == [1]
        assert ledger.plan(plan).status is PlanStatus.CONFIRMED


def test_a_start_changes_nothing_for_other_series(folder: Path) -> None:
    with writer(folder) as ledger:
        plan = stored(ledger, [(draft("a-1", series=SERIES[Kind.CREDIT_NOTE]), "a")])
        ledger.confirm(plan, "sales", "checked", TODAY)
        assert ledger.issue(plan, finish, TODAY, numbering=GOES_ON) == ("HC-2026-00001",)
