"""docs/workspace.md lists every column and every key that is read, and none that is not."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from invoicer.domain.party import PartyKind
from invoicer.home import folder
from invoicer.workspace.customers import COLUMNS
from invoicer.workspace.settings import read_settings
from invoicer.workspace.tables import Table
from tests.docs.pages import ROOT

PAGE = (ROOT / "docs/workspace.md").read_text("utf-8")
MORE = """
[exchange]
source = "ecb"

[ledger]
public_keys = ["ledger.pem.pub"]

[review]

[[review.rules]]
name = "small"

[[policy.accept_fact]]
fact = "a"
reason = "b"

[sellers.other.series]
invoice = { pattern = "X-{number}", start = "X-7" }
credit-note = { pattern = "Y-{number}", start = "Y-7" }
"""


def _rows(heading: str) -> list[str]:
    """The first cell of each row of the table under a heading."""
    part = PAGE.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    return re.findall(r"(?m)^\| (`.*?) \|", part)


def test_every_column_of_customers_is_described() -> None:
    described = [name for row in _rows("Customers") for name in re.findall(r"`([^`]+)`", row)]
    assert sorted(described) == sorted(COLUMNS)
    (kinds,) = re.findall(r"(?m)^\| `kind` \|.*$", PAGE)
    assert all(f"`{kind}`" in kinds for kind in PartyKind)


def test_every_key_of_the_settings_is_described(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: set[str] = set()
    value = Table._value

    def noted(self: Table, key: str, kind: type, *rest: Any) -> Any:
        if kind is not dict and key not in ENTRIES:
            asked.add(self._path(key))
        return value(self, key, kind, *rest)

    monkeypatch.setattr(Table, "_value", noted)
    text = (folder("rules") / "starter" / "invoicer.toml").read_text("utf-8")
    text = text.replace("[policy]", '[policy]\nformats = ["pdf"]')
    (tmp_path / "invoicer.toml").write_text(text + MORE, "utf-8")
    read_settings(tmp_path)
    plain = (re.sub(r"\[\d+\]", "", path) for path in asked)
    named = (re.sub(r"^sellers\.[^.]+", "sellers.NAME", path) for path in plain)
    keys = {re.sub(r"^supply\..+", "supply.WORD", path) for path in named}
    described = {name for row in _rows("Settings") for name in re.findall(r"`([a-z]+\.[^`]+)`", row)}
    assert keys == described


ENTRIES = ("registrations", "accounts", "accept_fact", "rules")
"""The keys of lists of tables, whose own keys are described."""
