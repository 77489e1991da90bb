"""What programs read: every command with `--json`, its keys as docs/programs.md lists them, and no binary fraction."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest

from invoicer import workspace
from invoicer.cli import cli
from tests.cli.conftest import Shell

PAGE = Path(__file__).parents[2] / "docs" / "programs.md"
WHO = ("--by", "billing")
PROBLEM = "code severity file line column part cause mend"
NAMED = {"holds", "looked_at", "totals"}
OPEN = {"trace", "looked_at"}
COUNTS = {
    *("line", "column", "position", "plan", "request", "people", "days_in_service", "days_late", "files", "periods"),
    *("diff.old", "diff.new", "diff.same", "end_line", "end_column", "places", "priced_alike", "lines", "entry"),
    *("bytes", "days_late_by_law"),
}
TINY = """contract demo "Demo"
  seller my-company
  customer acme
  currency EUR
  agreed 2025-12-01
  term 12 months from 2026-01-15
  bill monthly in arrears on day 1
  pay within 30 days
  supply hosting

charge api "API"
  usage of calls
  0.0000002 EUR per call

meter calls "Calls"
  sum of calls
  unit calls
"""
OLD = """number,issued,customer,contract,charge,from,to,net,currency,vat
OLD-1,2026-01-02,acme,acme-2026,hosting,2025-12-01,2025-12-31,45.00,EUR,21
"""
Told = dict[tuple[str, int], Any]


def commands() -> set[str]:
    """All commands that a program can ask."""
    context = click.Context(cli)
    found = {name: cli.get_command(context, name) for name in cli.list_commands(context)}
    return {name for name, one in found.items() if one and any("--json" in each.opts for each in one.params)}


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    """What each command answers, with its exit code, in a workspace that issues an invoice and a credit note."""
    folder = tmp_path_factory.mktemp("programs")
    workspace.new_workspace(folder / "mine")
    shell = Shell(folder / "mine")
    (terms,) = shell.folder.glob("contracts/*.terms")
    shutil.copytree(shell.folder, folder / "before")
    answers: Told = {}

    def ask(name: str, *words: str, exit_code: int = 0) -> None:
        result = shell(name, *words, "--json")
        assert result.exit_code == exit_code, (name, result.output)
        answers[name, exit_code] = json.loads(result.stdout, parse_float=_refused, parse_constant=_refused)

    def do(*words: str) -> None:
        result = shell(*words)
        assert result.exit_code == 0, result.output

    settings = (shell.folder / "invoicer.toml").read_text("utf-8")
    shell.write("invoicer.toml", f"{settings}\n[review]\nfirst_invoice = true\n")
    terms.write_text(terms.read_text("utf-8").replace("for first 3 months", "for first 2 months"))
    ask("check")
    ask("preview", str(terms), "--on", "2026-01-01")
    ask("test")
    ask("fmt", "--check")
    ask("plugins")
    ask("diff", str(folder / "before"), str(shell.folder), "--until", "2026-12-31")
    ask("plan", "--as-of", "2026-01-01")
    ask("waiting")
    do("confirm", "--doubt", "first-invoice", "--remark", "checked", *WHO)
    do("issue", "--on", "2026-01-01", *WHO)
    ask("schedule", "--from", "2026-01-01", "--until", "2026-03-31")
    (shell.folder / "contracts" / "gone.terms").write_text("contract gone\n", "utf-8")
    ask("schedule", "--from", "2026-01", "--to", "2026-03", "--on", "2026-02-20", exit_code=1)
    (shell.folder / "contracts" / "gone.terms").unlink()
    ask("credit", "INV-2026-00001", "--line", "3", "--reason", "quantity-error", "--remark", "one was spare", *WHO)
    ask("credits", "--all")
    ask("plan", "--as-of", "2026-01-08", "--diff", "1", exit_code=1)
    do("confirm", "--remark", "checked", *WHO)
    do("issue", "--on", "2026-01-08", *WHO)
    ask("explain", "INV-2026-00001")
    ask("rebill", "INV-2026-00001", "--remark", "it was right", "--dry-run", *WHO)
    shell.write("old.csv", OLD)
    ask("import-billed", str(shell.folder / "old.csv"), *WHO)
    ask("verify")
    result = shell("doctor", "--json")  # what is wrong with a machine is not our matter
    answers["doctor", result.exit_code] = json.loads(result.stdout, parse_float=_refused, parse_constant=_refused)
    return answers


def _refused(text: str) -> Any:
    raise AssertionError(f"{text} is a binary fraction for whoever reads it")


def shapes(path: str, data: Any) -> Iterator[tuple[str, str]]:
    """Each object by its path, with its keys as the page writes them."""
    if isinstance(data, list):
        for each in data:
            yield from shapes(f"{path}[]", each)
    elif isinstance(data, dict) and path.endswith("{}"):
        for each in data.values():
            yield from shapes(path, each)
    elif isinstance(data, dict):
        named = {key: "{}" if key in NAMED and isinstance(data[key], dict) else "" for key in data}
        keys = " ".join(f"{key}{'[]' if isinstance(data[key], list) else named[key]}" for key in data)
        yield path, keys.replace(PROBLEM, "problem")
        for key in data.keys() - OPEN:
            yield from shapes(f"{path}.{key}{named[key]}", data[key])


def written() -> dict[str, str]:
    """The keys of each object, as the page lists them."""
    (block,) = re.findall(r"(?ms)^```text\n(.*?)^```$", PAGE.read_text("utf-8"))
    rows = [row.split() for row in block.splitlines() if row]
    return {path: " ".join(keys) for path, *keys in rows}


def test_every_command_for_programs_is_asked(told: Told) -> None:
    assert (
        commands() == {name for name, _ in told} == {re.split(r"[^\w-]", path)[0] for path in written()} - {"problem"}
    )


def test_the_page_lists_all_keys_in_their_order(told: Told) -> None:
    listed = written()
    assert listed["problem"] == PROBLEM
    found = {shape for (name, _), answer in told.items() for shape in shapes(name, answer)}
    assert not [(path, keys) for path, keys in sorted(found) if listed.get(path) != keys]
    rare = {
        "because",
        "changes",
        "totals",
        "besides",
        "carried",
        "corrects",
        "differences",
        "decisions",
        "exchange",
        "problems",
        "holds",
        "warnings",
    }
    unseen = {path for path in listed.keys() - dict(found).keys() if not rare & set(re.split(r"\W+", path))}
    assert unseen <= {"problem", "check.acknowledged[]", "test.examples[].doubts[]"}


def test_amounts_are_text_without_an_exponent(told: Told) -> None:
    """What may be a number counts something."""

    def numbers(key: str, data: Any) -> Iterator[tuple[str, object]]:
        if isinstance(data, dict):
            for name, value in data.items() if key != "looked_at" else ():
                yield from numbers(f"{key}.{name}" if key == "diff" else name, value)
        elif isinstance(data, list):
            for value in data:
                yield from numbers(key, value)
        elif isinstance(data, str):
            assert not re.fullmatch(r"[+-]?[\d.]+[eE][+-]?\d+", data), (key, data)
        else:
            yield key, data

    counted = {name for answer in told.values() for name, value in numbers("", answer) if type(value) is int}
    assert counted <= COUNTS


def test_a_small_price_has_all_its_digits(starter: Shell) -> None:
    starter.write("tiny.terms", TINY)
    words = ("preview", str(starter.folder / "tiny.terms"), "--on", "2026-02-01", "--given", "calls=250000000")
    [line] = json.loads(starter(*words, "--json").stdout)["contracts"][0]["lines"]
    assert (line["unit_price"], line["net"]) == ("0.0000002", "50.00")
    shown = starter(*words).stdout
    assert "0.0000002" in shown and "2E-7" not in shown


def test_nothing_but_the_answer_is_on_standard_output(starter: Shell) -> None:
    for words in (("explain", "INV-2026-99999"), ("rebill", "INV-2026-99999", "--remark", "x"), ("schedule", "nobody")):
        result = starter(*words, "--json")
        assert (result.exit_code, result.stdout) == (1, ""), words
        assert "mend" in result.stderr
    assert starter("plan", "--as-of", "soon", "--json").exit_code == 2
