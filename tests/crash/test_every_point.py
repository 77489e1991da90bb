"""Whoever writes may be killed at every write and every sync; who calls again ends where nobody was killed.

What is a write is not listed anywhere: it is seen while the stories run (tests/crash/watch.py). So a new write is broken as
soon as a story comes by, and one that no story comes by is found in the source and refused by the last test here.
"""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.crash.crasher import SOME
from tests.crash.story import STORIES
from tests.crash.watch import LEDGER
from tests.ledger.conftest import BOTH
from tests.postgresql import Postgres

ROOT = Path(__file__).resolve().parent.parent.parent
CALLS = {"sa.insert", "sa.update", "sa.delete", "os.fsync", "os.ftruncate", "os.pwrite", "tempfile.mkstemp"}
METHODS = {"mkdir", "unlink", "backup", "create_all", "stamp", "chmod", "write_bytes", "write_text", "fault", "_fault"}
"""Calls that write, or make a statement that does; so do all calls of ``op`` in migrations."""
REMOVED_ALIVE = {"durable.py": 2}
"""Writes that no story comes by, by file: unfinished files are removed at once where the process lives on
(test_crash.py), and by the next writer where it was killed (tests of kills)."""
OLDEST = "migrations/m0001_first_tables.py"
"""No ledger is older than what this one makes: the stories begin behind it."""


def broken(stories: Iterable[str], kind: str, folder: Path, server: Postgres, breaks: str) -> dict[str, Any]:
    """The reports of the process that breaks stories, by story."""
    command = [sys.executable, "-m", "tests.crash.crasher", ",".join(stories), kind, str(folder), str(server.folder)]
    done = subprocess.run(
        [*command, str(server.port), breaks], cwd=ROOT, capture_output=True, text=True, check=False, timeout=3000
    )
    assert done.returncode == 0, done.stderr
    reports: dict[str, Any] = json.loads(done.stdout)
    return reports


Reports = Callable[[str], dict[str, Any]]
TOGETHER = {kind: pytest.mark.xdist_group(f"stories on {kind}") for kind in BOTH}


@pytest.fixture(scope="session")
def reports_of(tmp_path_factory: pytest.TempPathFactory, postgresql: Postgres) -> Reports:
    """The reports of all stories on a kind of database: what takes long before the first of them is done once."""

    @cache
    def reports(kind: str) -> dict[str, Any]:
        return broken(STORIES, kind, tmp_path_factory.mktemp("stories"), postgresql, "some")

    return reports


@pytest.mark.parametrize("kind", [pytest.param(kind, marks=TOGETHER[kind]) for kind in BOTH])
@pytest.mark.parametrize("story", STORIES)
def test_a_story_that_is_broken_in_places_is_resumed(story: str, kind: str, reports_of: Reports) -> None:
    report = reports_of(kind)[story]
    assert not report["failures"], "\n".join(report["failures"])
    assert SOME <= report["broken"] <= operations(report)


@pytest.mark.slow
@pytest.mark.parametrize("kind", BOTH)
@pytest.mark.parametrize("story", STORIES)
def test_a_story_that_is_broken_anywhere_is_resumed(
    story: str, kind: str, tmp_path: Path, postgresql: Postgres
) -> None:
    """Each story by itself, since processes share them. One after the other they took 10 to 19 minutes on SQLite and 39 on
    PostgreSQL, which copies a database for each operation, on a busy machine of 4 cores."""
    report = broken([story], kind, tmp_path, postgresql, "every")[story]
    assert not report["failures"], "\n".join(report["failures"])
    assert report["broken"] == operations(report)


def operations(report: dict[str, Any]) -> int:
    """How many there are to break."""
    return sum(map(len, report["seen"].values()))


@TOGETHER["sqlite"]
def test_every_write_of_the_ledger_is_in_a_story(reports_of: Reports) -> None:
    """So it is broken above. Whoever adds a write adds a step to a story (tests/crash/story.py) that comes by it."""
    run: set[tuple[str, int]] = set()
    for report in reports_of("sqlite").values():
        assert not report["failures"], "\n".join(report["failures"])
        run |= {(file.removeprefix(f"{LEDGER}/"), line) for file, line in report["lines"]}
    writes = {(name, line) for name, tree in sources() for line in writes_in(tree)}
    assert len(writes) > 60
    assert writes - run <= {(name, line) for name, line in writes if name in REMOVED_ALIVE}
    assert len({one for one in writes - run if one[0] in REMOVED_ALIVE}) == sum(REMOVED_ALIVE.values())


def sources() -> Iterator[tuple[str, ast.Module]]:
    """The files of the ledger."""
    for path in sorted(Path(LEDGER).rglob("*.py")):
        name = str(path.relative_to(LEDGER))
        if name != OLDEST:
            yield name, ast.parse(path.read_text("utf-8"))


def writes_in(tree: ast.Module) -> list[int]:
    """The lines of its calls that write."""
    return sorted({node.lineno for node in ast.walk(tree) if isinstance(node, ast.Call) and is_write(node)})


def is_write(node: ast.Call) -> bool:
    """Whether the call writes."""
    name = ast.unparse(node.func)
    replaces = isinstance(node.func, ast.Attribute) and node.func.attr == "replace" and len(node.args) == 1
    method = name.rpartition(".")[2] if isinstance(node.func, ast.Attribute) or name == "fault" else ""
    return name in CALLS or name.startswith("op.") or method in METHODS or (replaces and not node.keywords)


def test_a_write_without_a_story_would_be_found() -> None:
    tree = ast.parse("connection.execute(sa.insert(schema.anew), rows)\nPath(name).replace(path)\nx.replace(a, b)")
    assert writes_in(tree) == [1, 2]
