"""The commands, files and edits of each page, one after the other, in a copy of the workspace that the page names.

``<!-- workspace: hosting -->`` begins a new copy. A block whose first line is a comment with a path is a file of the
workspace; a diff is an edit of one; a console shows commands and, below each, what it prints: ``…`` stands for any text,
alone on its line for any lines.
"""

from __future__ import annotations

import os
import re
import shlex
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from invoicer import workspace
from invoicer.cli import cli as command_line
from tests.docs.pages import PAGES, Block, blocks

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
        elif path := re.match(r"# (\S+\.\w+)\n", block.text):
            Path(path[1]).parent.mkdir(parents=True, exist_ok=True)
            Path(path[1]).write_text(block.text, "utf-8")


def copy(name: str, folder: Path) -> None:
    """A workspace to try a page on."""
    if name == "starter":
        workspace.new_workspace(folder)
    else:
        workspace.copy_example(name, folder)


def edit(block: Block) -> None:
    """Apply a diff: its first line names the file; what stays or goes must stand there, line after line."""
    head, *rows = block.text.splitlines()
    path = Path(head.removeprefix("--- "))
    text = path.read_bytes().decode()
    ending = "\r\n" if "\r\n" in text else "\n"
    before = ending.join(row[1:] for row in rows if row[:1] in " -") + ending
    after = ending.join(row[1:] for row in rows if row[:1] in " +") + ending
    start = re.search("(?m)^" + re.escape(before.lstrip(" ")) if not before.strip() else _loosely(before), text)
    assert start, f"{block}: {path} has no such lines:\n{before}"
    path.write_bytes((text[: start.start()] + after + text[start.end() :]).encode())


def _loosely(lines: str) -> str:
    """The lines as a pattern, whatever their indentation."""
    return "(?m)" + "".join(rf"^[ \t]*{re.escape(line.strip())}\r?\n" for line in lines.splitlines())


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
