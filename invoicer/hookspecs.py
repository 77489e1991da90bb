"""hookspecs: every place where a plugin may speak. All answers are lists; the order of plugins never decides anything."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import pluggy

from invoicer.domain.document import Document, Draft
from invoicer.domain.supply import ExchangeRate, Market
from invoicer.errors import Problem

if TYPE_CHECKING:
    import click

hookspec = pluggy.HookspecMarker("invoicer")
hookimpl = pluggy.HookimplMarker("invoicer")


class DocumentFormat(Protocol):
    """A file format of documents. ``name`` is also the file ending (``pdf``)."""

    @property
    def name(self) -> str: ...

    def write(self, document: Document, make: Callable[..., bytes]) -> bytes:
        """The document as bytes. ``make("pdf", attachments=…)`` renders other formats to build upon."""


@hookspec
def invoicer_markets() -> Sequence[Market]:  # type: ignore[empty-body]
    """The jurisdictions that this plugin knows. Asked once, when plugins are loaded. Two plugins that claim one
    jurisdiction are an error.

    A market may also have ``consumer_terms``: a sequence of :class:`~invoicer.domain.ending.ConsumerTerms`, what the law
    of the country gives a consumer who ends a contract, by the day from which each counts. Without it only the contract
    counts. And ``numbering``, a :class:`~invoicer.domain.supply.NumberingLaw`: without it days of issue rise with the
    numbers of a series all the same."""


@hookspec
def invoicer_exchange_rates(folder: Path, settings: Mapping[str, Any]) -> Sequence[ExchangeRate]:  # type: ignore[empty-body]
    """Dated exchange rates with provenance. ``folder`` is the workspace, ``settings`` the table ``exchange`` of its
    invoicer.toml; a source answers with an empty list when the settings do not name it. Asked once a run.

    Raises TaxError where a file is missing or a row is wrong.
    """


@hookspec
def invoicer_document_formats() -> Sequence[DocumentFormat]:  # type: ignore[empty-body]
    """File formats that this plugin writes. Asked once, when plugins are loaded."""


@hookspec
def invoicer_problems(draft: Draft) -> Sequence[Problem]:  # type: ignore[empty-body]
    """Reasons not to issue this draft: each holds its contracts. Asked while planning, before any lock."""


@hookspec
def invoicer_issued(document: Document) -> None:
    """Hear that a document was issued: send, post, transmit. Called after the issue, at least once for each document,
    so it must be idempotent."""


@hookspec
def invoicer_commands(cli: click.Group) -> None:
    """Add commands to the command line."""
