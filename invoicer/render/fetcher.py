"""render: what a page may load: embedded ``data:`` and files of the template folders. No network, no other file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from invoicer.errors import Place, Problem, WorkspaceError
from invoicer.render.folders import TemplateFolders

# Relative addresses need a base. This host can't exist (RFC 6761), and it is never asked for: what lies below it is
# looked up in the template folders.
BASE = "https://templates.invalid/"

_TYPES = {
    ".css": "text/css",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".ttf": "font/ttf",
    ".otf": "font/otf",
    ".woff2": "font/woff2",
}


class TemplateFetcher(URLFetcher):  # type: ignore[misc]  # weasyprint has no types
    """Answers ``data:`` addresses and names in the template folders; everything else stops the rendering."""

    def __init__(self, folders: TemplateFolders) -> None:
        super().__init__(allowed_protocols=["data"], allow_redirects=False, fail_on_errors=True)
        self._folders = folders
        self._refused: list[str] = []

    def fetch(self, url: str, headers: object = None) -> URLFetcherResponse:
        """The content of an address. Raises ValueError or OSError where it may not or can't be loaded."""
        try:
            return self._file(url.removeprefix(BASE)) if url.startswith(BASE) else super().fetch(url, headers)
        except Exception:
            self._refused.append(url)
            raise

    @contextmanager
    def strict(self) -> Iterator[None]:
        """Raise WorkspaceError (R007) for an address that was refused within. (weasyprint lets pictures that fail inside
        of other pictures pass in silence; here nothing is left out silently.)"""
        self._refused.clear()
        try:
            yield
        except FatalURLFetchingError as error:
            raise WorkspaceError(self._problems()) from error
        if self._refused:
            raise WorkspaceError(self._problems())

    def _file(self, address: str) -> URLFetcherResponse:
        name = unquote(urlsplit(address).path).lstrip("/")
        path = self._folders.find(name)
        kind = _TYPES.get(PurePosixPath(name).suffix.lower())
        if path is None or kind is None:
            raise ValueError(f"no file {name} in the template folders")
        return URLFetcherResponse(BASE + address, path.read_bytes(), {"Content-Type": kind})

    def _problems(self) -> list[Problem]:
        return [
            Problem(
                "R007",
                Place(part=_shortened(address.removeprefix(BASE))),
                "a page may load data: addresses and css, svg, png, jpg, ttf, otf and woff2 files of its folders, no others",
                "put the file into templates/ of the workspace and name it relative to that folder",
            )
            for address in dict.fromkeys(self._refused)
        ]


def _shortened(address: str) -> str:
    return address if len(address) <= 120 else address[:120] + "…"
