"""What takes long and proves nothing in most tests, done in another way.

Pages: a document that is issued in a test gets its HTML (the templates, with all that they say) in the place of its PDF,
and in this process. What becomes of HTML on paper is what tests/render is about; a test that wants both asks for
``real_pages``.

Syncs: what a process wrote is seen by all others, also when it was killed; only a loss of power takes what was not synced,
and no test takes the power away. That everything is synced is seen by the watch of tests/crash, which counts the calls.

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
from hypothesis import settings

from invoicer import render
from invoicer.domain.canonical import from_json
from invoicer.domain.document import Document
from invoicer.errors import InvoicerError
from invoicer.render.pool import Job, Rendered, render_all
from invoicer.render.renderer import Renderer

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
    for count, job in enumerate(jobs, 1):
        try:
            renderer = Renderer(templates, formats() if formats else ()) if templates or formats else _plain()
            content = renderer.render(from_json(Document, job.text), "html" if job.format == "pdf" else job.format)
            rendered = Rendered(job, b"%PDF-" + content if job.format == "pdf" else content)
        except InvoicerError as error:
            rendered = Rendered(job, None, error.problems)
        progress(count)
        yield rendered


@cache
def _plain() -> Renderer:
    return Renderer()


@contextmanager
def real_pages() -> Iterator[None]:
    """PDFs as people get them, made by workers."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(render, "render_all", render_all)
        yield
