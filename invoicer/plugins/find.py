"""plugins: where plugins come from, what exactly was found there, and what does not import."""

from __future__ import annotations

import hashlib
import importlib
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from importlib import metadata
from pathlib import Path
from types import ModuleType
from typing import Any

from invoicer import home
from invoicer.errors import InvoicerError, Place, Problem

GROUP = "invoicer"


@dataclass(frozen=True, slots=True)
class Loaded:
    """What was loaded: ``origin`` is ``bundled``, ``installed`` or ``workspace``; ``version`` that of its distribution (""
    in a workspace), ``sha256`` the hash of its files."""

    name: str
    origin: str
    version: str
    sha256: str


Found = tuple[Loaded, Any]
"""A plugin, and its module or the problem that it does not import."""


def bundled() -> Iterator[Found]:
    """``plugins/<kind>/<name>`` of invoicer itself."""
    version = metadata.version("invoicer")
    for init in sorted(home.folder("plugins").glob("*/*/__init__.py")):
        kind, name = init.parent.parts[-2:]
        files = sorted(path for path in init.parent.rglob("*") if path.suffix in (".py", ".toml"))
        yield _imported(
            Loaded(f"{kind}/{name}", "bundled", version, _hash_of(files)),
            partial(importlib.import_module, f"invoicer.bundled.{kind}.{name}"),
        )


def installed() -> Iterator[Found]:
    """Distributions in the environment that have an entry point in the group ``invoicer``."""
    for entry in sorted(metadata.entry_points(group=GROUP), key=lambda entry: (entry.name, entry.value)):
        version = entry.dist.version if entry.dist else ""
        _, module = _imported(Loaded(entry.name, "installed", version, ""), entry.load)
        files = [Path(module.__file__)] if isinstance(module, ModuleType) and module.__file__ else []
        yield Loaded(entry.name, "installed", version, _hash_of(files)), module


def of_workspace(folder: Path | None) -> Iterator[Found]:
    """The ``*.py`` of a workspace's folder of plugins."""
    for path in sorted(folder.glob("*.py")) if folder else ():
        if path.name.startswith("_"):
            continue
        name = f"plugins/{path.name}"
        try:
            source = path.read_bytes()
        except OSError as error:
            mend = "make the file readable, or take it away"
            yield Loaded(name, "workspace", "", ""), Problem("P003", Place(name), f"it can't be read: {error}", mend)
            continue
        loading = Loaded(name, "workspace", "", hashlib.sha256(source).hexdigest())
        yield _imported(loading, partial(_executed, path, source))


def _executed(path: Path, source: bytes) -> ModuleType:
    """A module of these bytes, which are also what is hashed; nothing is written beside the file."""
    name = "invoicer_workspace_" + hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:12] + f".{path.stem}"
    module = ModuleType(name)
    module.__file__ = str(path)
    sys.modules[name] = module  # dataclasses look their module up
    exec(compile(source, str(path), "exec"), module.__dict__)
    return module


def _imported(loading: Loaded, bring: Callable[[], Any]) -> Found:
    """The plugin with its module, or with the problem that it does not import."""
    try:
        return loading, bring()
    except (Exception, SystemExit) as error:
        where = Place(loading.name, line=_line_of(error, loading.name))
        mend = "mend the plugin, or take it away" if loading.origin == "workspace" else "install a version that fits"
        return loading, Problem("P003", where, f"the plugin does not import: {told(error)}", mend)


def told(error: BaseException) -> str:
    """An exception as part of a sentence."""
    if isinstance(error, InvoicerError):
        return "; ".join(map(str, error.problems))
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def _line_of(error: BaseException, name: str) -> int:
    """The line in the plugin's own file on which it failed, 0 where it did not get that far."""
    if isinstance(error, SyntaxError):
        return error.lineno or 0
    line, trace = 0, error.__traceback__
    while trace:
        if trace.tb_frame.f_code.co_filename.endswith(name):
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


def _hash_of(files: Iterable[Path]) -> str:
    """One SHA-256 over the names and contents of files, in the order given."""
    digest = hashlib.sha256()
    for path in files:
        content = path.read_bytes()
        digest.update(f"{path.name} {len(content)}\n".encode() + content)
    return digest.hexdigest()
