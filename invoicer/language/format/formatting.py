"""language: a text of terms → the same terms in the one layout."""

from __future__ import annotations

from invoicer.errors import TermsError
from invoicer.language.format.layout import lay_out
from invoicer.language.format.lines import sheet_of
from invoicer.language.format.proof import prove
from invoicer.language.parse import take_apart

BYTE_ORDER_MARK = "\ufeff"


def formatted(text: str, file: str) -> str:
    """The terms in the one layout: words, numbers and comments are kept, spaces, line ends, commas and colons between
    words follow the rules of the page on the language. ``file`` is the name in problems. Formatting twice changes nothing.

    Raises TermsError with every problem of how the text is written: what can't be read is not laid out. Raises DefectError
    when the result would not say the same; nobody gets to see such a result.
    """
    text = text.removeprefix(BYTE_ORDER_MARK).replace("\r\n", "\n").replace("\r", "\n")
    parsed, tree, tokens = take_apart(file, text)
    if parsed.problems:
        raise TermsError(parsed.problems)
    sheet = sheet_of(text, tree, tokens)
    result = lay_out(sheet)
    if result != text:
        prove(parsed, sheet, result)
    return result
