"""usage: what was used, for each contract, meter and period."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from invoicer.domain.period import Period
from invoicer.domain.usage import Demand, Measured, Measurements, Served
from invoicer.errors import DefectError, Place, Problem, Severity
from invoicer.usage.manifest import MANIFEST, Manifest, read_manifest

if TYPE_CHECKING:
    from invoicer.usage.checking import Doubts
    from invoicer.usage.rules import Rule

Key = tuple[str, str, Period]
NONE_SERVED: Mapping[str, Served] = {}
_NAMED = 6  # periods in a message
UNCHANGED: Mapping[str, str] = {}
TOO_FAR = dt.timedelta(days=184)
"""How far ahead a manifest may be before what it says of completeness is not believed."""


def measure(
    folder: Path,
    demands: Iterable[Demand],
    *,
    known_on: dt.date,
    contracts: Collection[str],
    meters: Collection[str],
    served: Mapping[str, Served] = NONE_SERVED,
    today: dt.date | None = None,
    renamed: Mapping[str, str] = UNCHANGED,
) -> tuple[Measurements, tuple[Problem, ...]]:
    """The quantity of each demand in its meter's unit, and all problems of the usage folder.

    ``contracts`` and ``meters`` are the ids that any terms define; an event with another one is an error. Events that
    became known after ``known_on`` are not seen. A demand gets a problem instead of a quantity when its usage is not
    declared complete to its last day, or when it could be touched by anything that is wrong with the files: no quantity
    is ever guessed, and a period without events is zero only where the manifest declares it complete.

    ``served`` has the contracts of which it is known on which days usage can be billed at all: a warning names events
    beyond. ``today`` (None: unknown) is what ``complete_through`` is held against: nobody can say that nothing is missing
    of days to come. A later day is a warning; one more than half a year ahead of ``today`` and ``known_on`` looks like a
    slip in the year, and declares nothing.

    ``renamed`` has the id that a contract has now by each that it had before; events may bear either.
    """
    wanted = {demand.key: demand for demand in demands}
    if not wanted and not (folder / MANIFEST).exists():
        return {}, ()
    manifest = read_manifest(folder, meters)
    if not manifest.usable:
        reason = manifest.problems[0]
        unusable = f"usage can't be read: {reason.where}: {reason.cause}"
        return {key: _hold("U301", manifest, demand, unusable, reason.mend) for key, demand in wanted.items()}, tuple(
            manifest.problems
        )
    ahead = max(known_on, today) + TOO_FAR if today else dt.date.max
    found, of_rows = _counted(folder, wanted, manifest, known_on, contracts, meters, served, ahead, renamed)
    return found, (*manifest.problems, *_to_come(manifest, today), *of_rows)


def _to_come(manifest: Manifest, today: dt.date | None) -> Iterator[Problem]:
    """Warn of sources that are said to be complete through a day that has not come."""
    for source in manifest.sources:
        if today and source.complete_through > today:
            cause = f"usage is said to be complete through {source.complete_through}, which has not come yet"
            mend = "write the last day of which nothing is missing; a period without events until then counts as zero"
            yield Problem("U306", source.place, cause, mend, Severity.WARNING)


def _counted(
    folder: Path,
    wanted: Mapping[Key, Demand],
    manifest: Manifest,
    known_on: dt.date,
    contracts: Collection[str],
    meters: Collection[str],
    served: Mapping[str, Served],
    ahead: dt.date,
    renamed: Mapping[str, str],
) -> tuple[Measurements, Sequence[Problem]]:
    # DuckDB is imported with these, and not before there are events: a check without any does not wait for it.
    from invoicer.usage.checking import check_events
    from invoicer.usage.counting import count_events
    from invoicer.usage.days import date_events
    from invoicer.usage.events import tally_events
    from invoicer.usage.levels import average_levels
    from invoicer.usage.rules import Rule, Rules
    from invoicer.usage.store import load_events, opened, under_new_names
    from invoicer.usage.unbilled import never_billed

    rules = Rules.of(wanted.values())
    with opened(folder) as connection:
        loaded = load_events(connection, manifest, rules.fields)
        under_new_names(connection, renamed)
        date_events(connection, _zones(wanted.values(), served), known_on)
        of_rows, doubts = check_events(connection, manifest, loaded, rules, contracts, meters)
        of_rows += never_billed(connection, loaded, served)
        answers: dict[Key, Measured | Problem] = {}
        countable: dict[Rule, list[Demand]] = defaultdict(list)
        for key, demand in wanted.items():
            held = _reason_to_hold(demand, manifest, doubts, ahead)
            if held:
                answers[key] = held
            else:
                countable[Rule.of(demand.meter)].append(demand)
        for rule, group in countable.items():
            measured = average_levels if rule.aggregation.weighted else count_events
            found = measured(connection, rules, rule, group, loaded)
            tallies = tally_events(connection, rules, rule, group)
            for at, demand in enumerate(group):
                answers[demand.key] = replace(found.get(at) or _nothing(demand, manifest), tallies=tallies.get(at, ()))
    incomplete = _incomplete(answers, wanted, manifest)
    return {key: incomplete.get(key, answers[key]) for key in wanted}, of_rows


def _reason_to_hold(demand: Demand, manifest: Manifest, doubts: Doubts, ahead: dt.date) -> Problem | None:
    meter = demand.meter.id
    complete = manifest.complete_through(meter)
    if complete is None:
        mend = f"add a [[source]] to {manifest.shown} with its files, its meters and complete_through"
        return _hold("U302", manifest, demand, f"no source of usage carries the meter {meter}", mend)
    if meter in manifest.refused:
        reason = manifest.refused[meter]
        return _hold("U303", manifest, demand, f"usage can't be read: {reason.where}: {reason.cause}", reason.mend)
    if complete > ahead:
        cause = f"usage of {meter} is said to be complete through {complete}, which is far from having come"
        mend = f"correct the year of complete_through in {manifest.shown}: nobody knows what days to come will lack"
        return _hold("U306", manifest, demand, cause, mend)
    if complete < demand.days.last_day:
        return _not_complete(manifest, [demand])
    wrong = doubts.about(demand)
    if wrong:
        count, first = wrong
        rows, are = (f"{count} rows", "are") if count > 1 else ("a row", "is")
        cause = f"{rows} of usage that may belong to {demand.days} {are} wrong, the first in {first}"
        return _hold("U305", manifest, demand, cause, "mend them and deliver the file again")
    return None


def _incomplete(
    answers: Mapping[Key, Measured | Problem], wanted: Mapping[Key, Demand], manifest: Manifest
) -> Mapping[Key, Problem]:
    """The periods of a contract and a meter that usage is not complete for get one problem, which names them all."""
    groups: dict[tuple[str, str], list[Demand]] = defaultdict(list)
    for key, answer in answers.items():
        if isinstance(answer, Problem) and answer.code == "U304":
            groups[key[:2]].append(wanted[key])
    return {one.key: held for group in groups.values() for held in [_not_complete(manifest, group)] for one in group}


def _not_complete(manifest: Manifest, demands: Sequence[Demand]) -> Problem:
    meter = demands[0].meter.id
    days = sorted({one.days for one in demands}, key=lambda one: (one.start, one.end))
    last = max(one.last_day for one in days)
    named = [str(one) for one in days[:_NAMED]] + ([f"{len(days) - _NAMED} more"] if len(days) > _NAMED else [])
    said = " and ".join(filter(None, (", ".join(named[:-1]), named[-1])))
    cause = f"usage of {meter} is not declared complete for {said}, only through {manifest.complete_through(meter)}"
    mend = f"deliver what is missing, then set complete_through in {manifest.shown} to {last} or later"
    return _hold("U304", manifest, demands[0], cause, mend)


def _hold(code: str, manifest: Manifest, demand: Demand, cause: str, mend: str) -> Problem:
    """What holds a demand. The cause has its days where it is about them: the same of other periods is the same problem."""
    part = f"{demand.contract}, {demand.meter.id}"
    return Problem(code, Place(manifest.shown, part=part), cause, mend, Severity.HOLD)


def _nothing(demand: Demand, manifest: Manifest) -> Measured:
    complete = manifest.complete_through(demand.meter.id)
    return Measured(Fraction(0), f"{manifest.shown}: no events, complete through {complete}", 0)


def _zones(demands: Iterable[Demand], served: Mapping[str, Served]) -> dict[str, str]:
    zones = {contract: one.time_zone for contract, one in served.items()}
    for demand in demands:
        if zones.setdefault(demand.contract, demand.time_zone) != demand.time_zone:
            raise DefectError(f"{demand.contract} is asked for in two time zones")
    return dict(sorted(zones.items()))
