"""The extension for Visual Studio Code: its files belong together, and its colours know the words of the language."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from lark import Token

from invoicer import __version__
from invoicer.editor.extension import FOLDER, GRAMMAR, write_extension
from invoicer.errors import WorkspaceError
from invoicer.language.cursor import keywords
from invoicer.language.mentions import syntax

ROOT = Path(__file__).resolve().parents[2]
GOOD = sorted((ROOT / "tests" / "language" / "good").glob("*.terms"))
SCOPES = {
    "NUMBER": "constant.numeric",
    "PERCENTAGE": "constant.numeric.percentage",
    "DATE": "constant.other.date",
    "MONTH": "constant.other.month",
    "STRING": "string.quoted.double",
    "CURRENCY": "support.constant.currency",
    "PROPERTY": "variable.language.property",
}
WORDS = ("keyword.control", "keyword.other", "support.type.time")


def stored(name: str) -> Any:
    return json.loads((FOLDER / name).read_text("utf-8"))


def coloured(line: str) -> dict[int, tuple[str, str]]:
    """The scopes of a line by the column in which each begins, as an editor finds them: of the patterns the one that
    matches first in the line, of several there the one that is written first."""
    patterns = [(re.compile(one["match"]), one) for one in stored(GRAMMAR)["patterns"]]
    found: dict[int, tuple[str, str]] = {}
    at = 0
    while at < len(line):
        matches = [(match, one) for pattern, one in patterns if (match := pattern.search(line, at)) and match[0]]
        if not matches:
            break
        match, one = min(matches, key=lambda pair: pair[0].start())
        if "name" in one:
            found[match.start()] = (match[0], one["name"])
        for group, capture in one.get("captures", {}).items():
            found[match.start(int(group))] = (match[int(group)], capture["name"])
        at = match.end()
    return found


def test_the_colours_know_the_words_of_the_language_and_no_others() -> None:
    """That the stored file is the one that is made of the grammar, the tests of the glossary ask."""
    listed = set()
    for one in stored(GRAMMAR)["patterns"]:
        if one.get("name", "").startswith(WORDS):
            words = re.fullmatch(r"\(\?<!\[\\w-\]\)\((.*)\)\(\?!\[\\w-\]\)", one["match"])
            assert words
            listed |= set(words[1].split("|"))
    assert listed == set(keywords().values())


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.name)
def test_every_token_of_good_terms_has_the_colour_of_its_kind(path: Path) -> None:
    text = path.read_text("utf-8")
    lines = [coloured(line) for line in text.split("\n")]
    words = set(keywords())
    checked = 0
    for token in syntax(path.name, text).words:
        if token.type in words or token.type in SCOPES:
            assert_coloured(lines[(token.line or 1) - 1], token)
            checked += 1
    assert checked > 20


def assert_coloured(line: dict[int, tuple[str, str]], token: Token) -> None:
    start = (token.column or 1) - 1
    if token.type == "NUMBER" and start not in line:
        return  # `2026` of a date that another rule reads
    shown, scope = line[start]
    assert shown.startswith(str(token)), (token, shown)
    allowed = SCOPES.get(token.type) or WORDS
    numbered = token.type == "NUMBER" and scope == "entity.name.section.terms"  # amendment 1
    assert numbered or scope.startswith(allowed), (token, scope)


def test_comments_texts_and_names_keep_words_of_the_language_for_themselves() -> None:
    assert coloured('charge deposit "per month" # per month') == {
        0: ("charge", "keyword.control.terms"),
        7: ("deposit", "entity.name.section.terms"),
        15: ('"per month"', "string.quoted.double.terms"),
        27: ("# per month", "comment.line.number-sign.terms"),
    }
    assert coloured("  off seats-per-month") == {
        2: ("off", "keyword.other.terms"),
        6: ("seats-per-month", "variable.other.terms"),
    }
    assert coloured('  reference "open')[12][1].startswith("invalid")


def test_the_package_refers_to_files_that_are_there() -> None:
    package = stored("package.json")
    contributes = package["contributes"]
    (language,), (colours,) = contributes["languages"], contributes["grammars"]
    for file in (package["main"], language["configuration"], colours["path"]):
        assert (FOLDER / file).is_file(), file
    assert language["extensions"] == [".terms"]
    assert colours["language"] == language["id"]
    assert colours["scopeName"] == stored(GRAMMAR)["scopeName"]
    assert package["version"] == __version__
    program = (FOLDER / package["main"]).read_text("utf-8")
    required = set(re.findall(r'require\("([\w-]+)', program))
    assert required == {"vscode", *package["dependencies"]}
    (setting,) = contributes["configuration"]["properties"]
    section, _, key = setting.partition(".")
    assert f'getConfiguration("{section}").get("{key}")' in program
    assert stored("language-configuration.json")["comments"]["lineComment"] == "#"


def test_the_command_writes_the_extension(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "from invoicer.cli import main; main()", "lsp", "--extension", "here"]
    done = subprocess.run(
        command, cwd=tmp_path, capture_output=True, text=True, check=False, env={"PYTHONPATH": str(ROOT)}
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == sorted(
        path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()
    )
    assert (tmp_path / "here" / "package.json").read_bytes() == (FOLDER / "package.json").read_bytes()


def test_a_folder_that_can_not_be_written_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    with pytest.raises(WorkspaceError, match="can't be written"):
        write_extension(tmp_path / "file")
