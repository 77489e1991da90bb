"""language: a terms file on the disk → its text."""

from __future__ import annotations

from pathlib import Path

from invoicer.errors import Place, TermsError
from invoicer.language.codes import Code, problem
from invoicer.language.hidden import hidden


def read(path_on_disk: str | Path, shown_as: str) -> str:
    """The text of a terms file; ``shown_as`` is its name in problems. Line ends become plain, a byte order mark goes.

    Raises TermsError where the file can't be read, is not UTF-8, or holds characters that are no text (:mod:`hidden`).
    """
    return decode(read_bytes(path_on_disk, shown_as), shown_as)


def read_bytes(path_on_disk: str | Path, shown_as: str) -> bytes:
    """What stands in a terms file. Raises TermsError where it can't be read."""
    try:
        return Path(path_on_disk).read_bytes()
    except OSError as error:
        cause = f"{shown_as} can't be read: {error.strerror or error}"
        raise TermsError(problem(Code.T016, Place(shown_as), cause, "check the file and its permissions")) from None


def decode(data: bytes, shown_as: str) -> str:
    """The text of a terms file from its bytes, as :func:`read` gives it. Raises TermsError alike."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        cause = f"the file is not UTF-8 text: byte {error.start + 1} is {data[error.start]:#04x}"
        raise TermsError(problem(Code.T014, Place(shown_as, line), cause, "save the file as UTF-8")) from None
    for found in hidden(shown_as, text):
        raise TermsError(found)
    return text.replace("\r\n", "\n").replace("\r", "\n")
