"""workspace: a TOML file that is read key by key; what is wrong is noted, and reading goes on.

Every getter gives back something of its type, so that all problems of a file come out in one pass: whoever reads throws
the result away when problems were noted.
"""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from invoicer.errors import Place, Problem, Severity
from invoicer.workspace.checks import Flaw, did_you_mean
from invoicer.workspace.texts import decoded

_TYPES: dict[type, tuple[str, str]] = {
    str: ("a text", '{key} = "…"'),
    int: ("a whole number", "{key} = 24"),
    bool: ("true or false", "{key} = true"),
    dt.date: ("a date", "{key} = 2026-06-30"),
    dict: ("a table", "[{path}]"),
    list: ("a list", '{key} = ["…"]'),
}


def read_toml(path: Path, shown: str, room: str = "W") -> tuple[Table, str]:
    """The top table of a TOML file, and its text.

    ``shown`` is the path as messages name it, ``room`` the letter of the codes of its problems: 001 the file can't be
    read, 002 unknown key, 003 missing key, 004 wrong type, 005 wrong value. A file that can't be read gives a broken
    table with that one problem.
    """
    source = _Source(shown, room)
    try:
        text = decoded(path.read_bytes(), Place(shown), f"{room}001")
    except OSError as error:
        mend = "put it there" if isinstance(error, FileNotFoundError) else "make it readable"
        text = Problem(f"{room}001", Place(shown), f"{shown} can't be read: {error.strerror or error}", mend)
    if isinstance(text, Problem):
        source.problems.append(text)
        return Table(None, "", source), ""
    try:
        values = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        cause, _, at = str(error).partition(" (at ")
        spot = [int(number) for number in re.findall(r"\d+", at)]
        place = Place(shown, spot[0], spot[1]) if len(spot) == 2 else Place(shown, text.count("\n") + 1)
        mend = "a line is [table] or key = value; texts stand in quotes, lists in square brackets"
        source.problems.append(Problem(f"{room}001", place, f"this is no TOML: {cause[:1].lower()}{cause[1:]}", mend))
        return Table(None, "", source), text
    except (RecursionError, ValueError):  # TOML that is sound, and that nobody has written by hand
        cause = "a number in it has too many digits, or its lists are nested too deep"
        source.problems.append(Problem(f"{room}001", Place(shown), cause, "write what is meant, in fewer characters"))
        return Table(None, "", source), text
    source.lines.update(_lines_of_keys(text))
    return Table(values, "", source), text


@dataclass(slots=True)
class _Source:
    """What all tables of one file share."""

    file: str
    room: str
    problems: list[Problem] = field(default_factory=list)
    lines: dict[str, int] = field(default_factory=dict)

    def place(self, path: str) -> Place:
        """Where a key stands; for one that is missing or within a line, where what leads to it stands."""
        leading = path
        while leading and leading not in self.lines:
            leading = leading.rpartition(".")[0]
        return Place(self.file, self.lines.get(leading, 0), part=path)


class Table:
    """A table of a TOML file; ``path`` is the keys that lead to it, joined by points. A ``broken`` one is none: every
    getter gives something empty and nothing more is noted."""

    def __init__(self, values: Mapping[str, Any] | None, path: str, source: _Source) -> None:
        self.path = path
        self.broken = values is None
        self._values = values or {}
        self._source = source
        self._known: set[str] = set()
        self._missing: dict[str, str] = {}

    @property
    def problems(self) -> tuple[Problem, ...]:
        """The problems of the whole file so far, in the order of its lines."""
        return tuple(sorted(self._source.problems, key=lambda problem: problem.where.line))

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys that the file has, in its order."""
        return tuple(self._values)

    def value(self, key: str) -> Any:
        """What stands at a key, whatever it is; None where nothing does."""
        return self._values.get(key)

    def text(
        self, key: str, default: str | None = None, check: Callable[[str], str] | None = None, sample: str = ""
    ) -> str:
        """A text; required when there is no default, and then not empty. ``check`` gives its normal form; ``sample`` is how
        it may be written. The answer is "" where something is wrong."""
        value = self._value(key, str, default, sample)
        if value is None or (value == "" and default == ""):
            return ""
        try:
            if not value.strip():
                raise Flaw("the text is empty", "write it between the quotes")
            return check(value) if check else str(value)
        except Flaw as flaw:
            self.flaw(key, flaw)
            return ""

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts; required and not empty."""
        found = self._value(key, list, None)
        if found is None:
            return ()
        if not found or not all(isinstance(item, str) and item for item in found):
            self.flaw(key, Flaw("this is no list of texts", f'write it like {key} = ["…", "…"]'), "004")
            return ()
        return tuple(found)

    def whole(self, key: str, default: int | None = None, least: int = 1) -> int:
        """A whole number that is not below ``least``."""
        value = self._value(key, int, default)
        if value is None:
            return least
        if value < least:
            self.flaw(key, Flaw(f"{value} is too small", f"write a whole number from {least} on"))
        return int(value)

    def flag(self, key: str, default: bool) -> bool:
        """true or false."""
        return bool(self._value(key, bool, default))

    def day(self, key: str) -> dt.date:
        """A date; required."""
        value = self._value(key, dt.date, None)
        return value if value is not None else dt.date.min

    def table(self, key: str, *, optional: bool = False) -> Table:
        """A table within this one; a broken one when it is missing."""
        return Table(self._value(key, dict, {} if optional else None), self._path(key), self._source)

    def holds_table(self, key: str) -> bool:
        """Whether the value of a key is a table, where it may also be something else."""
        return isinstance(self._values.get(key), dict)

    def tables(self, key: str, *, optional: bool = False) -> tuple[Table, ...]:
        """A list of tables (``[[…]]``); required ones have at least one."""
        sample = f"[[{self._path(key)}]]"
        found = self._value(key, list, [] if optional else None, sample)
        if found is None:
            return ()
        if not all(isinstance(item, dict) for item in found) or not (found or optional):
            self.flaw(key, Flaw("this is no list of tables", f"begin each with a line {sample}"), "004")
            return ()
        return tuple(Table(item, self._path(f"{key}[{at}]"), self._source) for at, item in enumerate(found, 1))

    def rest(self) -> dict[str, Any]:
        """The values of all keys, for a reader of its own."""
        self._known |= set(self._values)
        return dict(self._values)

    def flaw(self, key: str, flaw: Flaw, code: str = "005", severity: Severity = Severity.ERROR) -> None:
        """Note a problem with the value of a key ("" for the table itself)."""
        code = self._source.room + code
        self._source.problems.append(Problem(code, self.place(key), flaw.cause, flaw.mend, severity))

    def place(self, key: str) -> Place:
        """Where a key stands."""
        return self._source.place(self._path(key))

    def close(self) -> None:
        """Note the keys that nobody asked for and the ones that are missing; a slip of the pen is one problem."""
        if self.broken:
            return
        unused = self._known - set(self._values)
        for key in self._values:
            if key not in self._known:
                meant = did_you_mean(key, self._missing) or did_you_mean(key, unused)
                self._missing.pop(meant, None)
                others = f"; known are also: {', '.join(sorted(unused))}" if unused else ""
                mend = f"did you mean “{meant}”?" if meant else f"remove it{others}"
                self.flaw(key, Flaw(f"“{key}” is an unknown key", mend), "002")
        for key, sample in self._missing.items():
            self.flaw(key, Flaw(f"“{key}” is missing", f"add {sample}"), "003")

    def _value(self, key: str, kind: type, default: Any, sample: str = "") -> Any:
        noun, usual = _TYPES[kind]
        sample = sample or usual.format(key=key, path=self._path(key))
        self._known.add(key)
        if key not in self._values:
            if default is None:
                self._missing[key] = sample
            return default
        value = self._values[key]
        if type(value) is not kind:  # a bool is an int, a date-time a date: neither may pass for the other
            self.flaw(key, Flaw(f"{_shown(value)} is not {noun}", f"write it like {sample}"), "004")
            return None
        return value

    def _path(self, key: str) -> str:
        return ".".join(part for part in (self.path, key) if part)


def _lines_of_keys(text: str) -> dict[str, int]:
    """The line of each table and key, by its path. A plain scan that knows nothing of texts over several lines: good
    enough to lead a reader to the place, and nothing but messages depends on it."""
    lines: dict[str, int] = {}
    table = ""
    for number, line in enumerate(text.splitlines(), 1):
        heading = re.match(r"\s*(\[\[?)\s*([^]=]+?)\s*\]", line)
        if heading:
            table = re.sub(r"[\s\"']", "", heading[2])
            if heading[1] == "[[":
                entry = 1
                while f"{table}[{entry}]" in lines:
                    entry += 1
                lines.setdefault(table, number)
                table = f"{table}[{entry}]"
            lines.setdefault(table, number)
            continue
        key = re.match(r"\s*([\w.\"'-]+)\s*=", line)
        if key:
            path = re.sub(r"[\"']", "", key[1])
            lines.setdefault(f"{table}.{path}" if table else path, number)
    return lines


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict | list):
        return "a table" if isinstance(value, dict) else "a list"
    return f"“{value}”" if isinstance(value, str) else str(value)
