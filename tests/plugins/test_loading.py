"""Where plugins come from, what is recorded of them, and what a wrong one is told."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

from invoicer import home
from invoicer.domain.document import Draft
from invoicer.errors import PluginError, Problem, Severity
from invoicer.plugins import load

ISLAND = """
from pathlib import Path
from invoicer.api import Country, hookimpl

@hookimpl
def invoicer_markets():
    return [Country(Path(__file__).parent)]
"""


def workspace(tmp_path: Path, **files: str) -> Path:
    folder = tmp_path / "plugins"
    folder.mkdir(parents=True)
    for name, text in files.items():
        (folder / f"{name}.py").write_text(text, encoding="utf-8")
    (folder / "facts.toml").write_text('jurisdiction = "IS"', encoding="utf-8")
    return folder


def problems(folder: Path) -> list[Problem]:
    with pytest.raises(PluginError) as raised:
        load(folder)
    return list(raised.value.problems)


def test_bundled_plugins_are_loaded_and_named_with_version_and_hash() -> None:
    plugins = load()
    bundled = sorted("/".join(path.parent.parts[-2:]) for path in home.folder("plugins").glob("*/*/__init__.py"))
    assert [each.name for each in plugins.loaded if each.origin == "bundled"] == bundled
    assert {each.version for each in plugins.loaded if each.origin == "bundled"} == {metadata.version("invoicer")}
    assert all(len(each.sha256) == 64 for each in plugins.loaded)
    assert {"NL", "BE", "DE", "FR", "EE", "SE", "LV", "LT", "FI", "PL", "GB", "CH", "US", "NO"} <= set(plugins.markets)
    assert list(plugins.markets) == sorted(plugins.markets)


def test_a_workspace_plugin_is_loaded_and_named_by_the_hash_of_its_file(tmp_path: Path) -> None:
    plugins = load(workspace(tmp_path, iceland=ISLAND, _helper="raise SystemExit"))
    (mine,) = [each for each in plugins.loaded if each.origin == "workspace"]
    assert (mine.name, mine.sha256) == ("plugins/iceland.py", hashlib.sha256(ISLAND.encode()).hexdigest())
    assert plugins.market("IS").code == "IS"


def test_loading_leaves_nothing_in_the_workspace(tmp_path: Path) -> None:
    load(workspace(tmp_path, iceland=ISLAND))
    assert sorted(path.name for path in (tmp_path / "plugins").iterdir()) == ["facts.toml", "iceland.py"]


def test_a_workspace_without_plugins_folder_is_fine(tmp_path: Path) -> None:
    assert load(tmp_path / "plugins").markets.keys() == load().markets.keys()


def test_an_unknown_market_says_what_to_do() -> None:
    with pytest.raises(
        PluginError, match=r"no plugin knows the market XX .*invoicer_markets\(\) with XX \(known: BE, CH"
    ):
        load().market("XX")


WRONG = {
    "syntax error": ("def invoicer_markets(:\n", "P003", "the plugin does not import: SyntaxError"),
    "missing module": (
        "import nothing_like_this\n",
        "P003",
        "ModuleNotFoundError: No module named 'nothing_like_this'",
    ),
    "exit": ("raise SystemExit(3)\n", "P003", "the plugin does not import: SystemExit: 3"),
    "misspelt hook": (
        ISLAND.replace("invoicer_markets", "invoicer_market"),
        "P004",
        "there is no hook invoicer_market",
    ),
    "other hook": (ISLAND.replace("invoicer_markets", "find_markets"), "P004", "there is no hook find_markets"),
    "unmarked hook": (ISLAND.replace("@hookimpl", ""), "P004", "invoicer_markets is not marked as a hook"),
    "no hook": ("X = 1\n", "P004", "the plugin has no hook"),
    "wrong parameter": (ISLAND.replace("markets()", "markets(folder)"), "P004", "a hook does not fit"),
    "failing hook": (ISLAND.replace("return [", "raise KeyError(1) or ["), "P007", "the plugin failed: KeyError: 1"),
    "no list": (ISLAND.replace("return [", "return None and ["), "P005", "it answered with NoneType"),
    "no country": (ISLAND.replace("Country(Path(__file__).parent)", "3"), "P005", "a market's code is None"),
    "claimed market": (
        "from invoicer.bundled.markets.ee import invoicer_markets\n",
        "P006",
        "bundled markets/ee and workspace plugins/wrong.py both claim the market EE",
    ),
    "half a market": (
        ISLAND.replace("Country(Path(__file__).parent)", "type('M', (), {'code': 'IS'})()"),
        "P005",
        "the market IS has no treat, vat_percent, premium_levies, note, payment_reference",
    ),
    "nameless format": (
        ISLAND.replace("invoicer_markets", "invoicer_document_formats"),
        "P005",
        "a document format's name is None",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_plugin_is_told_what_and_how(tmp_path: Path, case: str) -> None:
    text, code, cause = WRONG[case]
    (problem,) = problems(workspace(tmp_path, wrong=text))
    assert problem.code == code
    assert cause in problem.cause
    assert problem.mend
    assert "plugins/wrong.py" in f"{problem.where} {problem.cause}"


def test_a_misspelt_hook_is_asked_whether_another_was_meant(tmp_path: Path) -> None:
    (problem,) = problems(workspace(tmp_path, wrong=WRONG["misspelt hook"][0]))
    assert problem.mend == "did you mean invoicer_markets?"


def test_the_line_that_failed_is_named(tmp_path: Path) -> None:
    (problem,) = problems(workspace(tmp_path, wrong="x = 1\ny = x / 0\n"))
    assert str(problem.where) == "plugins/wrong.py:2"


def test_all_wrong_plugins_are_told_in_one_pass(tmp_path: Path) -> None:
    found = problems(workspace(tmp_path, one="import nothing_like_this", two="X = 1"))
    assert [str(problem.where) for problem in found] == ["plugins/one.py:1", "plugins/two.py"]


def test_a_wrong_facts_file_names_the_file_and_the_plugin(tmp_path: Path) -> None:
    folder = workspace(tmp_path, iceland=ISLAND)
    (folder / "facts.toml").write_text('jurisdiction = "Iceland"', encoding="utf-8")
    (problem,) = problems(folder)
    assert problem.where.file.endswith("plugins/facts.toml")
    assert problem.code == "P011"


def test_plugins_of_two_workspaces_do_not_meet(tmp_path: Path) -> None:
    load(workspace(tmp_path / "a", iceland=ISLAND))
    assert "IS" not in load(tmp_path / "b" / "plugins").markets
    assert "IS" in load(workspace(tmp_path / "b", iceland=ISLAND)).markets


def test_an_unknown_source_of_exchange_rates_is_refused(tmp_path: Path) -> None:
    plugins = load()
    assert plugins.exchange_rates(tmp_path, {}) == ()
    with pytest.raises(PluginError, match="no plugin has rates of “ebc”"):
        plugins.exchange_rates(tmp_path, {"source": "ebc"})


PROBLEMS = """
from invoicer.api import Problem, Place, hookimpl

@hookimpl
def invoicer_problems(draft):
    return {answer}

@hookimpl
def invoicer_issued(document):
    raise OSError("no network")
"""


def test_problems_of_plugins_are_collected_and_a_failing_plugin_is_one(tmp_path: Path) -> None:
    draft: Draft = object.__new__(Draft)  # plugins here look at nothing
    good = load(workspace(tmp_path, mine=PROBLEMS.format(answer="[Problem('Z1', Place(), 'too much', 'ask')]")))
    assert [problem.code for problem in good.problems(draft)] == ["Z1"]
    (tmp_path / "plugins" / "mine.py").write_text(PROBLEMS.format(answer="draft.nothing"), encoding="utf-8")
    (failed,) = load(tmp_path / "plugins").problems(draft)
    assert (failed.code, failed.severity) == ("P007", Severity.HOLD)
    (tmp_path / "plugins" / "mine.py").write_text(PROBLEMS.format(answer="['too much']"), encoding="utf-8")
    (wrong,) = load(tmp_path / "plugins").problems(draft)
    assert wrong.cause == "it answered with list, where a list of Problem is wanted"


def test_what_fails_after_the_issue_is_a_warning(tmp_path: Path) -> None:
    plugins = load(workspace(tmp_path, mine=PROBLEMS.format(answer="[]")))
    (failed,) = plugins.issued(object())  # type: ignore[arg-type]
    assert failed.severity is Severity.WARNING
    assert "OSError: no network" in failed.cause


def test_an_installed_distribution_is_loaded_through_its_entry_point(tmp_path: Path) -> None:
    site = tmp_path / "site"
    (site / "island_market-2.1.dist-info").mkdir(parents=True)
    (site / "island_market").mkdir()
    (site / "island_market" / "__init__.py").write_text(ISLAND, encoding="utf-8")
    (site / "island_market" / "facts.toml").write_text('jurisdiction = "IS"', encoding="utf-8")
    told = "Metadata-Version: 2.1\nName: island-market\nVersion: 2.1\n"
    (site / "island_market-2.1.dist-info" / "METADATA").write_text(told, encoding="utf-8")
    entry = "[invoicer]\niceland = island_market\n"
    (site / "island_market-2.1.dist-info" / "entry_points.txt").write_text(entry, encoding="utf-8")
    code = (
        f"import sys; sys.path.append({str(site)!r}); from invoicer.plugins import load; p = load();"
        " print([(x.name, x.version, len(x.sha256)) for x in p.loaded if x.origin == 'installed'], 'IS' in p.markets)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[('iceland', '2.1', 64)] True"
