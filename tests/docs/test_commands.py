"""The commands, files and edits of each page, one after the other, in a copy of the workspace that the page names.

``<!-- workspace: hosting -->`` begins a new copy. A block whose first line is a comment with a path is a file of the
workspace (:func:`file_of` knows other ways); a diff is an edit of one; a console shows commands and, below each, what it
prints: ``…`` stands for any text, alone on its line for any lines.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from invoicer import workspace
from invoicer.cli import cli as command_line
from tests.docs.pages import PAGES, Block, blocks, edited, file_of

LAST: list[Result] = []
"""What the last command came to, for ``echo $?``."""
WITH_COMMANDS = [page for page in PAGES if any(block.kind == "console" for block in blocks(page))]


@pytest.fixture
def cli() -> click.Group:
    """The command line, with its commands, as the entry point makes it."""
    return command_line


@pytest.mark.parametrize("page", WITH_COMMANDS, ids=lambda page: page.stem)
def test_a_page_does_what_it_shows(
    page: Path, cli: click.Group, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copies = 0
    monkeypatch.chdir(tmp_path)
    for block in blocks(page):
        if block.kind == "note" and block.text.startswith("workspace: "):
            copies += 1
            folder = tmp_path / str(copies)
            copy(block.text.removeprefix("workspace: "), folder)
            monkeypatch.chdir(folder)
        elif block.kind == "diff":
            edit(block)
        elif block.kind == "console":
            for command, shown in commands(block):
                check(block, command, shown, cli)
        elif block.kind not in ("note", "terms-wrong") and (file := file_of(block)):
            path, text = file
            Path(path).parent.mkdir(parents=True, exist_ok=True)
            Path(path).write_text(text, "utf-8")


def copy(name: str, folder: Path) -> None:
    """A workspace to try a page on."""
    if name == "starter":
        workspace.new_workspace(folder)
    else:
        workspace.copy_example(name, folder)


def edit(block: Block) -> None:
    """Apply a diff to the file on disk that it names."""
    path = Path(block.text.splitlines()[0].removeprefix("--- "))
    path.write_bytes(edited(path.read_bytes().decode(), block).encode())


def commands(block: Block) -> list[tuple[str, list[str]]]:
    """The commands of a console, each with the lines below it."""
    found: list[tuple[str, list[str]]] = []
    for line in block.text.splitlines():
        if line.startswith("$ "):
            found.append((line.removeprefix("$ "), []))
        else:
            assert found, f"{block}: a console begins with a command"
            found[-1][1].append(line)
    assert found, f"{block}: a console without commands"
    return found


def check(block: Block, command: str, shown: list[str], cli: click.Group) -> None:
    """Run a command and compare what it prints, where the page shows it. It succeeds unless ``echo $?`` follows, or it
    is a plan, in which something may be held."""
    if command == "echo $?":
        assert [str(LAST[-1].exit_code)] == shown, f"{block}: {LAST[-1].output}"
        return
    name, *arguments = shlex.split(command, comments=True)
    if name == "cd":
        os.chdir(arguments[0])
        return
    if name == "cp":
        shutil.copy(*arguments)
        return
    assert Path(name).name == "invoicer", f"{block}: nobody tests {command}"
    result = CliRunner().invoke(cli, arguments)
    LAST[:] = [result]
    may_fail = arguments[0] == "plan" or "echo $?" in block.text[block.text.index(command) :]
    assert result.exit_code in ((0, 1) if may_fail else (0,)), (
        f"{block}: {command}\n{result.output}\n{result.exception!r}"
    )
    if shown:
        assert re.fullmatch(_pattern(shown), _tidy(result.output)), f"{block}: {command} printed\n{result.output}"


def _tidy(output: str) -> str:
    return "".join(f"{line.rstrip()}\n" for line in output.strip("\n").splitlines())


def _pattern(shown: list[str]) -> str:
    """What is shown as a pattern; runs of spaces are as wide as they are."""
    rows = []
    for line in shown:
        if line.strip() == "…":
            rows.append(r"(?:.*\n)*?")  # as few lines as will do
        else:
            words = (".*".join(map(re.escape, word.split("…"))) for word in line.split())
            rows.append(r"[ ]*" + r"[ ]+".join(words) + r"[ ]*\n")
    return "".join(rows)
