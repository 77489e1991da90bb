"""Both example workspaces, run from January to July 2026 once for all tests of this folder."""

from __future__ import annotations

import datetime as dt
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

import pytest

from invoicer import ledger, runs, workspace
from invoicer.domain.document import Document
from tests.quickly import real_pages

MONTHS = [dt.date(2026, month, 1) for month in range(1, 8)]


@dataclass(frozen=True)
class Batch:
    """A workspace after its runs; ``documents`` in the order of issue, ``results`` and ``planned`` by month."""

    desk: runs.Desk
    folder: Path
    documents: tuple[Document, ...]
    planned: dict[dt.date, runs.Planned]
    results: dict[dt.date, runs.IssueResult]

    def of(self, contract: str) -> list[Document]:
        """The documents with a line of a contract."""
        return [one for one in self.documents if any(line.contract == contract for line in one.lines)]


def run_all(example: str, folder: Path) -> Batch:
    """Plan, confirm and issue every month of an example; the pages of the first are printed."""
    workspace.copy_example(example, folder)
    desk = runs.open_desk(folder)
    space, planned, results = desk.workspace, {}, {}
    with ledger.open_ledger(space.ledger_folder, writing=True, documents=space.documents_folder) as book:
        for day in MONTHS:
            planned[day] = runs.plan(desk, book, day, day)
            if planned[day].plan.drafts:
                runs.confirm(book, "tests", f"checked as of {day}", day)
            with real_pages() if day == MONTHS[0] else nullcontext():
                results[day] = runs.issue(desk, book, day, "tests")
        documents = tuple(book.document(one.number) for one in book.documents())
    return Batch(desk, folder, documents, planned, results)


@pytest.fixture(scope="session")
def hosting(tmp_path_factory: pytest.TempPathFactory) -> Batch:
    return run_all("hosting", tmp_path_factory.mktemp("hosting") / "workspace")


@pytest.fixture(scope="session")
def insurance(tmp_path_factory: pytest.TempPathFactory) -> Batch:
    return run_all("insurance", tmp_path_factory.mktemp("insurance") / "workspace")


@pytest.fixture(
    params=[pytest.param(name, marks=pytest.mark.xdist_group(name)) for name in ("hosting", "insurance")],
    scope="session",
)
def batch(request: pytest.FixtureRequest) -> Batch:
    """Each of the two."""
    made: Batch = request.getfixturevalue(request.param)
    return made
