"""render: HTML becomes PDF, with everything that documents share made once: fonts, style sheets, the fetcher."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from weasyprint import CSS, HTML
from weasyprint.logger import LOGGER
from weasyprint.text.fonts import FontConfiguration

from invoicer.errors import Place, Problem, Severity, WorkspaceError
from invoicer.render.fetcher import BASE, TemplateFetcher
from invoicer.render.folders import TemplateFolders

STYLE_SHEETS = ("paper.css", "brand.css")


class Press:
    """Prints pages. ``problems`` are warnings about declarations of the style sheets that have no effect."""

    def __init__(self, folders: TemplateFolders) -> None:
        self._fetcher = TemplateFetcher(folders)
        self._fonts = FontConfiguration()
        self.styles = {name: folders.read(name) for name in STYLE_SHEETS}
        self.problems: list[Problem] = []
        self._sheets = [self._parse(name, text, folders) for name, text in self.styles.items()]

    def pdf(self, html: str, attachments: Sequence[Any] = ()) -> bytes:
        """The page as PDF; ``attachments`` are ``weasyprint.Attachment`` with explicit days.

        Raises WorkspaceError where the page asks for an address that it may not load (R007), or where something of it
        can't be printed, such as a picture that is none (R010).
        """
        with _complaints(logging.ERROR) as complaints, self._fetcher.strict():
            page = HTML(string=html, base_url=BASE, url_fetcher=self._fetcher)
            pdf: bytes = page.write_pdf(
                stylesheets=self._sheets, font_config=self._fonts, attachments=list(attachments) or None, cache={}
            )
        if complaints:
            mend = "correct the template, or the picture it loads"
            raise WorkspaceError([Problem("R010", Place("templates"), _shortened(text), mend) for text in complaints])
        return pdf

    def _parse(self, name: str, text: str, folders: TemplateFolders) -> CSS:
        place = Place(str(folders.find(name)))
        with _complaints(logging.WARNING) as complaints, self._fetcher.strict():
            sheet = CSS(string=text, base_url=BASE + name, url_fetcher=self._fetcher, font_config=self._fonts)
        mend = "correct or remove the declaration"
        self.problems += [Problem("R010", place, text, mend, Severity.WARNING) for text in complaints]
        return sheet


@contextmanager
def _complaints(level: int) -> Iterator[list[str]]:
    """What weasyprint logs meanwhile, from that level on."""
    heard: list[str] = []

    class Listener(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            heard.append(record.getMessage())

    listener = Listener(level)
    LOGGER.addHandler(listener)
    try:
        yield heard
    finally:
        LOGGER.removeHandler(listener)


def _shortened(text: str) -> str:
    return text if len(text) <= 300 else text[:300] + "…"
