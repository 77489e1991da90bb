"""The plugins of the guide load, and do what the guide says of them."""

from __future__ import annotations

import ast
import datetime as dt
import importlib.util
import re
import tomllib
from decimal import Decimal
from pathlib import Path

import pytest

from invoicer import facts, home, hookspecs, plugins
from invoicer.errors import TaxError
from tests.docs.pages import ROOT, Block, blocks
from tests.render.builders import monthly_invoice

GUIDE = ROOT / "docs" / "writing-a-plugin.md"
CODE = [block for block in blocks(GUIDE) if block.kind in ("python", "toml")]


def _path(block: Block) -> str:
    """The file of the workspace that a block is; "" for a part of one."""
    named = re.match(r"# (\S+\.\w+)\n", block.text)
    return named[1] if named else ""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder ``plugins`` of a workspace with all files of the guide."""
    for block in CODE:
        if path := _path(block):
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_text(block.text, "utf-8")
    return tmp_path / "plugins"


def test_every_plugin_of_the_guide_loads(folder: Path) -> None:
    loaded = plugins.load(folder)
    names = {one.name for one in loaded.loaded if one.origin == "workspace"}
    assert names == {_path(block) for block in CODE if re.fullmatch(r"plugins/\w+\.py", _path(block))}
    assert "IE" in loaded.markets and "csv" in loaded.formats


def test_ireland_has_its_rates_and_keeps_its_promises(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ireland = plugins.load(folder).markets["IE"]
    days = {"2020-08-31": 23, "2020-09-01": 21, "2021-02-28": 21, "2021-03-01": 23}
    assert [ireland.vat_percent("standard", dt.date.fromisoformat(day))[0] for day in days] == [
        *map(Decimal, days.values())
    ]
    monkeypatch.chdir(folder.parent)
    spec = importlib.util.spec_from_file_location("test_ireland", "test_ireland.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.test_ireland_keeps_its_promises()


def test_the_banks_rates_are_read_or_refused(folder: Path) -> None:
    loaded = plugins.load(folder)
    settings = {"source": "our-bank", "file": "rates.csv"}
    (folder / "rates.csv").write_text("day,currency,rate\n2026-01-02,USD,1.1725\n", "utf-8")
    (rate,) = loaded.exchange_rates(folder, settings)
    assert (rate.rate, rate.day) == (Decimal("1.1725"), dt.date(2026, 1, 2))
    (folder / "rates.csv").write_text("day,currency,rate\n2026-01-02,USD,much\n", "utf-8")
    with pytest.raises(TaxError, match="P920"):
        loaded.exchange_rates(folder, settings)


def test_the_export_has_a_row_for_each_line_and_the_note_stands_in_the_outbox(folder: Path) -> None:
    loaded = plugins.load(folder)
    document = monthly_invoice()
    rows = loaded.formats["csv"].write(document, lambda *_: b"").decode().splitlines()
    assert len(rows) == 1 + len(document.lines)
    for _ in range(2):
        assert loaded.issued(document) == ()
    (note,) = (folder.parent / "outbox").iterdir()
    assert document.number in note.read_text("utf-8")


@pytest.mark.parametrize("block", [block for block in CODE if not _path(block)], ids=str)
def test_parts_of_files_are_sound(block: Block) -> None:
    if block.kind == "toml":
        table = tomllib.loads(block.text)
        dutch = tomllib.loads((home.folder("plugins") / "markets/nl/facts.toml").read_text("utf-8"))
        for key in table.keys() & {"premium-tax", "notes"}:
            assert _within(table[key], dutch[key]), f"{block}: {key} is not what the Dutch market says"
        for fact in table.get("facts", ()):
            assert any(_within(fact, known) for known in dutch["facts"]), f"{block}: {fact}"
    else:
        exec(compile(ast.parse(block.text), str(block), "exec"), {"__name__": "example"})


def _within(part: object, complete: object) -> bool:
    """Whether a table says nothing but what the complete one says."""
    if isinstance(part, dict) and isinstance(complete, dict):
        return all(key in complete and _within(value, complete[key]) for key, value in part.items())
    return part == complete


def test_the_guide_names_every_hook_with_its_arguments() -> None:
    text = GUIDE.read_text("utf-8")
    for name, hook in vars(hookspecs).items():
        if name.startswith("invoicer_"):
            arguments = ", ".join(hook.__code__.co_varnames[: hook.__code__.co_argcount])
            assert f"| `{name}({arguments})` |" in text


def test_the_guide_names_every_key_of_a_fact() -> None:
    text = GUIDE.read_text("utf-8")
    for kind in (facts.Confidence, facts.DateBasis):
        for value in kind:
            assert f"`{value}`" in text
