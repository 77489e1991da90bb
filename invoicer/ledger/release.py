"""ledger: what decisions of people make of a draft. Pure: decisions in, status out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from invoicer.domain.doubt import Doubt

RULE = "rule "
"""How the name of a rule begins that released something in the place of a person."""


class DraftStatus(StrEnum):
    """How far a draft of a plan has come. A rejected one is not issued until somebody releases it all the same, and stays in
    every plan that would make it again."""

    PLANNED = "planned"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"
    ISSUED = "issued"
    DROPPED = "dropped"

    @property
    def live(self) -> bool:
        """Whether it may still become a document."""
        return self in (DraftStatus.PLANNED, DraftStatus.CONFIRMED, DraftStatus.REJECTED)


class Verdict(StrEnum):
    """What somebody decided."""

    RELEASED = "released"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Decision:
    """Who released or rejected what, when and why: one doubt about a contract on a draft, or, where ``doubt`` is "", the
    draft itself."""

    contract: str
    doubt: str
    verdict: Verdict
    who: str
    on: dt.date
    remark: str

    @property
    def about(self) -> tuple[str, str]:
        """What it is about."""
        return self.contract, self.doubt


DRAFT = ("", "")
"""What a decision about the draft itself is about."""


def person(who: str) -> str:
    """The same for two spellings of one name: capitals and spaces make no second person."""
    return " ".join(who.split()).casefold()


def releasers(decisions: Iterable[Decision], about: tuple[str, str]) -> tuple[str, ...]:
    """Who released it since it was last rejected, each person once, in their order."""
    people: dict[str, str] = {}
    for one in decisions:
        if one.about == about:
            if one.verdict is Verdict.REJECTED:
                people.clear()
            else:
                people.setdefault(person(one.who), one.who)
    return tuple(people.values())


def rejected(decisions: Iterable[Decision]) -> tuple[Decision, ...]:
    """The rejections that nobody has taken back by a release."""
    last = {one.about: one for one in decisions}
    return tuple(one for one in last.values() if one.verdict is Verdict.REJECTED)


def open_doubts(doubts: Sequence[Doubt], decisions: Sequence[Decision]) -> tuple[Doubt, ...]:
    """The doubts that fewer people have released than it takes."""
    return tuple(one for one in doubts if len(releasers(decisions, about(one))) < one.people)


def about(doubt: Doubt) -> tuple[str, str]:
    """What a decision about a doubt is about."""
    return doubt.contract, doubt.name


def status_of(people: int, doubts: Sequence[Doubt], decisions: Sequence[Decision]) -> DraftStatus:
    """What a draft is that ``people`` different people have to release, and each of its doubts as many as that one asks."""
    if rejected(decisions):
        return DraftStatus.REJECTED
    released = len(releasers(decisions, DRAFT)) >= people and not open_doubts(doubts, decisions)
    return DraftStatus.CONFIRMED if released else DraftStatus.PLANNED
