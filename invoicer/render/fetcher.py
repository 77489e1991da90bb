"""render: what a page may load: embedded ``data:`` and files of the template folders. No network, no other file."""

from __future__ import annotations

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

    def fetch(self, url: str, headers: object = None) -> URLFetcherResponse:
        """The content of an address. Raises ValueError where it may not be loaded (it becomes R007)."""
        if not url.startswith(BASE):
            return super().fetch(url, headers)
        name = unquote(urlsplit(url).path).lstrip("/")
        path = self._folders.find(name)
        kind = _TYPES.get(PurePosixPath(name).suffix.lower())
        if path is None or kind is None:
            raise ValueError(f"no file {name} in the template folders")
        return URLFetcherResponse(url, path.read_bytes(), {"Content-Type": kind})


def refused(error: FatalURLFetchingError) -> WorkspaceError:
    """The fetcher's refusal as a problem that names the address."""
    address = str(error).removeprefix('Error fetching "').removesuffix('"').removeprefix(BASE)
    shown = address if len(address) <= 120 else address[:120] + "…"
    return WorkspaceError(
        Problem(
            "R007",
            Place(part=shown),
            "a page may load only files of the template folders (css, svg, png, jpg, ttf, otf, woff2) and data: addresses",
            "put the file into templates/ of the workspace and name it relative to that folder",
        )
    )
