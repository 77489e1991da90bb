"""The doctor finds each thing that is wrong, and one defect hides no other."""

from __future__ import annotations

import datetime as dt
import shutil
import sys
from collections import namedtuple
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path

import pytest

from invoicer import render, runs, workspace
from invoicer.errors import Severity
from invoicer.ledger import Ledger
from invoicer.render.trial import Trial
from invoicer.runs.doctor.machine import WRITTEN
from tests.runs.test_refusals import run

NOW = dt.datetime(2026, 12, 1, 12, tzinfo=dt.UTC)
SQLITE = {"product": "SQLite", "version": "3.53.1", "quick_check": "ok"}
SERVER = {
    "product": "PostgreSQL",
    "version": "18.1",
    "fsync": "on",
    "full_page_writes": "on",
    "data_checksums": "on",
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace with which nothing is wrong, wherever this runs."""
    workspace.new_workspace(tmp_path / "workspace")
    (tmp_path / "workspace" / ".git").mkdir()
    with_facts(monkeypatch, SQLITE)
    return tmp_path / "workspace"


def with_facts(monkeypatch: pytest.MonkeyPatch, facts: Mapping[str, str]) -> None:
    monkeypatch.setattr(Ledger, "database_facts", lambda _: facts)


def found(folder: Path, now: dt.datetime = NOW) -> dict[str, tuple[str, ...]]:
    """The codes of what is wrong, by subject."""
    findings = runs.examine(folder, now)
    return {one.subject: tuple(problem.code for problem in one.problems) for one in findings if one.problems}


def test_nothing_is_wrong_with_a_new_workspace(folder: Path) -> None:
    assert found(folder) == {}
    run(folder)
    assert found(folder) == {}


def test_outside_a_workspace_the_machine_alone_is_looked_at(tmp_path: Path) -> None:
    assert [one.subject for one in runs.examine(tmp_path, NOW)][-1] == "clock"


def test_each_library_that_does_not_fit(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = ["lark>=99", "no-such-library>=1", "jinja2", 'never-asked-for; extra == "test"']
    monkeypatch.setattr(metadata, "requires", lambda _: wanted)
    findings = {one.subject: one for one in runs.examine(folder, NOW)}
    causes = [problem.cause for problem in findings["libraries"].problems]
    version = metadata.version("lark")
    assert causes == [
        f"the library lark has version {version}, and >=99 is needed",
        "the library no-such-library is missing",
    ]
    assert findings["libraries"].found == "1 of 3 as needed"


def test_a_program_that_was_not_installed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def requires(name: str) -> list[str]:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "requires", requires)
    assert found(folder) == {"libraries": ("H001",)}


def test_names_of_files_that_are_not_utf_8(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "getfilesystemencoding", lambda: "ascii")
    assert found(folder) == {"names of files": ("H002",)}


def test_a_page_is_really_made() -> None:
    trial = render.try_page()
    assert (trial.embedded, trial.error) == (True, "")
    assert 1_000 < trial.size < 100_000


@pytest.mark.parametrize(
    ("trial", "code"),
    [
        (Trial(0, embedded=False, subset=False, error="cannot load library"), "H003"),
        (Trial(2_000, embedded=False, subset=False), "H004"),
    ],
)
def test_a_page_that_can_not_be_made(trial: Trial, code: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(render, "try_page", lambda: trial)
    assert found(folder) == {"trial page": (code,)}


def test_old_data_on_time_zones(folder: Path) -> None:
    year = int(metadata.version("tzdata").split(".")[0])
    assert found(folder, dt.datetime(year + 2, 1, 1, tzinfo=dt.UTC)) == {}
    assert found(folder, dt.datetime(year + 2, 2, 1, tzinfo=dt.UTC)) == {"time zones": ("H005",)}


def test_a_clock_that_can_not_be_right(folder: Path) -> None:
    assert "clock" not in found(folder, dt.datetime.combine(WRITTEN, dt.time(), dt.UTC))
    before = dt.datetime.combine(WRITTEN - dt.timedelta(days=1), dt.time(23, 59), dt.UTC)
    assert found(folder, before)["clock"] == ("H006",)


@pytest.mark.parametrize(("days", "wrong"), [(1, False), (2, True)])
def test_a_clock_behind_the_last_document(days: int, wrong: bool, folder: Path) -> None:
    run(folder, issue_date=NOW.date() + dt.timedelta(days=days))
    assert found(folder) == ({"clock": ("H006",)} if wrong else {})


def test_what_check_would_say(folder: Path) -> None:
    path = folder / "contracts/acme-2026.terms"
    path.write_text(path.read_text("utf-8").replace("5 seats", "5 sets"), "utf-8")
    (finding,) = [one for one in runs.examine(folder, NOW) if one.subject == "workspace"]
    (problem,) = finding.problems
    assert (problem.code, problem.severity) == ("H010", Severity.ERROR)


def test_a_workspace_that_nobody_remembers(folder: Path) -> None:
    (folder / ".git").rmdir()
    assert found(folder) == {"history of terms": ("H011",)}


def test_a_disk_that_is_nearly_full(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10**12, 10**12 - 10**8, 10**8))
    assert found(folder) == {"disk": ("H012",)}


@pytest.mark.parametrize(
    ("facts", "codes"),
    [
        (SQLITE | {"version": "3.51.3"}, ()),
        (SQLITE | {"version": "3.51.2"}, ("H020",)),
        (SQLITE | {"quick_check": "row 3 missing from index billed_once"}, ("H021",)),
        (SERVER, ()),
        (SERVER | {"fsync": "off"}, ("H022",)),
        (SERVER | {"full_page_writes": "off", "data_checksums": "off"}, ("H022", "H022")),
    ],
)
def test_the_product_behind_the_ledger(
    facts: Mapping[str, str], codes: tuple[str, ...], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_facts(monkeypatch, facts)
    assert found(folder) == ({"database": codes} if codes else {})


def test_files_that_are_not_what_was_issued(folder: Path) -> None:
    (path,) = run(folder).files
    archive = folder / "ledger/files"
    (kept,) = [one for one in archive.rglob("*") if one.is_file()]
    sent = path.read_bytes()
    path.write_bytes(sent + b"%")
    assert found(folder) == {"files": ("H031",)}
    path.unlink()
    assert found(folder) == {"files": ("H031",)}
    path.write_bytes(sent)
    (archive / "stranger").write_bytes(b"x")
    assert found(folder) == {"files": ("H032",)}
    (archive / "stranger").unlink()
    kept.write_bytes(b"x")
    assert found(folder) == {"files": ("L142",)}


def test_files_that_are_not_made_yet(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(render, "render_all", lambda *_, **__: iter(()))
    run(folder)
    assert found(folder) == {"files": ("H030",)}


def test_a_damaged_database_hides_nothing_else(folder: Path) -> None:
    run(folder)
    (folder / "ledger/invoicer.db").write_bytes(b"no database at all, " * 100)
    (folder / ".git").rmdir()
    assert found(folder) == {"ledger": ("L107",), "history of terms": ("H011",)}


def test_settings_that_can_not_be_read_hide_nothing_else(folder: Path) -> None:
    (folder / "invoicer.toml").write_text("[workspace\n", "utf-8")
    wrong = found(folder, dt.datetime(2020, 1, 1, tzinfo=dt.UTC))
    assert wrong["workspace"]
    assert wrong["clock"] == ("H006",)


def test_nothing_is_written(folder: Path) -> None:
    before = sorted(folder.rglob("*"))
    list(runs.examine(folder, NOW))
    assert sorted(folder.rglob("*")) == before
