"""render: documents become HTML, PDF, JSON and the formats of plugins. Other rooms import from here only.

A batch goes through :func:`render_all`; a single page through :func:`render` or a :class:`Renderer` that is kept.
"""

from typing import TYPE_CHECKING

from invoicer.late import late

if TYPE_CHECKING:
    from invoicer.render.explanation import explanation_page
    from invoicer.render.folders import TemplateFolders
    from invoicer.render.ical import Occasion, ical
    from invoicer.render.pool import Job, Limits, Rendered, render_all
    from invoicer.render.renderer import Renderer, render
    from invoicer.render.system import missing_parts, usable_families
    from invoicer.render.translation import untranslated
    from invoicer.render.trial import Trial, try_page

__all__ = [
    "Job",
    "Limits",
    "Occasion",
    "Rendered",
    "Renderer",
    "TemplateFolders",
    "Trial",
    "explanation_page",
    "ical",
    "missing_parts",
    "render",
    "render_all",
    "try_page",
    "untranslated",
    "usable_families",
]

late(
    __name__,
    {
        "explanation": ("explanation_page",),
        "folders": ("TemplateFolders",),
        "ical": ("Occasion", "ical"),
        "pool": ("Job", "Limits", "Rendered", "render_all"),
        "renderer": ("Renderer", "render"),
        "system": ("missing_parts", "usable_families"),
        "translation": ("untranslated",),
        "trial": ("Trial", "try_page"),
    },
)
