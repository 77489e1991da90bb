"""What takes time and is tried elsewhere is done once, or here: loaded plugins, files."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from invoicer import plugins, render
from invoicer.render.pool import Rendered


def cheap() -> Iterator[tuple[Any, str, Any]]:
    """What to put in the place of what: (module, name, other)."""
    yield render, "render_all", _here
    yield plugins, "load", lru_cache(lambda _=None, load=plugins.load: load())  # no workspace here has its own


def _here(jobs: Any, *_: Any, **__: Any) -> Iterator[Rendered]:
    """No worker has to be started for a file that is the document itself."""
    return (Rendered(job, job.text.encode()) for job in jobs)
