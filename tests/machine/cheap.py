"""What takes time and is tried elsewhere is done once, or here: loaded plugins, usage that was read before, files."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from invoicer import plugins, render, usage
from invoicer.domain.canonical import sha256
from invoicer.render.pool import Rendered


def cheap() -> Iterator[tuple[Any, str, Any]]:
    """What to put in the place of what: (module, name, other)."""
    yield render, "render_all", _here
    yield plugins, "load", lru_cache(lambda _=None, load=plugins.load: load())  # no workspace here has its own
    yield usage, "measure", _remembering(usage.measure)


def _here(jobs: Any, *_: Any, **__: Any) -> Iterator[Rendered]:
    """No worker has to be started for a file that is the document itself."""
    return (Rendered(job, job.text.encode()) for job in jobs)


def _remembering(measure: Any) -> Any:
    known: dict[str, Any] = {}

    def remembered(folder: Path, demands: Any, **asked: Any) -> Any:
        listed = tuple(demands)
        files = [(path.name, sha256(path.read_bytes())) for path in sorted(folder.glob("*"))]
        key = repr((files, listed, sorted(asked.items(), key=lambda one: one[0])))
        if key not in known:
            if len(known) > 100:
                known.clear()
            known[key] = measure(folder, listed, **asked)
        return known[key]

    return remembered
