"""usage: manifest.toml, which says which files carry which meters, and up to which day nothing is missing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from invoicer.errors import Place, Problem, Severity
from invoicer.workspace import Flaw, Table, mend_by_choice, read_toml

MANIFEST = "manifest.toml"
KINDS = (".csv", ".parquet")


@dataclass(frozen=True, slots=True)
class File:
    """A file with events: its path as messages name it, where it lies, and the number of its source."""

    shown: str
    path: Path
    source: int

    @property
    def is_parquet(self) -> bool:
        return self.path.suffix.lower() == ".parquet"


@dataclass(frozen=True, slots=True)
class Source:
    """A ``[[source]]``: every event of these meters up to the end of ``complete_through`` has been delivered."""

    meters: frozenset[str]
    complete_through: dt.date
    place: Place


@dataclass(slots=True)
class Manifest:
    """What the manifest says. ``usable`` is False when it can't be read at all; ``refused`` has the meters whose files
    can't be trusted, each with the first reason."""

    shown: str
    usable: bool = True
    sources: list[Source] = field(default_factory=list)
    files: list[File] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    refused: dict[str, Problem] = field(default_factory=dict)

    def refuse(self, meters: Collection[str], problem: Problem) -> None:
        """Note a problem that makes all usage of these meters doubtful."""
        self.problems.append(problem)
        for meter in meters:
            self.refused.setdefault(meter, problem)

    def complete_through(self, meter: str) -> dt.date | None:
        """The last day up to which every source of the meter is complete; None when no source carries it."""
        source = self.source_of(meter)
        return source.complete_through if source else None

    def source_of(self, meter: str) -> Source | None:
        """The source of the meter that is declared complete for the fewest days, which decides; None without any."""
        carrying = (source for source in self.sources if meter in source.meters)
        return min(carrying, key=lambda source: source.complete_through, default=None)


def read_manifest(folder: Path, known_meters: Collection[str]) -> Manifest:
    """The manifest of a usage folder, with everything that is wrong with it."""
    shown = f"{folder.name}/{MANIFEST}"
    manifest = Manifest(shown)
    if not (folder / MANIFEST).exists():
        mend = "write it, with a [[source]] for each delivery that names its files, its meters and complete_through"
        manifest.problems.append(Problem("U001", Place(shown), "there is no manifest of usage", mend))
        manifest.usable = False
        return manifest
    top, _ = read_toml(folder / MANIFEST, shown, "U")
    entries = top.tables("source")
    patterns = [_source(entry, manifest, known_meters) for entry in entries]
    top.close()
    manifest.problems.extend(top.problems)
    manifest.usable = not any(problem.severity is Severity.ERROR and problem.code != "U006" for problem in top.problems)
    if manifest.usable:
        for number, (entry, pattern) in enumerate(zip(entries, patterns, strict=True)):
            _find_files(folder, pattern, number, entry, manifest)
        _warn_of_others(folder, manifest)
    manifest.files.sort(key=lambda file: file.shown)
    return manifest


def _source(entry: Table, manifest: Manifest, known_meters: Collection[str]) -> str:
    pattern = entry.text("files", check=_pattern)
    meters = entry.texts("meters")
    for meter in sorted(set(meters) - set(known_meters)):
        mend = mend_by_choice(meter, known_meters, "correct it, or define the meter in the terms")
        entry.flaw("meters", Flaw(f"no terms define a meter “{meter}”", mend), "006")
    manifest.sources.append(Source(frozenset(meters), entry.day("complete_through"), entry.place("complete_through")))
    entry.close()
    return pattern


def _pattern(text: str) -> str:
    if text.startswith("/") or ".." in text.split("/") or "\\" in text:
        raise Flaw(f"“{text}” leads out of the usage folder", "name files within the folder, such as traffic-*.csv")
    return text


def _find_files(folder: Path, pattern: str, number: int, entry: Table, manifest: Manifest) -> None:
    meters = manifest.sources[number].meters
    place = entry.place("files")
    found = sorted(path for path in folder.glob(pattern) if path.is_file())
    if not found:
        mend = "put the files there, or correct the pattern; a period without usage has a file with the first row only"
        manifest.refuse(meters, Problem("U101", place, f"no file matches “{pattern}”", mend))
    taken = {file.path: file for file in manifest.files}
    for path in found:
        shown = f"{folder.name}/{path.relative_to(folder).as_posix()}"
        if path in taken:
            both = meters | manifest.sources[taken[path].source].meters
            mend = "make the patterns so that each file matches one of them"
            manifest.refuse(both, Problem("U102", Place(shown), "this file belongs to two sources", mend))
        elif path.suffix.lower() not in KINDS:
            mend = "deliver it as .csv or .parquet, or make the pattern narrower"
            manifest.refuse(meters, Problem("U103", Place(shown), "this is neither a CSV nor a Parquet file", mend))
        elif set(shown) & set("*?[]{}"):
            mend = "rename it with letters, digits, hyphens and points"
            manifest.refuse(meters, Problem("U103", Place(shown), "the file's name has one of * ? [ ] { } in it", mend))
        else:
            manifest.files.append(File(shown, path, number))


def _warn_of_others(folder: Path, manifest: Manifest) -> None:
    manifest.problems.extend(_others(folder, {file.path for file in manifest.files}, manifest))


def _others(folder: Path, taken: set[Path], manifest: Manifest) -> Iterator[Problem]:
    named = {problem.where.file for problem in manifest.problems}
    for path in sorted(folder.rglob("*")):
        shown = f"{folder.name}/{path.relative_to(folder).as_posix()}"
        if path.suffix.lower() in KINDS and path.is_file() and path not in taken and shown not in named:
            mend = f"name it in a [[source]] of {MANIFEST}, or keep it elsewhere"
            yield Problem("U104", Place(shown), "no source names this file: it is not read", mend, Severity.WARNING)
