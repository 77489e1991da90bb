"""language: the user's own folder of what was read and built before: the grammar's parser, and trees and contracts.

What is kept there are pickles and texts of contracts, so it is a folder of the user alone (mode 0700): one that belongs to
somebody else, or that others could write to, is not used.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import stat
import sys
import time
from contextlib import suppress
from functools import cache
from importlib import metadata
from pathlib import Path

import invoicer
from invoicer.language.cache import NO_CACHE, Cache

MOST_BYTES = 512 * 2**20
"""How much is kept of all terms together: about 20 000 files of 70 lines."""

_SHELVES = 16  # folders by the first digit of the key, each with its share of the room
_DAY = 24 * 60 * 60
_ENDING, _NEW = ".terms-cache", ".new"
_DATA = ("lark", "holidays", "iso4217", "pycountry")


def cache_folder() -> Path | None:
    """The folder, made where there is none; None where there can't be one."""
    try:
        folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "invoicer"
        return folder if _is_own(folder) else None
    except (OSError, RuntimeError):
        return None


def user_cache() -> Cache:
    """The cache of terms in the user's folder; one that keeps nothing where there is no such folder."""
    folder = cache_folder()
    return NO_CACHE if folder is None else FolderCache(folder / "terms", code_version())


@cache
def code_version() -> str:
    """A hash of all that reads terms: the sources of this room and of the domain (so also where they were changed in
    place), Python, and the packages that bring the parser, calendars, currencies and countries; "" without sources."""
    home = Path(invoicer.__file__).parent
    sources = code_files(home)
    version = hashlib.sha256(sys.version.encode())
    for name in _DATA:
        version.update(f"{name} {metadata.version(name)}\n".encode())
    for path in sources:
        content = path.read_bytes()
        version.update(f"{path.relative_to(home)} {len(content)}\n".encode() + content)
    return version.hexdigest() if sources else ""


def code_files(home: Path) -> list[Path]:
    """The sources below the package that decide what comes out of terms."""
    rooms = (path for room in ("language", "domain") for path in (home / room).rglob("*.*"))
    return sorted(path for path in (*home.glob("*.py"), *rooms) if path.suffix in (".py", ".lark"))


class FolderCache:
    """Keeps bytes in files, at most ``most_bytes`` of them; those that were not wanted for longest go first. A folder that
    can't be read or written, or that others change meanwhile, costs time and nothing else."""

    def __init__(self, folder: Path, salt: str, most_bytes: int = MOST_BYTES) -> None:
        self.folder = folder
        self.salt = salt
        self.share = most_bytes // _SHELVES  # of each shelf
        self._filled: set[Path] = set()

    def get(self, key: str) -> bytes | None:
        """What was put under that key; that it was wanted is noted once a day, in the time of its file."""
        try:
            file = os.open(self._shelf(key) / (key + _ENDING), os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW)
        except OSError:
            return None
        try:
            about = os.fstat(file)
            if about.st_uid != os.getuid() or not stat.S_ISREG(about.st_mode):
                return None
            if time.time() - about.st_mtime > _DAY:
                os.utime(file)
            return os.read(file, about.st_size)
        except OSError:
            return None
        finally:
            os.close(file)

    def put(self, key: str, value: bytes) -> None:
        """Keep it, under another name until it is whole."""
        shelf = self._shelf(key)
        if len(value) > self.share // 4:
            return
        new = shelf / f"{key[:16]}-{secrets.token_hex(8)}{_NEW}"
        try:
            shelf.mkdir(mode=0o700, parents=True, exist_ok=True)
            file = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(file, "wb") as out:
                out.write(value)
            new.replace(shelf / (key + _ENDING))
            self._filled.add(shelf)
        except OSError:
            with suppress(OSError):
                new.unlink(missing_ok=True)

    def tidy(self) -> None:
        """Bring the shelves that something was put on since back to their share."""
        for shelf in self._filled:
            with suppress(OSError):
                _tidy(shelf, self.share)
        self._filled.clear()

    def _shelf(self, key: str) -> Path:
        return self.folder / key[0]


def _tidy(shelf: Path, share: int) -> None:
    kept: list[tuple[float, int, str]] = []
    with os.scandir(shelf) as entries:
        for entry in entries:
            about = entry.stat(follow_symlinks=False)
            unfinished = entry.name.endswith(_NEW)
            if not unfinished:
                kept.append((about.st_mtime, about.st_size, entry.path))
            elif time.time() - about.st_mtime > _DAY:  # of a run that was killed while it wrote
                with suppress(OSError):
                    Path(entry.path).unlink()
    total = sum(size for _, size, _ in kept)
    if total > share:
        for _, size, path in sorted(kept):
            if total <= share * 3 // 4:  # so that not every run has to tidy
                break
            with suppress(OSError):
                Path(path).unlink()
            total -= size


def _is_own(folder: Path) -> bool:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    about = folder.stat()
    if about.st_uid != os.getuid() or about.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        return False
    if about.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        folder.chmod(0o700)
    return os.access(folder, os.W_OK | os.X_OK)
