"""A disk that fills, a server that goes away, two who come at once, inputs edited between a crash and its resumption."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from invoicer import runs
from invoicer.errors import RunError
from invoicer.ledger import Fault, Point, issuing
from invoicer.ledger.faults import no_fault
from tests import postgresql as servers
from tests.crash.story import BEGINNING, CONTRACTS, Step, agree, confirm, day, desk_of, issue, plan, workspace_in
from tests.ledger.conftest import Places
from tests.ledger.papers import DATABASE, Breaks, reader


class CrashError(Exception):
    """The end of a process, as far as a test can stand it."""


@contextmanager
def few_pages(more: int) -> Iterator[None]:
    """SQLite refuses to grow by more than so many pages, as on a disk that fills (SQLITE_FULL)."""

    def limit(raw: Any, _: Any) -> None:
        if isinstance(raw, sqlite3.Connection):
            (pages,) = raw.execute("PRAGMA page_count").fetchone()
            raw.execute(f"PRAGMA max_page_count = {pages + more}").close()

    sa.event.listen(sa.pool.Pool, "connect", limit)
    try:
        yield
    finally:
        sa.event.remove(sa.pool.Pool, "connect", limit)


def billed_once(folder: Path, contracts: tuple[str, ...]) -> list[str]:
    """Each contract is billed once, the chain is sound, no number is left out, every file is there; answers the prices in
    the order of the contracts."""
    with reader(folder) as ledger:
        assert ledger.verify_chain() == ()
        assert ledger.missing_artifacts() == ledger.unpublished() == ()
        lines = ledger.billed(contracts)
        assert sorted(line.contract for line in lines) == sorted(contracts)
        return [str(line.net.amount) for line in sorted(lines, key=lambda line: line.contract)]


def test_a_database_that_cannot_grow_is_explained_and_goes_on_when_it_can(tmp_path: Path) -> None:
    workspace_in(tmp_path)
    refused = 0
    with desk_of(tmp_path):
        pass
    for step in BEGINNING.values():
        for more in range(12):
            try:
                with few_pages(more):
                    step(tmp_path, no_fault)
            except RunError as error:
                assert {problem.code for problem in error.problems} == {"L103"}, error
                refused += 1
                with reader(tmp_path) as ledger:
                    assert ledger.verify_chain() == ()
            else:
                break
        step(tmp_path, no_fault)
    assert refused >= 3
    assert billed_once(tmp_path, CONTRACTS) == ["10.50", "20.50", "30.50"]


@pytest.mark.parametrize("point", [Point.LOG_APPENDED, Point.COMMITTED])
def test_a_server_that_goes_away_in_the_middle_and_comes_back(tmp_path: Path, point: Point) -> None:
    """Whatever is under way is called again when it is back."""
    workspace_in(tmp_path)
    server = servers.make({})
    try:
        (tmp_path / DATABASE).write_text(server.url(server.new()))
        for step in BEGINNING.values():
            with suppress(RunError):
                step(tmp_path, Breaks(point, partial(server.stop, "immediate")))
            for _ in range(2):
                with pytest.raises(RunError, match=r"L151|L155"):
                    step(tmp_path, no_fault)
            server.start()
            step(tmp_path, no_fault)
        assert billed_once(tmp_path, CONTRACTS) == ["10.50", "20.50", "30.50"]
    finally:
        servers.remove(server)


PAIRS: dict[str, tuple[Step, Step]] = {
    "issue and issue": (issue(day(1)), issue(day(1))),
    "plan and issue": (plan(day(1)), issue(day(1))),
    "plan and confirm": (plan(day(1)), confirm(day(1))),
    "confirm and issue": (confirm(day(1)), issue(day(1))),
}
MEANWHILE = {"L101", "L120", "L121", "L122", "L125"}
"""What one of two may be told: the other is under way (only SQLite), or has replaced or released what it meant."""


@pytest.mark.parametrize("pair", PAIRS)
@pytest.mark.parametrize("edited", [False, True], ids=["as it was", "edited"])
def test_two_at_once(folder: Path, pair: str, edited: bool, tmp_path: Path) -> None:
    """Each waits at its first transaction until the other is there as well."""
    workspace = tmp_path / "workspace"
    workspace_in(workspace)
    if (folder / DATABASE).exists():
        (workspace / DATABASE).write_text((folder / DATABASE).read_text())
    plan(day(1))(workspace, no_fault)
    if "plan and confirm" not in pair:
        confirm(day(1))(workspace, no_fault)
    if edited:
        agree(workspace, "cedar", "21.00")
    both = threading.Barrier(2)
    errors: list[BaseException] = []

    def come(step: Step) -> None:
        both.wait()
        try:
            step(workspace, no_fault)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=come, args=(step,)) for step in PAIRS[pair]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for error in errors:
        assert isinstance(error, RunError), error
        assert {problem.code for problem in error.problems} <= MEANWHILE, error
    for step in BEGINNING.values():
        step(workspace, no_fault)
    assert billed_once(workspace, CONTRACTS)[::2] == ["10.50", "30.50"]


MANY = tuple(f"contract-{index:02}" for index in range(55))


@pytest.fixture(params=[Point.NUMBERS_TAKEN, Point.BEFORE_COMMIT])
def point(request: pytest.FixtureRequest) -> Point:
    """Where the first batch breaks."""
    found: Point = request.param
    return found


@pytest.fixture(autouse=True)
def fifty_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that an issue of :data:`MANY` takes two transactions."""
    monkeypatch.setattr(issuing, "BATCH", 50)


def broken_issue(workspace: Path, places: Places, fault: Fault) -> None:
    """A planned and confirmed workspace of 55 contracts, whose issue broke."""
    workspace_in(workspace, MANY, formats='"json"')
    places.new(workspace)
    for step in list(BEGINNING.values())[:2]:
        step(workspace, no_fault)
    with pytest.raises(CrashError):
        issue(day(1))(workspace, fault)
    for name in MANY[:3]:
        agree(workspace, name, "99.00")


def resumed(workspace: Path) -> runs.IssueResult:
    with desk_of(workspace) as (desk, ledger):
        return runs.issue(desk, ledger, day(1), "sales")


def test_an_issue_that_had_not_begun_sends_nothing_that_was_edited(
    places: Places, tmp_path: Path, point: Point
) -> None:
    broken_issue(tmp_path / "w", places, Breaks(point, CrashError()))
    result = resumed(tmp_path / "w")
    assert result.dropped == MANY[:3]
    assert len(result.issued) == len(MANY) - 3
    for step in BEGINNING.values():
        step(tmp_path / "w", no_fault)
    assert billed_once(tmp_path / "w", MANY)[:4] == ["99.00"] * 3 + ["40.50"]


def test_an_issue_that_had_begun_goes_on_from_its_drafts(places: Places, tmp_path: Path) -> None:
    broken_issue(tmp_path / "w", places, Breaks(Point.DOCUMENTS_INSERTED, CrashError(), times=2))
    result = resumed(tmp_path / "w")
    assert (result.dropped, len(result.issued)) == ((), len(MANY) - 50)
    assert billed_once(tmp_path / "w", MANY)[:4] == ["10.50", "20.50", "30.50", "40.50"]
