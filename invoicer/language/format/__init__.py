"""language: one layout for terms. :mod:`formatting` walks the way: :mod:`lines` (text → lines with their comments and
depth), :mod:`layout` (lines → text), :mod:`proof` (that the text says what it said before)."""

from invoicer.language.format.formatting import formatted

__all__ = ["formatted"]
