"""The commands on the small workspace, as a person and as a program sees them."""

from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner
from syrupy.assertion import SnapshotAssertion

from invoicer.cli import cli
from invoicer.cli.batch import ahead
from tests.cli.conftest import Shell

METERED = """
contract demo "Demo"
  seller s
  customer c
  currency EUR
  agreed 2025-12-01
  term 12 months from 2026-01-15
  bill monthly in arrears on day 1
  pay within 30 days
  supply standard

charge api "API"
  usage of calls
  graduated
    up to 100 000     free
    up to 1 000 000   0.0020 EUR each
    above             0.0015 EUR each

meter calls "Calls"
  sum of calls
"""


def text(output: str, shell: Shell) -> str:
    """Without the folder of this test, and without what differs from version to version."""
    return re.sub(r"\b[0-9a-f]{12}\b", "<hash>", output.replace(str(shell.folder), "<workspace>"))


@pytest.fixture
def issued(starter: Shell) -> Shell:
    for words in (
        ("plan", "--as-of", "2026-01-01"),
        ("confirm", "--remark", "checked", "--by", "billing"),
        ("issue", "--on", "2026-01-01", "--by", "billing"),
    ):
        assert starter(*words).exit_code == 0
    return starter


def test_a_month_by_hand(starter: Shell, snapshot: SnapshotAssertion) -> None:
    commands = (
        ("check",),
        ("plan", "--as-of", "2026-01-01"),
        ("confirm", "--remark", "checked", "--by", "billing"),
        ("issue", "--on", "2026-01-01", "--by", "billing"),
        ("plan", "--as-of", "2026-01-01"),
        ("issue", "--on", "2026-01-01", "--by", "billing"),
    )
    for step, words in enumerate(commands, 1):
        result = starter(*words)
        assert result.exit_code == 0
        assert text(result.stdout, starter) == snapshot(name=f"{step}. {' '.join(words)}")


def test_explain_and_schedule(issued: Shell, snapshot: SnapshotAssertion) -> None:
    told, _ = issued("explain", "INV-2026-00001").stdout.split("\nDraft ")  # what follows has hashes, and today
    assert text(told, issued) == snapshot(name="explain")
    lines = json.loads(issued("explain", "INV-2026-00001", "3", "--json").stdout)["lines"]
    assert lines == snapshot(name="explain as JSON")
    schedule = issued("schedule", "--from", "2026-01-01", "--until", "2026-01-31")
    assert text(schedule.stdout, issued) == snapshot(name="schedule")
    assert json.loads(issued("schedule", "--from", "2026-01-01", "--until", "2026-01-31", "--json").stdout)


def test_plan_as_json(starter: Shell, snapshot: SnapshotAssertion) -> None:
    data = json.loads(starter("plan", "--as-of", "2026-01-01", "--json").stdout)
    for draft in data["drafts"]:
        assert re.fullmatch("[0-9a-f]{64}", draft.pop("fingerprint"))
        assert draft.pop("since")
    assert data == snapshot


@pytest.mark.parametrize("words", [("plan", "--as-of", "2026-01-01"), ("confirm", "--remark", "x"), ("issue",)])
def test_a_dry_run_writes_nothing(words: tuple[str, ...], starter: Shell) -> None:
    if words[0] != "plan":
        starter("plan", "--as-of", "2026-01-01")
    before = {path: path.read_bytes() for path in sorted(starter.folder.rglob("*")) if path.is_file()}
    assert starter(*words, "--dry-run").exit_code == 0
    after = {path: path.read_bytes() for path in sorted(starter.folder.rglob("*")) if path.is_file()}
    changed = {path.name for path in before.keys() | after.keys() if before.get(path) != after.get(path)}
    assert not {name for name in changed if not name.endswith(("-wal", "-shm"))}


def test_run_needs_the_policy(starter: Shell) -> None:
    refused = starter("run", "--as-of", "2026-01-01", "--on", "2026-01-01")
    assert refused.exit_code == 1
    assert "L202" in refused.stderr
    starter.change("invoicer.toml", "[policy]", '[policy]\nrelease = "automatic"')
    assert starter("run", "--as-of", "2026-01-01", "--on", "2026-01-01").exit_code == 0
    log = json.loads(starter("explain", "INV-2026-00001", "--json").output)["log"]
    assert {one["who"] for one in log} == {"policy"}
    assert len(list((starter.folder / "documents").rglob("*.pdf"))) == 1


def test_preview_alone_leaves_tax_out(tmp_path: Path) -> None:
    shell = Shell(tmp_path)
    shell.write("demo.terms", METERED)
    alone = CliRunner().invoke(
        cli, ["preview", str(tmp_path / "demo.terms"), "--on", "2026-02-01", "--given", "calls=250000", "--json"]
    )
    assert alone.exit_code == 0
    data = json.loads(alone.stdout)
    # 100 000 free, 150 000 × 0.0020
    (line,) = data["contracts"][0]["lines"]
    assert (line["charge"], line["net"], line["currency"]) == ("api", "300.00", "EUR")
    assert line["service_period"] == {"from": "2026-01-15", "to": "2026-01-31"}
    assert data["tax"].startswith("left out")


def test_preview_uses_the_workspace_around_the_file(starter: Shell) -> None:
    path = starter.folder / "contracts/acme-2026.terms"
    result = CliRunner().invoke(cli, ["preview", str(path), "--on", "2026-01-01", "--json"])
    assert result.exit_code == 0
    lines = json.loads(result.stdout)["contracts"][0]["lines"]
    assert [line["net"] for line in lines] == ["45.00", "-9.00", "36.00", "250.00"]
    assert {line["treatment"]["percent"] for line in lines} == {"21"}


def test_preview_says_what_was_not_given(tmp_path: Path) -> None:
    shell = Shell(tmp_path)
    shell.write("demo.terms", METERED)
    result = CliRunner().invoke(cli, ["preview", str(tmp_path / "demo.terms"), "--on", "2026-02-01"])
    assert result.exit_code == 1
    assert "--given calls=QUANTITY" in result.stderr


@pytest.mark.parametrize(
    "words",
    [
        ("plan", "--as-of", "01/02/2026"),
        ("preview", "nothing.terms", "--on", "2026-01-01"),
        ("confirm",),
        ("nonsense",),
    ],
)
def test_wrong_use_is_exit_code_2(words: tuple[str, ...], starter: Shell) -> None:
    assert starter(*words).exit_code == 2


def test_every_command_has_examples_in_its_help(starter: Shell) -> None:
    assert starter("--help").exit_code == 0
    ours = ((name, one) for name, one in cli.commands.items() if one.callback.__module__.startswith("invoicer."))
    for name, command in ours:  # and not those that a plugin of another test has added
        assert f"invoicer {name}" in (command.help or "") or f" {name}" in (command.help or ""), name


def test_a_plan_never_goes_back(issued: Shell) -> None:
    result = issued("plan", "--as-of", "2025-12-01")
    assert result.exit_code == 1
    assert "L207" in result.stderr


def test_a_plan_far_ahead_says_when_it_can_be_issued() -> None:
    today = dt.date(2026, 1, 1)
    assert "can't be issued before 2026-01-02" in ahead(dt.date(2026, 2, 2), today)
    assert not ahead(dt.date(2026, 2, 1), today)


def test_a_day_beyond_its_month_says_how_long_that_is(starter: Shell) -> None:
    result = starter("plan", "--as-of", "2026-02-30")
    assert result.exit_code == 2 and "February 2026 has 28 days" in result.stderr


def test_the_examples_beside_a_contract(starter: Shell, snapshot: SnapshotAssertion) -> None:
    assert starter("test").exit_code == 0
    (path,) = (starter.folder / "contracts").glob("*.terms")
    path.write_text(path.read_text("utf-8").replace("line seats 36.00 EUR", "line seats 24.00 EUR"), "utf-8")
    for words in (
        ("test",),
        ("test", "acme-2026", "--json"),
        ("test", str(path)),
        ("test", "acme"),
        ("test", "a.terms"),
    ):
        result = starter(*words)
        assert result.exit_code == 1
        assert text(result.output, starter) == snapshot(name=" ".join(words).replace(str(starter.folder), "."))
