"""render: documents become HTML, PDF and JSON. Everything another room needs of it is named here."""

from invoicer.render.renderer import Renderer, render

__all__ = ["Renderer", "render"]
