"""What a run refuses to do, and what it puts right by itself."""

from __future__ import annotations

import datetime as dt
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from invoicer import ledger, runs, workspace
from invoicer.errors import RunError

DAY, NEXT = dt.date(2026, 1, 1), dt.date(2026, 2, 1)


def run(folder: Path, day: dt.date = DAY, issue_date: dt.date | None = None) -> runs.IssueResult:
    desk = runs.open_desk(folder)
    space = desk.workspace
    with ledger.open_ledger(space.ledger_folder, writing=True, documents=space.documents_folder) as book:
        if runs.plan(desk, book, day, day).plan.drafts:
            runs.confirm(book, "tests", "checked", day)
        return runs.issue(desk, book, issue_date or day, "tests")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    workspace.new_workspace(tmp_path / "workspace")
    return tmp_path / "workspace"


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM billed",
        "UPDATE billed SET contract = 'other'",
        "UPDATE billed SET json = replace(json, '1', '2')",
        "UPDATE documents SET sha256 = 'x'",
    ],
)
def test_a_database_changed_by_hand_stops_every_run(change: str, folder: Path) -> None:
    run(folder)
    with closing(sqlite3.connect(folder / "ledger/invoicer.db")) as database, database:
        database.execute(change)
    with pytest.raises(RunError, match=r"L1\d\d"):
        run(folder, NEXT)


def test_a_lost_ledger_does_not_give_numbers_again(folder: Path) -> None:
    (path,) = run(folder).files
    sent = path.read_bytes()
    shutil.rmtree(folder / "ledger")
    with pytest.raises(RunError, match=r"L145.*leave this folder as it is") as refusal:
        run(folder)
    assert "away" not in str(refusal.value)  # who moves them away gives their numbers again
    assert path.read_bytes() == sent


def test_dates_of_issue_never_run_backwards(folder: Path) -> None:
    run(folder, NEXT)
    with pytest.raises(RunError, match=r"L135.*never run backwards"):
        run(folder, dt.date(2026, 3, 1), issue_date=NEXT - dt.timedelta(days=1))


def test_a_wrong_year_of_issue_is_noticed(folder: Path) -> None:
    with pytest.raises(RunError, match=r"L209.*year"):
        run(folder, DAY, issue_date=dt.date(2025, 1, 1))
    assert run(folder, DAY, issue_date=dt.date(2025, 12, 15)).issued


def test_a_lost_file_is_put_back(folder: Path) -> None:
    (path,) = run(folder).files
    sent = path.read_bytes()
    path.unlink()
    assert run(folder).files == (path,)
    assert path.read_bytes() == sent
    path.unlink()
    shutil.rmtree(folder / "ledger/files")
    run(folder)
    assert path.read_bytes() == sent


@pytest.mark.parametrize("price", ["92233720368547759.00 EUR once", "9" * 15 + ".00 EUR once\n  quantity 9999 seats"])
def test_an_amount_beyond_any_invoice_holds_one_contract(price: str, folder: Path) -> None:
    path = next((folder / "contracts").glob("*.terms"))
    text = path.read_text("utf-8")
    huge = text.replace("contract acme-2026", "contract huge").replace("250.00 EUR once", price)
    (folder / "contracts/huge.terms").write_text(
        huge.replace("EUR once\n  quantity", "EUR per seat once\n  quantity"), "utf-8"
    )
    result = run(folder)
    assert len(result.issued) == 1
    desk = runs.open_desk(folder)
    with ledger.open_ledger(desk.workspace.ledger_folder, writing=False) as book:
        assert {problem.code for problem in book.plan().holds["huge"]} == {"L210"}


def test_a_remark_is_needed(folder: Path) -> None:
    desk = runs.open_desk(folder)
    with ledger.open_ledger(folder / "ledger", writing=True) as book:
        runs.plan(desk, book, DAY, DAY)
        with pytest.raises(RunError, match=r"L123.*remark"):
            runs.confirm(book, "tests", "  ", DAY)


def confirmed(folder: Path) -> None:
    desk = runs.open_desk(folder)
    with ledger.open_ledger(desk.workspace.ledger_folder, writing=True) as book:
        runs.plan(desk, book, DAY, DAY)
        runs.confirm(book, "tests", "checked", DAY)


def issued_and_dropped(folder: Path) -> tuple[int, tuple[str, ...]]:
    desk = runs.open_desk(folder)
    space = desk.workspace
    with ledger.open_ledger(space.ledger_folder, writing=True, documents=space.documents_folder) as book:
        done = runs.issue(desk, book, DAY, "tests")
    return len(done.issued), done.dropped


@pytest.mark.parametrize(
    ("file", "before", "after"),
    [
        ("contracts/acme-2026.terms", "contract ", "# As signed.\n\n\ncontract "),
        ("contracts/acme-2026.terms", "\ncharge ", "\n\n    # The prices.\ncharge "),
        ("invoicer.toml", "[workspace]", "# Ours.\n[workspace]"),
    ],
)
def test_a_comment_or_an_empty_line_does_not_drop_what_was_confirmed(
    file: str, before: str, after: str, folder: Path
) -> None:
    confirmed(folder)
    edit(folder / file, before, after)
    assert issued_and_dropped(folder) == (1, ())


def test_another_purchase_order_drops_what_was_confirmed(folder: Path) -> None:
    confirmed(folder)
    edit(folder / "contracts/acme-2026.terms", "PO-1001", "PO-1002")
    assert issued_and_dropped(folder) == (0, ("acme-2026",))


def edit(path: Path, before: str, after: str) -> None:
    text = path.read_text("utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), "utf-8")
