"""Breaks stories at their operations, one process for each.

``python -m tests.crash.crasher STORY,STORY KIND FOLDER SERVER PORT BREAKS``: for each step a copy of what the steps before
left is broken by a process that kills itself, resumed by another, and held against what the step leaves unbroken. SERVER is
the folder of a PostgreSQL server, BREAKS says whether "every" operation is broken, or "some" of each step. The answer is
JSON, by story.
"""

from __future__ import annotations

import gc
import json
import os
import shutil
import sqlite3
import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

from invoicer import render
from invoicer.domain.canonical import from_json, sha256
from invoicer.domain.document import Document
from invoicer.ledger import dialect
from invoicer.ledger.durable import STRAY
from invoicer.ledger.faults import no_fault
from invoicer.render.pool import Job, Rendered
from invoicer.render.renderer import Renderer
from tests.crash.story import BEGINNING, CONTRACTS, STORIES, Step, old_ledger, workspace_in
from tests.crash.watch import Watch
from tests.ledger.conftest import Places
from tests.ledger.papers import reader
from tests.postgresql import Postgres
from tests.quickly import compile_once, never_synced

SOME = 3
"""How many operations of a step are broken at most, unless each is."""


@dataclass
class Report:
    """What was done: the operations of each step, how many were broken, what was wrong, the lines that were run."""

    seen: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    broken: int = 0
    failures: list[str] = field(default_factory=list)
    lines: list[tuple[str, int]] = field(default_factory=list)


class Breaker:
    """Breaks one story, step by step."""

    def __init__(self, story: str, root: Path, places: Places, server: Postgres, breaks: str) -> None:
        self.story = story
        self.root = root
        self.places = places
        self.server = server
        self.breaks = breaks
        self.known: set[tuple[str, str]] = set()
        self.report = Report()

    def run(self) -> None:
        """The whole story, each step broken before the next."""
        place = self.root / "whole"
        workspace_in(place, () if self.story == "migrate" else CONTRACTS)
        self.places.new(place)
        if self.story == "migrate":
            old_ledger(place)
        for name, step in STORIES[self.story].items():
            if name.startswith("*"):
                if wrong := _child(lambda place=place, step=step: _led_on(place, step)):  # type: ignore[misc]
                    self.report.failures.append(f"{name}: {wrong}")
                    return
                continue
            before = self.places.copy(place, self.root / "before")
            whole = _child(lambda place=place, step=step: self._watched(place, step))  # type: ignore[misc]
            if "state" not in whole:
                self.report.failures.append(f"{name}: {whole}")
                return
            self.report.lines += whole["lines"]
            for module in whole["modules"]:  # once here, and not in each process again
                import_module(module)
            self._break(name, step, before, whole)
            shutil.rmtree(before)

    def _break(self, name: str, step: Step, before: Path, whole: dict[str, Any]) -> None:
        self.report.seen[name] = whole["seen"]
        for at in self._chosen(whole["seen"]):
            what, site = whole["seen"][at - 1]
            with self.places.passing():
                place = self.places.copy(before, self.root / "broken" / "whole")
                if wrong := self._once(place, step, at, whole["state"]):
                    self.report.failures.append(f"{name}, broken at {at}, {what} ({site}): {wrong}")
                shutil.rmtree(place)

    def _chosen(self, seen: Sequence[tuple[str, str]]) -> list[int]:
        """All operations; or some of those that no step before had, from the first to the last of them."""
        if self.breaks == "every":
            return list(range(1, len(seen) + 1))
        new: dict[tuple[str, str], int] = {}
        for at, operation in enumerate(((what, site) for what, site in seen), 1):
            if operation not in self.known:
                new.setdefault(operation, at)
        self.known.update(new)
        places = list(new.values())
        return places[:: -(-len(places) // SOME)] if places else []

    def _once(self, place: Path, step: Step, at: int, wanted: dict[str, Any]) -> str:
        """Break a step at an operation and resume it; answers what is wrong then."""
        with self._target(place):
            self.report.broken += 1
            if (end := _child(lambda: _killed(place, step, at))) != {"signal": 9}:
                return f"it did not end there: {end}"
            found = _child(lambda: _resumed(place, step))
        return "" if found == {"state": wanted} else _difference(wanted, found)

    def _watched(self, place: Path, step: Step) -> dict[str, Any]:
        with self._target(place):
            return _watched(place, step)

    @contextmanager
    def _target(self, place: Path) -> Iterator[None]:
        """Where a ledger moves to: an empty database of the other kind."""
        if self.story != "move":
            yield
            return
        name = "" if self.places.server else self.server.new()
        (place / "target.txt").write_text(name and self.server.url(name))
        try:
            yield
        finally:
            if name:
                self.server.drop(name)


def main(stories: str, kind: str, folder: str, address: str, port: str, breaks: str) -> None:
    render.render_all = _here  # type: ignore[assignment]
    os.fsync = never_synced
    compile_once()
    server = Postgres(Path(address), int(port))
    places = Places(server if kind == "postgresql" else None)
    _warm_up(Path(folder) / "warm")
    reports = {}
    for story in stories.split(","):
        with places.passing():
            breaker = Breaker(story, Path(folder) / story, places, server, breaks)
            breaker.run()
        reports[story] = asdict(breaker.report)
    sys.stdout.write(json.dumps(reports))


def _warm_up(place: Path) -> None:
    """What every process would do again: import, compile, parse."""
    workspace_in(place)
    for step in BEGINNING.values():
        step(place, no_fault)
    gc.freeze()


def _watched(place: Path, step: Step) -> dict[str, Any]:
    watch = Watch(place)
    watch.install()
    for made in (dialect._insertion, dialect._updating):
        made.cache_clear()  # so that the lines which make the statements are seen, whatever was written before
    watch.trace()
    step(place, watch)
    sys.settrace(None)
    seen = list(watch.seen)
    modules = sorted(name for name in sys.modules if name.startswith(("invoicer", "sqlalchemy", "alembic", "jinja2")))
    return {"seen": seen, "lines": sorted(watch.lines), "modules": modules, "state": state(place)}


def _led_on(place: Path, step: Step) -> dict[str, Any]:
    """What only leads on is neither watched nor looked at."""
    step(place, no_fault)
    return {}


def _killed(place: Path, step: Step, at: int) -> dict[str, Any]:
    watch = Watch(place, at)
    watch.install()
    step(place, watch)
    return {"survived": len(watch.seen)}


def _resumed(place: Path, step: Step) -> dict[str, Any]:
    step(place, no_fault)
    return {"state": state(place)}


def state(folder: Path) -> dict[str, Any]:
    """Everything that matters about a ledger and its files: it has to be sound, and is compared whole."""
    with reader(folder) as book:
        assert book.verify_chain() == (), book.verify_chain()
        made = {one.name: one.sha256 for one in book.artifacts()}
        for name, digest in made.items():
            if digest:
                assert sha256(book.files.read(digest)) == digest
                published = folder / "documents" / name
                assert not published.exists() or sha256(published.read_bytes()) == digest
        with book._store.read() as connection:
            log = [tuple(row) for row in connection.exec_driver_sql("SELECT kind, hash FROM log ORDER BY sequence")]
        found = {
            "log": [[kind, digest] for kind, digest in log],
            "documents": {one.number: sha256(book.document_json(one.number)) for one in book.documents()},
            "files": made,
            "next": dict(book.next_numbers()),
            "untold": list(book.untold()),
            "drafts": [[one.fingerprint, one.status, one.document] for one in book.plan().drafts],
            "requests": [[one.request.remark, one.status, len(one.released)] for one in book.credit_requests()],
        }
    anchor = json.loads((folder / "ledger" / "anchor.json").read_text("utf-8"))
    assert (anchor["count"], anchor["head"]) == (len(log), log[-1][1]), "the anchor is not at the end of the log"
    assert not list(folder.rglob(STRAY + "*")), "an unfinished file was left"
    found["published"] = sorted(
        str(one.relative_to(folder)) for one in (folder / "documents").rglob("*") if one.is_file()
    )
    found["kept"] = sorted(one.name for one in (folder / "ledger" / "files").rglob("*") if one.is_file())
    for copy in (folder / "ledger").glob("invoicer.db.0*"):
        with closing(sqlite3.connect(copy)) as whole:
            assert whole.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            assert whole.execute("SELECT count(*) FROM log").fetchone()[0] > 0
    return json.loads(json.dumps(found))  # type: ignore[no-any-return]


def _child(work: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Do the work in a process of its own; answers what it says, or by which signal it ended."""
    reading, writing = os.pipe()
    if (child := os.fork()) == 0:
        os.close(reading)
        try:
            said = work()
        except BaseException:
            said = {"error": traceback.format_exc()}
        with os.fdopen(writing, "w") as line:
            json.dump(said, line)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as line:
        text = line.read()
    _, status = os.waitpid(child, 0)
    return {"signal": os.WTERMSIG(status)} if os.WIFSIGNALED(status) else json.loads(text)


def _difference(wanted: dict[str, Any], found: dict[str, Any]) -> str:
    if "state" not in found:
        return str(found)
    return "; ".join(
        f"{key} is {found['state'][key]} and not {wanted[key]}" for key in wanted if wanted[key] != found["state"][key]
    )


def _here(jobs: Sequence[Job], *_: Any, **__: Any) -> Iterator[Rendered]:
    """Files are made in this process, in their order, so that every run does the same."""
    renderer = Renderer(())
    for job in jobs:
        yield Rendered(job, renderer.render(from_json(Document, job.text), job.format))


if __name__ == "__main__":
    main(*sys.argv[1:])
