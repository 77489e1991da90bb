"""runs: the doctor looks at the machine. Versions, fonts, the clock, the data on time zones."""

from __future__ import annotations

import datetime as dt
import platform
import sys
from collections.abc import Iterator
from importlib import metadata

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from invoicer import __version__, render
from invoicer.errors import Place, Problem, Severity
from invoicer.runs.doctor.finding import Finding

DISTRIBUTION = "invoicer"
WRITTEN = dt.date(2026, 11, 1)
"""No clock that is right is before the day on which this was written."""
ZONES_LAST = dt.timedelta(days=2 * 366)
"""Countries change their clocks with half a year's notice and less; data of two years ago has missed some."""


def python() -> Finding:
    """The program and the interpreter that runs it."""
    return Finding("program", f"invoicer {__version__}, Python {platform.python_version()} on {platform.system()}")


def libraries() -> Finding:
    """H001 for each library that is missing or too old or too new, by what the installed program asks for."""
    try:
        wanted = [Requirement(line) for line in metadata.requires(DISTRIBUTION) or ()]
    except metadata.PackageNotFoundError:
        cause = "the program runs from a folder and was not installed, so nobody looked at its libraries"
        mend = "install it with `pip install -c constraints.txt .` in its folder"
        return Finding("libraries", "", (_warning("H001", "libraries", cause, mend),))
    needed = [one for one in wanted if one.marker is None or one.marker.evaluate({"extra": ""})]
    problems = tuple(problem for one in needed if (problem := _misfit(one)))
    return Finding("libraries", f"{len(needed) - len(problems)} of {len(needed)} as needed", problems)


def encoding() -> Finding:
    """H002 where names of files are not UTF-8."""
    found = sys.getfilesystemencoding()
    if found.lower().replace("-", "") == "utf8":
        return Finding("names of files", found)
    cause = f"names of files are read as {found}, so letters beyond it come out wrong"
    return Finding("names of files", found, (_warning("H002", "names of files", cause, "set LANG=C.UTF-8"),))


def typesetting() -> Iterator[Finding]:
    """The fonts and the library that cuts them to size (R017, R018), then a page that is really made (H003, H004)."""
    yield Finding("fonts", ", ".join(render.usable_families()) or "none", render.missing_parts())
    trial = render.try_page()
    if trial.error:
        mend = "install the packages that README.md names"
        problem = Problem("H003", Place(part="trial page"), f"no page can be made here: {trial.error}", mend)
        yield Finding("trial page", "", (problem,))
    elif not trial.embedded:
        cause = "a page was made with fonts that are not in it: it looks different on each machine"
        problem = Problem("H004", Place(part="trial page"), cause, "install the package fonts-open-sans")
        yield Finding("trial page", f"{trial.size / 1000:.0f} kB", (problem,))
    else:
        cut = "cut to size" if trial.subset else "whole"
        yield Finding("trial page", f"{trial.size / 1000:.0f} kB, fonts in it, {cut}")


def time_zones(now: dt.datetime) -> Finding:
    """H005 where the data on time zones is years old. It is the project's own, never the machine's."""
    version = metadata.version("tzdata")  # 2026.2 is the second release of 2026
    found = f"tzdata {version}"
    made = dt.date(int(version.split(".")[0]), 1, 1)
    if now.date() - made <= ZONES_LAST:
        return Finding("time zones", found)
    cause = f"the data on time zones is of {made.year}: an event near midnight may fall on the wrong day"
    return Finding("time zones", found, (_warning("H005", "time zones", cause, "install a newer tzdata"),))


def clock(now: dt.datetime, last_issue: dt.date | None) -> Finding:
    """H006 for a clock that can't be right: before the program was written, or more than a day before the last document
    was issued (which was so at some civil day on earth)."""
    found = f"{now:%Y-%m-%d %H:%M} UTC"
    cause = ""
    if now.date() < WRITTEN:
        cause = f"the clock says {now.date()}, and this program was written later"
    elif last_issue and now.date() < last_issue - dt.timedelta(days=1):
        cause = f"the clock says {now.date()}, and the last document was issued on {last_issue}"
    mend = "set the clock; if it is right, look who issued with a day to come"
    return Finding("clock", found, (Problem("H006", Place(part="clock"), cause, mend),) if cause else ())


def _misfit(wanted: Requirement) -> Problem | None:
    name = canonicalize_name(wanted.name)
    try:
        found = metadata.version(name)
    except metadata.PackageNotFoundError:
        cause = f"the library {name} is missing"
    else:
        if wanted.specifier.contains(found, prereleases=True):
            return None
        cause = f"the library {name} has version {found}, and {wanted.specifier} is needed"
    mend = "install the program again with `pip install -c constraints.txt .`"
    return Problem("H001", Place(part=f"library {name}"), cause, mend)


def _warning(code: str, part: str, cause: str, mend: str) -> Problem:
    return Problem(code, Place(part=part), cause, mend, Severity.WARNING)
