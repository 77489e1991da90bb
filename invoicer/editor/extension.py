"""editor: the extension folder for Visual Studio Code, with the TextMate grammar that colours terms.

The grammar's lists of words are those of grammar.lark; :func:`write_extension` fills them in anew each time.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from invoicer.errors import Place, Problem, WorkspaceError
from invoicer.language.cursor import keywords, openers
from invoicer.language.tree import TIME_UNITS
from invoicer.language.words import HEADINGS, MONTHS, RESERVED

FOLDER = Path(__file__).with_name("vscode")
GRAMMAR = "syntaxes/terms.tmLanguage.json"
_NAME = r"[^\W\d][\w-]*"


def write_extension(target: Path) -> list[Path]:
    """Write the extension into a folder, which is made where there is none, and give its files. Raises WorkspaceError
    where it can't be written."""
    ours = [path.relative_to(FOLDER) for path in sorted(FOLDER.rglob("*")) if path.is_file()]
    try:
        for path in ours:
            (target / path).parent.mkdir(parents=True, exist_ok=True)
            if target.resolve() != FOLDER:
                shutil.copyfile(FOLDER / path, target / path)
        (target / GRAMMAR).write_text(json.dumps(grammar(), indent=2) + "\n", "utf-8")
    except OSError as error:
        cause = f"the extension can't be written: {error.strerror or error}"
        raise WorkspaceError(
            Problem("W204", Place(str(target)), cause, "name a folder that you may write to")
        ) from error
    return [target / path for path in ours]


def grammar() -> dict[str, Any]:
    """The TextMate grammar of terms. Its patterns mean the same to Oniguruma, which editors use, and to Python."""
    words = set(keywords().values())
    times = words & {*TIME_UNITS, *MONTHS}
    headings = {*(words & set(HEADINGS)), *openers()}
    named = {"change", "stop", *(word for word, has_name in openers().items() if has_name)}
    heading = rf"^[ \t]*({_one_of(named)})[ \t]+(?!(?:{_one_of(RESERVED)})(?![\w-]))({_NAME}|\d+)(?![\w-])"
    return {
        "name": "Terms",
        "scopeName": "source.terms",
        "fileTypes": ["terms"],
        "patterns": [
            {"name": "comment.line.number-sign.terms", "match": r"#.*$"},
            {"name": "string.quoted.double.terms", "match": r'"[^"]*"'},
            {"name": "invalid.illegal.unclosed.terms", "match": r'"[^"]*$'},
            {
                "match": heading,
                "captures": {"1": {"name": "keyword.control.terms"}, "2": {"name": "entity.name.section.terms"}},
            },
            {"name": "constant.other.date.terms", "match": r"(?<![\w-])\d{4}-\d{2}-\d{2}(?![\w-])"},
            {"name": "constant.other.month.terms", "match": r"(?<![\w-])\d{4}-\d{2}(?![\w-])"},
            {"name": "constant.numeric.percentage.terms", "match": r"(?<![\w.])\d+(\.\d+)?[ ]?%"},
            {"name": "constant.numeric.terms", "match": r"(?<![\w.])(\d{1,3}([ ]\d{3})+|\d+)(\.\d+)?(?![\w.])"},
            {"name": "support.constant.currency.terms", "match": r"(?<![\w-])[A-Z]{3}(?![\w-])"},
            {"name": "variable.language.property.terms", "match": rf"(?<![\w-]){_NAME}(\.{_NAME})+"},
            {"name": "keyword.control.terms", "match": _whole(headings)},
            {"name": "support.type.time.terms", "match": _whole(times - headings)},
            {"name": "keyword.other.terms", "match": _whole(words - headings - times)},
            {"name": "variable.other.terms", "match": rf"(?<![\w-]){_NAME}"},
        ],
    }


def _one_of(words: Iterable[str]) -> str:
    return "|".join(re.escape(word).replace(r"\-", "-") for word in sorted(words, key=lambda word: (-len(word), word)))


def _whole(words: Iterable[str]) -> str:
    return rf"(?<![\w-])({_one_of(words)})(?![\w-])"
