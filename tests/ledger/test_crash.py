"""A run may break at every point at which it writes or syncs. Called again it ends where an unbroken one ends."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from invoicer.domain.canonical import sha256
from invoicer.errors import RunError
from invoicer.ledger import Point
from invoicer.ledger.durable import STRAY
from tests.ledger.papers import Breaks, many, reader, run, writer

ROOT = Path(__file__).resolve().parent.parent.parent
COUNT, BATCH = 3, 2
DISK = {
    errno.ENOSPC: ("L103", "is full"),
    errno.EDQUOT: ("L103", "is full"),
    errno.EACCES: ("L102", "can't be written"),
    errno.EROFS: ("L102", "can't be written"),
    errno.EIO: ("L104", "answered"),
}


class CrashError(Exception):
    """The end of a process, as far as a test can stand it."""


@cache
def unbroken() -> tuple[dict[Point, int], dict[str, str]]:
    """How often a run over an empty folder reaches each point, and what it leaves."""
    counter = Breaks(Point.COMMITTED, CrashError(), times=-1)
    with TemporaryDirectory() as folder:
        with writer(Path(folder), counter) as ledger:
            run(ledger, many(COUNT), BATCH)
        return counter.reached, result(Path(folder))


def result(folder: Path) -> dict[str, str]:
    """Everything that a run leaves: the text of each document, and each file by its readable name."""
    with reader(folder) as ledger:
        assert ledger.verify_chain() == ()
        assert ledger.missing_artifacts() == ()
        found = {item.number: ledger.document_json(item.number) for item in ledger.documents()}
        for artifact in ledger.artifacts():
            assert sha256(ledger.files.read(artifact.sha256)) == artifact.sha256
            assert sha256((folder / "documents" / artifact.name).read_bytes()) == artifact.sha256
            found[artifact.name] = artifact.sha256
        with ledger._store.read() as connection:
            head = connection.exec_driver_sql("SELECT max(sequence) FROM log").scalar_one()
    anchor = json.loads((folder / "ledger" / "anchor.json").read_text("utf-8"))
    assert anchor["count"] == head
    assert not list(folder.rglob(STRAY + "*"))
    return found


def occurrences() -> Iterator[tuple[Point, str]]:
    for point in Point:
        yield from ((point, which) for which in ("first", "last"))


def times_of(point: Point, which: str) -> int:
    reached = unbroken()[0][point]
    return {"first": 1, "middle": (reached + 1) // 2, "last": reached}[which]


def test_an_unbroken_run_reaches_every_point() -> None:
    reached, left = unbroken()
    assert all(reached.values()), reached
    assert len(left) == COUNT * 3


@pytest.mark.parametrize(("point", "which"), list(occurrences()))
def test_a_run_that_broke_is_resumed(folder: Path, point: Point, which: str) -> None:
    breaks = Breaks(point, CrashError(), times_of(point, which))
    with pytest.raises(CrashError), writer(folder, breaks) as ledger:
        run(ledger, many(COUNT), BATCH)
    with writer(folder) as ledger:
        run(ledger, many(COUNT), BATCH)
    assert result(folder) == unbroken()[1]


@pytest.mark.parametrize(
    ("point", "code"),
    [(point, errno.ENOSPC) for point in Point]
    + [(point, code) for point in (Point.BEFORE_COMMIT, Point.FILE_WRITTEN) for code in list(DISK)[1:]],
)
def test_a_disk_that_refuses_is_explained_and_mended(folder: Path, point: Point, code: int) -> None:
    breaks = Breaks(point, OSError(code, os.strerror(code)), times_of(point, "middle"))
    with pytest.raises(RunError) as refusal, writer(folder, breaks) as ledger:
        run(ledger, many(COUNT), BATCH)
    (problem,) = refusal.value.problems
    stable, says = DISK[code]
    assert problem.code == stable
    assert says in problem.cause
    assert str(folder) in problem.cause
    assert "run the same command again" in problem.mend
    with writer(folder) as ledger:
        assert ledger.verify_chain() == ()
        run(ledger, many(COUNT), BATCH)
    assert result(folder) == unbroken()[1]


@pytest.mark.parametrize(
    ("point", "times"),
    [(Point.DOCUMENTS_INSERTED, 2), (Point.BEFORE_COMMIT, 5), (Point.COMMITTED, 5), (Point.FILE_HALF_WRITTEN, 12)],
)
def test_a_run_that_was_killed_is_resumed(folder: Path, point: Point, times: int) -> None:
    command = [sys.executable, "-m", "tests.ledger.killed_writer", str(folder), point.name, str(times)]
    killed = subprocess.run([*command, str(COUNT), str(BATCH)], cwd=ROOT, capture_output=True, text=True, check=False)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    if point is Point.FILE_HALF_WRITTEN:
        assert list(folder.rglob(STRAY + "*"))
    with writer(folder) as ledger:
        run(ledger, many(COUNT), BATCH)
    assert result(folder) == unbroken()[1]
