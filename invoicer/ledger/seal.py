"""ledger: what keeps the anchor from being made anew by whoever can change files: nothing, or a signature."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any


class Seal:
    """No seal: an anchor says what it says, and what it carries of signatures is not looked at."""

    def mark(self, said: str) -> Mapping[str, str]:
        """What the anchor carries beside what it says."""
        del said
        return {}

    def check(self, said: str, anchor: Mapping[str, Any], path: Path) -> str:
        """The id of the key that sealed it, "" for none. Raises RunError (L157) where the seal is missing or broken."""
        del said, anchor, path
        return ""


UNSEALED = Seal()
