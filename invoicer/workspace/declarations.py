"""workspace: inputs/*.csv, what people declared: a row for each figure of an input of a contract for some days."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path

from invoicer.domain.evidence import Declaration
from invoicer.domain.period import Period
from invoicer.errors import Place, Problem, Severity
from invoicer.workspace import checks
from invoicer.workspace.checks import Flaw
from invoicer.workspace.numbers import may_be_thousands, number
from invoicer.workspace.sheets import Codes, Row, Sheet

COLUMNS = ("contract", "input", "from", "to", "value", "declared")
OPTIONAL = ("by", "remark")
FOLDER = "inputs"
CODES = Codes("W311", "W312", "W313", "W314", "W315", "W319")
DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Declarations:
    """What the folder says: the ``sound`` figures by contract and input, and the problems of wrong rows by the contract
    that they name. ``loose`` are problems of rows that name none, which may be of any; ``warnings`` hold nothing.
    ``pointed`` are the figures whose point may have been meant to stand between thousands, by source, as written."""

    sound: Mapping[str, Mapping[str, tuple[Declaration, ...]]] = field(default_factory=dict)
    problems_of: Mapping[str, tuple[Problem, ...]] = field(default_factory=dict)
    loose: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()
    pointed: Mapping[str, str] = field(default_factory=dict)

    def of(self, contract: str) -> Mapping[str, tuple[Declaration, ...]]:
        """The sound figures of a contract, by input."""
        return self.sound.get(contract, {})

    def under(self, renamed: Mapping[str, str]) -> Declarations:
        """The same with figures of contracts that have another id now (``renamed``: that, by the former one) as those of
        that."""
        sound: dict[str, dict[str, tuple[Declaration, ...]]] = {}
        for name, inputs in self.sound.items():
            mine = sound.setdefault(renamed.get(name, name), {})
            for asked, figures in inputs.items():
                mine[asked] = (*mine.get(asked, ()), *figures)
        wrong: dict[str, tuple[Problem, ...]] = {}
        for name, problems in self.problems_of.items():
            now = renamed.get(name, name)
            wrong[now] = (*wrong.get(now, ()), *problems)
        return replace(self, sound=sound, problems_of=wrong)


def read_declarations(folder: Path) -> Declarations:
    """All figures of the folder ``inputs`` of a workspace; nothing where there is none."""
    reading = _Reading()
    for path in sorted((folder / FOLDER).glob("*")):
        shown = f"{FOLDER}/{path.name}"
        if path.suffix == ".csv" and path.is_file():
            reading.read(path, shown)
        elif not path.name.startswith("."):
            mend = f"keep figures in files such as {FOLDER}/2026.csv"
            reading.warnings.append(Problem("W202", Place(shown), "this is not read", mend, Severity.WARNING))
    reading.compare()
    return reading.result()


def declared_later(declarations: Declarations, today: dt.date) -> Iterator[Problem]:
    """Warn of figures whose day of declaration has not come."""
    for inputs in declarations.sound.values():
        for one in (one for figures in inputs.values() for one in figures if one.declared > today):
            cause = f"this figure is declared on {one.declared}, which has not come yet"
            mend = "if that is so, nothing is to be done: it counts from that day on"
            yield Problem("W318", place_of(one, "declared"), cause, mend, Severity.WARNING)


def place_of(one: Declaration, column: str) -> Place:
    """Where a figure stands."""
    file, _, line = one.source.rpartition(":")
    return Place(file, int(line), part=column)


class _Reading:
    """One pass over the files."""

    def __init__(self) -> None:
        self.found: dict[tuple[str, str], list[Declaration]] = defaultdict(list)
        self.written: dict[str, str] = {}  # the text of each value, by source
        self.problems_of: dict[str, list[Problem]] = defaultdict(list)
        self.loose: list[Problem] = []
        self.warnings: list[Problem] = []

    def read(self, path: Path, shown: str) -> None:
        sheet = Sheet(path, shown, required=COLUMNS, optional=OPTIONAL, codes=CODES, owner="contract")
        for row in sheet.rows():
            contract, name = row.text("contract", required=True), row.text("input", required=True)
            declaration = _declaration(row)
            if contract and name and declaration and row.sound:
                self.found[contract, name].append(declaration)
                self.written[declaration.source] = row.text("value")
        for owner, problems in sheet.problems_of.items():
            self.problems_of[owner] += problems
        for problem in sheet.problems:
            (self.warnings if problem.severity is Severity.WARNING else self.loose).append(problem)

    def compare(self) -> None:
        """Find figures that contradict each other."""
        for (contract, _), figures in self.found.items():
            ordered = sorted(figures, key=lambda one: (one.days, one.declared))
            for at, one in enumerate(ordered):
                for earlier in ordered[:at]:
                    if flaw := _contradiction(earlier, one):
                        problem = Problem("W316", place_of(one, "from"), flaw.cause, flaw.mend)
                        self.problems_of[contract].append(problem)
                        break

    def result(self) -> Declarations:
        sound: dict[str, dict[str, tuple[Declaration, ...]]] = {}
        for (contract, name), figures in sorted(self.found.items()):
            sound.setdefault(contract, {})[name] = tuple(sorted(figures, key=lambda one: (one.days, one.declared)))
        problems = {contract: tuple(found) for contract, found in sorted(self.problems_of.items()) if found}
        return Declarations(sound, problems, tuple(self.loose), tuple(self.warnings), dict(self._pointed()))

    def _pointed(self) -> Iterator[tuple[str, str]]:
        for figures in self.found.values():
            texts = [self.written[one.source] for one in figures]
            yield from (
                (one.source, text) for one, text in zip(figures, texts, strict=True) if may_be_thousands(text, texts)
            )


def _declaration(row: Row) -> Declaration | None:
    first, last = (row.value(column, checks.day, required=True) for column in ("from", "to"))
    value, declared = row.value("value", _figure, required=True), row.value("declared", checks.day, required=True)
    if first and last and last < first:
        row.flaw(
            "W317", "to", Flaw(f"the days end on {last}, before they begin on {first}", "mend one of the two days")
        )
        return None
    if first is None or last is None or value is None or declared is None:
        return None
    by = " ".join(row.cells.get("by", "").split())
    source = f"{row.place.file}:{row.place.line}"
    return Declaration(Period(first, last + DAY), value, declared, source, by)


def _figure(text: str) -> Fraction:
    if text.endswith("%"):
        plain = text.removesuffix("%").strip()
        raise Flaw(f"“{text}” has a sign: what a figure counts is said in the terms", f"write {plain}")
    return number(text)


def _contradiction(earlier: Declaration, later: Declaration) -> Flaw | None:
    """Why two figures of one input can't both stand: days may be declared anew, all of them and on a later day."""
    if not earlier.days.overlaps(later.days):
        return None
    if earlier.days != later.days:
        cause = f"the days {later.days} overlap {earlier.days} ({earlier.source})"
        return Flaw(cause, "declare periods that touch but do not overlap; a correction names the same days again")
    if earlier.declared == later.declared:
        cause = f"{earlier.source} also says what was declared on {later.declared} for {later.days}"
        return Flaw(cause, "remove one of the rows, or give the newer one its own day of declaration")
    return None
