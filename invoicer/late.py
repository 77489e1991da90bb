"""late: rooms whose parts are imported when they are first asked for.

`invoicer check` needs neither the database nor the writer of PDFs, and importing them would take several times as long as
the check itself; a check of terms that are cached not even the parser. So some rooms (``runs``, ``render``, ``language``,
``engine``) name their parts instead of importing them; every other import stands at the top of its file, as usual.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from types import ModuleType
from typing import Any


class LateRoom(ModuleType):
    """A package whose ``parts`` are found in its modules when somebody wants them."""

    parts: Mapping[str, str]

    def __getattr__(self, name: str) -> Any:
        module = self.parts.get(name)
        if module is None:
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        value = getattr(import_module(f"{self.__name__}.{module}"), name)
        vars(self)[name] = value
        return value

    def __setattr__(self, name: str, value: object) -> None:
        # Importing `invoicer.runs.plan` would put that module where the story `plan` is to be found.
        if not (name in self.parts and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


def late(room: str, parts: Mapping[str, Sequence[str]]) -> None:
    """Let a package find the named parts in its modules; to be called in its ``__init__`` with ``__name__``. What type
    checkers read stands beside it, below ``if TYPE_CHECKING``."""
    package = sys.modules[room]
    vars(package)["parts"] = {name: module for module, names in parts.items() for name in names}
    package.__class__ = LateRoom
