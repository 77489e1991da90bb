"""Files that people write by hand are replaced whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from invoicer.errors import WorkspaceError
from invoicer.workspace import replace_file


def refused(path: Path, before: bytes = b"old") -> str:
    with pytest.raises(WorkspaceError) as raised:
        replace_file(path, before, b"new", "a.terms")
    (problem,) = raised.value.problems
    assert (problem.where.file, bool(problem.mend)) == ("a.terms", True)
    return problem.code


def test_a_file_that_changed_meanwhile_is_kept(tmp_path: Path) -> None:
    (tmp_path / "a.terms").write_bytes(b"saved by an editor")
    assert refused(tmp_path / "a.terms") == "W206"
    assert (tmp_path / "a.terms").read_bytes() == b"saved by an editor"


def test_a_file_that_is_gone(tmp_path: Path) -> None:
    assert refused(tmp_path / "a.terms") == "W206"
    assert not list(tmp_path.iterdir())


def test_without_a_workspace_a_link_must_stay_in_its_folder(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "there/a.terms").write_bytes(b"old")
    (tmp_path / "a.terms").symlink_to("there/a.terms")
    (tmp_path / "there/b.terms").symlink_to("a.terms")
    (tmp_path / "here").symlink_to("there")
    (tmp_path / "there/c.terms").symlink_to("../outside.terms")
    (tmp_path / "outside.terms").write_bytes(b"old")
    assert refused(tmp_path / "there/c.terms") == "W205"
    replace_file(tmp_path / "a.terms", b"old", b"new", "a.terms")
    replace_file(tmp_path / "there/b.terms", b"new", b"newer", "b.terms")
    replace_file(tmp_path / "here/a.terms", b"newer", b"newest", "a.terms")
    assert (tmp_path / "there/a.terms").read_bytes() == b"newest"


def test_in_a_workspace_a_folder_that_is_a_link_must_not_lead_out(tmp_path: Path) -> None:
    (tmp_path / "space/contracts").mkdir(parents=True)
    (tmp_path / "space/invoicer.toml").touch()
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared/a.terms").write_bytes(b"old")
    (tmp_path / "space/contracts/shared").symlink_to(tmp_path / "shared")
    assert refused(tmp_path / "space/contracts/shared/a.terms") == "W205"


def test_a_path_may_lead_through_a_workspace(tmp_path: Path) -> None:
    (tmp_path / "space/contracts").mkdir(parents=True)
    (tmp_path / "space/invoicer.toml").touch()
    (tmp_path / "a.terms").write_bytes(b"old")
    replace_file(tmp_path / "space/contracts/../../a.terms", b"old", b"new", "a.terms")
    assert (tmp_path / "a.terms").read_bytes() == b"new"


def test_a_write_protected_file_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.terms").write_bytes(b"old")
    monkeypatch.setattr("os.access", lambda *_: False)
    assert refused(tmp_path / "a.terms") == "W206"
