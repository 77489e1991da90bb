"""What is new, what changed and why: against the last documents, against an earlier plan, and at the issue."""

from __future__ import annotations

import datetime as dt
import errno
from collections import defaultdict
from itertools import pairwise
from pathlib import Path

import pytest

from invoicer import ledger, runs, workspace
from invoicer.domain.money import total
from invoicer.ledger import DraftStatus, Point
from invoicer.runs.against import Against, DraftChange, PlanDiff, State
from invoicer.runs.comparison import Cause, compare_papers, paper_of
from tests.ledger.papers import Breaks
from tests.runs.conftest import Batch
from tests.runs.small import heading, issue

FEE = heading("acme-1", "Acme") + '\ncharge fee "Fee"\n  100.00 EUR per month\n\ncharge seats "Seats"\n'
FEE += "  quantity 10 seats\n  5.00 EUR per seat per month\n"
OTHER = heading("acme-2", "Acme, too") + '\ncharge rent "Rent"\n  30.00 EUR per month\n'


def space(folder: Path, *texts: str) -> Path:
    """A small workspace with these contracts."""
    workspace.new_workspace(folder)
    for file in (folder / "contracts").glob("*.terms"):
        file.unlink()
    terms(folder, *(texts or (FEE,)))
    return folder


def released(folder: Path, *texts: str) -> tuple[Path, dt.date]:
    """Such a workspace with a plan that is confirmed, and the day of both."""
    day = dt.date(2026, 1, 1)
    desk = runs.open_desk(space(folder, *texts))
    with ledger.open_ledger(desk.workspace.ledger_folder, writing=True) as book:
        runs.plan(desk, book, day, day)
        runs.confirm(book, "tests", "checked", day)
    return folder, day


def terms(folder: Path, *texts: str) -> None:
    for at, text in enumerate(texts):
        (folder / "contracts" / f"{at}.terms").write_text(text, "utf-8")


def compared(folder: Path, on: str) -> runs.Compared:
    desk, day = runs.open_desk(folder), dt.date.fromisoformat(on)
    with ledger.open_ledger(desk.workspace.ledger_folder, writing=True) as book:
        return runs.compare(runs.plan(desk, book, day, day), book)


def only(found: runs.Compared) -> Against:
    ((_, found_of_one),) = found.contracts
    one = found_of_one.whole
    assert one.state is found_of_one.state
    assert total((change.difference for change in one.changes), one.new.currency) == one.new - one.old
    return one


def why(one: Against) -> dict[str, list[tuple[Cause, str]]]:
    return {
        str(each.component): [(because.cause, because.words) for because in each.because]
        for each in one.changes
        if each.because
    }


def test_what_was_never_billed_is_new_and_what_is_as_before_is_the_same(tmp_path: Path) -> None:
    folder = space(tmp_path / "w")
    assert only(compared(folder, "2026-01-01")).state is State.NEW
    issue(folder, "2026-01-01")
    same = only(compared(folder, "2026-02-01"))
    assert (same.state, same.number, why(same)) == (State.SAME, "INV-2026-00001", {})


SIDE = '\namendment 1 from 2026-02-01 agreed 2026-01-10 "Side letter"\n'
STEP = FEE.replace("100.00 EUR per month", "100.00 EUR per month\n  from 2026-02-01 120.00 EUR per month")


@pytest.mark.parametrize(
    ("text", "component", "cause", "words"),
    [
        (STEP, "fee", Cause.CLAUSE, "price 100.00 EUR → 120.00 EUR (contracts/0.terms:13)"),
        (
            f"{FEE}{SIDE}  change seats quantity to 12 seats\n",
            "seats",
            Cause.CLAUSE,
            "quantity 10 seats → 12 seats (contracts/0.terms:19)",
        ),
        (
            f'{FEE}{SIDE}  charge extra "Extra"\n    7.00 EUR per month\n',
            "extra",
            Cause.NEW,
            "not billed before (contracts/0.terms:20)",
        ),
        (
            f"{FEE}{SIDE}  stop seats\n    refund unused\n",
            "seats",
            Cause.GONE,
            "not billed this time (contracts/0.terms:16)",
        ),
    ],
)
def test_a_clause_that_changed(tmp_path: Path, text: str, component: str, cause: Cause, words: str) -> None:
    folder = space(tmp_path / "w")
    issue(folder, "2026-01-01")
    terms(folder, text)
    changed = only(compared(folder, "2026-02-01"))
    assert changed.state is State.CHANGED
    assert why(changed) == {component: [(cause, words)]}


def test_a_part_of_a_month(tmp_path: Path) -> None:
    folder = space(tmp_path / "w", FEE.replace("from 2026-01-01\n", "from 2026-01-17\n"))
    issue(folder, "2026-01-17")
    changed = only(compared(folder, "2026-02-01"))
    words = [(Cause.PRORATION, "15 of 31 days → a whole period")]
    assert why(changed) == {"fee": words, "seats": words}


def test_another_address_is_taxed_otherwise(tmp_path: Path) -> None:
    folder = space(tmp_path / "w")
    issue(folder, "2026-01-01")
    file = folder / "customers.csv"
    moved = "acme,Acme Studio B.V.,business,,Rue 1,1000,Bruxelles,,BE,en,BE0400071253,2026-01-15,90000002"
    file.write_text(file.read_text("utf-8") + moved + ",,,,2026-01-15,2026-01-15\n", "utf-8")
    words = [(Cause.TREATMENT, "VAT S 21% NL → AE 0% BE")]
    assert why(only(compared(folder, "2026-02-01"))) == {"fee": words, "seats": words}


METERED = (
    heading("acme-1", "Acme", "monthly in arrears on day 1")
    + """
meter calls "Calls"
  sum of calls

charge api "API"
  usage of calls
  0.10 EUR per call
"""
)


def test_usage_that_changed(tmp_path: Path) -> None:
    folder = space(tmp_path / "w", METERED)
    rows = "event,contract,meter,at,calls\n"
    for day, count in (("01-05", 300), ("02-05", 450)):
        rows += f"{day},acme-1,calls,2026-{day}T10:00:00+01:00,{count}\n"
    (folder / "usage").mkdir(exist_ok=True)
    (folder / "usage" / "calls.csv").write_text(rows, "utf-8")
    manifest = '[[source]]\nfiles = "*.csv"\nmeters = ["calls"]\ncomplete_through = 2026-04-30\n'
    (folder / "usage" / "manifest.toml").write_text(manifest, "utf-8")
    issue(folder, "2026-02-01")
    changed = only(compared(folder, "2026-03-01"))
    assert why(changed) == {"api": [(Cause.USAGE, "quantity 300 calls → 450 calls")]}


def test_sums_by_seller_and_currency_beside_the_month_before(tmp_path: Path) -> None:
    folder = space(tmp_path / "w", FEE, OTHER)
    issue(folder, "2026-01-01")
    terms(folder, FEE + '\namendment 1 from 2026-01-01 agreed 2026-01-10 "Less"\n  change fee to 90.00 EUR per month\n')
    (sums,) = compared(folder, "2026-02-01").sums
    assert (sums.seller, sums.currency, sums.month) == ("my-company", "EUR", "2026-01")
    assert (str(sums.before), str(sums.issued)) == ("180.00 EUR", "0.00 EUR")
    assert str(sums.planned) == "160.00 EUR"  # 140 + 30, less a credit of 10
    assert sums.change == sums.planned - sums.before


def test_papers_of_real_runs_tie_out(batch: Batch) -> None:
    """Any two documents of a contract in one currency: the differences sum to that of their amounts, what has no cause has
    the same amount, and a document says the same as itself."""
    papers = defaultdict(list)
    for document in batch.documents:
        for contract in {line.contract for line in document.lines}:
            papers[contract, document.currency].append(paper_of(document, [contract]))
    pairs = [pair for found in papers.values() for pair in pairwise(found)]
    assert len(pairs) > 50
    for old, new in pairs:
        changes = compare_papers(old, new)
        assert total((one.difference for one in changes), new.currency) == new.net - old.net
        assert all(one.because for one in changes if one.difference)
        assert not [one for one in compare_papers(new, new) if one.because or one.difference]


def differs(folder: Path, on: str) -> PlanDiff:
    desk, day = runs.open_desk(folder), dt.date.fromisoformat(on)
    with ledger.open_ledger(desk.workspace.ledger_folder, writing=True) as book:
        found = runs.difference(runs.plan(desk, book, day, day), book)
        assert found is not None
    for currency, (old, new) in found.totals.items():
        moved = (one.difference for one in found.changes if one.difference.currency == currency)
        assert total(moved, currency) == new - old
    return found


def brief(changes: tuple[DraftChange, ...]) -> list[tuple[str, str, str, str]]:
    return [(one.contracts[0], str(one.state), str(one.old), str(one.new)) for one in changes]


def test_two_plans(tmp_path: Path) -> None:
    folder = space(tmp_path / "w", FEE, OTHER)
    compared(folder, "2026-01-01")
    terms(folder, FEE.replace("100.00", "110.00"), OTHER.replace("acme-2", "acme-3"))
    found = differs(folder, "2026-01-01")
    assert (found.old, found.new, found.same) == (1, 2, 0)
    assert brief(found.changes) == [
        ("acme-1", "changed", "150.00 EUR", "160.00 EUR"),
        ("acme-2", "gone", "30.00 EUR", "None"),
        ("acme-3", "new", "None", "30.00 EUR"),
    ]
    (change,) = found.changes[0].changes
    assert change.because[0].words == "price 100.00 EUR → 110.00 EUR (contracts/0.terms:12)"


def test_what_was_issued_meanwhile_is_told_as_such(tmp_path: Path) -> None:
    folder = space(tmp_path / "w", FEE, OTHER)
    issue(folder, "2026-01-01")
    found = differs(folder, "2026-02-01")
    assert ("acme-1", "issued", "150.00 EUR", "None") in brief(found.changes)
    assert {one.number for one in found.changes if one.state is State.ISSUED} == {"INV-2026-00001", "INV-2026-00002"}


def test_at_the_issue_what_has_changed_is_shown_and_the_rest_goes_out(tmp_path: Path) -> None:
    folder, day = released(tmp_path / "w", FEE, OTHER)
    terms(folder, FEE.replace("100.00", "110.00"))
    desk = runs.open_desk(folder)
    with ledger.open_ledger(desk.workspace.ledger_folder, writing=True) as book:
        result = runs.issue(desk, book, day, "tests")
    assert [str(one.gross) for one in result.issued] == ["36.30 EUR"]
    (one,) = result.changed
    assert result.dropped == ("acme-1",)
    assert (str(one.change.old), str(one.change.new)) == ("150.00 EUR", "160.00 EUR")
    assert one.change.changes[0].because[0].words == "price 100.00 EUR → 110.00 EUR (contracts/0.terms:12)"


def test_what_was_dropped_waits_for_a_new_plan_and_every_issue_until_then_says_so(tmp_path: Path) -> None:
    folder, day = released(tmp_path / "w", FEE, OTHER)
    terms(folder, FEE.replace("100.00", "110.00"))
    desk = runs.open_desk(folder)
    with ledger.open_ledger(desk.workspace.ledger_folder, writing=True) as book:
        assert [runs.issue(desk, book, day, "tests").dropped_before for _ in range(3)] == [0, 1, 1]
        (one,) = runs.waiting(desk, book, day)
        assert (one.contracts, one.waits_for) == (
            ("acme-1",),
            ("to be planned again: inputs have changed since the plan",),
        )
        runs.plan(desk, book, day, day)
        assert [one.waits_for for one in runs.waiting(desk, book, day)] == [("release",)]
        assert not runs.waiting(desk, book, day, plan=1)
        assert runs.issue(desk, book, day, "tests").dropped_before == 0


def test_what_is_issued_is_told_though_its_files_could_not_be_recorded(tmp_path: Path) -> None:
    folder = space(tmp_path / "w", FEE, OTHER)
    day = dt.date(2026, 1, 1)
    desk = runs.open_desk(folder)
    full = Breaks(Point.ARTIFACT_RECORDED, OSError(errno.ENOSPC, "No space left on device"))
    with ledger.open_ledger(desk.workspace.ledger_folder, writing=True, fault=full) as book:
        runs.plan(desk, book, day, day)
        runs.confirm(book, "tests", "checked", day)
        result = runs.issue(desk, book, day, "tests")
        assert (len(result.issued), result.files) == (2, ())
        assert [one.code for one in result.problems] == ["L103"]
        again = runs.issue(desk, book, day, "tests")
        assert (len(again.issued), len(again.files), again.problems) == (0, 2, ())


def test_what_was_dropped_and_is_owed_no_more_is_done_with_the_next_plan(tmp_path: Path) -> None:
    """The new plan has nothing that the old one has not: it is another one all the same, and nothing waits any more."""
    folder, day = released(tmp_path / "w", FEE, OTHER)
    (folder / "contracts" / "0.terms").unlink()
    desk = runs.open_desk(folder)
    with ledger.open_ledger(desk.workspace.ledger_folder, writing=True) as book:
        assert runs.issue(desk, book, day, "tests").dropped == ("acme-1",)
        new = runs.plan(desk, book, day, day).plan
        assert (new.id, new.drafts) == (2, ())
        assert runs.issue(desk, book, day, "tests").dropped_before == 0
        assert not runs.waiting(desk, book, day)
        assert runs.plan(desk, book, day, day).plan.id == new.id


def test_what_is_confirmed_after_an_issue_is_looked_at_again(tmp_path: Path) -> None:
    """Part of a plan goes out; before the rest is confirmed, its terms change: it must not go out as it was planned."""
    folder = space(tmp_path / "w", FEE, OTHER)
    day = dt.date(2026, 1, 1)
    desk = runs.open_desk(folder)
    with ledger.open_ledger(desk.workspace.ledger_folder, writing=True) as book:
        runs.plan(desk, book, day, day)
        runs.confirm(book, "tests", "checked", day, contracts=["acme-2"])
        assert len(runs.issue(desk, book, day, "tests").issued) == 1
    terms(folder, FEE.replace("100.00", "110.00"))
    desk = runs.open_desk(folder)
    with ledger.open_ledger(desk.workspace.ledger_folder, writing=True) as book:
        runs.confirm(book, "tests", "checked", day)
        result = runs.issue(desk, book, day, "tests")
        assert not result.issued
        assert result.dropped == ("acme-1",)
        assert [one.status for one in book.plan().drafts] == [DraftStatus.DROPPED, DraftStatus.ISSUED]
