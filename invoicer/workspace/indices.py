"""workspace: indices/*.csv, published index series: a row for each publication of the value of a month."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

from invoicer.domain.evidence import IndexValue
from invoicer.domain.period import add_months
from invoicer.errors import Place, Problem, Severity
from invoicer.workspace import checks
from invoicer.workspace.checks import Flaw
from invoicer.workspace.numbers import number
from invoicer.workspace.sheets import Codes, Row, Sheet

COLUMNS = ("month", "value", "published")
OPTIONAL = ("remark",)
FOLDER = "indices"
CODES = Codes("W301", "W302", "W303", "W304", "W305", "W309")


@dataclass(frozen=True, slots=True)
class Indices:
    """What the folder says: the ``sound`` series, each by month and publication, and the problems of the others, both by
    the name of the series, which is that of its file; ``warnings`` hold nothing."""

    sound: dict[str, tuple[IndexValue, ...]] = field(default_factory=dict)
    problems_of: dict[str, tuple[Problem, ...]] = field(default_factory=dict)
    warnings: tuple[Problem, ...] = ()


def read_indices(folder: Path) -> Indices:
    """All index series of the folder ``indices`` of a workspace; nothing where there is none."""
    found = Indices()
    warnings: list[Problem] = []
    for path in sorted((folder / FOLDER).glob("*")):
        shown = f"{FOLDER}/{path.name}"
        if path.suffix == ".csv" and path.is_file():
            values, problems = _series(path, shown)
            if any(problem.severity is Severity.ERROR for problem in problems):
                found.problems_of[path.stem] = problems
            else:
                found.sound[path.stem] = values
                warnings += problems
        elif not path.name.startswith("."):
            mend = f"keep each series in a file such as {FOLDER}/NL-CPI-2015.csv"
            warnings.append(Problem("W202", Place(shown), "this is not read", mend, Severity.WARNING))
    return Indices(found.sound, found.problems_of, tuple(warnings))


def _series(path: Path, shown: str) -> tuple[tuple[IndexValue, ...], tuple[Problem, ...]]:
    sheet = Sheet(path, shown, required=COLUMNS, optional=OPTIONAL, codes=CODES)
    values: dict[tuple[dt.date, dt.date], tuple[IndexValue, int]] = {}
    for row in sheet.rows():
        value = _value(row)
        if value is None:
            continue
        earlier = values.setdefault((value.month, value.published), (value, row.place.line))
        if earlier[0] is not value:
            cause = f"row {earlier[1]} also says what was published on {value.published} for {value.month:%Y-%m}"
            row.flaw("W306", "published", Flaw(cause, "remove one of the rows, or correct the day of the revision"))
    ordered = tuple(value for _, (value, _) in sorted(values.items()))
    return ordered, tuple(sorted(sheet.problems, key=lambda problem: problem.where.line))


def _value(row: Row) -> IndexValue | None:
    first, published = row.value("month", month, required=True), row.value("published", checks.day, required=True)
    value = row.value("value", _positive, required=True)
    if first and published and published < add_months(first, 1):
        cause = f"the value of {first:%Y-%m} can't have been published on {published}: the month was not over"
        row.flaw("W307", "published", Flaw(cause, "correct the month or the day; forecasts are no published values"))
    if not (first and published and value and row.sound):
        return None
    return IndexValue(first, value, published, f"{row.place.file}:{row.place.line}")


def _positive(text: str) -> Fraction:
    value = number(text)
    if value <= 0:
        raise Flaw(f"an index can't be {text}", "write the value as it was published, such as 127.30")
    return value


def month(text: str) -> dt.date:
    """The first day of a month that is written year-month."""
    if re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", text, re.ASCII) and text >= "0001":
        return dt.date.fromisoformat(f"{text}-01")
    spelt = re.fullmatch(r"(\d{4})[-/](\d{1,2})(-\d{1,2})?", text, re.ASCII)
    turned = re.fullmatch(r"(\d{1,2})[-/.](\d{4})", text, re.ASCII)
    parts = (spelt[1], spelt[2]) if spelt else (turned[2], turned[1]) if turned else None
    mend = "write year and month, such as 2026-10"
    if parts and 1 <= int(parts[1]) <= 12:
        mend = f"write {parts[0]}-{parts[1]:0>2}"
    raise Flaw(f"“{text}” is no month", mend)


def published_later(indices: Mapping[str, tuple[IndexValue, ...]], today: dt.date) -> Iterator[Problem]:
    """Warn of values whose day of publication has not come."""
    for values in indices.values():
        for value in values:
            if value.published > today:
                file, _, line = value.source.rpartition(":")
                cause = f"the value of {value.month:%Y-%m} is published on {value.published}, which has not come yet"
                mend = "if that is so, nothing is to be done: it counts from that day on"
                place = Place(file, int(line), part="published")
                yield Problem("W308", place, cause, mend, Severity.WARNING)
