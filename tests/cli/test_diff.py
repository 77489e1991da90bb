"""`invoicer diff` as a person and as a program sees it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from syrupy.assertion import SnapshotAssertion

from invoicer.cli import cli
from tests.cli.conftest import Shell
from tests.cli.test_chart import INDEXED

TERMS = "contracts/acme-2026.terms"
UNTIL = ("--until", "2026-12-31")


def before(shell: Shell) -> Path:
    """The terms as they are now, beside the workspace."""
    path = shell.folder.parent / "old.terms"
    shutil.copy(shell.folder / TERMS, path)
    return path


def test_a_side_letter_before_it_is_signed(
    starter: Shell, snapshot: SnapshotAssertion, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(starter.folder)
    before(starter)
    starter.change(TERMS, "quantity 5 seats", "quantity 8 seats")
    starter.change(TERMS, "20% off hosting", "30% off hosting")
    starter.change(TERMS, "pay within 30 days", "pay within 45 days")
    starter.change(TERMS, '"PO-1001"', '"PO-1002"')
    words = ("diff", "../old.terms", TERMS, *UNTIL, "--as-of", "2026-06-15")
    result = starter(*words)
    assert result.exit_code == 0
    assert result.stdout == snapshot
    shown = starter(*words, "--json")
    data = json.loads(shown.stdout)
    (contract,) = data["contracts"]
    # (8 − 2) × 12.00 instead of (5 − 2) × 12.00; 30% instead of 20% of 45.00 for three months
    seats = [one for one in contract["periods"] if one["component"] == "seats"]
    assert [(one["old"], one["new"], one["difference"]) for one in seats] == [("36.00", "72.00", "36.00")] * 12
    assert seats[0]["because"][0]["what"] == "seats quantity"
    assert contract["totals"] == [{"currency": "EUR", "old": "1195.00", "new": "1613.50", "difference": "418.50"}]
    assert [one["what"] for one in contract["besides"]] == ["payment", "purchase order"]


def test_a_script_can_ask_whether_money_changes(starter: Shell) -> None:
    old, new = str(before(starter)), str(starter.folder / TERMS)
    assert starter("diff", old, new, "--exit-code").exit_code == 0
    starter.change(TERMS, "pay within 30 days", "pay within 45 days")
    assert starter("diff", old, new, "--exit-code").exit_code == 0
    starter.change(TERMS, "quantity 5 seats", "quantity 8 seats")
    assert starter("diff", old, new, "--exit-code").exit_code == 1
    assert starter("diff", old, new).exit_code == 0


def test_a_version_with_errors_can_not_be_compared(starter: Shell) -> None:
    old = before(starter)
    starter.change(TERMS, "quantity 5 seats", "quantity 5 chairs")
    result = starter("diff", str(old), str(starter.folder / TERMS))
    assert result.exit_code == 1
    assert "acme-2026 can't be compared." in result.stderr
    assert "quantity 5 chairs" in result.stderr  # the line, above its caret


def test_two_folders_show_what_a_price_list_does(example: Callable[[str], Shell], tmp_path: Path) -> None:
    shell = example("hosting")
    shutil.copytree(shell.folder, tmp_path / "last-month")
    shell.change("price-lists/hosting-2026.terms", "9.50 EUR per seat per month", "9.80 EUR per seat per month")
    found = shell("diff", str(tmp_path / "last-month"), str(shell.folder), *UNTIL, "--json")
    assert found.exit_code == 0
    contracts = {one["contract"]: one for one in json.loads(found.stdout)["contracts"]}
    assert len(contracts) == 46
    changed = {name for name, one in contracts.items() if one["periods"]}
    assert changed == {"potra-cluster", "parapluie-suite", "ezel-hosting", "walrussen-cluster", "zebras-cluster"}
    zebras = [one for one in contracts["zebras-cluster"]["periods"] if one["component"] == "seats"]
    # 40 seats at 0.30 more in January and February, 34 from March on
    assert [one["difference"] for one in zebras] == ["12.00"] * 2 + ["10.20"] * 10
    assert {change["new_clause"] for one in zebras for change in one["because"]} == {
        "price-lists/hosting-2026.terms:18 (clause 2.2)"
    }
    shown = shell("diff", str(tmp_path / "last-month"), str(shell.folder), *UNTIL)
    assert "No change: 41 contracts." in shown.stdout
    assert "All contracts that change" in shown.stdout
    one = shell("diff", str(tmp_path / "last-month"), str(shell.folder), "--contract", "zebras-cluster", "--json")
    assert [contract["contract"] for contract in json.loads(one.stdout)["contracts"]] == ["zebras-cluster"]


def test_measured_usage_counts_and_given_usage_goes_before_it(example: Callable[[str], Shell]) -> None:
    shell = example("hosting")
    terms = "contracts/zeven-zebras.terms"
    old = shell.folder.parent / "old.terms"
    shutil.copy(shell.folder / terms, old)
    shell.change(terms, "  minimum 25.00 EUR per month", "  minimum 400.00 EUR per month")
    words = ("diff", str(old), str(shell.folder / terms), "--until", "2026-07-31", "--as-of", "2026-07-15", "--json")

    def periods(*more: str) -> list[tuple[str, str | None, str | None, str | None]]:
        (contract,) = json.loads(shell(*words, *more).stdout)["contracts"]
        return [(one["component"], one["from"], one["difference"], one["depends_on"]) for one in contract["periods"]]

    measured = periods()
    assert [one[0] for one in measured] == ["traffic", *["traffic/minimum"] * 6]
    assert measured[0] == ("traffic", "2026-07-01", None, "usage of traffic")  # July is not over
    assert [one[1] for one in measured[1:]] == [f"2026-0{month}-01" for month in range(1, 7)]
    # 100 GB are free: 400.00 instead of 25.00 in all seven months
    given = periods("--given", "traffic=100")
    assert [one[2] for one in given] == ["375.00"] * 7
    assert shell(*words, "--given", "trafic=100").exit_code == 1


def test_folders_without_a_workspace(tmp_path: Path) -> None:
    text = (
        'contract demo "Demo"\n  seller s\n  customer c\n  currency EUR\n  agreed 2025-12-01\n'
        "  term 3 months from 2026-01-01\n  bill monthly in advance on day 1\n  pay within 30 days\n  supply standard\n\n"
        'charge fee "Fee"\n  10.00 EUR per month\n'
    )
    for name, amount in (("one", "10.00"), ("two", "12.00")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "demo.terms").write_text(text.replace("10.00", amount), "utf-8")
    words = ["diff", str(tmp_path / "one"), str(tmp_path / "two"), "--json"]
    (contract,) = json.loads(CliRunner().invoke(cli, words, catch_exceptions=False).stdout)["contracts"]
    assert [one["difference"] for one in contract["periods"]] == ["2.00"] * 3
    # a file beside a folder: the contracts of the file
    mixed = ["diff", str(tmp_path / "one" / "demo.terms"), str(tmp_path / "two"), "--json"]
    assert json.loads(CliRunner().invoke(cli, mixed, catch_exceptions=False).stdout)["contracts"][0]["periods"]


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (("nothing.terms", TERMS), 2, "does not exist"),
        ((TERMS, TERMS, "--from", "2026-02-01", "--until", "2026-01-01"), 2, "lies before"),
        ((TERMS, "price-lists"), 1, "L211"),
        ((TERMS, TERMS, "--contract", "nobody"), 1, "L206"),
    ],
)
def test_wrong_use(
    words: tuple[str, ...], code: int, message: str, starter: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(starter.folder)
    result = starter("diff", *words)
    assert (result.exit_code, message in result.stderr) == (code, True), result.stderr


def test_an_indexation_is_the_cause_of_what_it_raises(tmp_path: Path) -> None:
    (tmp_path / "old.terms").write_text(INDEXED, "utf-8")
    (tmp_path / "new.terms").write_text(INDEXED.replace("by 3%", "by 4%"), "utf-8")
    words = ["diff", str(tmp_path / "old.terms"), str(tmp_path / "new.terms"), "--until", "2027-12-31", "--json"]
    (contract,) = json.loads(CliRunner().invoke(cli, words, catch_exceptions=False).stdout)["contracts"]
    # 3 × 463.50 and 3 × 468.00
    assert [(one["old"], one["new"]) for one in contract["periods"]] == [("1390.50", "1404.00")] * 4
    assert {change["what"] for one in contract["periods"] for change in one["because"]} == {"indexation uplift"}


def test_declared_figures_can_be_given(tmp_path: Path) -> None:
    agreed = INDEXED.replace("450.00 EUR per month", "12.00 EUR per seat per month\n  quantity 10 seats")
    stated = agreed.replace("quantity 10 seats", "declared heads")
    stated += '\ninput heads "Heads"\n  unit seats\n  stated per quarter\n'
    for name, text in (("old", agreed), ("new", stated)):
        (tmp_path / f"{name}.terms").write_text(text, "utf-8")
    words = ["diff", str(tmp_path / "old.terms"), str(tmp_path / "new.terms"), "--until", "2026-12-31", "--json"]
    for more, differences in (([], [None] * 4), (["--given", "heads=11"], ["36.00"] * 4)):
        (contract,) = json.loads(CliRunner().invoke(cli, [*words, *more], catch_exceptions=False).stdout)["contracts"]
        assert [one["difference"] for one in contract["periods"]] == differences
