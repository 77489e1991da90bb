"""language: characters that nobody sees, or that make a line read otherwise than it is written.

Controls have no place in text. The marks that embed, override or isolate a direction of writing let a line show another
amount than the one it states, so they are refused everywhere, in texts in quotes and comments too (Unicode Technical
Standard 55, Source Code Handling). Characters without width may be needed within a name, so quotes and comments may hold
them; elsewhere they would only make one word look like another.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from invoicer.errors import Place, Problem
from invoicer.language.codes import Code, problem

_NOWHERE = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_UNSEEN = "\u00ad\u061c\u180e\u200b-\u200f\u2060-\u2065\ufeff\ufff9-\ufffb\U000e0000-\U000e007f"
_OUTSIDE = re.compile(rf'[{_UNSEEN}]|"[^"\n]*"|#[^\n]*')
_ANY = re.compile(f"[{_UNSEEN}]")


def hidden(file: str, text: str) -> Iterator[Problem]:
    """Each character that does not belong where it is, as a problem."""
    line, counted = 1, 0
    for at in sorted(_positions(text)):
        character = text[at]
        line, counted = line + text.count("\n", counted, at), at
        column = at - text.rfind("\n", 0, at)
        name = unicodedata.name(character, "")
        shown = f"U+{ord(character):04X}" + (f" ({name.lower()})" if name else "")
        cause = f"the character {shown} does not belong in text"
        mend = "save the file as plain text"
        if name:
            cause = f"the character {shown} can't be seen, and the line may be read otherwise than it is written"
            mend = "take it out; type the words around it anew if you can't find it"
        yield problem(Code.T015, Place(file, line, column, line, column + 1), cause, mend)


def without_hidden(text: str) -> str:
    """The text with a space in place of each of those characters."""
    characters = list(text)
    for at in _positions(text):
        characters[at] = " "
    return "".join(characters)


def _positions(text: str) -> Iterator[int]:
    for found in _NOWHERE.finditer(text):
        yield found.start()
    if not text.isascii() and _ANY.search(text):
        for found in _OUTSIDE.finditer(text):
            if found[0][0] not in '"#':
                yield found.start()
