"""render: a document becomes bytes of a format. One renderer serves a worker process for as long as it lives."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from markupsafe import Markup

from invoicer.domain.canonical import to_json
from invoicer.domain.document import Document
from invoicer.errors import InvoicerError, Place, PluginError, Problem, WorkspaceError
from invoicer.hookspecs import DocumentFormat
from invoicer.render.folders import TemplateFolders, unreadable
from invoicer.render.paper import Paper
from invoicer.render.press import Press
from invoicer.render.sandbox import Templates
from invoicer.render.speech import Speech
from invoicer.render.translation import locale_of, words_of

Make = Callable[..., bytes]


class Renderer:
    """Writes documents in the formats ``html``, ``pdf``, ``json`` and those of plugins.

    ``templates`` are the template folders of the workspace, before the bundled one. ``formats`` are those that plugins
    add; one that takes the name of a built-in format replaces it. ``problems`` holds warnings about style sheets.

    Raises WorkspaceError when it is made from a style sheet that can't be read (R001, R002, R007).
    """

    def __init__(self, templates: Sequence[Path] = (), formats: Sequence[DocumentFormat] = ()) -> None:
        self._folders = TemplateFolders(templates)
        self._templates = Templates(self._folders)
        self._press = Press(self._folders)
        self._formats: dict[str, _Write] = {"html": self._html, "pdf": self._pdf, "json": _json}
        self._formats |= {form.name: _write_of(form) for form in formats}
        self._speech = cache(self._speech_of)
        self._logo = cache(self._logo_of)
        self.problems = tuple(self._press.problems)

    @property
    def formats(self) -> tuple[str, ...]:
        """The names of all formats."""
        return tuple(self._formats)

    def render(self, document: Document, name: str, **options: Any) -> bytes:
        """The document in the format of that name; the same bytes for the same document and templates.

        ``options`` go to the format: ``pdf`` takes ``attachments`` (``weasyprint.Attachment`` with explicit days).

        Raises WorkspaceError where the format is unknown (R011) or a template, a style sheet or a translation is wrong
        (R001 to R010), PluginError where the format of a plugin fails (R012).
        """
        write = self._formats.get(name)
        if write is None:
            known = ", ".join(self._formats)
            raise WorkspaceError(
                Problem("R011", Place(part=name), f"no document format is named {name}", f"choose one of {known}")
            )
        return write(document, lambda other, **more: self.render(document, other, **more), options)

    def html(self, document: Document, *, styled: bool = True) -> str:
        """The page as HTML; ``styled`` puts the style sheets into it, so that it stands alone."""
        speech = self._speech(document.language)
        # The style sheets are the project's or the workspace's own text; only a closing tag could end the element early.
        sheets = "\n".join(self._press.styles.values()).replace("</", "<\\/")
        values: Mapping[str, Any] = {
            "document": document,
            "paper": Paper(document, speech),
            "say": speech,
            "_": speech.gettext,
            "ngettext": speech.ngettext,
            "logo": self._logo(document.seller.id),
            "styles": Markup(sheets) if styled else "",
        }
        return self._templates.write(f"{document.kind.value}.html", values)

    def _html(self, document: Document, _: Make, options: Mapping[str, Any]) -> bytes:
        return self.html(document, **options).encode()

    def _pdf(self, document: Document, _: Make, options: Mapping[str, Any]) -> bytes:
        return self._press.pdf(self.html(document, styled=False), **options)

    def _speech_of(self, language: str) -> Speech:
        locale = locale_of(language)
        words = words_of(locale, self._folders)
        return Speech(locale, words) if words is not None else self._speech("en")

    def _logo_of(self, seller: str) -> str:
        """The seller's logo as a data address, or "": ``logo-SELLER.svg``, or ``logo.svg`` for all sellers."""
        path = self._folders.find(f"logo-{seller}.svg") or self._folders.find("logo.svg")
        if path is None:
            return ""
        try:
            return "data:image/svg+xml;base64," + base64.b64encode(path.read_bytes()).decode()
        except OSError as error:
            raise WorkspaceError(unreadable(path, error)) from error


def render(
    document: Document, name: str, templates: Sequence[Path] = (), formats: Sequence[DocumentFormat] = ()
) -> bytes:
    """One document in the format of that name (``html``, ``pdf``, ``json`` or one of ``formats``).

    Raises what :class:`Renderer` raises. Who has several documents to write keeps a renderer, or uses ``render_all``.
    """
    return Renderer(templates, formats).render(document, name)


_Write = Callable[[Document, Make, Mapping[str, Any]], bytes]


def _json(document: Document, _: Make, __: Mapping[str, Any]) -> bytes:
    return to_json(document).encode()


def _write_of(form: DocumentFormat) -> _Write:
    """A plugin's format, whose failure names it."""

    def write(document: Document, make: Make, _: Mapping[str, Any]) -> bytes:
        try:
            return form.write(document, make)
        except InvoicerError:
            raise
        except Exception as error:
            raise PluginError(
                Problem(
                    "R012",
                    Place(part=f"format {form.name}, document {document.number}"),
                    f"the plugin that writes this format fails: {type(error).__name__}: {error}",
                    "correct the plugin, or leave the format out",
                )
            ) from error

    return write
