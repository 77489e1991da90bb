"""home: where plugins/, rules/ and templates/ live.

A wheel carries the three folders inside the package, under ``_home``; a checkout (or an editable install) has them
beside the package.
"""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def folder(name: str) -> Path:
    """The top-level folder of that name (``plugins``, ``rules`` or ``templates``), packaged or in the checkout."""
    packaged = _PACKAGE / "_home" / name
    return packaged if packaged.is_dir() else _PACKAGE.parent / name
