"""render: what runs in a worker process. It loads templates and plugins once and answers each document with bytes."""

from __future__ import annotations

import gc
import resource
import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from invoicer.domain.canonical import from_json
from invoicer.domain.document import Document
from invoicer.errors import InvoicerError, Place, Problem
from invoicer.hookspecs import DocumentFormat
from invoicer.render.renderer import Renderer

Reply = bytes | tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Setup:
    """What a worker is made with: template folders, where the formats of plugins come from, address space in bytes."""

    templates: tuple[Path, ...]
    formats: Callable[[], Sequence[DocumentFormat]] | None
    memory: int


def serve(line: Connection, setup: Setup) -> None:
    """Answer documents until the line is closed. Ctrl-C belongs to the parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _limit_memory(setup.memory)
    renderer = _renderer(setup)
    gc.freeze()  # what lives as long as the process needs no further look from the collector
    while True:
        try:
            text, name = line.recv()
        except EOFError:
            return
        line.send(_answer(renderer, text, name))


def _renderer(setup: Setup) -> Renderer | tuple[Problem, ...]:
    """The renderer, or why there is none: then every document gets that answer."""
    try:
        return Renderer(setup.templates, setup.formats() if setup.formats is not None else ())
    except InvoicerError as error:
        return error.problems


def _answer(renderer: Renderer | tuple[Problem, ...], text: str, name: str) -> Reply:
    if not isinstance(renderer, Renderer):
        return renderer
    try:
        document = from_json(Document, text)
    except Exception as error:
        return (_unreadable(error),)
    try:
        return renderer.render(document, name)
    except InvoicerError as error:
        return error.problems
    except Exception as error:  # a defect of ours or of a library: this document fails, the others go on
        return (_defect(document, error),)


def _unreadable(error: Exception) -> Problem:
    return Problem(
        "R015",
        Place(part="stored document"),
        f"its JSON can't be read: {type(error).__name__}: {error}",
        "check the ledger; a document that was issued is never changed",
    )


def _defect(document: Document, error: Exception) -> Problem:
    return Problem(
        "R016",
        Place(part=f"document {document.number}"),
        f"it can't be rendered: {type(error).__name__}: {error}",
        "report it together with the document; the others are not affected",
    )


def _limit_memory(size: int) -> None:
    """Let a template that eats memory fail by itself instead of starving the machine."""
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    if hard == resource.RLIM_INFINITY or size < hard:
        resource.setrlimit(resource.RLIMIT_AS, (size, hard))
