"""What takes long and proves nothing in most tests, done in another way.

Pages: a document that is issued in a test gets its HTML (the templates, with all that they say) in the place of its PDF,
and in this process. What becomes of HTML on paper is what tests/render is about; a test that wants both asks for
``real_pages``.

Syncs: what a process wrote is seen by all others, also when it was killed; only a loss of power takes what was not synced,
and no test takes the power away. That everything is synced is seen by the watch of tests/crash, which counts the calls.

Statements of SQL: compiled once in a process, and not again for each ledger that is opened.

Usage: counted once of the same files, however often a test plans and issues (tests/usage calls the room itself).

Laws: :func:`law` is as many random examples as the gate needs, and ten times as many in ``make test-slow``.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import pytest
import sqlalchemy as sa
from hypothesis import settings
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite

from invoicer import render
from invoicer.domain.canonical import from_json, sha256
from invoicer.domain.document import Document
from invoicer.errors import InvoicerError
from invoicer.render.pool import Job, Rendered, render_all
from invoicer.render.renderer import Renderer
from invoicer.render.worker import Setup, _renderer

Test = TypeVar("Test", bound=Callable[..., Any])
TEN = 10 if os.environ.get("HYPOTHESIS_PROFILE") == "larger" else 1


def law(examples: int) -> Callable[[Test], Test]:
    """A property that is tried on so many random examples."""

    def marked(test: Test) -> Test:
        return pytest.mark.law(settings(max_examples=examples * TEN)(test))  # type: ignore[no-any-return]

    return marked


def never_synced(fd: Any) -> None:
    """In the place of ``os.fsync``: the file has to be open."""
    os.fstat(fd if isinstance(fd, int) else fd.fileno())


def drawn(jobs: Iterable[Job], templates: Sequence[Path] = (), **options: Any) -> Iterator[Rendered]:
    """In the place of ``render_all``."""
    formats, progress = options.get("formats"), options.get("progress") or (lambda _: None)
    made = _renderer(Setup(tuple(templates), formats, 0)) if templates or formats else _plain()
    for count, job in enumerate(jobs, 1):
        try:
            if not isinstance(made, Renderer):
                raise InvoicerError(made)
            content = made.render(from_json(Document, job.text), "html" if job.format == "pdf" else job.format)
            rendered = Rendered(job, b"%PDF-" + content if job.format == "pdf" else content)
        except InvoicerError as error:
            rendered = Rendered(job, None, error.problems)
        progress(count)
        yield rendered


def remembering(measure: Callable[..., Any]) -> Callable[..., Any]:
    """In the place of ``usage.measure``: of the same files and the same question the answer is known."""
    known: dict[str, Any] = {}

    def remembered(folder: Path, demands: Iterable[Any], **asked: Any) -> Any:
        listed = tuple(demands)
        files = [(str(path), sha256(path.read_bytes())) for path in sorted(folder.rglob("*")) if path.is_file()]
        key = repr((files, listed, sorted(asked.items(), key=lambda one: one[0])))
        if key not in known:
            if len(known) > 100:
                known.clear()
            known[key] = measure(folder, listed, **asked)
        return known[key]

    return remembered


def compile_once() -> None:
    """From now on, to the end of the process: every engine finds what another one of its kind has compiled."""
    known: dict[Any, Any] = {}
    for kind in (SQLiteDialect_pysqlite, PGDialect_psycopg):  # a dialect is part of the key
        setattr(kind, "__eq__", lambda one, other: _version(one) == _version(other))  # noqa: B010, as is mypy's wish
        setattr(kind, "__hash__", lambda one: hash(type(one)))  # noqa: B010
    sa.event.listen(sa.Engine, "engine_connect", lambda connection: connection.execution_options(compiled_cache=known))


def _version(dialect: object) -> tuple[type, object]:
    return type(dialect), getattr(dialect, "server_version_info", None)


@cache
def _plain() -> Renderer:
    return Renderer()


@contextmanager
def real_pages() -> Iterator[None]:
    """PDFs as people get them, made by workers."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(render, "render_all", render_all)
        yield
