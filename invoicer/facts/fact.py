"""facts: a dated fact, and the facts of one jurisdiction with their lookup by day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fnmatch import fnmatchcase
from itertools import groupby
from types import MappingProxyType

from invoicer.errors import Place, Problem, TaxError

NOTHING: Mapping[str, str] = MappingProxyType({})
DAY = dt.timedelta(days=1)


class Confidence(StrEnum):
    """How well a fact is supported. ``high``: several sources agree, dates included; ``medium``: one good source;
    ``low``: no source, or only an announcement; ``unsure``: looked for and not found."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    UNSURE = "unsure"

    @property
    def suffices(self) -> bool:
        """Whether money may depend on it without anyone vouching for it."""
        return self in (Confidence.HIGH, Confidence.MEDIUM)


class DateBasis(StrEnum):
    """Which day decides between an old and a new percentage; the law of each levy chooses one."""

    TAX_POINT = "tax-point"
    COVER_START = "cover-start"  # the first day of the insurance term
    CONCLUSION = "conclusion"  # the day on which the contract was concluded, extended or amended
    PAYMENT = "payment"  # the day on which the premium is received


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """``percent`` (24 for 24%) of a levy (``vat``, ``ipt``) in a jurisdiction (ISO 3166) for a category, for days of the
    basis from ``valid_from`` to ``valid_to``, both inclusive (None: until further notice)."""

    jurisdiction: str
    levy: str
    category: str
    percent: Decimal
    valid_from: dt.date
    valid_to: dt.date | None
    basis: DateBasis
    source: str
    confidence: Confidence
    remark: str = ""

    @property
    def series(self) -> str:
        """``ipt/FI/general``: the facts that follow each other in time."""
        return f"{self.levy}/{self.jurisdiction}/{self.category}"

    @property
    def id(self) -> str:
        """``ipt/FI/general/2024-09-01``: this one."""
        return f"{self.series}/{self.valid_from}"

    @property
    def last_day(self) -> dt.date:
        return self.valid_to or dt.date.max

    def accepted_by(self, accepted: Mapping[str, str]) -> str:
        """The reason for which someone vouches for this fact; "" when nobody does. Keys are ids or patterns of them."""
        reasons = (
            reason for key, reason in sorted(accepted.items()) if fnmatchcase(self.id, key) or self.series == key
        )
        return next(reasons, "")

    def cited(self, accepted: Mapping[str, str] = NOTHING) -> str:
        """The fact and its source as one text, to be kept with whatever was computed from it."""
        reason = "" if self.confidence.suffices else self.accepted_by(accepted)
        return f"{self.id}: {self.source} ({self.confidence} confidence{f'; accepted: {reason}' if reason else ''})"


@dataclass(frozen=True, slots=True)
class Facts:
    """All facts of a jurisdiction; their series have neither gaps nor overlaps (see :func:`broken_series`)."""

    facts: tuple[Fact, ...]

    def categories(self, levy: str) -> tuple[str, ...]:
        """The categories for which there are facts of that levy."""
        return tuple(sorted({fact.category for fact in self.facts if fact.levy == levy}))

    def basis(self, levy: str, category: str) -> DateBasis:
        """Which day decides within that series. TaxError where there is no such series."""
        return self._series(levy, category)[0].basis

    def on(self, levy: str, category: str, day: dt.date, accepted: Mapping[str, str] = NOTHING) -> Fact:
        """The fact that counts on that day.

        Raises TaxError where there is none, and where its confidence does not suffice and nobody accepted it.
        """
        return self.between(levy, category, day, day, accepted)

    def between(
        self, levy: str, category: str, first: dt.date, last: dt.date, accepted: Mapping[str, str] = NOTHING
    ) -> Fact:
        """The fact that counts when the deciding day is not known exactly, only that it lies from ``first`` to ``last``.

        Raises TaxError as :meth:`on` does, and where the percentage changed in between, unless exactly one of the
        facts in question is accepted.
        """
        series = self._series(levy, category)
        if first < series[0].valid_from or last > series[-1].last_day:
            raise TaxError(_unknown_day(series, first if first < series[0].valid_from else last))
        found = [fact for fact in series if fact.valid_from <= last and first <= fact.last_day]
        if len({fact.percent for fact in found}) > 1:
            found = [fact for fact in found if fact.accepted_by(accepted)] if accepted else found
            if len(found) != 1:
                raise TaxError(_two_percentages(series, first, last))
        for fact in found:
            if not fact.confidence.suffices and not fact.accepted_by(accepted):
                raise TaxError(_not_sure(fact))
        return found[-1]

    def _series(self, levy: str, category: str) -> list[Fact]:
        series = [fact for fact in self.facts if fact.levy == levy and fact.category == category]
        if not series:
            where = self.facts[0].jurisdiction if self.facts else ""
            known = ", ".join(self.categories(levy)) or "none"
            raise TaxError(
                Problem(
                    "X010",
                    Place(part=f"{levy}/{where}/{category}"),
                    f"no fact says how much “{category}” of {levy} in {where} is (known: {known})",
                    "add the facts with their sources to the facts.toml of that market, or choose a known category",
                )
            )
        return sorted(series, key=lambda fact: fact.valid_from)


def broken_series(facts: Iterable[Fact]) -> list[tuple[Fact, str]]:
    """Facts that do not follow the one before in their series, each with what is wrong: a gap, an overlap, another
    date basis."""
    wrong = []
    in_order = sorted(facts, key=lambda fact: (fact.series, fact.valid_from))
    for series, members in groupby(in_order, key=lambda fact: fact.series):
        earlier = None
        for fact in members:
            if earlier and earlier.last_day >= fact.valid_from:
                until = f"runs until {earlier.valid_to}" if earlier.valid_to else "has no last day"
                wrong.append((fact, f"two facts of {series} overlap: the one from {earlier.valid_from} {until}"))
            elif earlier and earlier.last_day + DAY != fact.valid_from:
                wrong.append((fact, f"{series} has a gap from {earlier.last_day + DAY} to {fact.valid_from - DAY}"))
            if earlier and earlier.basis != fact.basis:
                wrong.append((fact, f"{series} goes by {earlier.basis} before and by {fact.basis} from here"))
            earlier = fact
    return wrong


def _unknown_day(series: list[Fact], day: dt.date) -> Problem:
    first, last = series[0], series[-1]
    until = f"to {last.valid_to}" if last.valid_to else "on"
    return Problem(
        "X010",
        Place(part=first.series),
        f"no fact says how much {first.series} is on {day}: the facts run from {first.valid_from} {until}",
        "add the fact for that day with its source to the facts.toml of that market",
    )


def _not_sure(fact: Fact) -> Problem:
    return Problem(
        "X011",
        Place(part=fact.id),
        f"“{fact.id}” ({fact.percent}%) is not sure enough to bill by: its confidence is {fact.confidence} ({fact.source})",
        "have it confirmed, then add a table [[policy.accept_fact]] to invoicer.toml, with"
        f' fact = "{fact.id}" and reason = "who confirmed it, and when"',
    )


def _two_percentages(series: list[Fact], first: dt.date, last: dt.date) -> Problem:
    found = [fact for fact in series if fact.valid_from <= last and first <= fact.last_day]
    choices = " or ".join(f"{fact.percent}% (“{fact.id}”)" for fact in found)
    return Problem(
        "X012",
        Place(part=series[0].series),
        f"the law goes by {_BASES[series[0].basis]}, which can be any day from {first} to {last} here: {choices}",
        "find out which one counts, then add a table [[policy.accept_fact]] to invoicer.toml, with"
        f' fact = "{found[-1].id}" and reason = "why this one"',
    )


_BASES = {
    DateBasis.TAX_POINT: "the tax point",
    DateBasis.COVER_START: "the first day of the insurance term",
    DateBasis.CONCLUSION: "the day on which the cover was concluded, extended or amended",
    DateBasis.PAYMENT: "the day on which the premium is paid",
}
