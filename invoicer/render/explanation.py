"""render: the page that explains a document, from a template like any paper."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from invoicer.render.folders import TemplateFolders
from invoicer.render.sandbox import Templates

TEMPLATE = "explanation.html"


def explanation_page(explained: Mapping[str, Any], templates: Sequence[Path] = ()) -> str:
    """The page as HTML that stands alone, from an explanation as plain data; ``templates`` are the folders of the
    workspace. Raises WorkspaceError where a template of its own is wrong (R001 to R006)."""
    return Templates(TemplateFolders(templates)).write(TEMPLATE, {"explained": explained})
