"""What a command does not need it does not import: seen in the modules of a fresh process, not in seconds."""

from __future__ import annotations

import ast
import importlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from invoicer.cli.app import MODULES, Commands, cli
from invoicer.late import LateRoom

ROOT = Path(__file__).resolve().parent.parent
HEAVY = {"weasyprint", "fontTools", "PIL", "jinja2", "duckdb", "sqlalchemy", "holidays", "cattrs", "rich", "hypothesis"}
ROOMS = {"invoicer.ledger", "invoicer.documents", "invoicer.engine.rating"}


def modules_after(folder: Path, *arguments: str) -> set[str]:
    """The modules that `invoicer` has imported when a command is done."""
    script = (
        "import atexit, json, sys\n"
        "atexit.register(lambda: print(json.dumps(sorted(sys.modules)), file=sys.stderr))\n"
        "from invoicer.cli import main\n"
        "sys.argv[0] = 'invoicer'\n"
        "main()\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", script, "-w", str(folder), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert done.stderr.endswith("]\n"), done.stderr
    return set(json.loads(done.stderr.splitlines()[-1]))


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("late") / "workspace"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    subprocess.run(
        [sys.executable, "-c", "from invoicer.cli import main; main()", "init", str(folder)],
        check=True,
        capture_output=True,
        env=environment,
    )
    return folder


def test_a_check_imports_nothing_that_only_usage_papers_and_the_ledger_need(workspace: Path) -> None:
    modules = modules_after(workspace, "check")
    assert sorted((HEAVY | ROOMS) & modules) == []


def test_a_check_of_cached_terms_imports_no_parser(workspace: Path) -> None:
    modules_after(workspace, "check")
    modules = modules_after(workspace, "check")
    read = {"lark", "invoicer.language.parse", "invoicer.language.checks", "invoicer.language.tree"}
    assert sorted((HEAVY | ROOMS | read) & modules) == []


def test_a_check_with_usage_imports_what_counts_it(workspace: Path) -> None:
    usage = workspace / "usage"
    usage.mkdir()
    (usage / "manifest.toml").write_text(
        '[[source]]\nfiles = "a.csv"\nmeters = ["calls"]\ncomplete_through = 2026-01-31\n', "utf-8"
    )
    (usage / "a.csv").write_text("event,contract,meter,at,calls\n", "utf-8")
    terms = workspace / "contracts" / "measured.terms"
    text = (workspace / "contracts" / "acme-2026.terms").read_text("utf-8")
    terms.write_text(
        text.replace("contract acme-2026", "contract measured-2026")
        + "\nmeter calls\n  sum of calls\ncharge api\n  usage of calls\n  bill monthly in arrears\n  0.10 EUR per call\n",
        "utf-8",
    )
    modules = modules_after(workspace, "check")
    assert "duckdb" in modules
    assert sorted((HEAVY - {"duckdb", "rich"} | ROOMS - {"invoicer.engine.rating"}) & modules) == []


def test_a_check_hardly_looks_for_cycles_not_even_while_it_imports(workspace: Path) -> None:
    script = (
        "import atexit, gc, sys\n"
        "collections = lambda: sum(generation['collections'] for generation in gc.get_stats())\n"
        "before = collections()\n"
        "atexit.register(lambda: print(collections() - before, file=sys.stderr))\n"
        "from invoicer.cli import main\n"
        "main()\n"
    )
    command = [sys.executable, "-c", script, "-w", str(workspace), "check"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=True)
    assert int(done.stderr) < 10


def test_the_commands_of_each_module_are_those_that_are_named() -> None:
    assert isinstance(cli, Commands)
    for module, names in MODULES.items():
        commands = importlib.import_module(f"invoicer.cli.{module}").COMMANDS
        assert [command.name for command in commands] == list(names)


@pytest.mark.usefixtures("real_pages")
@pytest.mark.parametrize("room", ["runs", "render", "language", "engine"])
def test_a_late_room_finds_what_type_checkers_are_told(room: str) -> None:
    package = importlib.import_module(f"invoicer.{room}")
    assert isinstance(package, LateRoom)
    told: dict[str, str] = {}
    for node in ast.walk(ast.parse((ROOT / "invoicer" / room / "__init__.py").read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(f"invoicer.{room}."):
            told |= {alias.name: str(node.module).rpartition(".")[2] for alias in node.names}
    assert package.parts == told
    assert sorted(told) == sorted(package.__all__)
    for name, module in told.items():
        assert getattr(package, name) is getattr(importlib.import_module(f"invoicer.{room}.{module}"), name)


def test_a_module_never_takes_the_place_of_the_story_of_its_name() -> None:
    runs = importlib.import_module("invoicer.runs")
    importlib.reload(importlib.import_module("invoicer.runs.confirm"))
    assert callable(runs.confirm)
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        _ = runs.nonsense
