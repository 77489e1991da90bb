"""`invoicer fmt` as a person, a program and a hook of git use it."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from invoicer.cli import cli
from invoicer.errors import DefectError
from invoicer.language.format import formatting
from invoicer.language.format.layout import lay_out
from invoicer.language.format.lines import Sheet
from tests.cli.conftest import Shell

UGLY = 'contract a "A"\nseller  s # who\ncharge x\n quantity 2500 seats\n'
TIDY = 'contract a "A"\n  seller s                                # who\n\ncharge x\n  quantity 2 500 seats\n'
WRONG = "contract a\nbill monthly in advnce\n"


def fmt(*words: str, given: bytes | None = None) -> Result:
    return CliRunner().invoke(cli, ["fmt", *words], input=given, catch_exceptions=False)


def test_all_terms_of_a_workspace(starter: Shell) -> None:
    starter.write("contracts/north/a.terms", UGLY)
    starter.write("contracts/wrong.terms", WRONG)
    starter.write("contracts/notes.txt", UGLY)
    result = starter("fmt")
    assert result.exit_code == 1
    assert result.stdout == "formatted contracts/north/a.terms\n1 file formatted, 2 unchanged, 1 left alone.\n"
    assert "error[T001]: I did not expect `advnce` here" in result.stderr and "^^^^^^" in result.stderr
    assert (starter.folder / "contracts/north/a.terms").read_text() == TIDY
    assert (starter.folder / "contracts/wrong.terms").read_text() == WRONG
    assert (starter.folder / "contracts/notes.txt").read_text() == UGLY
    (starter.folder / "contracts/wrong.terms").unlink()
    assert starter("fmt").stdout == "0 files formatted, 3 unchanged.\n"


def test_the_rest_of_the_workspace_may_be_wrong(starter: Shell) -> None:
    starter.write("invoicer.toml", "[[[")
    starter.write("contracts/a.terms", UGLY)
    assert starter("fmt").exit_code == 0
    assert (starter.folder / "contracts/a.terms").read_text() == TIDY


def test_named_files_and_folders_without_a_workspace(tmp_path: Path) -> None:
    for name in ("a.terms", "b.terms", "sub/c.terms", "sub/deep/d.terms", "sub/e.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(UGLY)
    sub = (tmp_path / "sub").as_posix()
    result = fmt(f"{tmp_path}/a.terms", sub, f"{sub}/c.terms")
    assert result.exit_code == 0
    assert result.stdout == (
        f"formatted {tmp_path}/a.terms\nformatted {sub}/c.terms\nformatted {sub}/deep/d.terms\n"
        "3 files formatted, 0 unchanged.\n"
    )
    assert [path.name for path in sorted(tmp_path.rglob("*")) if path.is_file() and path.read_text() == UGLY] == [
        "b.terms",
        "e.txt",
    ]


def test_no_files_and_no_workspace(tmp_path: Path) -> None:
    result = Shell(tmp_path)("fmt")
    assert result.exit_code == 1
    assert "W201" in result.stderr


def test_check_and_diff_write_nothing(starter: Shell) -> None:
    starter.write("contracts/a.terms", UGLY)
    check = starter("fmt", "--check")
    assert check.exit_code == 1
    assert check.stdout == "would format contracts/a.terms\n1 file would change, 2 unchanged.\n"
    diff = starter("fmt", "--diff")
    assert diff.exit_code == 0
    assert diff.stdout == (
        "--- contracts/a.terms\n+++ contracts/a.terms\n@@ -1,4 +1,5 @@\n"
        ' contract a "A"\n-seller  s # who\n+  seller s                                # who\n+\n'
        " charge x\n- quantity 2500 seats\n+  quantity 2 500 seats\n"
    )
    assert starter("fmt", "--check", "--diff").exit_code == 1
    assert json.loads(starter("fmt", "--check", "--json").stdout) == {
        "files": 3,
        "changed": ["contracts/a.terms"],
        "problems": [],
    }
    assert (starter.folder / "contracts/a.terms").read_text() == UGLY
    starter("fmt")
    assert starter("fmt", "--check").exit_code == 0
    assert starter("fmt", "--diff").stdout == ""


def test_ends_of_lines_and_byte_order_marks(starter: Shell) -> None:
    path = starter.folder / "contracts/a.terms"
    path.write_bytes(b"\xef\xbb\xbf" + TIDY.replace("\n", "\r\n").encode().removesuffix(b"\r\n"))
    assert "+  quantity 2 500 seats\n" in starter("fmt", "--diff").stdout
    assert "\\ No newline at end of file\n" in starter("fmt", "--diff").stdout
    assert starter("fmt").exit_code == 0
    assert path.read_bytes() == TIDY.encode()


def test_standard_input(tmp_path: Path) -> None:
    result = fmt("-", given="# Größe\r\n".encode() + UGLY.encode())
    assert (result.exit_code, result.stdout_bytes.decode(), result.stderr) == (0, "# Größe\n" + TIDY, "")
    assert fmt("-", "--check", given=UGLY.encode()).exit_code == 1
    assert fmt("-", "--check", given=TIDY.encode()).exit_code == 0
    assert fmt("-", "--diff", given=UGLY.encode()).stdout.startswith("--- <stdin>\n+++ <stdin>\n@@")
    wrong = fmt("-", given=WRONG.encode())
    assert (wrong.exit_code, wrong.stdout) == (1, "")
    assert "T001" in wrong.stderr
    (tmp_path / "a.terms").write_text(UGLY)
    assert fmt("-", f"{tmp_path}/a.terms").exit_code == 2
    assert fmt("nothing.terms").exit_code == 2


@pytest.mark.parametrize(("data", "code"), [(b"contract a # caf\xe9\n", "T014"), (b"contract a\x00\n", "T015")])
def test_a_file_that_is_no_text(data: bytes, code: str, starter: Shell) -> None:
    (starter.folder / "contracts/a.terms").write_bytes(data)
    result = starter("fmt")
    assert result.exit_code == 1
    assert code in result.stderr
    assert (starter.folder / "contracts/a.terms").read_bytes() == data
    assert fmt("-", given=data).exit_code == 1


def test_permissions_stay_and_nothing_is_left_behind(starter: Shell) -> None:
    path = starter.folder / "contracts/a.terms"
    path.write_text(UGLY)
    path.chmod(0o640)
    kept = starter.folder / "contracts/acme-2026.terms"
    before = kept.stat()
    assert starter("fmt").exit_code == 0
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert (kept.stat().st_ino, kept.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert sorted(one.name for one in path.parent.iterdir()) == ["a.terms", "acme-2026.terms"]


def test_a_link_within_the_workspace_is_followed_and_one_that_leads_out_is_not(starter: Shell, tmp_path: Path) -> None:
    (starter.folder / "kept").mkdir()
    (starter.folder / "kept/a.terms").write_text(UGLY)
    (tmp_path / "elsewhere.terms").write_text(UGLY)
    (starter.folder / "contracts/in.terms").symlink_to("../kept/a.terms")
    (starter.folder / "contracts/out.terms").symlink_to(tmp_path / "elsewhere.terms")
    result = starter("fmt")
    assert result.exit_code == 1
    assert result.stdout == "formatted contracts/in.terms\n1 file formatted, 2 unchanged, 1 left alone.\n"
    assert "W205" in result.stderr and "contracts/out.terms" in result.stderr
    assert (starter.folder / "contracts/in.terms").is_symlink()
    assert (starter.folder / "kept/a.terms").read_text() == TIDY
    assert (tmp_path / "elsewhere.terms").read_text() == UGLY


def test_a_disk_that_is_full(starter: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    starter.write("contracts/a.terms", UGLY)
    monkeypatch.setattr(os, "fsync", full)
    result = starter("fmt")
    assert result.exit_code == 1
    assert "W206" in result.stderr and "No space left" in result.stderr
    assert result.stdout == "0 files formatted, 2 unchanged, 1 left alone.\n"
    assert (starter.folder / "contracts/a.terms").read_text() == UGLY
    assert sorted(one.name for one in (starter.folder / "contracts").iterdir()) == ["a.terms", "acme-2026.terms"]


def test_a_defect_in_one_file_writes_none(starter: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    starter.write("contracts/a.terms", UGLY)
    starter.write("contracts/b.terms", UGLY)
    calls: list[str] = []

    def broken(sheet: Sheet) -> str:
        calls.append(lay_out(sheet))
        return calls[-1].replace("2 500", "2 501") if len(calls) > 1 else calls[-1]

    monkeypatch.setattr(formatting, "lay_out", broken)
    with pytest.raises(DefectError, match="mean something else"):
        starter("fmt")
    assert {(starter.folder / f"contracts/{name}.terms").read_text() for name in "ab"} == {UGLY}
