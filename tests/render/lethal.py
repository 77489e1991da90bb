"""Formats for the tests of the worker pool; worker processes import them."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from invoicer.domain.document import Document
from invoicer.errors import Place, PluginError, Problem
from invoicer.hookspecs import DocumentFormat


@dataclass(frozen=True)
class Lethal:
    """Takes its process along, as an exhausted memory would."""

    name: str = "lethal"

    def write(self, document: Document, make: Any) -> bytes:
        del document, make
        os.kill(os.getpid(), signal.SIGKILL)
        return b""


@dataclass(frozen=True)
class Endless:
    """Does not come back."""

    name: str = "endless"

    def write(self, document: Document, make: Any) -> bytes:
        del document, make
        time.sleep(3600)
        return b""


@dataclass(frozen=True)
class Process:
    """Answers which process wrote it."""

    name: str = "process"

    def write(self, document: Document, make: Any) -> bytes:
        del document, make
        return str(os.getpid()).encode()


def formats() -> Sequence[DocumentFormat]:
    return Lethal(), Endless(), Process()


def refused() -> Sequence[DocumentFormat]:
    raise PluginError(Problem("P001", Place("plugins/house.py"), "it does not import", "correct it"))
