"""cache: where what was worked out once may be kept, in a folder of the user.

What is kept there is believed when it is read, so it is a folder of the user alone (mode 0700): one that belongs to
somebody else, or that others could write to, is not used.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import stat
import sys
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from importlib import metadata
from pathlib import Path
from typing import Protocol

MOST_BYTES = 512 * 2**20
"""How much is kept of one kind: about 20 000 files of terms of 70 lines."""

_SHELVES = 16  # folders by the first digit of the key, each with its share of the room
_DAY = 24 * 60 * 60
_ENDING, _NEW = ".kept", ".new"
_LENGTH, _HASH = 8, 32


class Cache(Protocol):
    """Keeps bytes by keys. What it gives back may be old, damaged or missing: that costs time and nothing else.

    ``salt`` stands for everything but the texts that can make a difference when they are read (the code, the grammar, the
    versions of Python and of data); "" where nothing is kept.
    """

    salt: str

    def get(self, key: str) -> bytes | None:
        """What was put under that key."""

    def put(self, key: str, value: bytes) -> None:
        """Keep it, if that can be done."""

    def tidy(self) -> None:
        """Let go of what has not been wanted for long, where there is too much: after each run."""


class _NoCache:
    salt = ""

    def get(self, key: str) -> bytes | None:  # noqa: ARG002
        return None

    def put(self, key: str, value: bytes) -> None:
        pass

    def tidy(self) -> None:
        pass


NO_CACHE: Cache = _NoCache()


def cache_folder() -> Path | None:
    """The folder, made where there is none; None where there can't be one."""
    try:
        folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "invoicer"
        return folder if _is_own(folder) else None
    except (OSError, RuntimeError):
        return None


def version_of(home: Path, sources: Iterable[Path], packages: Iterable[str]) -> str:
    """A hash of sources below ``home`` (so also where they were changed in place), Python, and packages by their versions;
    "" without sources."""
    version = hashlib.sha256(sys.version.encode())
    for name in packages:
        version.update(f"{name} {metadata.version(name)}\n".encode())
    listed = sorted(sources)
    for path in listed:
        content = path.read_bytes()
        version.update(f"{path.relative_to(home)} {len(content)}\n".encode() + content)
    return version.hexdigest() if listed else ""


def framed(key: str, parts: Sequence[bytes]) -> bytes:
    """Several bytes in one, each behind its length and its hash, which holds for this key only."""
    return b"".join(len(part).to_bytes(_LENGTH, "big") + _hash(key, part) + part for part in parts)


def part_of(key: str, data: bytes, number: int) -> bytes | None:
    """One of the parts that :func:`framed` joined under that key; None where it is not there, or not as it was."""
    start = 0
    for _ in range(number):
        start += _LENGTH + _HASH + int.from_bytes(data[start : start + _LENGTH], "big")
    first = start + _LENGTH + _HASH
    part = data[first : first + int.from_bytes(data[start : start + _LENGTH], "big")]
    return part if _hash(key, part) == data[start + _LENGTH : first] else None


def _hash(key: str, part: bytes) -> bytes:
    return hashlib.sha256(key.encode() + part).digest()


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
