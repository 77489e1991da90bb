"""language: text → Contract. Reads .terms files, tells everything that is wrong with them in one pass, and gives the
contracts that are sound.

The way through the room: :mod:`parse` (text → syntax tree, with the help of grammar.lark), :mod:`gather` (what a
contract, its price lists and its amendments say about each thing), :mod:`checks`, :mod:`resolve` (→ the domain's
Contract), :mod:`diagnostics` (problems as people read them). :mod:`load` walks it, past all that is kept of earlier runs.
:mod:`format` gives a text the one layout. What editors ask stands beside it: :mod:`cursor` (what may stand here),
:mod:`mentions` (what is named where), :mod:`glossary` (what a word means).
"""

from typing import TYPE_CHECKING

from invoicer.late import late

if TYPE_CHECKING:
    from invoicer.language.codes import Code
    from invoicer.language.diagnostics import render
    from invoicer.language.folder import user_cache
    from invoicer.language.format import formatted
    from invoicer.language.load import load
    from invoicer.language.loaded import Acknowledged, Loaded
    from invoicer.language.reading import decode, read, read_bytes

__all__ = [
    "Acknowledged",
    "Code",
    "Loaded",
    "decode",
    "formatted",
    "load",
    "read",
    "read_bytes",
    "render",
    "user_cache",
]

late(
    __name__,
    {
        "codes": ("Code",),
        "diagnostics": ("render",),
        "folder": ("user_cache",),
        "format": ("formatted",),
        "load": ("load",),
        "loaded": ("Acknowledged", "Loaded"),
        "reading": ("decode", "read", "read_bytes"),
    },
)
