"""runs: where the user's folder keeps what accounts came to (:mod:`~invoicer.runs.remembered`)."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import invoicer
from invoicer.cache import NO_CACHE, Cache, FolderCache, cache_folder, version_of

_PACKAGES = ("babel", "cattrs", "holidays", "iso4217", "lark", "pycountry")
_SOURCES = (".py", ".toml", ".csv", ".json", ".lark")


def user_memory() -> Cache:
    """Where the user's outcomes are kept; nowhere where there can't be a folder."""
    folder = cache_folder()
    return NO_CACHE if folder is None else FolderCache(folder / "plans", _code_version())


@cache
def _code_version() -> str:
    """A hash of all of invoicer's own code and data, Python, and the packages whose data count."""
    home = Path(invoicer.__file__).parent
    sources = (path for path in home.rglob("*") if path.suffix in _SOURCES and path.is_file())
    return version_of(home, sources, _PACKAGES)
