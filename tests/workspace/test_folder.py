"""workspace: the folder as a whole, and a new one."""

from __future__ import annotations

import shutil
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from invoicer.domain.canonical import sha256
from invoicer.domain.contract import Source
from invoicer.errors import Severity, WorkspaceError
from invoicer.workspace import EXAMPLES, copy_example, load, new_workspace, zone, zone_names


def test_the_workspace_to_start_from_is_sound(folder: Path) -> None:
    workspace = load(folder)
    assert workspace.warnings == ()
    assert workspace.customer_problems == {}
    assert workspace.policy.release == "by-hand"
    assert set(workspace.customers) == {"acme", "jansen"}
    assert workspace.contract_files == (("contracts/acme-2026.terms", folder / "contracts" / "acme-2026.terms"),)
    assert [name for name, _ in workspace.price_list_files] == ["price-lists/standard-prices.terms"]
    text = (folder / "invoicer.toml").read_text("utf-8")
    assert workspace.settings.source == Source("invoicer.toml", text, sha256(text))


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_examples_are_sound_and_can_be_copied(tmp_path: Path, name: str) -> None:
    target = tmp_path / "deep" / name
    copy_example(name, target)
    workspace = load(target)
    assert workspace.customer_problems == {}
    assert [warning for warning in workspace.warnings if warning.severity is Severity.ERROR] == []
    assert workspace.contract_files
    assert not (target / "ledger").exists()


def test_terms_are_found_in_folders_of_folders_and_sorted(folder: Path) -> None:
    for name in ("contracts/z.terms", "contracts/nl/b.terms", "contracts/A.terms"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text("", "utf-8")
    names = [name for name, _ in load(folder).contract_files]
    assert names == ["contracts/A.terms", "contracts/acme-2026.terms", "contracts/nl/b.terms", "contracts/z.terms"]


def test_terms_that_would_not_be_read_are_named(folder: Path) -> None:
    (folder / "contracts" / "beta.terms.txt").write_text("", "utf-8")
    (folder / "contracts" / ".gitkeep").write_text("", "utf-8")
    (warning,) = load(folder).warnings
    assert (warning.where.file, warning.cause) == ("contracts/beta.terms.txt", "this file is not read")


def test_a_misspelt_folder_of_contracts(folder: Path) -> None:
    (folder / "contracts").rename(folder / "contract")
    (warning,) = load(folder).warnings
    assert warning.mend == "did you mean “contract” to be it?"


def test_no_workspace(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError, match="no such folder"):
        load(tmp_path / "nowhere")
    with pytest.raises(WorkspaceError, match=r"it has no invoicer\.toml"):
        load(tmp_path)


def test_settings_and_customers_are_refused_in_one_pass(folder: Path) -> None:
    (folder / "invoicer.toml").write_text("[workspace]\nnmae = 'x'\n", "utf-8")
    (folder / "customers.csv").write_text("id,name\n", "utf-8")
    with pytest.raises(WorkspaceError) as found:
        load(folder)
    assert {problem.where.file for problem in found.value.problems} == {"invoicer.toml", "customers.csv"}


def test_a_folder_in_use_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "precious.txt").write_text("mine", "utf-8")
    with pytest.raises(WorkspaceError, match="not empty"):
        new_workspace(tmp_path)
    with pytest.raises(WorkspaceError, match="this is a file"):
        new_workspace(tmp_path / "precious.txt")
    assert [path.name for path in tmp_path.iterdir()] == ["precious.txt"]


def test_an_unknown_example(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError, match="did you mean “hosting”"):
        copy_example("hostng", tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_a_copy_that_fails_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full_disk(source: Path, target: Path, **_: object) -> None:
        target.mkdir(exist_ok=True)
        (target / "contracts").mkdir()
        (target / "invoicer.toml").write_text("half of", "utf-8")
        raise OSError(28, f"No space left on device for {source.name}")

    monkeypatch.setattr(shutil, "copytree", full_disk)
    for target in (tmp_path / "new", tmp_path / "empty"):
        if target.name == "empty":
            target.mkdir()
        with pytest.raises(WorkspaceError, match="can't be written"):
            new_workspace(target)
    assert not (tmp_path / "new").exists()
    assert list((tmp_path / "empty").iterdir()) == []


def test_time_zones_are_the_projects_own() -> None:
    assert {"Europe/Amsterdam", "Europe/Tallinn", "Etc/UTC"} <= zone_names()
    assert isinstance(zone("Europe/Tallinn"), ZoneInfo)
    assert str(zone("Europe/Tallinn")) == "Europe/Tallinn"
    for name in ("Europe/Nowhere", "../zones", "/etc/localtime", ""):
        with pytest.raises(KeyError):
            zone(name)
