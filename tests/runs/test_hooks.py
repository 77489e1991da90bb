"""What plugins hear of an issue, and the formats that a workspace wants."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from invoicer import ledger, runs, workspace
from invoicer.errors import WorkspaceError
from invoicer.ledger import Point

DAY = dt.date(2026, 1, 1)
LISTENER = """
from pathlib import Path

from invoicer.api import Place, Problem, TaxError, hookimpl

HEARD = Path(__file__).parent.parent / "heard.txt"
DEAF = Path(__file__).parent.parent / "deaf"


@hookimpl
def invoicer_issued(document):
    if DEAF.exists():
        raise TaxError(Problem("P990", Place(), "nobody listens", "come back later"))
    with HEARD.open("a") as file:
        file.write(document.number + "\\n")
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    workspace.new_workspace(tmp_path / "workspace")
    (tmp_path / "workspace/plugins").mkdir()
    (tmp_path / "workspace/plugins/listener.py").write_text(LISTENER, "utf-8")
    return tmp_path / "workspace"


def run(folder: Path, fault: ledger.Fault = lambda _: None) -> runs.IssueResult:
    desk = runs.open_desk(folder)
    space = desk.workspace
    with ledger.open_ledger(space.ledger_folder, writing=True, documents=space.documents_folder, fault=fault) as book:
        if not book.plans():
            runs.plan(desk, book, DAY, DAY)
            runs.confirm(book, "tests", "checked", DAY)
        return runs.issue(desk, book, DAY, "tests")


def test_plugins_hear_of_every_document_even_after_a_crash(folder: Path) -> None:
    def crash(point: Point) -> None:
        if point is Point.FILE_PUBLISHED:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(folder, crash)
    assert not (folder / "heard.txt").exists()
    assert run(folder).issued == ()
    assert (folder / "heard.txt").read_text("utf-8") == "INV-2026-00001\n"
    run(folder)
    assert (folder / "heard.txt").read_text("utf-8") == "INV-2026-00001\n"


def test_a_plugin_that_fails_is_told_again(folder: Path) -> None:
    (folder / "deaf").touch()
    assert [problem.code for problem in run(folder).problems] == ["P990"]
    (folder / "deaf").unlink()
    assert run(folder).problems == ()
    assert (folder / "heard.txt").read_text("utf-8") == "INV-2026-00001\n"


def test_a_workspace_chooses_its_formats(folder: Path) -> None:
    settings = folder / "invoicer.toml"
    settings.write_text(settings.read_text("utf-8").replace("[policy]", '[policy]\nformats = ["pdf", "json"]'), "utf-8")
    files = {path.name for path in run(folder).files}
    assert files == {"INV-2026-00001.pdf", "INV-2026-00001.json"}


def test_an_unknown_format_is_refused_before_anything_runs(folder: Path) -> None:
    settings = folder / "invoicer.toml"
    settings.write_text(settings.read_text("utf-8").replace("[policy]", '[policy]\nformats = ["docx"]'), "utf-8")
    with pytest.raises(WorkspaceError, match="no document format is named docx"):
        runs.open_desk(folder)
