"""`invoicer verify --derive`: what an update would bill otherwise, named as that and as nothing worse."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from invoicer import home, workspace
from invoicer.domain.entitlement import Treated
from invoicer.domain.money import Money
from tests.cli.conftest import Shell

BY = ("--by", "Anna")
RULE = """from invoicer.api import Draft, Problem, hookimpl


@hookimpl
def invoicer_problems(draft: Draft) -> list[Problem]:
    return []
"""
STANDARD = 'category = "standard"\npercent = "21"'


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Shell:
    """The small workspace with two months issued and a credit in between."""
    folder = tmp_path_factory.mktemp("diagnose") / "starter"
    workspace.new_workspace(folder)
    shell = Shell(folder)
    shell.write("invoicer.toml", (folder / "invoicer.toml").read_text("utf-8").replace('["pdf"]', '["json"]'))
    for words in (
        ("plan", "--as-of", "2026-01-01"),
        ("confirm", "--remark", "checked", *BY),
        ("issue", "--on", "2026-01-01", *BY),
        ("credit", "INV-2026-00001", "--line", "1:amount=5.00", "--reason", "goodwill", "--remark", "sorry", *BY),
        ("plan", "--as-of", "2026-02-01"),
        ("confirm", "--remark", "checked", *BY),
        ("issue", "--on", "2026-02-01", *BY),
    ):
        done = shell(*words)
        assert done.exit_code == 0, done.output
    return shell


@pytest.fixture
def issued(once: Shell, tmp_path: Path) -> Shell:
    return Shell(Path(shutil.copytree(once.folder, tmp_path / "issued")))


@pytest.fixture
def bundled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str, str], None]:
    """Changes a file of the bundled plugins, as an update does; with "" as what is to be changed, it removes its plugin."""
    ours = home.folder
    copied = Path(shutil.copytree(ours("plugins"), tmp_path / "plugins"))
    monkeypatch.setattr(home, "folder", lambda name: copied if name == "plugins" else ours(name))

    def change(name: str, old: str, new: str) -> None:
        if not old:
            shutil.rmtree((copied / name).parent)
            return
        text = (copied / name).read_text("utf-8")
        assert old in text
        (copied / name).write_text(text.replace(old, new, 1), "utf-8")
        module = import_module("invoicer.bundled." + ".".join(Path(name).parts[:-1]))
        monkeypatch.setattr(module, "__file__", str((copied / name).parent / "__init__.py"))

    return change


def derived(shell: Shell, *words: str) -> tuple[int, list[Any]]:
    """How many documents were derived again, and what is told about them; the proof itself is sound."""
    done = shell("verify", "--derive", "--json", *words)
    data = json.loads(done.stdout)
    assert (done.exit_code, data["sound"]) == (0, True)
    assert all(one["code"] == "L149" and one["severity"] == "warning" for one in data["problems"])
    assert not any(
        word in one["cause"] for one in data["problems"] for word in ("tamper", "manipul", "not what was issued")
    )
    return data["looked_at"]["derived again"], data["problems"]


def test_what_was_issued_would_be_issued_again(issued: Shell) -> None:
    count, told = derived(issued)
    assert count >= 3 and not told
    assert derived(issued, "INV-2026-00001") == (1, [])
    assert derived(issued, "--since", "2026-02-01")[0] == count - 1
    assert "derived" not in issued("verify").stdout


def test_todays_files_have_no_say(issued: Shell) -> None:
    """Terms, customers and quantities that changed since are for the next plan."""
    for path in (issued.folder / "contracts").iterdir():
        path.write_text("this is no contract", "utf-8")
    issued.write("customers.csv", (issued.folder / "customers.csv").read_text("utf-8").replace(",NL,", ",BE,"))
    assert derived(issued)[1] == []


def test_a_fact_that_changed_is_named(issued: Shell, bundled: Callable[[str, str, str], None]) -> None:
    bundled("markets/nl/facts.toml", STANDARD, STANDARD.replace("21", "22"))
    _, told = derived(issued, "INV-2026-00001")
    [one] = told
    assert one["part"] == "document INV-2026-00001"
    assert "would have VAT S 22% NL instead of VAT S 21% NL" in one["cause"]
    assert "plugin markets/nl or its facts changed" in one["cause"]


def test_a_plugin_that_is_gone(issued: Shell, bundled: Callable[[str, str, str], None]) -> None:
    bundled("markets/nl/__init__.py", "", "")
    [one] = derived(issued, "INV-2026-00001")[1]
    assert "plugin markets/nl is gone" in one["cause"]
    assert "would not be billed" in one["cause"]


def test_a_plugin_that_came_changes_nothing(issued: Shell) -> None:
    issued.write("plugins/more.py", RULE)
    assert derived(issued)[1] == []


def test_a_program_that_computes_otherwise(issued: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    module = import_module("invoicer.runs.diagnose")
    entitled = module.entitled

    def otherwise(*words: Any) -> tuple[tuple[Treated, ...], Any]:
        treated, holds = entitled(*words)
        first = treated[0].entitlement
        dearer = replace(first, net=first.net + Money.of(1, first.net.currency))
        return (replace(treated[0], entitlement=dearer), *treated[1:]), holds

    monkeypatch.setattr(module, "entitled", otherwise)
    told = derived(issued)[1]
    assert told and all(" instead of " in one["cause"] for one in told)
    assert all("the program itself" in one["cause"] for one in told)
    assert not [one for one in told if "CN-" in one["part"]]


def test_a_content_that_is_gone_is_said_by_the_proof_and_hinders_nothing(issued: Shell) -> None:
    with closing(sqlite3.connect(issued.folder / "ledger" / "invoicer.db")) as database, database:
        database.execute("DELETE FROM contents WHERE CAST(data AS TEXT) LIKE '[%meter%'")
        database.execute("DELETE FROM contents WHERE CAST(data AS TEXT) = '[]'")
    done = issued("verify", "--derive", "--json")
    codes = {one["code"] for one in json.loads(done.stdout)["problems"]}
    assert done.exit_code == 1
    assert {"L143", "L149"} <= codes
