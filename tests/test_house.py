"""The rules of the house that a machine can check."""

from __future__ import annotations

import ast
import importlib
import pkgutil
from pathlib import Path

import pytest

import invoicer
from invoicer import hookspecs

ROOT = Path(__file__).resolve().parent.parent
CODE = sorted(path for room in ("invoicer", "plugins", "benchmarks") for path in (ROOT / room).rglob("*.py"))


def test_no_file_outgrows_a_reader() -> None:
    long = {str(path.relative_to(ROOT)): n for path in CODE if (n := len(path.read_text("utf-8").splitlines())) > 400}
    assert not long


def test_no_function_outgrows_a_page() -> None:
    long = {}
    for path in CODE:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                if lines > 70:
                    long[f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"] = lines
    assert not long


def test_every_file_says_which_room_it_is() -> None:
    for path in (ROOT / "invoicer").rglob("*.py"):
        inside = path.relative_to(ROOT / "invoicer")
        room = inside.parts[0].removesuffix(".py")
        if room == "__init__":
            continue
        doc = ast.get_docstring(ast.parse(path.read_text("utf-8"))) or ""
        assert doc.startswith(f"{room}: "), f"{inside}: its docstring should begin with “{room}: ”"


@pytest.mark.parametrize("room", ["domain", "facts", "engine", "tax", "documents", "runs"])
def test_no_float_touches_an_amount(room: str) -> None:
    for path in (ROOT / "invoicer" / room).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            named = isinstance(node, ast.Name) and node.id == "float"
            literal = isinstance(node, ast.Constant) and isinstance(node.value, float)
            assert not named and not literal, f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', '?')}"


@pytest.mark.parametrize("room", ["domain", "facts", "engine", "tax", "documents"])
def test_pure_rooms_read_no_clock_file_or_network(room: str) -> None:
    forbidden = {"os", "time", "socket", "random", "locale", "urllib", "requests", "subprocess", "sqlite3"}
    readers = {"today", "now", "utcnow", "getenv"}
    for path in (ROOT / "invoicer" / room).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                assert not forbidden & {alias.name.split(".")[0] for alias in node.names}, path
            elif isinstance(node, ast.ImportFrom) and node.module:
                assert node.module.split(".")[0] not in forbidden, path
            elif isinstance(node, ast.Attribute):
                assert node.attr not in readers, f"{path.relative_to(ROOT)}:{node.lineno} {node.attr}"


def test_every_hook_is_documented() -> None:
    text = (ROOT / "docs" / "writing-a-plugin.md").read_text("utf-8")
    for name in vars(hookspecs):
        if name.startswith("invoicer_"):
            assert f"`{name}(" in text, name


def test_every_module_imports() -> None:
    for module in pkgutil.walk_packages(invoicer.__path__, "invoicer."):
        importlib.import_module(module.name)
