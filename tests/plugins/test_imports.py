"""What bundled plugins may import: the api, the member states' shared folder, and what is in the box anyway."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted((ROOT / "plugins").rglob("*.py"))
LIBRARIES = {"stdnum", *sys.stdlib_module_names}


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_plugin_imports_only_the_api_and_its_neighbours(path: Path) -> None:
    wrong = [name for name in imported(path) if not allowed(name, path)]
    assert not wrong


def test_the_room_never_names_a_bundled_plugin() -> None:
    for path in (ROOT / "invoicer").rglob("*.py"):
        named = [name for name in imported(path) if name.startswith(("invoicer.bundled.", "plugins"))]
        assert not named, path


def test_plugins_are_found() -> None:
    assert len(FILES) > 15


def imported(path: Path) -> list[str]:
    """Full names of what a file imports; relative ones keep their dots."""
    names = []
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names.append("." * node.level + (node.module or ""))
    return names


def allowed(name: str, path: Path) -> bool:
    """``.own`` modules, ``..eu`` for markets, ``invoicer.api``, the standard library and check digits."""
    if name.startswith(".."):
        return name == "..eu" and path.parts[-3] == "markets"
    return (
        name.startswith(".")
        or name in ("invoicer.api", "invoicer.bundled.markets.eu")
        or name.split(".")[0] in LIBRARIES
    )
