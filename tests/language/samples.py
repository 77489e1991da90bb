"""What samples of terms have in common: the first lines of a contract, and what the workspace around them knows."""

from __future__ import annotations

from typing import Any

KNOWN: dict[str, Any] = {
    "customers": {"acme", "globex"},
    "sellers": {"hosting-nl"},
    "kinds": {"electronic-service", "motor-insurance"},
    "series": {"NL-CPI-2015"},
    "whole": True,
}


def heading(name: str = "acme-2026", title: str = "Acme Ltd", term: str = "12 months from 2026-01-01") -> str:
    """The first lines of a contract."""
    return f"""contract {name} "{title}"
  seller hosting-nl
  customer acme
  currency EUR
  agreed 2025-12-12
  term {term}
  bill monthly in advance on day 1
  pay within 30 days
  supply electronic-service
"""
