"""language: what was read and built before, in the user's folder: the grammar's parser, and trees and contracts."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import invoicer
from invoicer.cache import NO_CACHE, Cache, FolderCache, cache_folder, version_of

_DATA = ("lark", "holidays", "iso4217", "pycountry")


def user_cache() -> Cache:
    """The cache of terms in the user's folder; one that keeps nothing where there is no such folder."""
    folder = cache_folder()
    return NO_CACHE if folder is None else FolderCache(folder / "terms", code_version())


@cache
def code_version() -> str:
    """A hash of all that reads terms: the sources of this room and of the domain, Python, and the packages that bring the
    parser, calendars, currencies and countries; "" without sources."""
    home = Path(invoicer.__file__).parent
    return version_of(home, code_files(home), _DATA)


def code_files(home: Path) -> list[Path]:
    """The sources below the package that decide what comes out of terms."""
    rooms = (path for room in ("language", "domain") for path in (home / room).rglob("*.*"))
    return sorted(path for path in (*home.glob("*.py"), *rooms) if path.suffix in (".py", ".lark"))
